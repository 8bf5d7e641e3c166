"""The order of the queue and the standing of open issues as questions to the tables, so that an index answers them.

Where nothing has moved an issue's deadlines, both follow from its day of opening and its subject: the law's term is as
long for all, and of two subjects on one day the one with the shorter target comes first. The few whose deadlines were
moved (issues.terms) are asked for apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from geo.workdays import add_workdays
from issues.deadlines import Clock, Deadlines, Standing
from issues.models import Issue
from issues.terms import clock
from neighborhoods.models import Category

DAY = dt.timedelta(days=1)
NONE = Q(pk__in=[])
# Legal deadline, target, opening and key of an issue: the queue is ordered by them.
Place = tuple[dt.date, dt.date, dt.datetime, int]


@dataclass(frozen=True)
class Group:
    """Subjects (keys) that have one clock."""

    clock: Clock
    categories: tuple[int, ...]

    def target_on(self, day: dt.date) -> dt.date:
        """The target of what was opened on a day."""
        return _target_on(self.clock, day)

    def first_due(self, day: dt.date) -> dt.date:
        """The first day of opening whose target is that day or later."""
        return _first_due(self.clock, day)

    def spans(self, now: dt.datetime) -> Mapping[Standing, tuple[dt.date, dt.date]]:
        """Days of opening, the second not included, by how an open issue of such a day stands."""
        today, horizon = self.clock.day(now), self.clock.horizon(now)
        legal, near = dt.date.min, self.first_due(horizon.target_on + DAY)
        if self.clock.legal_days is not None and horizon.legal_on is not None:
            term = dt.timedelta(days=self.clock.legal_days)
            legal, near = today - term, max(near, horizon.legal_on + DAY - term)
        target = max(legal, self.first_due(today))
        near = max(near, target)
        return {
            Standing.LATE_LEGAL: (dt.date.min, legal),
            Standing.LATE_TARGET: (legal, target),
            Standing.NEAR: (target, near),
            Standing.ON_TIME: (near, dt.date.max),
        }

    def first_behind(self, place: Place) -> dt.date:
        """The first day of opening of what may come after a place."""
        legal_on, target_on, *_opened = place
        if self.clock.legal_days is None:
            return self.first_due(target_on)
        return legal_on - dt.timedelta(days=self.clock.legal_days)

    def behind(self, place: Place) -> Q:
        """Issues of these subjects, their deadlines not moved, that come after a place in the queue."""
        _legal_on, target_on, opened_at, key = place
        later = Q(opened_at__gt=opened_at) | Q(opened_at=opened_at, pk__gt=key)
        day = self.first_behind(place)
        if self.clock.legal_days is None:
            return Q(opened_on__gte=self.first_due(target_on + DAY)) | Q(opened_on__gte=day) & later
        target = self.target_on(day)
        if target > target_on:
            return Q(opened_on__gte=day)
        return Q(opened_on__gt=day) | (Q(opened_on=day) & later if target == target_on else NONE)


@lru_cache(maxsize=4096)
def _target_on(of: Clock, day: dt.date) -> dt.date:
    return add_workdays(day, of.target_days, of.country, of.more)


@lru_cache(maxsize=1024)
def _first_due(of: Clock, day: dt.date) -> dt.date:
    low, high = day - dt.timedelta(days=2 * of.target_days + 60), day
    while _target_on(of, low) >= day:
        low -= dt.timedelta(days=60)
    while high - low > DAY:
        middle = low + (high - low) // 2
        low, high = (low, middle) if _target_on(of, middle) >= day else (middle, high)
    return high


def groups() -> Sequence[Group]:
    """All subjects by their clocks, the shortest target first."""
    held: dict[int, tuple[Clock, list[int]]] = {}
    for key, slug in Category.objects.values_list("pk", "slug"):
        one = clock(slug)
        held.setdefault(one.target_days, (one, []))[1].append(key)
    return [Group(one, tuple(keys)) for _days, (one, keys) in sorted(held.items())]


def place_of(issue: Issue, deadlines: Deadlines) -> Place:
    """Where an issue comes in the queue; where no law sets a term, its target counts."""
    return deadlines.legal_on or dt.date.max, deadlines.target_on, issue.opened_at, issue.pk


def stands(standing: Standing, among: Iterable[Group], now: dt.datetime) -> Q:
    """Open issues that stand so now, their deadlines not moved."""
    found = NONE
    for group in among:
        first, end = group.spans(now)[standing]
        found |= Q(category__in=group.categories, opened_on__gte=first, opened_on__lt=end)
    return found


def rows_of_order(among: Sequence[Group]) -> list[tuple[Sequence[Group], list[Combinable | str]]]:
    """By which columns issues come in their order: all at once, or group by group where no law sets a term."""
    if not among or among[0].clock.legal_days is None:
        return [([group], ["opened_on", "opened_at", "pk"]) for group in among]
    whens = [When(category__in=group.categories, then=Value(n)) for n, group in enumerate(among)]
    weight = Case(*whens, default=Value(len(whens)), output_field=IntegerField())
    return [(among, ["opened_on", weight.asc(), "opened_at", "pk"])]


def behind(place: Place | None, among: Iterable[Group]) -> Q:
    """Issues of these groups, their deadlines not moved, that come after a place; all where none is given."""
    if place is None:
        return Q(category__in=[key for group in among for key in group.categories])
    found, first = NONE, dt.date.max
    for group in among:
        found |= Q(category__in=group.categories) & group.behind(place)
        first = min(first, group.first_behind(place))
    return Q(opened_on__gte=first) & found
