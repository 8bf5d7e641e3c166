"""The streets that come with the demo city: rightly spelled, in plausible places, and all that its recipe names."""

import csv
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import shapely

from geo.readers import read_areas
from neighborhoods.street_words import clean, street_key

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture(scope="module")
def streets():
    with (FIXTURES / "gazetteers" / "timisoara.csv").open(encoding="utf-8", newline="") as file:
        return {row["street"]: shapely.Point(float(row["lng"]), float(row["lat"])) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def areas():
    return read_areas(FIXTURES / "boundaries" / "timisoara_neighborhoods.geojson", "name").set_index("slug").geometry


def test_each_street_is_there_once_under_its_full_name(streets):
    assert 200 <= len(streets) <= 450
    assert not [name for name, n in Counter(map(street_key, streets)).items() if n > 1]
    kinds = {"Strada", "Bulevardul", "Calea", "Piața", "Splaiul", "Aleea", "Intrarea"}
    assert {name.split()[0] for name in streets} == kinds
    assert all(name == clean(name) for name in streets)


def test_letters_are_those_of_the_language(streets):
    assert not [name for name in streets if set(name) & set("şţŞŢãõ")]


def test_every_street_lies_in_a_neighborhood(streets, areas):
    assert [name for name, point in streets.items() if not areas.covers(point).any()] == []


def test_every_street_the_demo_names_is_in_or_beside_its_neighborhood(streets, areas):
    recipe = tomllib.loads((FIXTURES / "demo" / "timisoara.toml").read_text(encoding="utf-8"))
    named = [(slug, name) for slug, names in recipe["streets"].items() for name in names]
    assert [name for _slug, name in named if name not in streets] == []
    far = [(slug, name) for slug, name in named if areas[slug].distance(streets[name]) * 80_000 > 500]
    assert far == []


def test_its_provenance_is_told():
    told = tomllib.loads((FIXTURES / "gazetteers" / "timisoara.toml").read_text(encoding="utf-8"))
    assert {"file", "street", "lng", "lat", "source", "licence", "approximate", "note"} <= set(told)
