import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from geo import hexes

LNGS = st.floats(-180, 180, allow_nan=False)
LATS = st.floats(-89, 89, allow_nan=False)


@given(LNGS, LATS, st.integers(0, 10))
def test_parents_equal_those_of_h3(lng, lat, res):
    cell = hexes.cells_of(lng, lat)
    assert hexes.parents(cell, res)[0] == h3.cell_to_parent(int(cell[0]), res)


@pytest.mark.parametrize(
    "lng, lat", [(21.2, 91), (181, 45.7), (1e308, 45.7), (float("nan"), 45.7), (21.2, float("inf"))]
)
def test_a_place_that_is_none_has_no_cell(lng, lat):
    with pytest.raises(hexes.CellError, match="row 1"):
        hexes.cells_of([21.2, lng], [45.7, lat])


def test_the_text_of_a_cell_reads_back():
    cell = int(hexes.cells_of(21.2272, 45.7537)[0])
    assert hexes.from_text(hexes.to_text(cell)) == cell


@pytest.mark.parametrize("text", ["", "hello", "ffffffffffffffff", "0", "-8a"])
def test_a_text_that_is_no_cell_is_refused(text):
    with pytest.raises(hexes.CellError, match="is not an H3 cell"):
        hexes.from_text(text)


@given(LNGS, LATS, st.integers(8, 10))
def test_the_span_of_a_cell_runs_from_its_first_to_its_last_child(lng, lat, res):
    cell = int(hexes.cells_of(lng, lat, res)[0])
    children = sorted(h3.cell_to_children(cell, hexes.STORE_RES))
    assert hexes.span(cell) == (children[0], children[-1])


def test_a_cell_finer_than_those_stored_spans_nothing():
    with pytest.raises(hexes.CellError, match="resolution 11"):
        hexes.span(int(hexes.cells_of(21.2, 45.7, 11)[0]))


def test_neighbours_are_the_ring_within_the_set():
    centre = int(hexes.cells_of(21.2272, 45.7537, 9)[0])
    cells = hexes.ring(centre)
    graph = hexes.neighbours(cells)
    assert graph[list(cells).index(centre)].sum() == 7
    assert sorted(graph.sum(axis=1).A1.tolist()) == [4, 4, 4, 4, 4, 4, 7]
    assert (graph != graph.T).nnz == 0


def test_cover_holds_every_cell_that_a_shape_touches():
    shape = box(21.20, 45.74, 21.23, 45.76)
    cells = hexes.cover(shape, 9)
    inside = hexes.cells_of(np.linspace(21.20, 21.23, 50), np.linspace(45.74, 45.76, 50), 9)
    assert set(inside) <= set(cells)
    assert all(p.intersects(shape) for p in hexes.polygons(cells))


def test_an_empty_shape_has_no_cells():
    assert hexes.cover(Polygon(), 9).size == 0


def test_area_is_that_of_h3_for_its_resolution():
    cell = hexes.cells_of(21.2272, 45.7537, 9)
    assert hexes.area_m2(cell)[0] == pytest.approx(h3.cell_area(int(cell[0]), unit="m^2"))
