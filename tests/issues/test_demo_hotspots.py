"""What the recipe plants is there: many more of the category in the disc than an even city would have."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from geo.cities import load_city
from geo.crs import to_metric
from geo.joins import AreaIndex
from geo.readers import read_areas, read_table
from issues.demo import generate
from issues.demo_recipe import load_recipe
from tests.tiny import FIXTURES

CITY = load_city(FIXTURES / "cities/timisoara.toml")
RECIPE = load_recipe(FIXTURES / "demo/timisoara.toml")


@pytest.fixture(scope="module")
def areas():
    return read_areas(FIXTURES / "boundaries/timisoara_neighborhoods.geojson", "name")


@pytest.fixture(scope="module")
def cities(areas):
    exposure = read_table(FIXTURES / "boundaries/timisoara_exposure.csv")
    even = dataclasses.replace(RECIPE, hotspots=())
    return [generate(CITY, areas, exposure, recipe, n=20_000) for recipe in (RECIPE, even)]


def around(issues, plant):
    x, y = to_metric(issues["lng"].astype(float), issues["lat"].astype(float), CITY.metric_crs)
    px, py = to_metric(plant.lng, plant.lat, CITY.metric_crs)
    opened = pd.to_datetime(issues["opened_at"], utc=True).dt.tz_convert(CITY.time_zone).dt.date
    then = (opened >= plant.since) & (opened < plant.until)
    return int(((np.hypot(x - px, y - py) < plant.radius_m) & (issues["category"] == plant.category) & then).sum())


@pytest.mark.parametrize("plant", RECIPE.hotspots, ids=lambda p: p.name)
def test_a_plant_stands_out(cities, plant):
    planted, even = (around(issues, plant) for issues in cities)
    assert planted >= max(8, 1.8 * even)


@pytest.mark.parametrize("plant", RECIPE.hotspots, ids=lambda p: p.name)
def test_a_plant_lies_in_the_neighborhood_it_names(areas, plant):
    index = AreaIndex(areas)
    assert index.areas["slug"].iloc[index.locate(plant.lng, plant.lat).area[0]] == plant.area
    assert {"ro", "en"} <= set(plant.story)


def test_there_are_eight_to_twelve():
    assert 8 <= len(RECIPE.hotspots) <= 12
