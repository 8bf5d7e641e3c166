import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from geo.frames import FrameError
from geo.joins import AreaIndex, overlap_m2

AREAS = gpd.GeoDataFrame(
    {"slug": ["west", "east", "both"], "name": ["West", "East", "Both"]},
    geometry=[box(0, 0, 5, 5), box(5, 0, 10, 5), box(4, 4, 6, 6)],
    crs=4326,
)


def located(*points):
    index = AreaIndex(AREAS)
    found = index.locate([p[0] for p in points], [p[1] for p in points])
    slugs = index.areas["slug"].to_numpy()
    return [(slugs[a] if a >= 0 else None, s) for a, s in zip(found.area, found.state, strict=True)]


def test_each_way_a_point_can_lie():
    assert located((1, 1), (20, 1), (4.5, 4.5), (0, 2)) == [
        ("west", "inside"),
        (None, "outside"),
        ("both", "overlap"),
        ("west", "border"),
    ]


def test_a_shared_border_goes_to_the_slug_that_sorts_first():
    assert located((5, 2)) == [("east", "border")]


def test_the_order_of_the_areas_changes_nothing():
    points = np.random.default_rng(3).uniform(-1, 11, (500, 2))
    turned = AreaIndex(AREAS.iloc[::-1])
    one, other = AreaIndex(AREAS).locate(*points.T), turned.locate(*points.T)
    assert (one.area == other.area).all()
    assert (one.state == other.state).all()


def test_no_points_and_no_areas_have_an_answer():
    assert AreaIndex(AREAS).locate([], []).area.tolist() == []
    assert AreaIndex(AREAS.iloc[:0]).locate([1], [1]).state.tolist() == ["outside"]


def test_areas_without_slugs_are_refused():
    with pytest.raises(FrameError, match="missing column slug"):
        AreaIndex(AREAS.drop(columns="slug"))


def test_shared_ground_in_square_metres():
    shared = overlap_m2(gpd.GeoSeries([box(0, 0, 10, 10)]), gpd.GeoSeries([box(5, 5, 20, 20), box(50, 50, 60, 60)]))
    assert shared.toarray().tolist() == [[25, 0]]
