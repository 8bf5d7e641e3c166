"""The only writers of issues."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping

import numpy as np
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from geo.crs import to_metric
from geo.words import folded
from geo.written import blank, plain
from issues.hooks import tell_changed
from issues.models import Incident, Issue, StatusChange
from issues.routed import routed
from issues.rules import CLOSED, MOVES, OPEN, Precision, State, TextState, check_move
from issues.telling import tell_of_change
from neighborhoods.contacts import despite_forgetting
from neighborhoods.locate import locator, public_points
from neighborhoods.models import Category, User

OWN_SOURCE = "ascult"


class OutsideCityError(ValueError):
    """A point outside the city's box; the message names the box."""


@transaction.atomic
def raise_issue(
    *,
    by: User | None,
    category: Category,
    lng: float,
    lat: float,
    description: str,
    title: str = "",
    address: str = "",
    channel: str = "web",
    key: uuid.UUID | None = None,
    at: dt.datetime | None = None,
    precision: Precision = Precision.POINT,
    answers: Mapping[str, str] | None = None,
    text_state: TextState = TextState.SHOWN,
    waiting: bool = False,
) -> Issue:
    """Record a pin (degrees) with its place, its first step, its department and its incident; the same key gives the
    same issue.

    `waiting`: it is hidden until a person has published it. Raises OutsideCityError for a point outside the city's box.
    """
    _check_inside(lng, lat)
    born = key or uuid.uuid4()
    opened = at or timezone.now()
    texts = {"title": title, "description": description, "address": address}
    values = _values(category, lng, lat, opened) | texts
    values |= {
        "external_id": external_id_of(born),
        "channel": channel,
        "precision": precision,
        "answers": dict(answers or {}),
        "text_state": text_state,
        "words": _words(category, text_state, *texts.values()),
        "hidden": waiting,
        "waiting": waiting,
    }
    given = routed(Issue(**values))
    values["department"] = given.department if given else None
    issue, created = Issue.objects.get_or_create(key=born, defaults=values)
    if created:
        StatusChange.objects.create(issue=issue, state=State.RECEIVED, at=opened, by=by)
        if given:
            given.leave_step(issue)
        join_incident(issue)
    return issue


def external_id_of(key: uuid.UUID) -> str:
    """The public id of an issue of ours, 32 hexadecimal digits: the key itself is the reporter's alone."""
    return hashlib.sha256(key.bytes).hexdigest()[:32]


def _check_inside(lng: float, lat: float) -> None:
    west, south, east, north = settings.CITY.bbox
    if not (west <= lng <= east and south <= lat <= north):
        raise OutsideCityError(f"lng {lng}, lat {lat} lies outside the city's box {settings.CITY.bbox}")


def _words(category: Category, text_state: TextState, *texts: str) -> str:
    """What a search may find an issue by: never what the public does not read."""
    return folded(" ".join(texts)) if text_state == TextState.SHOWN and not category.sensitive else ""


def _promised_on(category: Category, day: dt.date) -> dt.date | None:
    spec = settings.CITY.spec(category.slug)
    return day + dt.timedelta(days=spec.promise_days) if spec else None


def _values(category: Category, lng: float, lat: float, opened: dt.datetime) -> dict[str, object]:
    day = opened.astimezone(settings.CITY.zone).date()
    one_lng, one_lat, days = np.array([lng]), np.array([lat]), [day]
    held = locator()
    places = held.places(one_lng, one_lat, days)
    public_lng, public_lat = public_points(one_lng, one_lat, np.array([category.sensitive]), places, days, held)
    return {
        "source": OWN_SOURCE,
        "category": category,
        "state": State.RECEIVED,
        "point": Point(lng, lat, srid=4326),
        "public_point": Point(float(public_lng[0]), float(public_lat[0]), srid=4326),
        "cell": int(places.cell[0]),
        "neighborhood_id": int(places.neighborhood[0]) or None,
        "place_state": places.state[0],
        "backdated": bool(places.backdated[0]),
        "opened_at": opened,
        "opened_on": day,
        "promised_on": _promised_on(category, day),
    }


def join_incident(issue: Issue) -> None:
    """Join the earliest incident that fits, as issues.linking would, or begin one.

    What is hidden, or known only by its street, stands alone: two issues of one street need not speak of one thing.
    """
    if issue.hidden or issue.precision != Precision.POINT or not _joined(issue):
        issue.incident = Incident.objects.create(first_issue=issue, issues=1)
        issue.save(update_fields=["incident"])


