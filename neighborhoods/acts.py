"""Who did what with accounts and keys of programs, when and why: added to, never changed.

It stands in the log of Django's administration, beside what is done there with places and subjects.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from neighborhoods.models import ApiToken, User

LONGEST_WHY = 500


class Act(StrEnum):
    """What may be done with an account or a key, beside giving and ending roles (a Grant is its own row)."""

    MADE = "made"
    RENAMED = "renamed"
    CLOSED = "closed"
    OPENED = "opened"
    ONCE_GIVEN = "once_given"
    OWN_CHOSEN = "own_chosen"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTOR_RESET = "factor_reset"
    CODES_RENEWED = "codes_renewed"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"


# After these the password of an account is somebody else's making, until its owner has chosen one.
PASSWORD_ACTS = (Act.MADE, Act.OPENED, Act.ONCE_GIVEN, Act.OWN_CHOSEN)


@dataclass(frozen=True)
class Done:
    """One row."""

    act: Act
    by: User
    why: str
    at: dt.datetime


def note(*, of: User | ApiToken, act: Act, by: User, why: str = "") -> None:
    """Add a row."""
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(of),
        object_id=str(of.pk),
        object_repr=str(of)[:200],
        action_flag=ADDITION if act in {Act.MADE, Act.KEY_MADE} else CHANGE,
        change_message=json.dumps({"act": act.value, "why": why.strip()[:LONGEST_WHY]}),
    )


def acts_of(of: User | ApiToken) -> list[Done]:
    """All that was done with it, in order."""
    return [_read(row) for row in _rows(of).select_related("user")]


def last_of(of: User, among: Iterable[Act]) -> Done | None:
    """The newest of some kinds of acts on an account."""
    named = set(among)
    return next((done for done in reversed(acts_of(of)) if done.act in named), None)


def _rows(of: User | ApiToken) -> QuerySet[LogEntry]:
    kind = ContentType.objects.get_for_model(of)
    # What Django's own pages wrote begins with a bracket.
    rows = LogEntry.objects.filter(content_type=kind, object_id=str(of.pk), change_message__startswith='{"act"')
    return rows.order_by("action_time", "pk")


def _read(row: LogEntry) -> Done:
    said = json.loads(row.change_message)
    return Done(Act(said["act"]), row.user, said["why"], row.action_time)
