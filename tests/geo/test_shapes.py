import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, Polygon, box

from geo import shapes

BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def test_a_bow_tie_says_where_it_crosses_itself():
    assert shapes.why_invalid(BOW_TIE) == "Self-intersection[1 1]"


@pytest.mark.parametrize("shape", [None, Polygon(), Point(1, 1), LineString([(0, 0), (1, 1)])])
def test_what_is_no_area_is_named(shape):
    assert shapes.why_invalid(shape).startswith("the geometry is")


def test_a_square_is_an_area():
    assert shapes.why_invalid(box(0, 0, 1, 1)) is None


def test_repair_keeps_the_ground_of_a_bow_tie():
    mended = shapes.repair(BOW_TIE)
    assert mended.is_valid
    assert mended.area == 2


def test_overlaps_are_told_largest_first():
    areas = gpd.GeoDataFrame(
        {"slug": list("abc"), "name": list("ABC")},
        geometry=[box(21, 45, 21.02, 45.02), box(21.01, 45, 21.03, 45.02), box(21.029, 45, 21.04, 45.02)],
        crs=4326,
    )
    found = shapes.overlaps(areas, 3844)
    assert [(o.first, o.second) for o in found] == [("A", "B"), ("B", "C")]
    assert found[0].area_m2 > 9 * found[1].area_m2
