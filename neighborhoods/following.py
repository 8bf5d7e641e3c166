"""Follows: asked for, confirmed by a link, stopped by a link; and the outbox they fill."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point, Polygon
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import Jsonb
from django.db.models import Q, QuerySet
from django.dispatch import Signal
from django.utils import timezone

from neighborhoods.contacts import despite_forgetting, keep_contact
from neighborhoods.models import Follow, Notice
from neighborhoods.models.notices import AT_ONCE, DAILY, ISSUE, NEIGHBORHOOD

CONFIRM = "confirm"
# So many requests to confirm go to one address in a day: nobody fills another's mailbox with them.
MOST_ASKED_A_DAY = 5
# After so many attempts a notice is left for a person to look at.
MOST_ATTEMPTS = 20
# Mail that is due goes out within a minute; so long after, nobody is delivering.
LATE = dt.timedelta(hours=1)
# The hour of the city's clock at which the news of a day is told to who wants it once a day.
MORNING = dt.time(7)

# Sent after the commit of a transaction that put something into the outbox.
noticed = Signal()


@despite_forgetting
@transaction.atomic
def follow(
    *,
    language: str,
    kind: str,
    email: str = "",
    contact: uuid.UUID | None = None,
    subject: int | None = None,
    slug: str = "",
    reach: Polygon | None = None,
    label: str = "",
    radius_m: int | None = None,
    categories: Sequence[int] = (),
    pace: str = AT_ONCE,
    reporter: bool = False,
    id: uuid.UUID | None = None,
) -> Follow:
    """Keep a wish to be told and put the mail that asks to confirm it into the outbox. Nothing is told before that.

    Told is whoever has the `email`, or a `contact` kept before. `subject` is an issue's key; `reach` a polygon in
    degrees, checked by the caller (geo.drawn); `label` words of our own, since they are mailed. The same `id` again
    keeps nothing new. Beyond MOST_ASKED_A_DAY unconfirmed wishes of one address a wish is kept and not asked about.
    """
    made, new = Follow.objects.get_or_create(
        id=id or uuid.uuid4(),
        defaults={
            "contact_id": contact or keep_contact(email, language),
            "kind": kind,
            "subject": subject,
            "slug": slug,
            "reach": reach,
            "label": label,
            "radius_m": radius_m,
            "categories": list(categories),
            "pace": pace if kind != ISSUE else AT_ONCE,
            "reporter": reporter,
            "secret": secrets.token_bytes(16),
        },
    )
    if new and _asked_today(made.contact_id) <= MOST_ASKED_A_DAY:
        notify([made], event=f"{CONFIRM}:{made.pk}", kind=CONFIRM, subject=subject, at_once=True)
    return made


def _asked_today(contact: uuid.UUID) -> int:
    since = timezone.now() - dt.timedelta(days=1)
    return Follow.objects.filter(contact=contact, confirmed_at=None, created_at__gt=since).count()


def held_by(secret: bytes) -> Follow | None:
    """The follow of that secret."""
    return Follow.objects.filter(secret=secret).first()


def confirm(secret: bytes) -> Follow | None:
    """The follow of that secret, in force from now on, also where it had been stopped; nothing where there is none."""
    rows = Follow.objects.filter(secret=secret)
    rows.filter(confirmed_at=None).update(confirmed_at=timezone.now())
    rows.exclude(stopped_at=None).update(stopped_at=None)
    return rows.first()


def stop(secret: bytes) -> Follow | None:
    """The follow of that secret, no longer told of anything; what waits in the outbox is dropped at delivery."""
    rows = Follow.objects.filter(secret=secret)
    rows.filter(stopped_at=None).update(stopped_at=timezone.now())
    return rows.first()


def stop_daily(secret: bytes) -> Follow | None:
    """As stop, with all else that the same person is told once a day: the way out of the daily mail."""
    held = stop(secret)
    if held is not None:
        Follow.objects.filter(contact=held.contact_id, pace=DAILY, stopped_at=None).update(stopped_at=timezone.now())
    return held


def change_pace(secret: bytes, pace: str) -> Follow | None:
    """The follow of that secret, told at once or once a day; what happens to one issue is always told at once."""
    rows = Follow.objects.filter(secret=secret)
    rows.exclude(kind=ISSUE).update(pace=pace)
    return rows.first()


def of_issues(keys: Collection[int]) -> QuerySet[Follow]:
    """Follows in force of any of these issues."""
    return _in_force().filter(kind=ISSUE, subject__in=keys).order_by("created_at", "pk")


def of_place(*, point: Point, slug: str, category: int) -> QuerySet[Follow]:
    """Follows in force whose ground covers a point (degrees), or of the neighborhood of that slug ("" for none), that
    want to hear of a subject."""
    here = Q(reach__covers=point)
    if slug:
        here |= Q(kind=NEIGHBORHOOD, slug=slug)
    wanted = Q(categories=[]) | Q(categories__contains=[category])
    return _in_force().filter(here, wanted).order_by("created_at", "pk")


def _in_force() -> QuerySet[Follow]:
    # What is drawn is asked for, never fetched: a hundred corners for each of a thousand people.
    return Follow.objects.filter(confirmed_at__isnull=False, stopped_at=None).defer("reach", "label")


_TELL = """
INSERT INTO neighborhoods_notice
    (contact_id, event, kind, subject, follow_id, details, pace, attempts, problem, created_at, due_at)
