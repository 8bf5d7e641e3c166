"""Areas: outlines of the set in force, and counts that add up."""

import json

import pytest
from shapely.geometry import shape

from neighborhoods.models import Neighborhood
from tests.factories import SOUTH, WEST, make_issue, make_issues, square
from tests.web.api.conftest import API, fields

pytestmark = pytest.mark.usefixtures("city")


def test_an_area_has_its_outline_and_its_count(read):
    make_issues(3, place="fabric")
    make_issue("roads", place="iosefin")
    make_issue(lng=WEST - 0.05, lat=SOUTH)
    found = read("areas")
    by_slug = {feature["id"]: feature for feature in found["features"]}
    assert {slug: f["properties"]["n"] for slug, f in by_slug.items()} == {"fabric": 3, "iosefin": 1, "mehala": 0}
    assert (found["total"], found["elsewhere"]) == (5, 1)
    assert shape(by_slug["fabric"]["geometry"]).equals(square(0))
    assert found["boundaries"]["licence"] == "CC0"


def test_filters_count(read):
    make_issue("roads", place="iosefin")
    make_issue(place="iosefin")
    found = read("areas?format=json&category=roads")
    assert {row["slug"]: row["n"] for row in found["results"]} == {"fabric": 0, "iosefin": 1, "mehala": 0}


def test_one_area_by_itself(client, read):
    make_issue(place="iosefin")
    assert read("areas/iosefin")["properties"]["n"] == 1
    assert read("areas/iosefin?format=json")["name"] == "Iosefin"
    assert fields(client.get(f"{API}areas/atlantis"), 404) == {}


def test_before_any_boundary_there_is_nothing(read):
    Neighborhood.objects.all().delete()
    found = read("areas")
    assert json.dumps(found["features"]) == "[]"
