"""Point and day -> place: the same answer through every door."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from django.conf import settings

from geo import hexes
from geo.joins import AreaIndex, PlaceState
from neighborhoods.models import BoundarySet, Neighborhood


@dataclass(frozen=True)
class Places:
    """Places of n points: `neighborhood` holds primary keys (0 for none), `cell` res-10 cells."""

    neighborhood: npt.NDArray[np.int64]
    state: npt.NDArray[np.object_]
    backdated: npt.NDArray[np.bool_]
    cell: npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _DatedIndex:
    valid_from: np.datetime64
    valid_to: np.datetime64
    index: AreaIndex
    keys: npt.NDArray[np.int64]


class Locator:
    """Every boundary set of one layer, ready to place points by their own day.

    A day is answered by the set in force (the one begun last, should two be). Before the first set the first one
    answers and the place is marked backdated; in a gap, or after the last set ran out, the one begun last answers.
    """

    def __init__(self, sets: list[_DatedIndex]) -> None:
        self._sets = sets

    def places(self, lng: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], days: npt.ArrayLike) -> Places:
        """Place n points (degrees) on n days (datetime64[D]). Raises hexes.CellError for impossible degrees."""
        wanted = np.asarray(days, "datetime64[D]")
        chosen, backdated = self._choose(wanted)
        neighborhood = np.zeros(len(wanted), np.int64)
        state = np.full(len(wanted), PlaceState.OUTSIDE.value, object)
        for position, dated in enumerate(self._sets):
            rows = np.flatnonzero(chosen == position)
            if len(rows):
                located = dated.index.locate(lng[rows], lat[rows])
                found = located.area >= 0
                neighborhood[rows[found]] = dated.keys[located.area[found]]
                state[rows] = located.state
        return Places(neighborhood, state, backdated, hexes.cells_of(lng, lat))

    def _choose(self, days: npt.NDArray[np.datetime64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        chosen = np.full(len(days), -1, np.int64)
        if not self._sets:
            return chosen, np.zeros(len(days), bool)
        backdated = days < self._sets[0].valid_from
        chosen[backdated] = 0
        for position, dated in enumerate(self._sets):
            chosen[days >= dated.valid_from] = position
        for position, dated in enumerate(self._sets):
            chosen[(days >= dated.valid_from) & (days < dated.valid_to)] = position
        return chosen, backdated


def locator(layer: str | None = None) -> Locator:
    """The locator of a layer (the city's primary one unless named), rebuilt only when its sets have changed."""
    name = layer or settings.CITY.primary_layer
    stamp = tuple(
        BoundarySet.objects.of_layer(name).order_by("valid_from").values_list("pk", "digest", "valid_from", "valid_to")
    )
    return _build(stamp)


@lru_cache(maxsize=8)
def _build(stamp: tuple[tuple[int, str, dt.date, dt.date | None], ...]) -> Locator:
    sets = []
    for pk, _digest, valid_from, valid_to in stamp:
        index = AreaIndex(area_frame(Neighborhood.objects.filter(boundary_set_id=pk)))
        sets.append(
            _DatedIndex(
                np.datetime64(valid_from, "D"),
                np.datetime64(valid_to or dt.date.max, "D"),
                index,
                index.areas["pk"].to_numpy(np.int64),
            )
        )
    return Locator(sets)


def area_frame(areas: object) -> gpd.GeoDataFrame:
    """Areas of a QuerySet as a frame (geo.frames.AREAS plus pk), in degrees."""
    rows = list(areas.order_by("slug").values_list("pk", "slug", "name", "geometry"))  # type: ignore[attr-defined]
    shapes = shapely.from_wkb([bytes(geometry.wkb) for _, _, _, geometry in rows])
    columns = {
        "pk": np.array([r[0] for r in rows], np.int64),
        "slug": np.array([r[1] for r in rows], object),
        "name": np.array([r[2] for r in rows], object),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def public_points(
    lng: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    sensitive: npt.NDArray[np.bool_],
    places: Places,
    days: npt.ArrayLike,
    locator: Locator,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Where n voices may be shown: the point itself, for sensitive subjects the centre of a cell around it.

    The centre is that of the res-9 cell; where that lies in another neighborhood, of the res-10 cell. The same voice
    always gets the same public point, so that asking again and again averages nothing out.
    """
    public_lng, public_lat = lng.copy(), lat.copy()
    rows = np.flatnonzero(sensitive)
    if not len(rows):
        return public_lng, public_lat
    coarse_lng, coarse_lat = hexes.centres(hexes.parents(places.cell[rows], 9))
    fine_lng, fine_lat = hexes.centres(places.cell[rows])
    coarse = locator.places(coarse_lng, coarse_lat, np.asarray(days, "datetime64[D]")[rows])
    same = coarse.neighborhood == places.neighborhood[rows]
    public_lng[rows] = np.where(same, coarse_lng, fine_lng)
    public_lat[rows] = np.where(same, coarse_lat, fine_lat)
    return public_lng, public_lat
