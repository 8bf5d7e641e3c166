"""Routing rules as they are kept: put in force, tried over past issues, and used where an issue is raised."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from issues import routing
from issues.models import DeskStep, Issue, RoutingRule
from issues.routing import Rule, Trial, Voice
from issues.routing_values import Known, Problem, RulesError, rules_of, values_of
from issues.rules import DeskAct
from neighborhoods.models import Category, Department, Neighborhood, User

LONGEST_NAME = 100
# A dry run reads so many of the newest issues at most.
MOST_TRIED = 100_000

logger = logging.getLogger(__name__)


class _Any(Collection[str]):
    """Holds every slug: a rule in force that names an area which is gone still stands for its others."""

    def __contains__(self, slug: object) -> bool:
        return isinstance(slug, str)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def rules_in_force() -> tuple[Rule, ...]:
    """The rules that are on, in their order. One that cannot be read is left out, and logged."""
    rows = RoutingRule.objects.filter(active=True).select_related("department")
    return tuple(rule for row in rows if (rule := _read(row)) is not None)


def kept_rows() -> list[dict[str, Any]]:
    """All rules as plain values (issues.routing_values) with the `name` of each, those that are off too."""
    return [_row(row) for row in RoutingRule.objects.select_related("department")]


def known() -> Known:
    """What rules may name today."""
    layer = settings.CITY.primary_layer
    return Known(
        departments=set(Department.objects.values_list("slug", flat=True)),
        categories=set(Category.objects.values_list("slug", flat=True)),
        areas=set(Neighborhood.objects.filter(boundary_set__layer=layer).values_list("slug", flat=True)),
    )


@transaction.atomic
def set_rules(*, by: User, rules: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Put rules in force in place of all others: rows as kept_rows gives them. The log of acts says who, when and what.

    Raises RulesError with every problem; a name may be missing or too-long.
    """
    checked, names = _checked(rules)
    departments = {d.slug: d for d in Department.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE issues_routingrule IN SHARE ROW EXCLUSIVE MODE")
    before = {_key(_row(row)): row.pk for row in RoutingRule.objects.select_related("department")}
    keys = {rule.position: _key({**values_of(rule), "name": names[rule.position]}) for rule in checked}
    RoutingRule.objects.exclude(pk__in=[before[key] for key in keys.values() if key in before]).delete()
    RoutingRule.objects.bulk_create(
        RoutingRule(
            position=rule.position,
            name=names[rule.position],
            department=departments[rule.department],
            when=_when(rule),
            active=rule.on,
            changed_by=by,
        )
        for rule in checked
        if keys[rule.position] not in before
    )
    _log(by)
    return checked


@dataclass(frozen=True)
class Given:
    """The department a new issue is given to, and by which rule (its position; 0: as its subject's own)."""

    department: Department
    rule: int

    def leave_step(self, issue: Issue) -> DeskStep:
        """The step of the desk that tells of it, once the issue is kept."""
        named = {"department": self.department.slug, "person": 0, "rule": self.rule}
        details = {"was_department": "", "was_person": 0, **named}
        return DeskStep.objects.create(issue=issue, act=DeskAct.ROUTED, details=details)


def routed(issue: Issue) -> Given | None:
    """The department that the rules name for a new issue, or else its subject's; nothing where neither names one.

    Whatever is wrong with the rules is logged and never keeps a report from coming in.
    """
    try:
        with transaction.atomic():
            return _routed(issue)
    except Exception:
        logger.exception("an issue was raised and given to nobody")
        return None


def tried(rules: Iterable[Rule], since: dt.date) -> Trial:
    """What rules would have done with the issues opened from a local day on, of the newest MOST_TRIED at most."""
    columns = ["category__slug", "neighborhood__slug", "title", "description", "address", "answers"]
    rows = Issue.objects.filter(opened_on__gte=since).newest().values_list(*columns, "opened_at", "department__slug")
    return routing.tried((_voice(*row) for row in rows[:MOST_TRIED].iterator(chunk_size=2_000)), rules)


def _routed(issue: Issue) -> Given | None:
    spec = settings.CITY.spec(issue.category.slug)
    area = issue.neighborhood.slug if issue.neighborhood else None
    voice = _voice(
        issue.category.slug,
        area,
        issue.title,
        issue.description,
        issue.address,
        issue.answers,
        issue.opened_at,
        spec.department if spec else None,
    )
    decided = routing.route(voice, rules_in_force())
    department = Department.objects.filter(slug=decided.department).first()
    return Given(department, decided.rule.position if decided.rule else 0) if department else None


def _voice(
    category: str,
    area: str | None,
    title: str,
    description: str,
    address: str,
    answers: Mapping[str, str],
    opened_at: dt.datetime,
    department: str | None,
) -> Voice:
    said = " ".join([title, description, address, *map(str, answers.values())])
    return Voice(category, area or "", said, opened_at, settings.CITY.zone, department or "")


def _read(row: RoutingRule) -> Rule | None:
    everything = _Any()
    try:
        return rules_of([_without_name(_row(row))], Known(everything, everything, everything))[0]
    except (RulesError, TypeError, ValueError) as problem:
        logger.error("routing rule %s cannot be read and is left out: %s", row.position, problem)
        return None


def _row(row: RoutingRule) -> dict[str, Any]:
    of_row = {"position": row.position, "department": row.department.slug, "name": row.name, "on": row.active}
    return dict(row.when) | of_row


def _without_name(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "name"}


def _when(rule: Rule) -> dict[str, Any]:
    return {name: value for name, value in values_of(rule).items() if name not in {"position", "department", "on"}}


def _key(row: Mapping[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def _checked(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[Rule, ...], dict[int, str]]:
    """The rules and their names by position. Raises RulesError."""
    names = [" ".join(str(row.get("name", "")).split()) if isinstance(row, Mapping) else "" for row in rows]
    wrong = [
        Problem(place, "name", "too-long" if name else "missing")
        for place, name in enumerate(names, 1)
        if not 0 < len(name) <= LONGEST_NAME
    ]
    try:
        rules = rules_of([_without_name(row) if isinstance(row, Mapping) else row for row in rows], known())
    except RulesError as problem:
        raise RulesError([*problem.problems, *wrong]) from None
    if wrong:
        raise RulesError(wrong)
    return rules, {row["position"]: name for row, name in zip(rows, names, strict=True)}


def _log(by: User) -> None:
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(RoutingRule),
        object_repr="routing rules",
        action_flag=CHANGE,
        change_message=json.dumps({"act": "rules_set", "rules": kept_rows()}, ensure_ascii=False),
    )
