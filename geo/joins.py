"""Points in areas: one index, one answer, whichever door the point came through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse

from geo.frames import AREAS, check


class PlaceState(StrEnum):
    """How a point lies to the areas of a set."""

    INSIDE = "inside"
    OVERLAP = "overlap"
    BORDER = "border"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Located:
    """`area`: n row numbers into the index's areas, -1 where none holds the point. `state`: n PlaceState values."""

    area: npt.NDArray[np.int32]
    state: npt.NDArray[np.object_]


class AreaIndex:
    """Find the area of many points.

    A point on a border counts as inside (`covers`). Where several areas hold a point the one whose slug sorts first
    is taken, so the answer depends neither on file order nor on the machine; the state says that there was a choice.
    """

    def __init__(self, areas: gpd.GeoDataFrame) -> None:
        check(areas, AREAS, "areas")
        self.areas = areas.sort_values("slug", kind="stable").reset_index(drop=True)
        self._shapes = self.areas.geometry.to_numpy()

    def locate(self, lng: npt.ArrayLike, lat: npt.ArrayLike) -> Located:
        """Place n points given in degrees (the CRS of the areas)."""
        points = shapely.points(np.atleast_1d(np.asarray(lng, float)), np.atleast_1d(np.asarray(lat, float)))
        area = np.full(len(points), -1, np.int32)
        if not len(points) or not len(self._shapes):
            return Located(area, np.full(len(points), PlaceState.OUTSIDE.value, object))
        tree = shapely.STRtree(points)
        shape, point = tree.query(self._shapes, predicate="intersects")
        held = np.bincount(point, minlength=len(points))
        inner_point = tree.query(self._shapes, predicate="contains_properly")[1]
        inner = np.bincount(inner_point, minlength=len(points))
        first = np.full(len(points), len(self._shapes), np.int64)
        np.minimum.at(first, point, shape)
        area[held > 0] = first[held > 0]
        state = np.select(
            [held == 0, inner < held, held > 1],
            [PlaceState.OUTSIDE.value, PlaceState.BORDER.value, PlaceState.OVERLAP.value],
            PlaceState.INSIDE.value,
        ).astype(object)
        return Located(area, state)


def overlap_m2(left: gpd.GeoSeries, right: gpd.GeoSeries) -> sparse.csr_matrix:
    """Shared area of every pair of shapes: len(left) x len(right) CSR in square metres; both on one metre grid."""
    pairs = shapely.STRtree(left.to_numpy()).query(right.to_numpy(), predicate="intersects")
    rights, lefts = pairs
    shared = shapely.area(shapely.intersection(left.to_numpy()[lefts], right.to_numpy()[rights]))
    keep = shared > 0
    shape = (len(left), len(right))
    return sparse.csr_matrix((shared[keep], (lefts[keep], rights[keep])), shape=shape)
