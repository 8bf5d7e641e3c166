"""Incidents around some issues formed anew, as rebuilding all of them would: those that came into sight or went out of
it, and those that a person put together or apart.

An issue joins the earliest incident that fits (issues.linking), so what changes runs forward in time: from the issues
themselves to later ones that may join them or have to leave them, and on from those of them that begin an incident now,
or no longer do. Only these are looked at, in the order opened. Then those follow that are tied to another, by a
person's word or by their source's mark; a mark of an issue that is not looked at is left to rebuilding (issues.relink).
"""

from __future__ import annotations

import datetime as dt
import heapq
import math
from collections.abc import Collection, Iterable, Iterator

from django.db import connection
from django.db.models import F, QuerySet

from issues.actions import metres, wait_for_others
from issues.models import Incident, Issue, PlacedTogether
from issues.queries import IssueQuerySet
from issues.rules import Precision

# By what issues are ordered, and last the key.
Place = tuple[dt.datetime, str, str, int]


def regroup(issue: Issue, *, was_seen: bool) -> None:
    """Form incidents anew around an issue that has just been hidden or shown, in the transaction at hand.

    `was_seen` says whether it was shown before. Nobody joins or begins an incident of any kind meanwhile.
    """
    hold_still([issue])
    begun = was_seen and issue.incident_id == issue.pk and not _Ties.placed([issue.pk])
    form_anew([issue.pk], {issue.pk} if begun else set())


def hold_still(issues: Collection[Issue]) -> None:
    """Let nobody else join or begin an incident until the end of the transaction. Rows of issues are locked before."""
    wait_for_others(issues)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE issues_incident IN SHARE ROW EXCLUSIVE MODE")


def beginning(issues: Iterable[Issue]) -> set[int]:
    """Keys of those of these issues whose incidents others join by the rules."""
    rows = [issue for issue in issues if issue.incident_id == issue.pk and _seen(issue)]
    return {issue.pk for issue in rows} - _Ties.placed([issue.pk for issue in rows])


def form_anew(keys: Collection[int], begun: Collection[int]) -> None:
    """Give issues whose standing has changed, and all that hangs on it, the incidents they belong to now.

    `begun` are those of them that others have joined by the rules until now. After hold_still.
    """
    known, touched, ties = set(keys), set[int](), _Ties()
    waiting = [_place(pin) for pin in Issue.objects.filter(pk__in=known)]
    heapq.heapify(waiting)
    while waiting:
        *_order, key = heapq.heappop(waiting)
        pin = Issue.objects.select_related("category").get(pk=key)
        was = key in begun if key in keys else pin.incident_id == key and not ties.of(pin)
        begins = False
        if not ties.of(pin):
            first = _first(pin)
            touched |= _joined(pin, first)
            begins = first == key and _seen(pin)
        for later in _later(pin, left=was) if was != begins else ():
            if later.pk not in known:
                known.add(later.pk)
                heapq.heappush(waiting, _place(later))
    for pin, first in ties.settled(known):
        touched |= _joined(pin, first)
    _recount(touched)


