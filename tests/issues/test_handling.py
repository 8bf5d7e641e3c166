"""Who deals with an issue and by when: every act leaves a step that says who, when and why, and most can be undone."""

import datetime as dt
from dataclasses import replace

import pytest
from django.conf import settings as site
from django.db import DatabaseError, transaction

from issues.actions import change_status
from issues.handling import assign, extend, note, take_back
from issues.models import DeskStep, Issue, Note
from issues.moderating import ActRefusedError
from issues.rules import DeskAct, MoveRefusedError, State
from issues.terms import due
from neighborhoods.access import end_role
from neighborhoods.actions import sync_departments
from neighborhoods.models import Department, Grant, Notice
from neighborhoods.rules import Role
from tests.factories import instant, make_boundaries, make_category, make_issue
from tests.followers import follow_issue
from tests.staff import make_moderator, make_officer, make_person

pytestmark = pytest.mark.django_db
REASON = "We need the contractor's answer."


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric", "Iosefin"])
    sync_departments(site.CITY)


@pytest.fixture
def issue():
    return make_issue("lighting", place="fabric", at=instant(2026, 3, 2))


@pytest.fixture
def ana():
    return make_officer("ana")


def department(slug):
    return Department.objects.get(slug=slug)


def refusal(act):
    with pytest.raises(ActRefusedError) as refused, transaction.atomic():
        act()
    return refused.value.code


def now(issue):
    held = Issue.objects.get(pk=issue.pk)
    return held.department.slug if held.department else "", held.assignee


# --- whose it is ----------------------------------------------------------------------------------------------------


def test_an_issue_is_given_to_a_department_and_a_person(issue, ana):
    step = assign(by=ana, issue=issue, department=department("roads"), person=ana, reason=" The lamp is a sign. ")
    assert now(issue) == ("roads", ana)
    assert (step.act, step.by, step.reason) == (DeskAct.ASSIGNED, ana, "The lamp is a sign.")
    assert step.details == {"was_department": "lighting", "was_person": 0, "department": "roads", "person": ana.pk}


def test_and_taken_from_both(issue, ana):
    assign(by=ana, issue=issue, department=None, person=None)
    assert now(issue) == ("", None)


def test_given_twice_it_is_done_already(issue, ana):
    assert (
        refusal(lambda: assign(by=ana, issue=issue, department=department("lighting"), person=None)) == "done-already"
    )
    assert DeskStep.objects.filter(act=DeskAct.ASSIGNED).count() == 0


@pytest.mark.parametrize(
    "reach, reached",
    [
        ({}, True),
        ({"department": "roads"}, True),
        ({"department": "lighting"}, False),  # once it is with the roads it is out of their sight
        ({"category": "lighting"}, True),
        ({"category": "roads"}, False),
        ({"area": "fabric"}, True),
        ({"area": "iosefin"}, False),
    ],
)
def test_nobody_is_given_what_their_roles_do_not_reach(issue, ana, reach, reached):
    kinds = {"department": department, "category": make_category, "area": str}
    ion = make_person("ion", Role.OFFICER, **{name: kinds[name](slug) for name, slug in reach.items()})
    give = {"by": ana, "issue": issue, "department": department("roads"), "person": ion}
    if reached:
        assign(**give)
        assert now(issue) == ("roads", ion)
    else:
        assert refusal(lambda: assign(**give)) == "out-of-reach"
        assert now(issue) == ("lighting", None)


@pytest.mark.parametrize("make", [lambda: make_person("ion"), make_moderator, lambda: make_person("ion", Role.PLANNER)])
def test_who_neither_assigns_nor_answers_is_given_nothing(issue, ana, make):
    assert refusal(lambda: assign(by=ana, issue=issue, department=None, person=make())) == "out-of-reach"


def test_an_assignment_is_taken_back(issue, ana):
    step = assign(by=ana, issue=issue, department=department("roads"), person=ana)
    back = take_back(by=ana, step=step)
    assert now(issue) == ("lighting", None)
    assert (back.act, back.details["step"]) == (DeskAct.UNDONE, step.pk)
    assert refusal(lambda: take_back(by=ana, step=step)) == "done-already"


def test_not_where_it_was_given_on(issue, ana):
    step = assign(by=ana, issue=issue, department=department("roads"), person=None)
    assign(by=ana, issue=issue, department=department("water"), person=None)
    assert refusal(lambda: take_back(by=ana, step=step)) == "changed-since"
    assert now(issue) == ("water", None)


