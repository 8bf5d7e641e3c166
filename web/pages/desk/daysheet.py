"""A crew's day: chosen issues in a sensible order, with a map, for one sheet of paper or a few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geo.crs import to_metric
from issues.daysheet import MOST, ordered
from issues.deadlines import Standing
from issues.deskqueue import Row, standings_of
from issues.models import Issue
from issues.naming import key_of, tracking_number
from issues.rules import IssueRight, Precision, TextState
from maps.stops import Stop, Words, svg
from web.pages.course import state_words
from web.pages.desk.frame import tabs
from web.pages.desk.words import standing_words
from web.pages.issue import answers, where
from web.pages.live import area_layer
from web.pages.photos import may_look
from web.pages.shown import current_set
from web.permissions import RIGHTS
from web.reporting.numbers import day, decimal
from web.reporting.sentences import issues as issues_said

_URGENT = {Standing.LATE_LEGAL, Standing.NEAR}


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The sheet of the issues named in the address; what the account does not reach is left out, and counted."""
    wanted = list(dict.fromkeys(request.GET.getlist("issue")))[:MOST]
    found = _found(wanted, request)
    values: dict[str, Any] = {
        "tabs": tabs(request),
        "on": day(timezone.localdate().isoformat()),
        "left_out": len(wanted) - len(found),
    }
    if found:
        values |= _sheet(request, found)
    return render(request, "desk/daysheet.html", values, status=200 if found else 404)


def _found(numbers: Sequence[str], request: HttpRequest) -> list[Issue]:
    keys = [key for number in numbers if (key := key_of(number)) is not None]
    reached = Issue.objects.reached(request.actor.counting(RIGHTS[IssueRight.SEE_DESK])).filter(pk__in=keys)
    rows = reached.select_related("category", "neighborhood", "department").in_bulk()
    return [rows[key] for key in keys if key in rows]


def _sheet(request: HttpRequest, found: Sequence[Issue]) -> dict[str, Any]:
    near = {issue.pk: may_look(request.actor, issue) for issue in found}
    points = [issue.point if near[issue.pk] else issue.public_point for issue in found]
    stands = {row.issue.pk: row for row in standings_of(found)}
    x, y = to_metric([p.x for p in points], [p.y for p in points], settings.CITY.metric_crs)
    urgent = [stands[issue.pk].stands.standing in _URGENT for issue in found]
    way = ordered(np.column_stack([x, y]), urgent=urgent)
    order = way.order.tolist()
    stops = [Stop(points[i].x, points[i].y, n) for n, i in enumerate(order, start=1)]
    return {
        "stops": [_stop(n, found[i], stands[found[i].pk], near[found[i].pk]) for n, i in enumerate(order, start=1)],
        "n": issues_said(len(found)),
        "km": decimal(way.length_m / 1000, 1),
        "map": _map(stops),
        "names": any(issue.category.sensitive for issue in found),
    }


def _stop(number: int, issue: Issue, held: Row, near: bool) -> dict[str, Any]:
    return {
        "n": number,
        "number": tracking_number(issue.pk),
        "subject": issue.category.name(),
        "where": where(issue, own=near),
        "about": issue.precision == Precision.STREET,
        "state": state_words(issue.state),
        "standing": standing_words(held.stands, held.deadlines, closed=issue.closed_at is not None),
        "text": _text(issue),
        "answers": [] if issue.category.sensitive else answers(issue),
    }


def _text(issue: Issue) -> str:
    """What may lie about on paper: what everybody reads, never what waits for a look or speaks of people."""
    if issue.category.sensitive:
        return gettext("The text is for the screen alone.")
    if issue.text_state == TextState.WITHHELD:
        return gettext("The text may hold personal data. Read it on the screen.")
    return issue.public_text


def _map(stops: Sequence[Stop]) -> SafeString:
    words = Words(
        gettext("The way from stop to stop"),
        gettext("Numbers are the stops of the list; the line joins them as the crow flies."),
        get_language() or "",
    )
    drawn = svg(area_layer(current_set())["features"], stops, words, width_mm=180, height_mm=105, way=True)
    return mark_safe(drawn)  # noqa: S308 (maps.vector escapes every word it is given)


urlpatterns = [path("desk/day-sheet/", page, name="desk-sheet")]
