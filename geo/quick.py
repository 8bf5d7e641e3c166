"""Cell and area of many points in one city: an index made once, handed round, and asked for millions.

AreaIndex is the truth. A grid laid over the areas knows which of its boxes a border touches. Along a path that meets
no border the answer cannot change, so one point speaks for all untouched boxes that hang together; only the points in
touched boxes are asked of AreaIndex. It follows that areas may overlap, leave gaps and have holes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

from geo import hexes
from geo.frames import FrameError
from geo.hexes import Cells, Floats
from geo.joins import AreaIndex
from geo.lattice import BLOCK, Box, Lattice, Positions

Ints = npt.NDArray[np.int64]

SIDE = 1024
TOUCHED = -2
# in boxes of the grid: as near as this to a border is touched; thousands of times what rounding can do
NEAR = 1e-4
# boxes around the areas, so that the outermost ones answer for all that lies beyond
RIM = 2
LEAST_DEGREES = 1e-3


class Found(NamedTuple):
    """What is known of n points: `cells` (H3); `position`, the row of each in CityIndex.known, -1 for a cell that is
    not there; `area`, the row in CityIndex.slugs of the area that holds the point, -1 for none."""

    cells: Cells
    position: Positions
    area: Positions


class CityIndex:
    """Find cell and area of many points, as hexes.cells_of and AreaIndex.locate do, many times quicker.

    Made from an AreaIndex of polygons in degrees. `known` are the cells in and around the areas, ascending, `slugs`
    the areas in AreaIndex's order: what the numbers of an answer stand for. Nothing changes once made; it can be
    pickled, and threads may share it. Making it costs some 50 ms for a city of 20,000 cells.
    """

    def __init__(self, areas: AreaIndex, res: int = hexes.STORE_RES, side: int = SIDE) -> None:
        self._areas = areas
        self._grid = _Grid(areas, side)
        self._lattice = Lattice(self._grid.box, res)

    @property
    def res(self) -> int:
        """Resolution of the cells."""
        return self._lattice.res

    @property
    def known(self) -> Cells:
        """The cells that positions count."""
        return self._lattice.known

    @property
    def slugs(self) -> npt.NDArray[np.object_]:
        """The slugs of the areas, ascending."""
        slugs: npt.NDArray[np.object_] = self._areas.areas["slug"].to_numpy(object)
        return slugs

    def locate(self, lng: npt.ArrayLike, lat: npt.ArrayLike) -> Found:
        """Place n points given in degrees; raises hexes.CellError for degrees that are none. Linear in n."""
        lngs, lats = hexes.degrees(lng, lat)
        cells, position = self._lattice.locate(lngs, lats)
        area = self._grid.labels_of(lngs, lats)
        asked = np.flatnonzero(area == TOUCHED)
        if len(asked):
            area[asked] = self._areas.locate(lngs[asked], lats[asked]).area
        return Found(cells, position, area)


class _Grid:
    """side x side boxes over the areas, each with the area that holds all of it, -1 for none, or TOUCHED."""

    def __init__(self, areas: AreaIndex, side: int) -> None:
        if side <= 2 * RIM:
            raise FrameError(f"a grid of {side} by {side} boxes has no room for areas")
        west, south, east, north = _bounds(areas)
        self.side = side
        inner = side - 2 * RIM
        self._wide, self._high = (max(d, LEAST_DEGREES) / inner for d in (east - west, north - south))
        self._west, self._south = west - RIM * self._wide, south - RIM * self._high
        self.box: Box = (
            max(self._west, -180.0),
            max(self._south, -90.0),
            min(self._west + side * self._wide, 180.0),
            min(self._south + side * self._high, 90.0),
        )
        self._labels = self._labelled(areas)

    def labels_of(self, lng: Floats, lat: Floats) -> Positions:
        """The label of each point's box; a point beyond the grid is in one of the outermost, which no area reaches."""
        label = np.empty(len(lng), np.int32)
        for start in range(0, len(lng), BLOCK):
            rows = slice(start, start + BLOCK)
            x, y = self._scaled(lng[rows], lat[rows])
            code = np.floor(np.clip(y, 0, self.side - 1)) * self.side + np.floor(np.clip(x, 0, self.side - 1))
            self._labels.take(code.astype(np.int64), out=label[rows], mode="clip")
        return label

    def _scaled(self, lng: Floats, lat: Floats) -> tuple[Floats, Floats]:
        return (lng - self._west) * (1 / self._wide), (lat - self._south) * (1 / self._high)

    def _labelled(self, areas: AreaIndex) -> Positions:
        touched = np.zeros((self.side, self.side), bool)
        start, end = _edges(areas)
        row, column = _boxes_along(*self._scaled(*start.T), *self._scaled(*end.T))
        touched[row, column] = True
        group, groups = ndimage.label(~touched)
        group = group.ravel()
        speaker = np.zeros(groups + 1, np.int64)
        speaker[group] = np.arange(len(group))
        lng = self._west + (speaker % self.side + 0.5) * self._wide
        lat = self._south + (speaker // self.side + 0.5) * self._high
        answer = areas.locate(lng, lat).area
        answer[0] = TOUCHED
        labels: Positions = answer[group]
        return labels


def _bounds(areas: AreaIndex) -> Box:
    """The box that the areas fill; raises FrameError for a shape that is no polygon. No areas fill a box at 0, 0."""
    shapes = areas.areas.geometry.to_numpy()
    polygons = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    if not polygons.all():
        first = int(np.flatnonzero(~polygons)[0])
        raise FrameError(f"areas: {areas.areas['slug'].iloc[first]} is no polygon")
    if shapely.is_empty(shapes).all():
        return 0.0, 0.0, 0.0, 0.0
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def _edges(areas: AreaIndex) -> tuple[Floats, Floats]:
    """Both ends, n x 2, of every edge of every ring."""
    rings = shapely.get_rings(shapely.get_parts(areas.areas.geometry.to_numpy()))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[1:] == ring[:-1]
    return corners[:-1][within], corners[1:][within]


def _boxes_along(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> tuple[Ints, Ints]:
    """Row and column of every unit box that n edges touch or come nearer to than NEAR; some more than once."""
    turned = x0 > x1
    x0, x1 = np.where(turned, x1, x0), np.where(turned, x0, x1)
    y0, y1 = np.where(turned, y1, y0), np.where(turned, y0, y1)
    edge, column = _spread(x0, x1)
    x0, y0, x1, y1 = x0[edge], y0[edge], x1[edge], y1[edge]
    run = np.where(x1 > x0, x1 - x0, 1.0)
    entry = np.where(x1 > x0, np.clip((column - NEAR - x0) / run, 0, 1), 0)
    exit_ = np.where(x1 > x0, np.clip((column + 1 + NEAR - x0) / run, 0, 1), 1)
    ya, yb = y0 + entry * (y1 - y0), y0 + exit_ * (y1 - y0)
    piece, row = _spread(np.minimum(ya, yb), np.maximum(ya, yb))
    return row, column[piece]


def _spread(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """For n stretches of an axis: the number of the stretch and of each unit step it touches, one pair per step."""
    first = np.floor(low - NEAR).astype(np.int64)
    count = np.floor(high + NEAR).astype(np.int64) - first + 1
    stretch = np.repeat(np.arange(len(first)), count)
    return stretch, np.arange(len(stretch)) - np.repeat(np.cumsum(count) - count, count) + first[stretch]
