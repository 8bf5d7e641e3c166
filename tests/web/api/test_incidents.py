"""Incidents: named by their first issue, and never by one that is not public."""

import pytest

from issues.moderating import hide
from issues.naming import tracking_number
from tests.factories import instant, make_issue
from tests.staff import make_moderator
from tests.web.api.conftest import API, fields

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def pair():
    """Two issues of one hole, and a lamp."""
    first = make_issue("roads", lng=21.19, lat=45.74, at=instant(2026, 3, 1))
    second = make_issue("roads", lng=21.1901, lat=45.74, at=instant(2026, 3, 2))
    return tracking_number(first.pk), tracking_number(second.pk), tracking_number(make_issue(i=3).pk), first


def test_each_thing_is_there_once(read, pair):
    first, _second, lamp, _issue = pair
    found = read("incidents")
    assert found["total"] == 2
    assert {row["number"]: row["issues"] for row in found["results"]} == {first: 2, lamp: 1}
    assert read("issues")["total"] == 3


def test_any_of_its_issues_leads_to_it(read, pair):
    first, second, _lamp, _issue = pair
    said = read(f"incidents/{second}")
    assert said == read(f"incidents/{first}")
    assert (said["number"], said["issues"], said["numbers"]) == (first, 2, [first, second])
    assert read(f"incidents/{second}?format=geojson")["properties"]["numbers"] == [first, second]


def test_where_the_first_is_hidden_the_second_names_it(client, read, pair):
    first, second, _lamp, issue = pair
    hide(issue=issue, by=make_moderator(), reason="An advertisement.")
    assert read(f"incidents/{second}")["numbers"] == [second]
    assert fields(client.get(f"{API}incidents/{first}"), 410) == {}


def test_sensitive_ones_are_not_told(client, read):
    number = tracking_number(make_issue("social").pk)
    assert read("incidents")["total"] == 0
    assert fields(client.get(f"{API}incidents/{number}"), 404) == {}


def test_pages_go_on(read):
    for i in range(3):
        make_issue(i=i, at=instant(2026, 3, 1 + i))
    page = read("incidents?page_size=2&format=geojson")
    rest = read(page["next"].removeprefix(f"http://localhost:8000{API}"))
    assert (len(page["features"]), len(rest["features"]), rest["next"]) == (2, 1, None)
