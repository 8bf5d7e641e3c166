"""H3 cells as plain uint64 arrays; the only file that imports h3 and the only one that says lat before lng."""

from __future__ import annotations

from collections.abc import Sequence

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
from h3 import H3BaseException
from scipy import sparse
from shapely.geometry import MultiPolygon, Polygon

STORE_RES = 10
ANALYSIS_RES = (8, 9, 10)

Cells = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

_RES_SHIFT = np.uint64(52)
_RES_MASK = np.uint64(0xF << 52)


class CellError(ValueError):
    """A coordinate no cell can hold, or a number that is no cell; the message shows the first one."""


def degrees(lng: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """n longitudes and n latitudes as arrays; raises CellError for non-finite or out-of-range degrees."""
    lngs, lats = np.atleast_1d(np.asarray(lng, float)), np.atleast_1d(np.asarray(lat, float))
    if lngs.shape != lats.shape:
        raise CellError(f"{len(lngs)} longitudes and {len(lats)} latitudes are no points")
    good = (np.abs(lngs) <= 180) & (np.abs(lats) <= 90)
    if not good.all():
        first = int(np.flatnonzero(~good)[0])
        raise CellError(f"row {first}: no cell for lng {lngs[first]}, lat {lats[first]}")
    return lngs, lats


def cells_of(lng: npt.ArrayLike, lat: npt.ArrayLike, res: int = STORE_RES) -> Cells:
    """Index points: n longitudes and n latitudes in degrees -> n cells.

    Raises CellError for non-finite or out-of-range degrees: h3 itself answers latitude 91 with a cell.
    """
    lngs, lats = degrees(lng, lat)
    index = h3.latlng_to_cell
    pairs = zip(lats.tolist(), lngs.tolist(), strict=True)
    return np.fromiter((index(a, o, res) for a, o in pairs), np.uint64, len(lngs))


def resolution(cells: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The resolution (0 to 15) of each cell."""
    return ((np.asarray(cells, np.uint64) & _RES_MASK) >> _RES_SHIFT).astype(np.int64)


def parents(cells: npt.ArrayLike, res: int) -> Cells:
    """The ancestor of each cell at a coarser or equal resolution.

    Index arithmetic after the H3 cell layout (4 resolution bits, then 15 digits of 3 bits, unused ones all set).
    """
    values = np.asarray(cells, np.uint64)
    if values.size and int(resolution(values).min()) < res:
        raise CellError(f"a cell of resolution {int(resolution(values).min())} has no parent at {res}")
    unused = np.uint64((1 << (3 * (15 - res))) - 1)
    return (values & ~_RES_MASK) | np.uint64(res << 52) | unused


def span(cell: int) -> tuple[int, int]:
    """The lowest and the highest number that a stored cell (resolution STORE_RES) inside a cell can have.

    No stored cell outside it has a number between: digits of coarser resolutions come first. Raises CellError for a
    cell finer than those stored.
    """
    res = int(resolution(cell))
    if res > STORE_RES:
        raise CellError(f"a cell of resolution {res} holds no stored cell")
    low = int(cell) & ~(0xF << 52) | STORE_RES << 52
    for step in range(res + 1, STORE_RES + 1):
        low &= ~(7 << 3 * (15 - step))
    return low, low + sum(6 << 3 * (15 - step) for step in range(res + 1, STORE_RES + 1))


def to_text(cell: int) -> str:
    """The usual hexadecimal spelling of a cell."""
    return format(int(cell), "x")


def from_text(text: str) -> int:
    """Read a cell's hexadecimal spelling; raises CellError when it is none."""
    try:
        value = int(text, 16)
    except ValueError:
        raise CellError(f"{text[:20]!r} is not an H3 cell") from None
    if not 0 < value < 1 << 63 or not h3.is_valid_cell(value):
        raise CellError(f"{text[:20]!r} is not an H3 cell")
    return value


def centre(cell: int) -> tuple[float, float]:
    """Centre of a cell as lng, lat in degrees."""
    lat, lng = h3.cell_to_latlng(int(cell))
    return lng, lat


def centres(cells: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Centres of n cells: lng and lat arrays in degrees."""
    pairs = np.array([h3.cell_to_latlng(int(c)) for c in np.asarray(cells, np.uint64)], float).reshape(-1, 2)
    return pairs[:, 1], pairs[:, 0]


def outline(cell: int) -> list[tuple[float, float]]:
    """The closed boundary of a cell as (lng, lat) corners."""
    corners = [(lng, lat) for lat, lng in h3.cell_to_boundary(int(cell))]
    return [*corners, corners[0]]


def polygons(cells: npt.ArrayLike) -> list[Polygon]:
    """One polygon per cell, in degrees."""
    return [Polygon(outline(int(c))) for c in np.asarray(cells, np.uint64)]


def ring(cell: int, k: int = 1) -> Cells:
    """A cell and all within k steps of it, ascending."""
    return np.sort(np.array(h3.grid_disk(int(cell), k), np.uint64))


def neighbours(cells: npt.ArrayLike, k: int = 1) -> sparse.csr_matrix:
    """Binary k-ring neighbourhood among the given cells, each its own neighbour: n x n CSR of float64 ones.

    Cells outside the given set are left out, so the edge of a city simply has fewer neighbours.
    """
    values = np.asarray(cells, np.uint64)
    position = {int(c): i for i, c in enumerate(values)}
    rows: list[int] = []
    columns: list[int] = []
    for i, cell in enumerate(values):
        found = [position[c] for c in h3.grid_disk(int(cell), k) if c in position]
        rows += [i] * len(found)
        columns += found
    shape = (len(values), len(values))
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    matrix.sort_indices()
    return matrix


def local_ij(cells: npt.ArrayLike, origin: int) -> npt.NDArray[np.int64]:
    """Place of n cells on the lattice around a cell of their resolution: n x 2, axes 120 degrees apart.

    Raises CellError where h3 knows no way from one to the other (too far, or a pentagon lies between).
    """
    try:
        pairs = [h3.cell_to_local_ij(int(origin), int(c)) for c in np.asarray(cells, np.uint64)]
    except H3BaseException:
        raise CellError(f"{to_text(origin)} has no lattice that reaches every cell") from None
    return np.array(pairs, np.int64).reshape(-1, 2)


def edge_m(res: int) -> float:
    """Mean length of a cell's edge in metres."""
    return float(h3.average_hexagon_edge_length(res, unit="m"))


def cover(shape: Polygon | MultiPolygon, res: int) -> Cells:
    """Every cell at `res` that touches a shape given in degrees, ascending; empty for an empty shape."""
    if shape.is_empty:
        return np.array([], np.uint64)
    found = h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(shape), res, contain="overlap")
    return np.unique(np.array(list(found), np.uint64))


def area_m2(cells: npt.ArrayLike) -> Floats:
    """True area of each cell in square metres (on the sphere, as H3 defines it)."""
    return np.array([h3.cell_area(int(c), unit="m^2") for c in np.asarray(cells, np.uint64)], float)


def within_box(bbox: Sequence[float], res: int) -> Cells:
    """Cells at `res` that touch a box given as west, south, east, north in degrees."""
    west, south, east, north = bbox
    return cover(Polygon([(west, south), (east, south), (east, north), (west, north)]), res)
