"""Rules as they are kept decide where a new issue goes, and never keep one from coming in."""

import datetime as dt
import logging

import pytest
from django.conf import settings as site
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection

from issues import routed
from issues.models import DeskStep, Issue, RoutingRule
from issues.routed import kept_rows, rules_in_force, set_rules, tried
from issues.routing_values import Problem, RulesError, rules_of
from issues.rules import DeskAct
from neighborhoods.actions import sync_departments
from neighborhoods.models import Department
from neighborhoods.rules import Role
from tests.factories import instant, make_boundaries, make_category, make_issue
from tests.staff import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric", "Iosefin"])
    make_category()
    sync_departments(site.CITY)


@pytest.fixture
def ana():
    return make_person("ana", Role.ADMINISTRATOR)


def rule(position=1, department="roads", name="A rule", **more):
    return {"position": position, "department": department, "name": name, **more}


def went(issue):
    held = Issue.objects.get(pk=issue.pk)
    return held.department.slug if held.department else ""


def test_without_rules_a_subject_goes_to_its_own_department():
    issue = make_issue("lighting")
    assert went(issue) == "lighting"
    step = issue.desk_steps.get()
    assert (step.act, step.by, step.details["rule"]) == (DeskAct.ROUTED, None, 0)


def test_the_first_rule_in_force_that_fits_decides(ana):
    rules = [
        rule(1, "water", words=["țeavă"], on=False),
        rule(2, "roads", areas=["iosefin"]),
        rule(3, "parks", words=["teava"]),
    ]
    set_rules(by=ana, rules=rules)
    assert went(make_issue("lighting", place="iosefin", description="O țeavă spartă.")) == "roads"
    broken = make_issue("lighting", place="fabric", description="O ȚEAVĂ spartă.")
    assert went(broken) == "parks"
    assert broken.desk_steps.get().details["rule"] == 3
    assert went(make_issue("lighting", place="fabric")) == "lighting"


@pytest.mark.parametrize("where", ["title", "address", "answers"])
def test_words_are_looked_for_wherever_a_person_wrote(ana, where):
    set_rules(by=ana, rules=[rule(words=["pasarela"])])
    said = {"lamps": "la pasarelă"} if where == "answers" else "la pasarelă"
    assert went(make_issue("lighting", **{where: said})) == "roads"


def test_hours_are_the_city_s(ana):
    set_rules(by=ana, rules=[rule(hours=[22, 6])])
    assert went(make_issue("lighting", at=dt.datetime(2026, 3, 5, 20, 30, tzinfo=dt.UTC))) == "roads"
    assert went(make_issue("lighting", at=dt.datetime(2026, 3, 5, 19, 30, tzinfo=dt.UTC))) == "lighting"


@pytest.mark.parametrize("when", [{"weekdays": [9]}, {"words": "x"}, {"colour": "red"}, [1], 7, "x"])
def test_a_broken_rule_is_skipped_and_logged(ana, caplog, when):
    set_rules(by=ana, rules=[rule(1, "roads"), rule(2, "water")])
    RoutingRule.objects.filter(position=1).update(when=when)
    with caplog.at_level(logging.ERROR, "issues.routed"):
        assert went(make_issue("lighting")) == "water"
    assert "routing rule 1 cannot be read" in caplog.text


def test_an_area_that_is_gone_takes_nothing_from_the_others(ana):
    set_rules(by=ana, rules=[rule(areas=["fabric"])])
    RoutingRule.objects.update(when={"areas": ["gone", "fabric"]})
    assert went(make_issue("lighting", place="fabric")) == "roads"
    assert went(make_issue("lighting", place="iosefin")) == "lighting"


def test_a_failure_of_the_database_keeps_no_report_out(monkeypatch, caplog):
    def fail():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(routed, "rules_in_force", fail)
    issue = make_issue("lighting")
    assert went(issue) == ""
    assert issue.incident_id == issue.pk
    assert not DeskStep.objects.exists()
    assert "given to nobody" in caplog.text
    with pytest.raises(DatabaseError):
        fail()


def test_a_department_that_is_not_in_the_tables_is_no_department():
    Department.objects.filter(slug="lighting").delete()
    assert went(make_issue("lighting")) == ""


def test_rules_are_kept_as_they_were_given_and_by_whom(ana):
    given = [rule(2, "water", "Mains", hours=[22, 6], on=False), rule(1, "roads", "Bridges", words=["Pod"])]
    set_rules(by=ana, rules=given)
    rows = kept_rows()
    assert [(row["position"], row["name"], row["department"], row["on"]) for row in rows] == [
        (1, "Bridges", "roads", True),
        (2, "Mains", "water", False),
    ]
    assert [r.position for r in rules_in_force()] == [1]
    assert set(RoutingRule.objects.values_list("changed_by", flat=True)) == {ana.pk}
    logged = LogEntry.objects.get()
    assert logged.user == ana
    assert '"Bridges"' in logged.change_message


def test_set_again_only_what_changed_is_somebody_else_s(ana):
    set_rules(by=ana, rules=[rule(1), rule(2, "water"), rule(3, "parks")])
    ion = make_person("ion", Role.ADMINISTRATOR)
    rows = kept_rows()
    set_rules(by=ion, rules=[rows[0], {**rows[1], "on": False}])
    assert [(row.position, row.changed_by) for row in RoutingRule.objects.all()] == [(1, ana), (2, ion)]


@pytest.mark.parametrize(
    "rows, problem",
    [
        ([rule(department="trams")], Problem(1, "department", "unknown")),
        ([rule(areas=["nowhere"])], Problem(1, "areas", "unknown")),
        ([rule(name=" ")], Problem(1, "name", "missing")),
        ([rule(name="n" * 101)], Problem(1, "name", "too-long")),
        ([rule(1), rule(1)], Problem(1, "position", "twice")),
        (["a rule"], Problem(1, "rule", "wrong-kind")),
    ],
)
def test_a_wrong_rule_changes_none(ana, rows, problem):
    set_rules(by=ana, rules=[rule(name="Before")])
    with pytest.raises(RulesError) as refused:
        set_rules(by=ana, rules=rows)
    assert problem in refused.value.problems
    assert [row["name"] for row in kept_rows()] == ["Before"]


def test_a_dry_run_over_past_issues_changes_nothing():
    make_issue("lighting", place="fabric", at=instant(2026, 3, 1))
    make_issue("lighting", place="fabric", description="Un pod.", at=instant(2026, 3, 5))
    make_issue("roads", place="fabric", description="Un pod.", at=instant(2026, 3, 6))
    make_issue("roads", place="fabric", description="Un pod.", at=instant(2026, 2, 28))
    rules = rules_of([{"position": 4, "department": "roads", "words": ["pod"]}], routed.known())
    trial = tried(rules, dt.date(2026, 3, 1))
    assert (trial.voices, trial.unmatched, trial.changed) == (3, 1, 1)
    assert trial.moves == {("lighting", "roads"): 1}
    assert Issue.objects.filter(department__slug="lighting").count() == 2
