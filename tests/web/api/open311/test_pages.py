"""Pages of a list, updates, and whole months: nothing twice, nothing lost, whatever happens in between."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from issues.actions import change_status
from issues.naming import tracking_number
from issues.rules import State
from tests.factories import instant, make_issue, make_issues
from tests.web.api.open311.conftest import V2

pytestmark = pytest.mark.django_db
MARCH = {"start_date": "2026-03-01", "end_date": "2026-03-31"}
HERE = {"lng": 21.19, "lat": 45.74}


def ids(told):
    return [one["service_request_id"] for one in told]


def linked(answer, name):
    return next((m[1] for m in re.finditer(r'<([^>]+)>; rel="(\w+)"', answer.get("Link", "")) if m[2] == name), None)


def test_pages_hold_everything_once_in_one_order(ask):
    """All of one moment, so that only a second order tells them apart."""
    make_issues(7, "roads", at=instant(2026, 3, 5))
    whole = ids(ask("requests", **MARCH))
    assert len(set(whole)) == 7
    assert [n for page in (1, 2, 3) for n in ids(ask("requests", **MARCH, page=page, page_size=3))] == whole
    assert ids(ask("requests", **MARCH, page=0, page_size=3)) == whole[:3]
    assert ask("requests", **MARCH, page=4, page_size=3) == ask("requests", **MARCH, page="999999999") == []


def test_an_answer_tells_how_much_there_is_and_where_the_rest_stands(client):
    make_issues(5, "roads", at=instant(2026, 3, 5))
    answer = client.get(f"{V2}/requests.json", {**MARCH, "page": 2, "page_size": 2})
    assert [answer[f"X-{name}"] for name in ("Result-Count", "Page-Count", "Page-Size")] == ["5", "3", "2"]
    assert linked(answer, "prev")
    assert linked(answer, "next")
    assert linked(client.get(f"{V2}/requests.json", MARCH), "next") is None


def test_who_follows_the_links_is_not_troubled_by_what_comes_in(client):
    make_issues(4, "roads", at=timezone.now())
    answer = client.get(f"{V2}/requests.json?page=1&page_size=2&status=open")
    seen = ids(answer.json())
    make_issue("roads", **HERE, at=timezone.now())
    while (following := linked(answer, "next")) is not None:
        parts = urlsplit(following)
        assert f"{parts.scheme}://{parts.netloc}" == "https://ascult.example"
        answer = client.get(f"{parts.path}?{parts.query}")
        assert answer["X-Result-Count"] == "4"
        seen += ids(answer.json())
    assert len(seen) == len(set(seen)) == 4


def test_a_page_asks_the_database_as_often_whatever_it_holds(client):
    counts = []
    for n in (1, 8):
        make_issues(n, "roads", at=instant(2026, 3, 5))
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{V2}/requests.json", {**MARCH, "extensions": "true"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_updates_tell_each_step_after_the_first(ask, ask_xml):
    issue = make_issue("roads", **HERE, at=instant(2026, 3, 5))
    for to, reason, day in ((State.IN_PROGRESS, "", 6), (State.RESOLVED, "Filled.", 7)):
        change_status(by=None, issue=issue, to=to, reason=reason, at=instant(2026, 3, day))
    told = ask("servicerequestupdates", **MARCH)
    assert [(one["status"], one["external_status_code"], one["description"]) for one in told] == [
        ("OPEN", "in_progress", "in progress"),
        ("CLOSED", "resolved", "Filled."),
    ]
    assert {one["service_request_id"] for one in told} == {tracking_number(issue.pk)}
    assert len({one["update_id"] for one in told}) == 2
    assert told[0]["updated_datetime"] == "2026-03-06T12:00:00+02:00"
    only = ask("servicerequestupdates", start_date="2026-03-07", end_date="2026-03-08", page_size=1)
    assert only == told[1:]
    root = ask_xml("servicerequestupdates", **MARCH)
    assert root.tag == "service_request_updates"
    assert root.findtext("request_update/update_id") == told[0]["update_id"]


def test_updates_are_not_sent_in(client, key):
    answer = client.post(f"{V2}/servicerequestupdates.json", {"api_key": key})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_a_month_is_one_table(client):
    opened, closed = (
        make_issue("roads", **HERE, at=instant(2026, 3, day), description=text)
        for day, text in ((5, '=HYPERLINK("http://evil")'), (6, "Gaură, “mare”\nși adâncă"))
    )
    change_status(by=None, issue=closed, to=State.RESOLVED, at=instant(2026, 3, 9), whole_incident=False)
    make_issue("noise", **HERE, at=instant(2026, 3, 7))
    make_issue("roads", **HERE, at=instant(2026, 4, 1))
    answer = client.get("/open311/bulk/2026-03.csv", headers={"Accept-Language": "en"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))
    assert [row["service_request_id"] for row in rows] == [tracking_number(opened.pk), tracking_number(closed.pk)]
    assert rows[0]["description"] == '\'=HYPERLINK("http://evil")'
    assert rows[1]["description"] == "Gaură, “mare”\nși adâncă"
    assert [row["closed_date"] for row in rows] == ["", "2026-03-09T12:00:00+02:00"]
    assert [row["status_description"] for row in rows] == ["open", "closed"]
    assert list(rows[0])[:4] == ["service_request_id", "requested_datetime", "updated_datetime", "closed_date"]
    assert b"".join(client.get("/open311/bulk/2031-12.csv").streaming_content).count(b"\n") == 1
    assert client.head("/open311/bulk/2026-03.csv").status_code == 200
    assert client.get("/open311/bulk/2026-13.csv").status_code == 404