class _Ties:
    """To which other issue one is tied, whatever the rules say. `of` gives (key of the other, or None for alone)."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[int | None] | None] = {}

    @staticmethod
    def placed(keys: Iterable[int]) -> set[int]:
        """Those of these issues that a person has placed."""
        rows = PlacedTogether.objects.filter(issue__in=list(keys), ended_at=None)
        return set(rows.values_list("issue", flat=True))

    def of(self, pin: Issue) -> tuple[int | None] | None:
        """Nothing where an issue is for the rules; else the key of the one it is tied to, or None where it is alone."""
        if pin.pk not in self._held:
            self._held[pin.pk] = _tie(pin)
        return self._held[pin.pk]

    def settled(self, keys: Iterable[int]) -> Iterator[tuple[Issue, int]]:
        """Of these issues, and of all that are tied to them, those with ties, each with the incident it belongs to."""
        waiting, seen = list(keys), set[int]()
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            pin = Issue.objects.select_related("category").get(pk=key)
            if self.of(pin):
                yield pin, self._incident(pin)
            waiting += _beside(pin)

    def _incident(self, pin: Issue) -> int:
        """The incident at the end of a row of ties; of a ring, that of its earliest."""
        path = [pin]
        while (tie := self.of(path[-1])) and tie[0] is not None:
            if ring := [n for n, one in enumerate(path) if one.pk == tie[0]]:
                return min(path[ring[0] :], key=_place).pk
            path.append(Issue.objects.get(pk=tie[0]))
        end = path[-1]
        return end.pk if tie else end.incident_id or end.pk


def _tie(pin: Issue) -> tuple[int | None] | None:
    if pin.hidden:
        return (None,)
    placed = PlacedTogether.objects.filter(issue=pin.pk, ended_at=None).select_related("founder").first()
    if placed is None:
        parent = _marked_parent(pin)
        return (parent,) if parent is not None else None
    if placed.founder is None or not placed.founder.hidden:
        return (placed.founder_id,)
    # The founder is hidden: the first of those put together with it stands in for it.
    others = Issue.objects.filter(hidden=False, placed_together__in=_held_by([placed.founder_id]))
    first = min(others, key=_place).pk
    return (first if first != pin.pk else None,)


def _marked_parent(pin: Issue) -> int | None:
    """The issue that its source says it repeats, where everybody sees that one."""
    if not pin.duplicate_of:
        return None
    named = Issue.objects.filter(source=pin.source, external_id=pin.duplicate_of, hidden=False, default_pin=False)
    return named.exclude(pk=pin.pk).values_list("pk", flat=True).first()


def _held_by(founders: Collection[int]) -> QuerySet[PlacedTogether]:
    return PlacedTogether.objects.filter(founder__in=founders, ended_at=None)


def _beside(pin: Issue) -> list[int]:
    """Those put together with an issue, or with the one that it is put together with."""
    founders = [pin.pk]
    founders += PlacedTogether.objects.filter(issue=pin.pk, ended_at=None, founder__isnull=False).values_list(
        "founder", flat=True
    )
    return [placed.issue_id for placed in _held_by(founders)]


def _place(issue: Issue) -> Place:
    return issue.opened_at, issue.source, issue.external_id, issue.pk


def _seen(issue: Issue) -> bool:
    """Whether an issue takes part at all: what is hidden, or known only by its street, stands alone."""
    return not issue.hidden and not issue.default_pin and issue.precision == Precision.POINT


def _near(issue: Issue) -> IssueQuerySet:
    """Issues of its subject that take part, within its radius and a little more."""
    shown = Issue.objects.near(issue.point, issue.category.incident_radius_m * 1.1).unplaced()
    return shown.filter(category=issue.category, hidden=False, default_pin=False, precision=Precision.POINT)


def _span(issue: Issue) -> dt.timedelta:
    return dt.timedelta(days=issue.category.incident_days)


def _first(issue: Issue) -> int:
    """The first issue of the incident it belongs to by the rules, by all that was opened before it."""
    if not _seen(issue):
        return issue.pk
    x, y = metres(issue)
    founders = _near(issue).filter(
        incident=F("pk"), opened_at__gte=issue.opened_at - _span(issue), opened_at__lte=issue.opened_at
    )
    for first in sorted(founders, key=_place):
        still_open = first.closed_at is None or issue.opened_at < first.closed_at or issue.marked_duplicate
        first_x, first_y = metres(first)
        reached = math.hypot(x - first_x, y - first_y) <= issue.category.incident_radius_m
        if _place(first) < _place(issue) and still_open and reached:
            return first.pk
    return issue.pk


def _later(issue: Issue, *, left: bool) -> list[Issue]:
    """The later issues that may join it; where it is `left`, those that have too."""
    since = issue.opened_at
    found = list(_near(issue).filter(opened_at__gte=since, opened_at__lte=since + _span(issue)))
    if left:
        found += Issue.objects.filter(incident=issue.pk).exclude(pk=issue.pk)
    return [other for other in found if _place(other) > _place(issue)]


def _joined(issue: Issue, first: int) -> set[int]:
    """Put an issue into an incident, which begins with it where it is the first; gives the incidents this touches."""
    Incident.objects.get_or_create(first_issue_id=first, defaults={"issues": 1})
    if issue.incident_id == first:
        return {first}
    Issue.objects.filter(pk=issue.pk).update(incident=first)
    return {first, issue.incident_id or first}


def _recount(incidents: set[int]) -> None:
    for key in incidents:
        n = Issue.objects.filter(incident=key).count()
        if n:
            Incident.objects.filter(pk=key).update(issues=n)
        else:
            Incident.objects.filter(pk=key).delete()
