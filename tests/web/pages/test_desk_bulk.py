"""Many at once: each done or refused for itself and told so; a crew's sheet of the chosen ones."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils import timezone

from issues.models import Issue
from issues.naming import tracking_number
from issues.rules import State, TextState
from neighborhoods.models import Department
from neighborhoods.rules import Role
from tests.factories import make_boundaries, make_issue
from tests.staff import make_moderator, make_officer, make_person, sign_in
from tests.web.pages.conftest import words

pytestmark = pytest.mark.django_db
BULK = "/en/desk/bulk/"
SHEET = "/en/desk/day-sheet/"


@pytest.fixture(autouse=True)
def places():
    make_boundaries(["Fabric", "Iosefin"])


@pytest.fixture
def officer(client):
    sign_in(client, make_officer())
    return client


def number(issue):
    return tracking_number(issue.pk)


def ago(days):
    noon = dt.datetime.combine(timezone.localdate() - dt.timedelta(days=days), dt.time(12), settings.CITY.zone)
    return min(noon, timezone.now())


def sent(client, issues, act, **more):
    return client.post(BULK, {"issue": [number(issue) for issue in issues], "act": act, **more})


def parks():
    return Department.objects.get_or_create(slug="parks", defaults={"names": {"en": "Parks"}})[0]


def test_all_are_given_and_each_is_told_of(officer):
    issues = [make_issue(i=i * 4) for i in range(3)]
    held = parks()
    answer = sent(officer, issues, "assign", department="parks")
    assert answer.status_code == 200
    assert "Done: 3 of 3 issues." in words(answer.content.decode())
    assert set(Issue.objects.values_list("department", flat=True)) == {held.pk}


def test_one_that_is_refused_keeps_none_of_the_others_back(officer):
    going, closed = make_issue(at=ago(5)), make_issue(i=6, at=ago(9), closed=ago(2))
    answer = sent(officer, [going, closed], "answer", to="refused", reason="Not ours.")
    assert "Done: 1 of 2 issues." in words(answer.content.decode())
    assert [row["done"] for row in answer.context["rows"]] == [True, False]
    assert Issue.objects.get(pk=closed.pk).state == State.RESOLVED


def test_a_refusal_of_many_says_why_too(officer):
    issue = make_issue()
    answer = sent(officer, [issue], "answer", to="refused", reason=" ")
    assert [row["done"] for row in answer.context["rows"]] == [False]
    assert Issue.objects.get().state == State.RECEIVED


@pytest.mark.parametrize(
    "form",
    [
        {"act": "assign"},
        {"act": "assign", "department": "nowhere"},
        {"act": "assign", "person": "x"},
        {"act": "answer", "to": "nowhere"},
        {"act": "answer"},
        {"act": "nothing"},
        {},
    ],
)
def test_a_form_that_says_nothing_does_nothing(officer, form):
    issue = make_issue()
    answer = officer.post(BULK, {"issue": [number(issue)], **form})
    assert answer.status_code == 422
    assert issue.history.count() == 1


@pytest.mark.parametrize("chosen", [[], ["x"], ["ZZZZ-ZZZZ\x00"]])
def test_nothing_chosen_is_said(officer, chosen):
    assert officer.post(BULK, {"issue": chosen, "act": "assign", "person": "nobody"}).status_code == 422


def test_what_is_out_of_reach_is_neither_done_nor_named(client):
    held = parks()
    mine, theirs = make_issue(), make_issue(i=5)
    Issue.objects.filter(pk=mine.pk).update(department=held)
    Issue.objects.filter(pk=theirs.pk).update(department=None)
    sign_in(client, make_person("parks", Role.OFFICER, department=held))
    answer = sent(client, [mine, theirs], "answer", to="in_progress", reason="We go.")
    assert "Done: 1 of 1 issue." in words(answer.content.decode())
    assert number(theirs) not in answer.content.decode()
    assert Issue.objects.get(pk=theirs.pk).state == State.RECEIVED


def test_a_moderator_answers_nobody(client):
    issue = make_issue()
    sign_in(client, make_moderator())
    answer = sent(client, [issue], "answer", to="in_progress", reason="x")
    assert [str(row["said"]) for row in answer.context["rows"]] == ["This is not yours to do."]


def test_the_way_back_asks_the_same_question(officer):
    issue = make_issue("roads")
    answer = sent(officer, [issue], "assign", person="nobody", back="category=roads&evil=//x")
    assert answer.context["back"] == "/en/desk/?category=roads"


# --- the day sheet --------------------------------------------------------------------------------------------------


def test_the_sheet_is_of_the_chosen_ones(officer):
    issues = [make_issue(i=i) for i in range(3)]
    answer = sent(officer, issues, "sheet")
    assert answer.status_code == 303
    sheet = officer.get(answer["Location"])
    assert sorted(stop["number"] for stop in sheet.context["stops"]) == sorted(map(number, issues))
    assert [stop["n"] for stop in sheet.context["stops"]] == [1, 2, 3]
    assert "<svg" in sheet.content.decode()


def test_what_is_late_comes_first_and_the_rest_by_the_way(officer):
    near, far, late = (
        make_issue(lng=lng, lat=45.74, at=ago(days)) for lng, days in ((21.19, 1), (21.21, 1), (21.2, 45))
    )
    stops = officer.get(SHEET, {"issue": [number(i) for i in (near, far, late)]}).context["stops"]
    assert stops[0]["number"] == number(late)


def test_paper_bears_nothing_that_waits_for_a_look(officer):
    text = make_issue(text_state=TextState.WITHHELD, description="Call 0722 123 456")
    people = make_issue("social", i=4, description="A family sleeps here.")
    told = officer.get(SHEET, {"issue": [number(text), number(people)]}).content.decode()
    assert "0722" not in told
    assert "sleeps" not in told
    assert "Read it on the screen." in told


def test_a_sheet_of_nothing_is_not_there(officer):
    assert officer.get(SHEET).status_code == 404
    assert officer.get(SHEET, {"issue": ["x", "ZZZZ-ZZZZ"]}).status_code == 404
