"""Ground that a visitor asks about: a circle round a point, or a few corners drawn on the map.

What comes from outside is counted and measured before any geometry library sees it, and never mended.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import shapely
from shapely.geometry import Polygon

from geo.crs import to_metric, to_store
from geo.shapes import why_invalid

MOST_BYTES = 64 * 1024
FEWEST_CORNERS, MOST_CORNERS = 3, 100
LARGEST_KM2 = 50.0
# About a hundred square metres, in square degrees: corners of one line, straight only in degrees, hold less.
SMALLEST_DEGREES2 = 1e-8
# Corners of a quarter circle: the polygon's edge lies within 1/1600 of the radius.
QUARTER = 32
PLACES = 6

Box = tuple[float, float, float, float]
Corner = tuple[float, float]


class GroundError(ValueError):
    """Ground that cannot be asked about; `code` is one of too-long, not-a-number, swapped, too-few, too-many, outside,
    crossed, too-large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def corners_of(text: str, between: str = "\n") -> list[Corner]:
    """Corners (degrees, six places) out of "lng, lat" written one after another. Raises GroundError."""
    if len(text.encode()) > MOST_BYTES:
        raise GroundError("too-long")
    parts = [part for part in text.split(between) if part.strip()]
    if len(parts) > MOST_CORNERS + 1:
        raise GroundError("too-many")
    return [_corner(part) for part in parts]


def _corner(text: str) -> Corner:
    try:
        lng, lat = (float(number) for number in text.replace(";", ",").split(","))
    except ValueError:
        raise GroundError("not-a-number") from None
    if not (math.isfinite(lng) and math.isfinite(lat)):
        raise GroundError("not-a-number")
    return round(lng, PLACES) + 0.0, round(lat, PLACES) + 0.0


def area(corners: Sequence[Corner], box: Box, metric_crs: int) -> Polygon:
    """The polygon of at least three corners (lng, lat) inside a box of degrees. A repeated first corner may close it.

    Raises GroundError: too-few, too-many, swapped, outside, crossed (lines cross or lie on one another), too-large.
    """
    ring = _without_repeats(corners)
    if len(ring) < FEWEST_CORNERS:
        raise GroundError("too-few")
    if len(ring) > MOST_CORNERS:
        raise GroundError("too-many")
    for lng, lat in ring:
        _within(lng, lat, box)
    shape = Polygon(ring)
    if why_invalid(shape) or shape.area < SMALLEST_DEGREES2:
        raise GroundError("crossed")
    if km2(shape, metric_crs) > LARGEST_KM2:
        raise GroundError("too-large")
    return shape


def circle(lng: float, lat: float, radius_m: float, box: Box, metric_crs: int) -> Polygon:
    """The ground within `radius_m` metres of a point in a box of degrees. Raises GroundError."""
    if not (math.isfinite(lng) and math.isfinite(lat)):
        raise GroundError("not-a-number")
    _within(lng, lat, box)
    x, y = to_metric(lng, lat, metric_crs)
    ring = shapely.get_coordinates(shapely.Point(float(x), float(y)).buffer(radius_m, quad_segs=QUARTER))
    return Polygon(np.column_stack(to_store(ring[:, 0], ring[:, 1], metric_crs)))


def km2(shape: Polygon, metric_crs: int) -> float:
    """The area of a polygon in degrees, in square kilometres on the ground."""
    ring = shapely.get_coordinates(shape.exterior)
    return float(Polygon(np.column_stack(to_metric(ring[:, 0], ring[:, 1], metric_crs))).area) / 1e6


def _without_repeats(corners: Sequence[Corner]) -> list[Corner]:
    """The ring without corners that only repeat the one before them, and without the first one again at its end."""
    ring = [corner for corner, _same in groupby(corners)]
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def _within(lng: float, lat: float, box: Box) -> None:
    west, south, east, north = box
    if west <= lng <= east and south <= lat <= north:
        return
    raise GroundError("swapped" if west <= lat <= east and south <= lng <= north else "outside")
