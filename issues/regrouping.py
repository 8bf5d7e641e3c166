"""Incidents around one issue that came into sight or went out of it, formed anew as rebuilding all of them would.

An issue joins the earliest incident that fits (issues.linking), so what changes runs forward in time: from the issue
itself to later ones that may join it or have to leave it, and on from those of them that begin an incident now, or no
longer do. Only these are looked at, in the order opened. The marks of sources are left to rebuilding (issues.relink).
"""

from __future__ import annotations

import datetime as dt
import heapq
import math

from django.db import connection
from django.db.models import F

from issues.actions import metres, wait_for_others
from issues.models import Incident, Issue
from issues.queries import IssueQuerySet
from issues.rules import Precision

# By what issues are ordered, and last the key.
Place = tuple[dt.datetime, str, str, int]


def regroup(issue: Issue, *, was_seen: bool) -> None:
    """Form incidents anew around an issue that has just been hidden or shown, in the transaction at hand.

    `was_seen` says whether it was shown before. Nobody joins or begins an incident of any kind meanwhile.
    """
    wait_for_others(issue.category, *metres(issue))
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE issues_incident IN SHARE ROW EXCLUSIVE MODE")
    waiting, known, touched = [_place(issue)], {issue.pk}, set[int]()
    while waiting:
        *_order, key = heapq.heappop(waiting)
        pin = Issue.objects.select_related("category").get(pk=key)
        begun = pin.incident_id == pin.pk and (was_seen or pin.pk != issue.pk)
        first = _first(pin)
        touched |= {first, pin.incident_id or first}
        _join(pin, first)
        begins = first == pin.pk and _seen(pin)
        for later in _later(pin, left=begun) if begun != begins else ():
            if later.pk not in known:
                known.add(later.pk)
                heapq.heappush(waiting, _place(later))
    _recount(touched)


def _place(issue: Issue) -> Place:
    return issue.opened_at, issue.source, issue.external_id, issue.pk


def _seen(issue: Issue) -> bool:
    """Whether an issue takes part at all: what is hidden, or known only by its street, stands alone."""
    return not issue.hidden and not issue.default_pin and issue.precision == Precision.POINT


def _near(issue: Issue) -> IssueQuerySet:
    """Issues of its subject that take part, within its radius and a little more."""
    shown = Issue.objects.near(issue.point, issue.category.incident_radius_m * 1.1)
    return shown.filter(category=issue.category, hidden=False, default_pin=False, precision=Precision.POINT)


def _span(issue: Issue) -> dt.timedelta:
    return dt.timedelta(days=issue.category.incident_days)


def _first(issue: Issue) -> int:
    """The first issue of the incident it belongs to, by all that was opened before it."""
    if not _seen(issue):
        return issue.pk
    x, y = metres(issue)
    founders = _near(issue).filter(
        incident=F("pk"), opened_at__gte=issue.opened_at - _span(issue), opened_at__lte=issue.opened_at
    )
    for first in sorted(founders, key=_place):
        still_open = first.closed_at is None or issue.opened_at < first.closed_at
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


def _join(issue: Issue, first: int) -> None:
    if first == issue.pk:
        Incident.objects.get_or_create(first_issue=issue, defaults={"issues": 1})
    if issue.incident_id != first:
        Issue.objects.filter(pk=issue.pk).update(incident=first)


def _recount(incidents: set[int]) -> None:
    for key in incidents:
        n = Issue.objects.filter(incident=key).count()
        if n:
            Incident.objects.filter(pk=key).update(issues=n)
        else:
            Incident.objects.filter(pk=key).delete()
