"""H3 cells of many points in one city at once.

Inside one face of the icosahedron H3 is a hexagonal lattice in gnomonic coordinates, and a gnomonic projection is a
homography: one 3 x 3 matrix takes a point's unit vector to its place on the lattice. The matrix is fitted to h3's own
cells (direct linear transformation) and judged on each of them; h3 itself answers wherever the lattice might differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo import hexes
from geo.hexes import CellError, Cells, Floats

Positions = npt.NDArray[np.int32]
Box = tuple[float, float, float, float]

# in steps of the lattice: a fit worse than MISFIT is none; a point nearer than MARGIN to an edge is asked of h3
MISFIT = 1e-6
MARGIN = 1e-4
MOST_CELLS = 1 << 20
BLOCK = 1 << 14
FITTED = 512
EDGES_AROUND = 3
DEGREE_M = 111_195.0


@dataclass(frozen=True, eq=False)
class _Fit:
    """`matrix` takes the vector of a point to its place (column, row, weight) on `table`, which holds row numbers of
    known cells, -1 where none is and all along its rim. `misfit`: see Lattice."""

    matrix: Floats
    table: Positions
    misfit: float


class Lattice:
    """All cells of one resolution in a box, and the way from a point to its cell.

    Takes a box (west, south, east, north in degrees) and a resolution up to 10. `known` are the cells in and around
    the box, ascending; `misfit` is the largest distance between a known cell's centre and its place on the lattice,
    in steps of it. `fits` is false where that is more than 1e-6 (the box reaches over an edge of the icosahedron, or
    a pentagon is near): then h3 answers for every point. `known` is empty, and h3 answers, for a box that reaches
    180 degrees of longitude or a pole and for one of more than a million cells. Nothing changes once made; picklable.
    """

    def __init__(self, box: Sequence[float], res: int = hexes.STORE_RES) -> None:
        west, south, east, north = (float(v) for v in box)
        hexes.degrees([west, east], [south, north])
        if west > east or south > north:
            raise CellError(f"{west} to {east} by {south} to {north} degrees is no box")
        if not 0 <= res <= hexes.STORE_RES:
            raise CellError(f"no lattice of resolution {res}: 0 to {hexes.STORE_RES} are possible")
        self.box: Box = (west, south, east, north)
        self.res = res
        self.known = _cells_around(self.box, res)
        self._middle = (west + east) / 2
        self._fit = _fitted(self.known, self._middle, (south + north) / 2, res)
        self.misfit = self._fit.misfit

    @property
    def fits(self) -> bool:
        """Whether the lattice answers for the points in its box."""
        return self.misfit <= MISFIT

    def cells(self, lng: npt.ArrayLike, lat: npt.ArrayLike) -> Cells:
        """Cells of n points in degrees: what hexes.cells_of gives, CellError included."""
        return self.locate(lng, lat)[0]

    def locate(self, lng: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Cells, Positions]:
        """Cells of n points in degrees, and the row number of each in `known`, -1 for a cell that is not there.

        Raises CellError for non-finite or out-of-range degrees. Linear in n.
        """
        lngs, lats = hexes.degrees(lng, lat)
        position = np.full(len(lngs), -1, np.int32)
        if self.fits:
            for start in range(0, len(lngs), BLOCK):
                rows = slice(start, start + BLOCK)
                position[rows] = self._positions(lngs[rows], lats[rows])
        asked = np.flatnonzero(position < 0)
        cells = self.known.take(position, mode="clip") if len(asked) < len(lngs) else np.empty(len(lngs), np.uint64)
        if len(asked):
            cells[asked] = hexes.cells_of(lngs[asked], lats[asked], self.res)
            position[asked] = self.positions(cells[asked])
        return cells, position

    def positions(self, cells: npt.ArrayLike) -> Positions:
        """The row number in `known` of each cell, -1 for one that is not there."""
        values = np.asarray(cells, np.uint64)
        if not len(self.known):
            return np.full(len(values), -1, np.int32)
        found = np.minimum(np.searchsorted(self.known, values), len(self.known) - 1)
        return np.where(self.known[found] == values, found, -1).astype(np.int32)

    def _positions(self, lng: Floats, lat: Floats) -> Positions:
        """Row numbers in `known`; -1 where h3 must be asked: outside the box, or too near an edge of a cell."""
        west, south, east, north = self.box
        inside = (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)
        if not inside.all():
            position = np.full(len(lng), -1, np.int32)
            if inside.any():
                position[inside] = self._positions(lng[inside], lat[inside])
            return position
        i, j = _places(self._fit.matrix, _vectors(lng - self._middle, lat))
        column, row, near = _rounded(i, j)
        columns, rows = self._fit.table.shape
        code = np.clip(column, 0, columns - 1) * rows + np.clip(row, 0, rows - 1)
        found: Positions = self._fit.table.ravel().take(code.astype(np.int64), mode="clip")
        found[near > 1 - MARGIN] = -1
        return found


def _cells_around(box: Box, res: int) -> Cells:
    """The cells that touch a box or lie close around it; none where that is impossible or they are too many.

    Close around, because a cell on the rim of the box must have judged neighbours on every side.
    """
    west, south, east, north = box
    up = EDGES_AROUND * hexes.edge_m(res) / DEGREE_M
    farthest = max(abs(south), abs(north)) + up
    aside = up / np.cos(np.radians(farthest)) if farthest < 90 else np.inf
    if max(abs(west), abs(east)) + aside >= 180:
        return np.empty(0, np.uint64)
    grown = (west - aside, south - up, east + aside, north + up)
    ground_m2 = (grown[2] - grown[0]) * (grown[3] - grown[1]) * DEGREE_M**2 * np.cos(np.radians((south + north) / 2))
    if ground_m2 > MOST_CELLS * 1.5 * np.sqrt(3) * hexes.edge_m(res) ** 2:
        return np.empty(0, np.uint64)
    return hexes.within_box(grown, res)


def _fitted(known: Cells, lng: float, lat: float, res: int) -> _Fit:
    """The lattice of known cells around the middle of their box; longitudes count from there."""
    none = _Fit(np.zeros((3, 3)), np.full((1, 1), -1, np.int32), np.inf)
    if not len(known):
        return none
    try:
        places = hexes.local_ij(known, int(hexes.cells_of(lng, lat, res)[0]))
    except CellError:
        return none
    places = places - places.min(axis=0) + 1
    lngs, lats = hexes.centres(known)
    vectors = _vectors(lngs - lng, lats)
    chosen = slice(None, None, len(known) // FITTED + 1)
    matrix = _homography(vectors[:, chosen], places[chosen].T.astype(float))
    weight = matrix[2] @ vectors
    if not weight.min() > 0:
        return none
    misfit = float(np.abs(matrix[:2] @ vectors / weight - places.T).max())
    table = np.full(places.max(axis=0) + 2, -1, np.int32)
    table[places[:, 0], places[:, 1]] = np.arange(len(known), dtype=np.int32)
    return _Fit(matrix, table, misfit)


def _homography(vectors: Floats, places: Floats) -> Floats:
    """The matrix that takes 3 x n vectors to 2 x n places but for a factor each; the factor's mean is 1.

    Direct linear transformation (Hartley and Zisserman 2004, 4.1): the singular vector of the smallest singular
    value. Both sides are brought to the order of 1 first, the vectors along the axes of their own spread.
    """
    axes, spread, _ = np.linalg.svd(vectors, full_matrices=False)
    whiten = (axes / spread).T * np.sqrt(vectors.shape[1])
    middle, scale = places.mean(axis=1), places.std() + 1
    v, (i, j) = (whiten @ vectors).T, (places - middle[:, None]) / scale
    zero = np.zeros_like(v)
    equations = np.vstack([np.hstack([v, zero, -i[:, None] * v]), np.hstack([zero, v, -j[:, None] * v])])
    found = np.linalg.svd(equations, full_matrices=False)[2][-1].reshape(3, 3)
    back = np.array([[scale, 0, middle[0]], [0, scale, middle[1]], [0, 0, 1]])
    matrix: Floats = back @ found @ whiten
    matrix /= (matrix[2] @ vectors).mean()
    return matrix


def _vectors(lng: Floats, lat: Floats) -> Floats:
    """3 x n: (cos lat cos lng, cos lat sin lng, sin lat) of n points, but for a factor each that no place depends on.

    Half-angle tangents, for a tangent costs a tenth of a sine.
    """
    t, p = np.tan(lng * (np.pi / 360)), np.tan(lat * (np.pi / 360))
    tt, flat = t * t, 1 - p * p
    return np.stack([flat * (1 - tt), flat * (t + t), (p + p) * (1 + tt)])


def _places(matrix: Floats, vectors: Floats) -> tuple[Floats, Floats]:
    """Fractional column and row of 3 x n vectors; written out, because a matrix product would start threads."""
    x, y, z = vectors
    i, j, weight = (a * x + b * y + c * z for a, b, c in matrix.tolist())
    return i / weight, j / weight


def _rounded(i: Floats, j: Floats) -> tuple[Floats, Floats, Floats]:
    """The cell that each place lies in, and how near it is to the cell's edge: 0 in the centre, 1 on the edge.

    Rounding each axis alone misses by one step at most, along the axis with the larger remainder.
    """
    column, row = np.rint(i), np.rint(j)
    x, y = i - column, j - row
    along = np.abs(x) >= np.abs(y)
    column += np.where(along, np.rint(x - y / 2), 0)
    row += np.where(along, 0, np.rint(y - x / 2))
    x, y = i - column, j - row
    near = np.maximum(np.maximum(np.abs(x + x - y), np.abs(y + y - x)), np.abs(x + y))
    return column, row, near
