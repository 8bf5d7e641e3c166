"""Follows: asked for, confirmed by a link, stopped by a link; and the outbox they fill."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import Jsonb
from django.utils import timezone

from neighborhoods.contacts import keep_contact
from neighborhoods.models import Follow, Notice
from neighborhoods.models.notices import AT_ONCE, ISSUE

CONFIRM = "confirm"


@transaction.atomic
def follow(
    *,
    email: str,
    language: str,
    kind: str,
    subject: int | None = None,
    slug: str = "",
    reach: Polygon | None = None,
    label: str = "",
    radius_m: int | None = None,
    categories: Sequence[int] = (),
    pace: str = AT_ONCE,
    reporter: bool = False,
) -> Follow:
    """Keep a wish to be told and put the mail that asks to confirm it into the outbox. Nothing is told before that.

    `subject` is an issue's key; `reach` a polygon in degrees, checked by the caller (geo.shapes).
    """
    made = Follow.objects.create(
        contact_id=keep_contact(email, language),
        kind=kind,
        subject=subject,
        slug=slug,
        reach=reach,
        label=label,
        radius_m=radius_m,
        categories=list(categories),
        pace=pace if kind != ISSUE else AT_ONCE,
        reporter=reporter,
        secret=secrets.token_bytes(16),
    )
    notify([made], event=f"{CONFIRM}:{made.pk}", kind=CONFIRM, subject=subject, at_once=True)
    return made


def confirm(secret: bytes) -> Follow | None:
    """The follow of that secret, in force from now on (or since it first was); nothing where there is none."""
    held = Follow.objects.filter(secret=secret).first()
    if held and held.confirmed_at is None:
        held.confirmed_at = timezone.now()
        held.save(update_fields=["confirmed_at"])
    return held


def stop(secret: bytes) -> Follow | None:
    """The follow of that secret, no longer told of anything."""
    held = Follow.objects.filter(secret=secret).first()
    if held and held.stopped_at is None:
        held.stopped_at = timezone.now()
        held.save(update_fields=["stopped_at"])
        Notice.objects.filter(follow=held, sent_at=None).delete()
    return held


_TELL = """
INSERT INTO neighborhoods_notice
    (contact_id, event, kind, subject, follow_id, details, pace, attempts, problem, created_at, due_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '', now(), now())
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
    quick ones before daily ones.
    """
    rows = [
        (f.contact_id, event, kind, subject, f.pk, Jsonb(details or {}), AT_ONCE if at_once else f.pace)
        for f in follows
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_TELL, rows)
