"""Move between the store (degrees) and a city's metre grid; the only file that reprojects."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

STORE = 4326

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=16)
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_metric(lng: npt.ArrayLike, lat: npt.ArrayLike, metric_crs: int) -> tuple[Floats, Floats]:
    """Project degrees to metres.

    Takes arrays of one shape (degrees, WGS 84); gives x, y of the same shape in metres on EPSG `metric_crs`.
    A point outside the grid's domain comes back infinite, never wrong.
    """
    x, y = _transformer(STORE, metric_crs).transform(np.asarray(lng, float), np.asarray(lat, float))
    return np.asarray(x, float), np.asarray(y, float)


def to_store(x: npt.ArrayLike, y: npt.ArrayLike, metric_crs: int) -> tuple[Floats, Floats]:
    """Project metres on EPSG `metric_crs` back to lng, lat in degrees; same shapes as given."""
    lng, lat = _transformer(metric_crs, STORE).transform(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(lng, float), np.asarray(lat, float)
