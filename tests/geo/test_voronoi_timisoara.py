"""The demo's neighbourhoods on file are those that the label points and the outline give."""

import json
import tomllib

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import shape

from geo.readers import read_table
from geo.voronoi import areas_around, as_geojson
from tests.tiny import FIXTURES

FOLDER = FIXTURES / "boundaries"
FILE = FOLDER / "timisoara_neighborhoods.geojson"


@pytest.fixture(scope="module")
def outline():
    return shape(json.loads((FOLDER / "timisoara_outline.geojson").read_text())["geometry"])


@pytest.fixture(scope="module")
def areas():
    return gpd.read_file(FILE, engine="pyogrio")


def test_the_file_is_made_from_its_label_points(outline):
    points = pd.read_csv(FOLDER / "timisoara_points.csv")
    assert as_geojson(areas_around(points, outline, 3844)) == FILE.read_text(encoding="utf-8")


def test_thirty_two_neighborhoods_tile_the_outline(areas, outline):
    cells = areas.to_crs(3844).geometry.to_numpy()
    whole = gpd.GeoSeries([outline], crs=4326).to_crs(3844).iloc[0]
    assert len(cells) == 32 == areas["slug"].nunique()
    assert whole.area == pytest.approx(69.2e6, rel=0.002)
    assert sum(shapely.area(cells)) == pytest.approx(whole.area, rel=1e-3)
    left, right = shapely.STRtree(cells).query(cells, predicate="overlaps")
    assert shapely.area(shapely.intersection(cells[left], cells[right])).sum() == pytest.approx(0, abs=1)


def test_each_label_lies_in_its_own_neighborhood(areas):
    points = pd.read_csv(FOLDER / "timisoara_points.csv").set_index("slug")
    for slug, cell in zip(areas["slug"], areas.geometry, strict=True):
        assert shapely.covers(cell, shapely.Point(points.loc[slug, "lng"], points.loc[slug, "lat"]))


def test_the_sidecar_says_that_all_is_approximate_and_synthetic():
    told = tomllib.loads((FOLDER / "timisoara_neighborhoods.toml").read_text(encoding="utf-8"))
    assert told["approximate"] is True
    assert told["authority"] == "Ascult, approximate"
    assert all("load_boundaries" in told["note"][language] for language in ("ro", "en"))
    assert "synthetic" in told["exposure"]["source"]


def test_every_neighborhood_has_people_and_streets(areas):
    table = read_table(FOLDER / "timisoara_exposure.csv")
    assert sorted(table["slug"]) == sorted(areas["slug"])
    people, metres = table["population"].astype(int), table["street_m"].astype(int)
    assert people.sum() == 325_000
    assert people.min() > 0
    assert metres.min() > 0
