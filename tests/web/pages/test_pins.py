"""Near enough the map shows issues, one sign for every spot, and says what each is."""

import pytest

from issues.actions import change_status
from issues.models import Issue
from issues.naming import tracking_number
from issues.rules import State
from tests.factories import instant, make_boundaries, make_issue, make_issues
from web.pages import pins

pytestmark = pytest.mark.django_db

NEAR = "21.1890,45.7390,21.1915,45.7415"
HERE = {"lng": 21.1900, "lat": 45.7400}


@pytest.fixture
def near(client, address):
    def ask(query=f"res=10&bbox={NEAR}", language="en"):
        return client.get(f"{address('live-cells', language=language)}?{query}").json()

    return ask


@pytest.fixture(autouse=True)
def fabric():
    make_boundaries(["Fabric"])


def test_an_issue_is_a_point_that_says_what_it_is(near):
    issue = make_issue("lighting", **HERE, at=instant(2026, 3, 5))
    answer = near()
    (feature,) = answer["features"]
    assert answer["pins"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [21.19, 45.74]}
    own = feature["properties"]
    assert (own["n"], own["mark"], own["text"]) == (1, "received", "Street lighting: received, 5 March 2026")
    number = tracking_number(issue.pk)
    assert own["issues"] == [
        {
            "number": number,
            "url": f"/en/issues/{number}/",
            "subject": "Street lighting",
            "state": "received",
            "day": "2026-03-05",
            "text": own["text"],
        }
    ]
    assert answer["legend"] == [{"mark": "received", "text": "received"}]


def test_issues_of_one_spot_share_a_sign(near):
    first = make_issue("lighting", **HERE, at=instant(2026, 3, 5))
    make_issue("roads", **HERE, at=instant(2026, 3, 9))
    make_issue("roads", lng=21.1905, lat=45.7405)
    change_status(by=None, issue=first, to=State.IN_PROGRESS)
    spots = [feature["properties"] for feature in near()["features"]]
    assert [(spot["n"], spot["mark"]) for spot in spots] == [(1, "received"), (2, pins.SEVERAL)]
    assert spots[1]["text"].splitlines() == [
        "2 issues",
        "Streets, pavements, bridges: received, 9 March 2026",
        "Street lighting: in progress, 5 March 2026",
    ]


def test_further_away_or_with_too_many_there_are_hexagons(near, monkeypatch):
    make_issues(3, "roads", place="fabric")
    assert not near(f"res=9&bbox={NEAR}")["pins"]
    whole = "res=10&bbox=21.17,45.72,21.25,45.76"
    assert near(whole)["pins"]
    monkeypatch.setattr(pins, "MOST", 2)
    answer = near(whole)
    assert not answer["pins"]
    assert sum(f["properties"]["n"] for f in answer["features"]) == 3


def test_what_is_hidden_or_sensitive_is_no_pin(near):
    make_issue("social", **HERE)
    make_issue("roads", **HERE)
    Issue.objects.filter(category__slug="roads").update(hidden=True)
    answer = near()
    assert (answer["features"], answer["total"]) == ([], 0)


def test_the_address_of_the_list_keeps_the_question(near):
    make_issue("roads", **HERE, description="Groapă")
    assert near()["list"] == "/en/issues/?"
    assert near(f"res=10&bbox={NEAR}&q=groapa&state=open")["list"] == "/en/issues/?q=groapa&state=open&"
