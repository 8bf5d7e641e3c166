"""By when each issue is due, with what happened to it: deadlines extended, closings disputed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max, Q

from geo.cities import CategorySpec
from issues.deadlines import Clock, Deadlines, Near, clock_of
from issues.models import DeskStep, Issue, Verdict
from issues.rules import OPEN, DeskAct


@dataclass(frozen=True)
class Turn:
    """What moves the deadlines of one issue: days added to the law's term, and when its last closing was disputed."""

    extended_days: int = 0
    disputed_at: dt.datetime | None = None


def clock(category: str) -> Clock:
    """The clock of a subject (a slug); one that the city's file does not name any more goes by the usual target."""
    city = settings.CITY
    near = Near(city.terms.near_legal_days, city.terms.near_target_days)
    usual = Clock(city.zone, city.terms.legal_days, CategorySpec.target_days, city.country, city.terms.days_off, near)
    return clock_of(city, category) or usual


def turns(issues: Collection[int]) -> Mapping[int, Turn]:
    """By key, those of these issues whose deadlines were moved."""
    return _turns(Q(issue__in=issues))


def turns_of_open() -> Mapping[int, Turn]:
    """By key, all open issues whose deadlines were moved."""
    return _turns(Q(issue__state__in=sorted(OPEN)))


def _turns(which: Q) -> Mapping[int, Turn]:
    steps = DeskStep.objects.filter(which, act=DeskAct.EXTENDED).order_by()
    days = {step.issue_id: int(step.details.get("days", 0)) for step in steps}
    rows = Verdict.objects.filter(which, fixed=False).values("issue").annotate(last=Max("at")).order_by()
    disputed = {row["issue"]: row["last"] for row in rows}
    return {key: Turn(days.get(key, 0), disputed.get(key)) for key in days.keys() | disputed.keys()}


def due_by(issue: Issue, turn: Turn) -> Deadlines:
    """The deadlines of one issue."""
    held = clock(issue.category.slug)
    return held.due(issue.opened_at, reopened_at=turn.disputed_at, extended_days=turn.extended_days)


def due(issues: Iterable[Issue]) -> Mapping[int, Deadlines]:
    """The deadlines of issues by key, in two statements however many there are."""
    rows = list(issues)
    moved = turns([issue.pk for issue in rows])
    return {issue.pk: due_by(issue, moved.get(issue.pk, Turn())) for issue in rows}
