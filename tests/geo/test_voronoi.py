"""Cells around points share out an outline: every spot to the nearest point, nothing twice, nothing left."""

import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from geo.voronoi import VoronoiError, areas_around, cells_around

SQUARE = box(0, 0, 100, 100)


def test_two_points_halve_a_square():
    west, east = cells_around([(25, 50), (75, 50)], SQUARE)
    assert west.equals(box(0, 0, 50, 100))
    assert east.equals(box(50, 0, 100, 100))


def test_cells_come_in_the_order_of_the_points():
    points = [(90, 90), (10, 10), (90, 10), (10, 90)]
    for point, cell in zip(points, cells_around(points, SQUARE), strict=True):
        assert cell.covers(Point(point))


def test_one_point_gets_all():
    assert cells_around([(1, 1)], SQUARE)[0].equals(SQUARE)


def test_a_hollow_outline_can_leave_a_cell_in_pieces():
    u_shape = Polygon([(0, 0), (100, 0), (100, 100), (80, 100), (80, 20), (20, 20), (20, 100), (0, 100)])
    low, high = cells_around([(50, 10), (90, 95)], u_shape)
    assert len(low.geoms) + len(high.geoms) > 2
    assert low.area + high.area == pytest.approx(u_shape.area)


def test_a_point_outside_is_refused_by_number():
    with pytest.raises(VoronoiError, match="point 2 lies outside"):
        cells_around([(50, 50), (150, 50)], SQUARE)


def test_a_repeated_point_is_refused_by_number():
    with pytest.raises(VoronoiError, match="point 3 repeats point 1"):
        cells_around([(50, 50), (60, 50), (50, 50)], SQUARE)


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=2, max_size=12, unique=True))
def test_cells_tile_the_outline(points):
    cells = cells_around(points, SQUARE)
    assert sum(c.area for c in cells) == pytest.approx(SQUARE.area)
    assert shapely.union_all(cells).area == pytest.approx(SQUARE.area)


def test_areas_keep_slug_and_name_and_are_in_degrees():
    points = pd.DataFrame({"slug": ["a", "b"], "name": ["Ă", "B"], "lng": [21.21, 21.23], "lat": [45.75, 45.75]})
    areas = areas_around(points, box(21.2, 45.74, 21.24, 45.76), 3844)
    assert areas[["slug", "name"]].to_numpy().tolist() == [["a", "Ă"], ["b", "B"]]
    assert areas.crs.to_epsg() == 4326
    assert areas.geometry.is_valid.all()
