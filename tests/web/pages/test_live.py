"""Counts for the map: they add up, and what cannot be is refused by name."""

import pytest

from tests.factories import make_boundaries, make_issue, make_issues

pytestmark = pytest.mark.django_db

SQUARES = "21.17,45.72,21.25,45.76"


@pytest.fixture
def cells(client, address):
    def ask(query, language="en"):
        return client.get(f"{address('live-cells', language=language)}?{query}")

    return ask


@pytest.mark.parametrize("res", [8, 9, 10])
def test_cells_and_the_rest_add_up(cells, res):
    make_boundaries()
    make_issues(5, "roads", place="fabric")
    make_issue("roads", lng=21.30, lat=45.70)
    answer = cells(f"res={res}&bbox={SQUARES}").json()
    shown = sum(f["properties"]["n"] for f in answer["features"])
    assert (shown, answer["elsewhere"], answer["total"]) == (5, 1, 6)
    where = "On this map and at its edge" if answer["pins"] else "On this map"
    assert answer["pins"] is (res == 10)
    assert answer["said"] == (
        f"{where}: 5 issues. Not on it: 1. Together: 6 (without sensitive subjects, which only reports count)."
    )


def test_a_sensitive_subject_is_in_no_live_number(cells):
    make_boundaries()
    make_issues(8, "social", place="fabric")
    answer = cells(f"res=8&bbox={SQUARES}&category=social").json()
    assert (answer["features"], answer["elsewhere"], answer["total"]) == ([], 0, 0)
    assert "without sensitive subjects" in answer["said"]


def test_each_cell_speaks_the_language_of_the_page(cells):
    make_boundaries()
    make_issue("roads")
    answer = cells(f"res=8&bbox={SQUARES}", language="ro").json()
    assert [f["properties"]["text"] for f in answer["features"]] == ["1 sesizare"]
    assert answer["legend"] == [{"step": 3, "text": "1"}]


def test_a_filter_narrows_the_cells(cells):
    make_boundaries()
    make_issues(2, "roads")
    make_issue("lighting")
    assert cells(f"res=8&bbox={SQUARES}&category=lighting").json()["total"] == 1


@pytest.mark.parametrize(
    "query, field",
    [
        (f"res=7&bbox={SQUARES}", "res"),
        (f"res=x&bbox={SQUARES}", "res"),
        (f"bbox={SQUARES}", "res"),
        ("res=8", "bbox"),
        ("res=8&bbox=1,2,3", "bbox"),
        ("res=8&bbox=nan,45,22,46", "bbox"),
        ("res=8&bbox=22,45,21,46", "bbox"),
        ("res=8&bbox=21,45,22,inf", "bbox"),
        (f"res=8&bbox={SQUARES}&category=dragons", "category"),
        (f"res=8&bbox={SQUARES}&since=2026-13", "since"),
    ],
)
def test_a_wrong_question_is_refused_by_name(cells, query, field):
    make_boundaries()
    answer = cells(query)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.mark.parametrize("box", ["-180,-90,180,90", "0,0,1,1", "21.36,45.84,30,50"])
def test_a_box_beyond_the_city_costs_no_more_than_the_city(cells, box):
    make_boundaries()
    make_issue("roads")
    answer = cells(f"res=10&bbox={box}")
    assert answer.status_code == 200
    assert answer.json()["total"] == 1


def test_areas_have_names_and_pages(client, address):
    make_boundaries(["Fabric"])
    (area,) = client.get(address("live-areas")).json()["features"]
    own = area["properties"]
    assert (own["name"], own["url"]) == ("Fabric", address("neighborhood", "fabric"))
    assert 21.18 < own["at"][0] < 21.20
    assert area["geometry"]["type"] == "MultiPolygon"


def test_the_still_picture_speaks(client, address):
    make_boundaries()
    make_issue("roads")
    answer = client.get(address("live-still"))
    assert answer["Content-Type"] == "image/svg+xml"
    assert "<title" in answer.content.decode()
    assert client.get(f"{address('live-still')}?state=x").status_code == 400