SELECT contact, %(event)s, %(kind)s, subject, follow, %(details)s, pace, 0, '', now(),
       CASE pace WHEN %(daily)s THEN %(morning)s ELSE now() END
FROM unnest(%(contacts)s::uuid[], %(subjects)s::bigint[], %(follows)s::uuid[], %(paces)s::text[])
    AS told (contact, subject, follow, pace)
ON CONFLICT (event, contact_id) DO NOTHING
"""


def notify(
    follows: Iterable[Follow],
    *,
    event: str,
    kind: str,
    subject: int | None = None,
    details: dict[str, Any] | None = None,
    at_once: bool = False,
) -> None:
    """One row of the outbox for every person among the follows, in the transaction at hand; never two of one event.

    Where a person has several follows that match, the first given counts: give those of the issue itself first, and
    quick ones before daily ones. Who follows one issue is told of it under its number, everybody else under `subject`.
    """
    first: dict[uuid.UUID, Follow] = {}
    for f in follows:
        first.setdefault(f.contact_id, f)
    # In one order for all, so that two transactions that tell of the same event cannot wait for one another.
    told = [first[contact] for contact in sorted(first)]
    if not told:
        return
    values = {
        "event": event,
        "kind": kind,
        "details": Jsonb(details or {}),
        "daily": DAILY,
        "morning": next_morning(timezone.now()),
        "contacts": [f.contact_id for f in told],
        "subjects": [f.subject or subject for f in told],
        "follows": [f.pk for f in told],
        "paces": [AT_ONCE if at_once else f.pace for f in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
    transaction.on_commit(_after_commit, robust=True)


def notify_alone(contact: uuid.UUID, *, event: str, kind: str, details: dict[str, Any]) -> None:
    """One row of the outbox for a person who follows nothing of what is told, in the transaction at hand."""
    Notice.objects.create(contact_id=contact, event=event, kind=kind, details=details)
    transaction.on_commit(_after_commit, robust=True)


def _after_commit() -> None:
    noticed.send(sender=None)


def next_morning(now: dt.datetime) -> dt.datetime:
    """The next MORNING of the city's clock after an instant, as an instant."""
    here = now.astimezone(settings.CITY.zone)
    today = dt.datetime.combine(here.date(), MORNING, settings.CITY.zone)
    if today > here:
        return today
    return dt.datetime.combine(here.date() + dt.timedelta(days=1), MORNING, settings.CITY.zone)


def undelivered() -> QuerySet[Notice]:
    """Notices that were tried as often as we try and never went out; `problem` says why. They wait for a person."""
    return Notice.objects.filter(sent_at=None, attempts__gte=MOST_ATTEMPTS).order_by("due_at", "pk")


def overdue(now: dt.datetime) -> QuerySet[Notice]:
    """Notices that are still to be tried and should have been by now: whoever delivers them does not run."""
    return Notice.objects.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS, due_at__lt=now - LATE)
