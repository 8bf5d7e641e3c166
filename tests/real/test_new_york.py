"""A thousand raw records of New York's API, end to end, in a city drawn for the test."""

import json

import pytest
from shapely.geometry import box

from issues.importing import import_file
from issues.mappings import load_mapping
from issues.models import Issue
from neighborhoods.actions import sync_categories
from tests.factories import make_boundaries
from tests.far_cities import far_city

# Quarters of the city's box, drawn along whole tenths of a degree: no borough looks like this.
QUARTERS = {
    "South west": box(-74.30, 40.47, -73.95, 40.70),
    "South east": box(-73.95, 40.47, -73.65, 40.70),
    "North west": box(-74.30, 40.70, -73.95, 40.95),
    "North east": box(-73.95, 40.70, -73.65, 40.95),
}


@pytest.fixture
def new_york(real, settings, db, tmp_path):
    settings.CITY = far_city("newyork")
    make_boundaries(shapes=QUARTERS)
    sync_categories(settings.CITY)
    path, rejects = real / "open311/nyc_311_api_sample_1000.json", tmp_path / "rejects.jsonl"
    mapping = load_mapping("nyc311", settings.FIXTURES / "mappings")
    return json.loads(path.read_text()), import_file(path=path, mapping=mapping, city=settings.CITY, rejects=rejects)


def test_every_row_is_taken_or_set_aside_and_each_type_is_known(new_york):
    rows, quality = new_york
    placeless = sum("latitude" not in row for row in rows)
    assert (quality.read, quality.adds_up) == (len(rows), True)
    assert quality.set_aside == {"missing_coordinates": placeless}
    assert Issue.objects.count() == quality.new == len(rows) - placeless
    assert not quality.unmapped


def test_each_lies_in_the_quarter_its_degrees_say(new_york):
    rows, _ = new_york
    wanted = {}
    for row in (r for r in rows if "latitude" in r):
        north = "North" if float(row["latitude"]) > 40.70 else "South"
        quarter = f"{north} {'west' if float(row['longitude']) < -73.95 else 'east'}"
        wanted[quarter] = wanted.get(quarter, 0) + 1
    held = {name: Issue.objects.filter(neighborhood__name=name).count() for name in QUARTERS}
    assert held == wanted


def test_those_that_repeat_another_are_marked(new_york):
    rows, _ = new_york
    said = {r["unique_key"] for r in rows if "latitude" in r and "duplicate of" in r.get("resolution_description", "")}
    marked = set(Issue.objects.filter(marked_duplicate=True).values_list("external_id", flat=True))
    assert said <= marked
    assert len(marked - said) <= 3
