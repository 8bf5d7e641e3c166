"""One act on many: each is done whole or not at all, and is told by itself."""

import pytest
from django.conf import settings as site

from issues.actions import change_status
from issues.bulk import MOST, Answer, Assign, many
from issues.models import DeskStep, Issue, StatusChange
from issues.rules import State
from neighborhoods.actions import sync_departments
from neighborhoods.models import Department
from neighborhoods.rules import Role
from tests.factories import instant, make_boundaries, make_issue, make_issues
from tests.staff import make_officer, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric", "Iosefin"])
    sync_departments(site.CITY)


@pytest.fixture
def ana():
    return make_officer("ana")


def department(slug):
    return Department.objects.get(slug=slug)


def codes(done):
    return [code for _issue, code in done]


def states():
    return list(Issue.objects.order_by("pk").values_list("state", flat=True))


def test_one_that_is_refused_keeps_none_back(ana):
    issues = make_issues(3, place="fabric")
    change_status(by=ana, issue=issues[1], to=State.RESOLVED)
    done = many(by=ana, issues=issues, act=Answer(State.REFUSED, "Not the city's."))
    assert codes(done) == ["", "no-move", ""]
    assert states() == [State.REFUSED, State.RESOLVED, State.REFUSED]


def test_without_its_reason_none_is_refused(ana):
    done = many(by=ana, issues=make_issues(2, place="fabric"), act=Answer(State.REFUSED))
    assert codes(done) == ["no-move", "no-move"]
    assert states() == [State.RECEIVED] * 2


def test_what_went_along_as_the_same_thing_is_done_and_answered_once(ana):
    twins = [make_issue(lng=21.19, lat=45.74, at=instant(2026, 3, day)) for day in (1, 2)]
    assert codes(many(by=ana, issues=twins, act=Answer(State.RESOLVED, "A new lamp."))) == ["", ""]
    assert StatusChange.objects.filter(state=State.RESOLVED).count() == 2
    assert codes(many(by=ana, issues=twins, act=Answer(State.RESOLVED))) == ["no-move", "no-move"]


def test_many_are_given_to_a_person_and_keep_their_departments(ana):
    issues = [make_issue("roads", place="fabric"), make_issue("water", place="fabric")]
    assert codes(many(by=ana, issues=issues, act=Assign(person=ana, reason="My street."))) == ["", ""]
    found = Issue.objects.order_by("pk").values_list("department__slug", "assignee")
    assert list(found) == [("roads", ana.pk), ("water", ana.pk)]
    assert set(DeskStep.objects.filter(act="assigned").values_list("reason", flat=True)) == {"My street."}


def test_given_to_a_department_whoever_cannot_follow_lets_go(ana):
    ion = make_person("ion", Role.OFFICER, department=department("roads"))
    his, hers = make_issue("roads", place="fabric"), make_issue("roads", place="iosefin")
    many(by=ana, issues=[his], act=Assign(person=ion))
    many(by=ana, issues=[hers], act=Assign(person=ana))
    assert codes(many(by=ana, issues=[his, hers], act=Assign(department=department("water")))) == ["", ""]
    assert list(Issue.objects.order_by("pk").values_list("assignee", flat=True)) == [None, ana.pk]


def test_only_those_within_a_person_s_reach_are_given(ana):
    ion = make_person("ion", Role.OFFICER, area="fabric")
    issues = [make_issue(place="fabric"), make_issue(place="iosefin")]
    assert codes(many(by=ana, issues=issues, act=Assign(person=ion))) == ["", "out-of-reach"]


def test_taken_from_everybody(ana):
    issues = make_issues(2, place="fabric")
    many(by=ana, issues=issues[:1], act=Assign(person=ana))
    assert codes(many(by=ana, issues=issues, act=Assign(nobody=True))) == ["", "done-already"]
    assert set(Issue.objects.values_list("assignee", flat=True)) == {None}


def test_more_than_is_sensible_is_refused_whole(ana):
    with pytest.raises(ValueError, match="at most"):
        many(by=ana, issues=make_issues(1, place="fabric") * (MOST + 1), act=Assign(nobody=True))
