import pickle

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from geo import hexes
from geo.frames import FrameError
from geo.hexes import CellError
from geo.joins import AreaIndex
from geo.quick import CityIndex
from tests.tiny import FIXTURES

WEST, SOUTH = 21.2, 45.7


def areas_of(shapes, slugs=None):
    names = list(slugs or (f"a{i:03d}" for i in range(len(shapes))))
    return AreaIndex(gpd.GeoDataFrame({"slug": names, "name": names}, geometry=list(shapes), crs=4326))


def crooked(one, other, rng, folds=6):
    """A line between two points, folded again and again at random: what a river or a railway does to a border."""
    line = np.array([one, other])
    for _ in range(folds):
        middle, step = (line[:-1] + line[1:]) / 2, line[1:] - line[:-1]
        middle += rng.uniform(-0.15, 0.15, (len(step), 1)) * step[:, ::-1] * [1, -1]
        line = np.insert(line, np.arange(1, len(line)), middle, axis=0)
    return line


def crooked_partition(n=4, seed=1):
    """n x n areas between crooked borders; each border is one line that both its neighbours share."""
    rng = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij"), axis=-1) * 0.01 + [WEST, SOUTH]
    east = {(i, j): crooked(corner[i, j], corner[i + 1, j], rng) for i in range(n) for j in range(n + 1)}
    north = {(i, j): crooked(corner[i, j], corner[i, j + 1], rng) for i in range(n + 1) for j in range(n)}
    return [
        Polygon(np.vstack([east[i, j], north[i + 1, j][1:], east[i, j + 1][::-1][1:], north[i, j][::-1][1:]]))
        for i in range(n)
        for j in range(n)
    ]


def timisoara():
    return AreaIndex(gpd.read_file(FIXTURES / "boundaries" / "timisoara_neighborhoods.geojson", engine="pyogrio"))


def layers():
    partition, rng = crooked_partition(), np.random.default_rng(2)
    discs = shapely.buffer(
        shapely.points(rng.uniform(WEST, WEST + 0.04, 30), rng.uniform(SOUTH, SOUTH + 0.04, 30)), 0.004
    )
    ring = Polygon(
        box(WEST, SOUTH, WEST + 0.03, SOUTH + 0.03).exterior,
        [box(WEST + 0.01, SOUTH + 0.01, WEST + 0.02, SOUTH + 0.02).exterior],
    )
    return {
        "Timișoara": timisoara(),
        "crooked borders": areas_of(partition),
        "every third missing": areas_of([s for i, s in enumerate(partition) if i % 3]),
        "overlapping discs": areas_of(discs, [f"d{i:02d}" for i in rng.permutation(30)]),
        "a hole, and an island in it": areas_of([ring, box(WEST + 0.014, SOUTH + 0.014, WEST + 0.016, SOUTH + 0.016)]),
        "two pieces and the whole": areas_of(
            [MultiPolygon([partition[0], partition[15]]), box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02)]
        ),
    }


LAYERS = layers()


def around(areas, n, rng):
    """Points all over the areas and beyond, on their corners, on their borders and a hair beside them."""
    west, south, east, north = areas.areas.total_bounds
    free = rng.uniform([west - 0.005, south - 0.005], [east + 0.005, north + 0.005], (n, 2))
    corners = shapely.get_coordinates(areas.areas.geometry.to_numpy())
    line = shapely.boundary(areas.areas.geometry.to_numpy())
    some = line[rng.integers(len(line), size=n // 4)]
    borders = shapely.get_coordinates(shapely.line_interpolate_point(some, rng.uniform(size=n // 4), normalized=True))
    beside = borders + rng.normal(size=borders.shape) * 10 ** rng.uniform(-15, -4, (len(borders), 1))
    return np.vstack([free, corners, borders, beside]).T


def agrees(index, areas, lng, lat):
    cells, position, area = index.locate(lng, lat)
    assert (area == areas.locate(lng, lat).area).all()
    assert (cells == hexes.cells_of(lng, lat, index.res)).all()
    assert (index.known[position[position >= 0]] == cells[position >= 0]).all()
    assert (cells.dtype, position.dtype, area.dtype) == (np.uint64, np.int32, np.int32)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_point_has_the_area_that_the_area_index_gives(layer):
    areas = LAYERS[layer]
    agrees(CityIndex(areas), areas, *around(areas, 8_000, np.random.default_rng(7)))


@pytest.mark.parametrize("side", [8, 33, 256])
@pytest.mark.parametrize("layer", LAYERS)
def test_how_fine_the_grid_is_changes_nothing(layer, side):
    areas = LAYERS[layer]
    agrees(CityIndex(areas, 9, side), areas, *around(areas, 1_000, np.random.default_rng(side)))


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(5, 60))
def test_random_triangles_over_one_another_change_nothing(seed, side):
    rng = np.random.default_rng(seed)
    corners = rng.uniform([WEST, SOUTH], [WEST + 0.03, SOUTH + 0.02], (rng.integers(1, 12), 3, 2)).round(
        rng.integers(3, 8)
    )
    shapes = [s for s in map(Polygon, corners) if s.area > 0]
    if shapes:
        agrees(CityIndex(areas_of(shapes), 8, side), areas_of(shapes), *around(areas_of(shapes), 200, rng))


def test_only_points_near_a_border_are_asked_of_the_area_index(monkeypatch):
    areas, asked = timisoara(), []
    index, locate = CityIndex(areas), areas.locate
    monkeypatch.setattr(areas, "locate", lambda lng, lat: asked.append(len(lng)) or locate(lng, lat))
    west, south, east, north = areas.areas.total_bounds
    rng = np.random.default_rng(3)
    index.locate(rng.uniform(west, east, 50_000), rng.uniform(south, north, 50_000))
    assert 0 < sum(asked) < 1_500


def test_the_numbers_of_an_answer_are_rows_of_the_slugs_and_the_cells():
    index = CityIndex(timisoara())
    cells, position, area = index.locate([21.2272, 26.1], [45.7537, 44.4])
    assert index.slugs[area[0]] == "centru-cetate"
    assert index.known[position[0]] == cells[0]
    assert (position[1], area[1]) == (-1, -1)


def test_no_points_and_no_areas_have_an_answer():
    none = AreaIndex(timisoara().areas.iloc[:0])
    assert CityIndex(none).locate([0, 21.2], [0, 45.7]).area.tolist() == [-1, -1]
    assert [len(column) for column in CityIndex(timisoara()).locate([], [])] == [0, 0, 0]


def test_an_index_reads_back():
    index, points = CityIndex(timisoara()), around(timisoara(), 2_000, np.random.default_rng(1))
    again = pickle.loads(pickle.dumps(index))
    for one, other in zip(index.locate(*points), again.locate(*points), strict=True):
        assert (one == other).all()


def test_areas_at_the_date_line_are_placed():
    areas = areas_of([box(179.9, -17, 180, -16.9), box(179.8, -17, 179.9, -16.9)])
    agrees(CityIndex(areas), areas, *np.clip(around(areas, 500, np.random.default_rng(1)), -180, 180))


@pytest.mark.parametrize("lng, lat", [(21.2, 91), (np.nan, 45.7)])
def test_a_place_that_is_none_is_refused(lng, lat):
    with pytest.raises(CellError, match="row 1: no cell for"):
        CityIndex(timisoara()).locate([21.2, lng], [45.7, lat])


def test_areas_that_are_no_polygons_are_refused():
    with pytest.raises(FrameError, match="areas: a001 is no polygon"):
        CityIndex(areas_of([box(0, 0, 1, 1), LineString([(0, 0), (1, 1)])]))
