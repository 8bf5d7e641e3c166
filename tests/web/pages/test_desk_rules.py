"""Rules as plain forms: a draft travels with the form, is tried over past issues, and is put in force only then."""

import json
import re

import pytest
from django.utils import timezone

from issues.models import Issue, RoutingRule
from issues.routed import kept_rows
from neighborhoods.actions import sync_departments
from neighborhoods.rules import Role
from tests.factories import make_boundaries, make_category, make_issue
from tests.staff import make_officer, make_person, sign_in
from tests.web.pages.conftest import words

pytestmark = pytest.mark.django_db
RULES = "/en/desk/rules/"


@pytest.fixture
def keeper(client, settings):
    make_boundaries(["Fabric", "Iosefin"])
    make_category()
    sync_departments(settings.CITY)
    sign_in(client, make_person("keeper", Role.ADMINISTRATOR))
    return client


class Form:
    """The form of the page as a browser holds it: hidden fields travel from one answer to the next."""

    def __init__(self, client):
        self.client, self.answer = client, client.get(RULES)

    @property
    def hidden(self):
        rows = re.findall(r'<input type="hidden" name="(draft|tried|editing|begun)" value="([^"]*)"', self.markup)
        return {name: value.replace("&quot;", '"').replace("&#x27;", "'") for name, value in rows}

    @property
    def markup(self):
        return self.answer.content.decode()

    @property
    def said(self):
        return words(self.markup)

    def press(self, go, **more):
        self.answer = self.client.post(RULES, {**self.hidden, "months": "12", "go": go, **more})
        return self.answer

    def add(self, **more):
        self.press("new")
        return self.press("keep", **{"name": "Holes", "department": "roads", "on": "1", "match": "any", **more})


def test_a_rule_is_drafted_tried_and_put_in_force(keeper):
    make_issue("roads", at=timezone.now())
    Issue.objects.update(department=None)
    form = Form(keeper)
    assert "There is no rule." in form.said
    assert form.add(categories=["roads"], words="groapa, hole").status_code == 200
    assert "about Streets, pavements, bridges · with one of “groapa”, “hole”" in form.said
    assert "Nothing is in force until you put it in force." in form.said
    assert not RoutingRule.objects.exists()
    assert "Put these rules in force" not in form.said
    form.press("try")
    assert "Looked at: 1 issue." in form.said
    assert not RoutingRule.objects.exists()
    assert form.press("put").status_code == 303
    (rule,) = RoutingRule.objects.all()
    assert (rule.name, rule.department.slug, rule.active) == ("Holes", "roads", True)
    assert rule.changed_by.username == "keeper"


def test_the_dry_run_counts_what_would_lie_elsewhere(keeper):
    for i in range(3):
        make_issue("roads", i=i * 4, at=timezone.now(), description="A hole." if i else "Something.")
    Issue.objects.update(department=None)
    form = Form(keeper)
    form.add(words="hole")
    form.press("try")
    assert "Looked at: 3 issues. A rule fits 2, none fits 1. 2 would lie elsewhere than now." in form.said
    assert [move["n"] for move in form.answer.context["trial"]["moves"]] == ["2"]
    assert set(Issue.objects.values_list("department", flat=True)) == {None}


def test_what_was_not_tried_is_not_put_in_force(keeper):
    form = Form(keeper)
    form.add(words="hole")
    assert form.press("put").status_code == 409
    form.press("try")
    tried = form.hidden["tried"]
    form.add(name="More", words="pit")
    assert form.press("put", tried=tried).status_code == 409
    assert not RoutingRule.objects.exists()


def test_whoever_comes_second_is_told(keeper):
    first, second = Form(keeper), Form(keeper)
    for form in (first, second):
        form.add(words="hole")
        form.press("try")
    assert first.press("put").status_code == 303
    assert second.press("put").status_code == 409
    assert "Somebody has changed the rules meanwhile." in second.said


def test_rules_are_moved_turned_off_changed_and_removed(keeper):
    form = Form(keeper)
    form.add(name="One", words="one")
    form.add(name="Two", words="two")
    form.press("up-2")
    assert [rule["name"] for rule in form.answer.context["rules"]] == ["Two", "One"]
    form.press("turn-1")
    assert [rule["on"] for rule in form.answer.context["rules"]] == [False, True]
    form.press("edit-2")
    assert 'value="One"' in form.markup
    form.press("keep", name="First", department="parks", words="one", match="all", on="1")
    assert [rule["name"] for rule in form.answer.context["rules"]] == ["Two", "First"]
    form.press("drop-1")
    form.press("try")
    form.press("put")
    assert [(row["name"], row["department"], row["match"]) for row in kept_rows()] == [("First", "parks", "all")]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": " "}, "Name of the rule: Please fill this in."),
        ({"department": ""}, "Goes to: Please fill this in."),
        ({"department": "nowhere"}, "Goes to: Choose one of the list."),
        ({"hours-from": "5", "hours-to": "5"}, "Hours: This is no such day or hour"),
        ({"hours-from": "5"}, "Hours: This cannot be read."),
        ({"season-from-month": "02", "season-from-day": "31"}, "Time of the year:"),
        ({"words": "???"}, "Words: Write words"),
        ({"weekdays": ["8"]}, "Days of the week:"),
        ({"categories": ["no-such"]}, "Subjects: Choose one of the list."),
    ],
)
def test_what_is_wrong_is_named_and_nothing_lost(keeper, sent, said):
    form = Form(keeper)
    assert form.add(**sent).status_code == 422
    assert said in form.said
    assert 'id="rule"' in form.markup


@pytest.mark.parametrize("draft", ["", "{", "[1]", "null", "[" * 5000, '[{"name": 1}]', json.dumps([{"position": 1}])])
def test_a_draft_that_did_not_arrive_whole_harms_nothing(keeper, draft):
    answer = keeper.post(RULES, {"draft": draft, "go": "put", "tried": "x"})
    assert answer.status_code in {400, 409}
    assert not RoutingRule.objects.exists()


@pytest.mark.parametrize("go", ["edit-9", "drop-0", "up-x", "down-99999999", "", "nothing"])
def test_a_press_on_nothing_changes_nothing(keeper, go):
    form = Form(keeper)
    form.add(words="one")
    before = form.hidden["draft"]
    assert form.press(go).status_code == 200
    assert form.hidden["draft"] == before


def test_rules_are_for_who_keeps_them(client):
    sign_in(client, make_officer())
    assert client.get(RULES).status_code == 403
    assert client.post(RULES, {"go": "put"}).status_code == 403
