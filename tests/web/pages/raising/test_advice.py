"""Advice in the form without a script: a subject suggested, and what others have reported; never in the way."""

from __future__ import annotations

import pytest

from issues.models import Issue
from tests.factories import make_boundaries, make_issue
from tests.filled_forms import LAT, LNG, filled, page_of, words
from web.pages.raising import advice

pytestmark = pytest.mark.django_db


@pytest.fixture
def press(client, address):
    make_boundaries()

    def pressed(go, **changes):
        answer = client.post(address("issue-new"), filled(step="what", go=go, **changes))
        return answer, page_of(answer)

    return pressed


@pytest.fixture
def sure(monkeypatch):
    said = {"slug": "lighting", "name": "Street lighting", "confidence": 0.82, "said": "Street lighting (82% sure)"}
    monkeypatch.setattr(advice, "suggested", lambda text: said)


def test_a_subject_is_suggested_where_none_is_chosen(press, sure):
    answer, page = press("send", category="")
    assert (answer.status_code, page.view) == (422, ["what"])
    assert "This sounds like: Street lighting (82% sure)." in words(answer.content.decode())
    assert "use" in page.buttons
    assert "category" not in page.values


def test_one_press_takes_it(press, sure):
    _, page = press("use", category="", suggested="lighting", asked="lighting")
    assert page.view == ["send"]
    assert page.values["category"] == "lighting"


def test_what_was_chosen_is_not_argued_with(press, sure):
    _, page = press("what", category="parking")
    assert "use" not in page.buttons


def test_nothing_is_suggested_where_nobody_is_sure(press, monkeypatch):
    monkeypatch.setattr(advice, "suggested", lambda text: {})
    assert "use" not in press("send", category="")[1].buttons


def test_a_subject_that_was_not_suggested_is_no_subject(press):
    answer, page = press("use", category="", suggested="no-such")
    assert (answer.status_code, page.view) == (422, ["what"])


def test_the_same_nearby_is_offered_once(press):
    make_issue("parking", lng=LNG, lat=LAT, description="Cars on the grass.")
    answer, page = press("send", category="parking")
    assert (answer.status_code, page.view) == (200, ["what"])
    assert "Cars on the grass." in answer.content.decode()
    assert '#follow">This is it: follow instead' in answer.content.decode()
    answer, page = press("send", category="parking", asked=page.values["asked"])
    assert page.view == ["send"]


def test_what_is_hidden_or_far_away_is_not_offered(press):
    hidden = make_issue("parking", lng=LNG, lat=LAT)
    make_issue("parking", lng=LNG + 0.01, lat=LAT)
    Issue.objects.filter(pk=hidden.pk).update(hidden=True)
    assert press("send", category="parking")[1].view == ["send"]
