"""Cells: counts by hexagon, the same as on the map, and no more hexagons than one can carry."""

import pytest

from geo import hexes
from tests.factories import SOUTH, WEST, make_issue, make_issues
from tests.web.api.conftest import API, fields

pytestmark = pytest.mark.usefixtures("city")


@pytest.mark.parametrize("res", [8, 9, 10])
def test_each_issue_counts_in_its_hexagon(read, res):
    issues = make_issues(5)
    wanted = {}
    for issue in issues:
        name = hexes.to_text(int(hexes.parents([issue.cell], res)[0]))
        wanted[name] = wanted.get(name, 0) + 1
    found = read(f"cells?format=json&res={res}")
    assert {row["cell"]: row["n"] for row in found["results"]} == wanted
    assert (found["total"], found["elsewhere"], found["res"]) == (5, 0, res)


def test_a_hexagon_is_drawn_as_it_is(read):
    make_issue()
    (feature,) = read("cells")["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert ring == [[round(lng, 6), round(lat, 6)] for lng, lat in hexes.outline(hexes.from_text(feature["id"]))]


def test_a_box_leaves_the_rest_elsewhere(read):
    make_issue(lng=WEST + 0.001, lat=SOUTH + 0.001)
    make_issue(lng=WEST + 0.05, lat=SOUTH + 0.001)
    found = read(f"cells?format=json&bbox={WEST},{SOUTH},{WEST + 0.002},{SOUTH + 0.002}")
    assert (found["total"], found["elsewhere"], len(found["results"])) == (2, 1, 1)


def test_a_box_of_too_many_hexagons_is_refused(client):
    answer = client.get(f"{API}cells?res=10&bbox=21.08,45.65,21.36,45.84")
    assert set(fields(answer, 422)) == {"bbox", "res"}
    assert client.get(f"{API}cells?res=9&bbox=21.08,45.65,21.36,45.84").status_code == 200


@pytest.mark.parametrize("res", ["-1", "7", "11", "99", "x", "9.0"])
def test_other_sizes_there_are_none(refused, res):
    assert list(refused(f"cells?res={res}")) == ["res"]


def test_where_is_asked_by_the_box_alone(refused):
    assert set(refused("cells?area=fabric&cell=891e1928343ffff")) == {"area", "cell"}
