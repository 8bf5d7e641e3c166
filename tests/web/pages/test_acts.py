"""The data-protection officer reads who did what; nobody else does."""

from __future__ import annotations

import pytest

from issues.actions import change_status
from issues.handling import note
from issues.hooks import Event, end_webhook, make_webhook
from issues.moderating import hide
from issues.naming import tracking_number
from issues.rules import State
from neighborhoods.access import end_role, make_token
from neighborhoods.accounts import close_account
from neighborhoods.rules import Role
from tests.factories import instant, make_boundaries, make_issue
from tests.staff import make_moderator, make_officer, make_person, sign_in
from web.pages import acts

pytestmark = pytest.mark.django_db
AT = "/en/acts/"


@pytest.fixture
def protector(client):
    sign_in(client, make_person("dpo", Role.PROTECTION))
    return client


def lines(answer):
    return [(row.on, row.what, row.who) for row in answer.context["rows"]]


def test_acts_of_every_kind_are_there(protector):
    make_boundaries(["Fabric"])
    issue, chief = make_issue(), make_person("chief", Role.ADMINISTRATOR)
    number = f"issue {tracking_number(issue.pk)}"
    change_status(by=make_officer(), issue=issue, to=State.REFUSED, reason="It is private ground.")
    note(by=make_officer(), issue=issue, text="Ask the owner.")
    hide(issue=issue, by=make_moderator(), reason="An advertisement.")
    ion = make_person("ion", Role.PLANNER)
    close_account(account=ion, by=chief, why="left")
    end_role(grant=ion.grants.get(), by=chief)
    make_token(name="A map", scope="read", by=chief)
    end_webhook(
        webhook=make_webhook(name="Dispatch", url="https://x.org/", events=[Event.RAISED], by=chief)[0], by=chief
    )
    answer = protector.get(AT)
    found = lines(answer)
    for wanted in [
        (number, "refused", "officer"),
        (number, "hidden", "moderator"),
        ("account ion", "account closed", "chief"),
        ("key A map", "key made", "chief"),
        ("webhook Dispatch", "made", "chief"),
        ("webhook Dispatch", "ended", "chief"),
    ]:
        assert wanted in found
    assert any(on == "account ion" and what.startswith("ended: planner") for on, what, _who in found)
    page = answer.content.decode()
    assert "It is private ground." in page
    assert "Ask the owner." not in page
    assert [row.at for row in answer.context["rows"]] == sorted(
        (row.at for row in answer.context["rows"]), reverse=True
    )


def test_of_one_account(protector):
    make_boundaries(["Fabric"])
    issue = make_issue()
    change_status(by=make_officer(), issue=issue, to=State.IN_PROGRESS)
    hide(issue=issue, by=make_moderator(), reason="An advertisement.")
    assert {who for _on, _what, who in lines(protector.get(AT, {"account": "officer"}))} == {"officer"}
    unknown = protector.get(AT, {"account": "nobody there"})
    assert "There is no such account." in unknown.content.decode()
    assert lines(unknown) == []


def test_page_after_page_nothing_is_left_out_or_twice(protector, monkeypatch):
    monkeypatch.setattr(acts, "PAGE", 3)
    make_boundaries(["Fabric"])
    for i in range(7):
        issue, at = make_issue(i=i), instant(2026, 3, 6)  # all at one moment, as the issues of one incident
        change_status(by=make_officer(), issue=issue, to=State.IN_PROGRESS, at=at)
    found, query = [], "account=officer"
    while query:
        answer = protector.get(f"{AT}?{query}")
        found += [row.on for row in answer.context["rows"] if row.what == "in progress"]
        query = answer.context["older"]
    assert len(found) == len(set(found)) == 7


@pytest.mark.parametrize(
    "before", ["yesterday", "2026-03-06~0~1", "2026-03-06T10:00:00Z~99~1", "2026-03-06T10:00:00Z~6~1", "a~b~c", "~~"]
)
def test_a_place_that_is_none_is_the_newest(protector, before):
    assert protector.get(AT, {"before": before}).context["begun"]


def test_the_same_few_questions_however_many_acts(protector, django_assert_max_num_queries):
    make_boundaries(["Fabric"])
    for i in range(5):
        change_status(by=make_officer(), issue=make_issue(i=i), to=State.IN_PROGRESS)
    with django_assert_max_num_queries(22):
        protector.get(AT)
