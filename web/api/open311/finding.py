"""Which requests a question to GeoReport names: public ones of the last 90 days, the newest first, never of a sensitive
subject; by their numbers any that anybody may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.db.models import Exists, OuterRef, Q, QuerySet

from issues.models import Issue, ModerationStep, StatusChange
from issues.naming import issue_of, key_of
from issues.rules import CLOSED, OPEN, ModerationAct, State
from neighborhoods.models import Category
from web.api.open311.asking import MOST_IDS, OPENED, UPDATED, Values, Window, window
from web.api.open311.telling import CLOSED_WORD, OPEN_WORD
from web.api.parsing import printable
from web.api.problems import RefusedError
from web.pages.filters import box_of

Pinned = dict[str, dt.datetime]

_STATES = {OPEN_WORD: OPEN, CLOSED_WORD: CLOSED}


def public() -> QuerySet[Issue]:
    """What lists may hold: of sensitive subjects nothing (docs/decisions/0008-sensitive.md)."""
    plain = Category.objects.filter(sensitive=False).values_list("pk", flat=True)
    return Issue.objects.public().filter(category__in=list(plain))


def found(values: Values, now: dt.datetime) -> tuple[QuerySet[Issue], Pinned]:
    """The requests asked for, the newest first, and the times that were asked for or meant.

    Raises RefusedError: 404 for an unknown service, 400 for the rest.
    """
    issues, pinned = _within_time(public(), values, now)
    if codes := values.several("service_code"):
        issues = issues.filter(category__in=_categories(codes))
    if states := _states(values.several("status")):
        issues = issues.filter(state__in=states)
    if box := values.one("bbox"):
        issues = issues.filter(point__coveredby=_box(box), default_pin=False)
    return issues.order_by("-opened_at", "-pk"), pinned


def numbered(numbers: Sequence[str]) -> list[int]:
    """Keys of the requests of these numbers, in their order; those nobody may see, or that are none, are left out."""
    if len(numbers) > MOST_IDS:
        raise RefusedError(400, f"service_request_id: {MOST_IDS} at most")
    keys = [key for key in map(key_of, numbers) if key is not None]
    seen = set(Issue.objects.public().filter(pk__in=keys).values_list("pk", flat=True))
    return list(dict.fromkeys(key for key in keys if key in seen))


def one(number: str) -> int:
    """The key of the request of a number. Raises RefusedError (404); of what waits or is hidden it says so, as the page
    of such an issue does."""
    issue = issue_of(number)
    if issue is None:
        raise RefusedError(404, f"service_request_id: there is no request {printable(number)}")
    if issue.waiting:
        raise RefusedError(404, "service_request_id: this request waits for a person to look at it")
    if issue.hidden:
        raise RefusedError(404, f"service_request_id: this request was hidden{_why(issue)}")
    return issue.pk


def _why(issue: Issue) -> str:
    if issue.category.sensitive:
        return ""
    step = ModerationStep.objects.filter(issue=issue, act=ModerationAct.HIDDEN).last()
    return f": {step.reason}" if step and step.reason else ""


def _within_time(issues: QuerySet[Issue], values: Values, now: dt.datetime) -> tuple[QuerySet[Issue], Pinned]:
    """Within 90 days of opening, and of updating where that is asked; then the opening may be any, unless asked too."""
    opened, changed = window(values, now), window(values, now, UPDATED)
    pinned: dict[str, dt.datetime] = {}
    if opened.given or not changed.given:
        issues = _opened_within(issues, opened)
        pinned |= opened.named(OPENED)
    if changed.given:
        issues = _updated_within(issues, changed)
        pinned |= changed.named(UPDATED)
    return issues, pinned


def _opened_within(issues: QuerySet[Issue], asked: Window) -> QuerySet[Issue]:
    """By the moment of opening; the days around it are for the index."""
    since, until = (at.astimezone(settings.CITY.zone).date() for at in (asked.start, asked.end))
    return issues.filter(
        opened_on__gte=since, opened_on__lte=until, opened_at__gte=asked.start, opened_at__lte=asked.end
    )


def _updated_within(issues: QuerySet[Issue], asked: Window) -> QuerySet[Issue]:
    """As `telling.updated` says: when it was closed, else when it took its last step."""
    during = {"at__gte": asked.start, "at__lte": asked.end}
    closed = Issue.objects.filter(closed_at__gte=asked.start, closed_at__lte=asked.end)
    # One after the other: looked for at once, the database would walk through all there are.
    moved = StatusChange.objects.filter(**during).order_by().values("issue").union(closed.order_by().values("pk"))
    later = StatusChange.objects.filter(issue=OuterRef("pk"), at__gt=asked.end)
    stands = Q(closed_at=None) & ~Exists(later)
    return issues.filter(pk__in=moved).filter(stands | Q(closed_at__gte=asked.start, closed_at__lte=asked.end))


def _categories(codes: Sequence[str]) -> list[int]:
    known = dict(Category.objects.values_list("slug", "pk"))
    if unknown := [code for code in codes if code not in known]:
        raise RefusedError(404, f"service_code: there is no service {printable(', '.join(unknown))}")
    return [known[code] for code in codes]


def _states(asked: Sequence[str]) -> set[State]:
    wrong = [word for word in asked if word.lower() not in _STATES]
    if wrong:
        raise RefusedError(400, f"status: {OPEN_WORD} or {CLOSED_WORD}, not {printable(wrong[0])}")
    return {state for word in asked for state in _STATES[word.lower()]}


def _box(text: str) -> Polygon:
    box = box_of(text)
    if box is None:
        raise RefusedError(400, "bbox: west,south,east,north in WGS 84 degrees")
    return Polygon.from_bbox(box)


def changes(values: Values, now: dt.datetime) -> tuple[QuerySet[StatusChange], Pinned]:
    """The steps of public requests after they came in, the oldest first: what is new later stands at the end."""
    asked = window(values, now)
    plain = Category.objects.filter(sensitive=False).values_list("pk", flat=True)
    steps = (
        StatusChange.objects.filter(at__gte=asked.start, at__lte=asked.end)
        .exclude(state=State.RECEIVED)
        .filter(issue__hidden=False, issue__category__in=list(plain))
        .order_by("at", "pk")
    )
    return steps, asked.named(OPENED)


def month_of(text: str) -> tuple[dt.date, dt.date]:
    """First day of a month "2026-03", and of the one after it."""
    first = dt.date.fromisoformat(f"{text}-01")
    return first, dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