def _joined(issue: Issue) -> bool:
    category = issue.category
    x, y = metres(issue)
    wait_for_others([issue])
    since = issue.opened_at - dt.timedelta(days=category.incident_days)
    # The radius is measured on the metric grid; a tenth more on the ground surely holds it.
    near = (
        Issue.objects.near(issue.point, category.incident_radius_m * 1.1)
        .filter(
            category=category,
            opened_at__gte=since,
            founded__isnull=False,
            default_pin=False,
            hidden=False,
            precision=Precision.POINT,
        )
        .unplaced()
    )
    for first in sorted(near.exclude(pk=issue.pk), key=lambda i: (i.opened_at, i.source, i.external_id)):
        first_x, first_y = metres(first)
        still_open = first.closed_at is None or issue.opened_at < first.closed_at
        near_enough = float(np.hypot(x - first_x, y - first_y)) <= category.incident_radius_m
        if not (still_open and near_enough):
            continue
        if not Incident.objects.filter(pk=first.pk).update(issues=F("issues") + 1):
            return _joined(issue)  # incidents were linked anew in the meantime and this one is gone: look again
        Issue.objects.filter(pk=issue.pk).update(incident=first.pk)
        issue.incident_id = first.pk
        return True
    return False


def metres(issue: Issue) -> tuple[float, float]:
    x, y = to_metric(issue.point.x, issue.point.y, settings.CITY.metric_crs)
    return float(x), float(y)


def wait_for_others(issues: Iterable[Issue]) -> None:
    """Until the end of the transaction, be the only one to join or begin an incident of these subjects about here.

    Two reports of one thing at the same moment would not see each other, and begin two incidents. The ground is cut
    into squares twice the radius wide: of two points within the radius, each one's disc touches the other's square.
    Locks are taken in one order for all, so nobody waits in a ring: all that are needed in one call.
    """
    keys = sorted({key for issue in issues for key in _squares(issue)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def _squares(issue: Issue) -> Iterable[int]:
    """Keys of the squares that the disc about an issue touches."""
    x, y = metres(issue)
    radius = max(issue.category.incident_radius_m, 1.0)
    for dx in (-radius, radius):
        for dy in (-radius, radius):
            column, row = int((x + dx) // (2 * radius)), int((y + dy) // (2 * radius))
            yield _lock_key(f"incident {issue.category_id} {column} {row}")


def _lock_key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


@despite_forgetting
@transaction.atomic
def change_status(
    *,
    by: User | None,
    issue: Issue,
    to: State,
    reason: str = "",
    at: dt.datetime | None = None,
    whole_incident: bool = True,
) -> Issue:
    """Move an issue along its course, keep the step, and tell everybody attached, each once.

    With `whole_incident` the other open issues of its incident go along, each by a step of its own with the same
    reason, where the table allows; not where it is said to repeat another, nor where a closed one reopens: a dispute
    speaks of its own issue alone. Raises MoveRefusedError where the table does not allow the move.
    """
    together = whole_incident and to != State.DUPLICATE
    rows = _locked(issue, together)
    held = next(row for row in rows if row.pk == issue.pk)
    check_move(State(held.state), to, "" if blank(plain(reason)) else reason)
    when = at or timezone.now()
    going = [held]
    if State(held.state) in OPEN:
        going += [row for row in rows if row.pk != held.pk and _goes_along(row, to, when)]
    closed_at = when if to in CLOSED else None
    Issue.objects.filter(pk__in=[row.pk for row in going]).update(state=to, closed_at=closed_at)
    held.state, held.closed_at = to, closed_at
    steps = [StatusChange(issue=row, state=to, at=when, reason=reason, by=by) for row in going]
    own, *others = StatusChange.objects.bulk_create(steps)
    tell_changed(zip(going, [own, *others], strict=True))
    tell_of_change(held, own, attached=together)
    return held


def _locked(issue: Issue, together: bool) -> list[Issue]:
    """The issue, with the shown ones of its incident where they go together; locked in one order for all."""
    wanted = Q(pk=issue.pk)
    incident = Issue.objects.filter(pk=issue.pk, hidden=False).values_list("incident", flat=True).first()
    if together and incident:
        wanted |= Q(incident=incident, hidden=False)
    rows = Issue.objects.select_related("category", "neighborhood").filter(wanted)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _goes_along(issue: Issue, to: State, when: dt.datetime) -> bool:
    current = State(issue.state)
    return current in OPEN and to in MOVES[current] and issue.opened_at <= when