def test_a_routing_is_taken_back(issue, ana):
    take_back(by=ana, step=issue.desk_steps.get(act=DeskAct.ROUTED))
    assert now(issue) == ("", None)


def test_whose_role_has_ended_gets_nothing_back(issue, ana):
    ion = make_officer("ion")
    assign(by=ana, issue=issue, department=department("roads"), person=ion)
    step = assign(by=ana, issue=issue, department=department("roads"), person=ana)
    end_role(grant=Grant.objects.get(user=ion), by=None)
    take_back(by=ana, step=step)
    assert now(issue) == ("roads", None)


# --- notes ----------------------------------------------------------------------------------------------------------


def test_a_note_is_kept_beside_the_issue(issue, ana):
    held = note(by=ana, issue=issue, text=" Rang the contractor. ")
    assert (held.text, held.by, list(issue.notes.all())) == ("Rang the contractor.", ana, [held])
    step = issue.desk_steps.get(act=DeskAct.NOTED)
    assert (step.reason, step.details) == ("", {"note": held.pk})
    assert refusal(lambda: take_back(by=ana, step=step)) == "stays"


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "text-missing"),
        (" \u200b ", "text-missing"),
        ("a" * 2001, "too-long"),
        ("x" + "\u0301" * 9, "too-many-marks"),
    ],
)
def test_a_note_of_nothing_or_too_much_is_not(issue, ana, text, code):
    assert refusal(lambda: note(by=ana, issue=issue, text=text)) == code
    assert not Note.objects.exists()


# --- deadlines ------------------------------------------------------------------------------------------------------


def legal(issue):
    return due([Issue.objects.select_related("category").get(pk=issue.pk)])[issue.pk].legal_on


def test_the_legal_term_is_extended_once_and_the_reporter_told(issue, ana):
    reporter = follow_issue(issue, reporter=True)
    follow_issue(issue, "ion@example.org")
    before = legal(issue)
    step = extend(by=ana, issue=issue, reason=REASON, at=instant(2026, 3, 20))
    assert legal(issue) == before + dt.timedelta(days=15)
    assert (step.reason, step.details) == (REASON, {"days": 15})
    assert list(Notice.objects.values_list("kind", "follow", "details")) == [("later", reporter.pk, {"step": step.pk})]
    assert refusal(lambda: extend(by=ana, issue=issue, reason=REASON, at=instant(2026, 3, 21))) == "done-already"
    assert refusal(lambda: take_back(by=ana, step=step)) == "stays"


@pytest.mark.parametrize("day, code", [(1, ""), (2, "over")])
def test_only_before_it_is_over(issue, ana, day, code):
    act = {"by": ana, "issue": issue, "reason": REASON, "at": instant(2026, 4, day, 23)}
    assert legal(issue) == dt.date(2026, 4, 1)
    if code:
        assert refusal(lambda: extend(**act)) == code
    else:
        extend(**act)


def test_not_without_a_reason_nor_once_it_is_closed(issue, ana):
    assert refusal(lambda: extend(by=ana, issue=issue, reason=" ", at=instant(2026, 3, 3))) == "reason-missing"
    change_status(by=ana, issue=issue, to=State.RESOLVED, at=instant(2026, 3, 4))
    assert refusal(lambda: extend(by=ana, issue=issue, reason=REASON, at=instant(2026, 3, 5))) == "closed"
    assert not DeskStep.objects.filter(act=DeskAct.EXTENDED).exists()


@pytest.mark.parametrize("terms", [{"legal_days": None}, {"extension_days": 0}])
def test_where_the_law_sets_no_term_there_is_none_to_extend(settings, issue, ana, terms):
    settings.CITY = replace(site.CITY, terms=replace(site.CITY.terms, **terms))
    assert refusal(lambda: extend(by=ana, issue=issue, reason=REASON, at=instant(2026, 3, 3))) == "no-term"


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_steps_are_never_changed(issue, ana):
    step = assign(by=ana, issue=issue, department=None, person=None, reason="Mistaken.")
    for change in ({"reason": "Another."}, {"reason": ""}, {"details": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DeskStep.objects.filter(pk=step.pk).update(**change)


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "\u2800"])
@pytest.mark.parametrize("to", [State.REFUSED, State.TRANSFERRED, State.DUPLICATE])
def test_a_refusal_without_a_reason_cannot_be_saved(issue, ana, to, reason):
    with pytest.raises(MoveRefusedError):
        change_status(by=ana, issue=issue, to=to, reason=reason)
    assert Issue.objects.get().state == State.RECEIVED
