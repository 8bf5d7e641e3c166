"""Staff enter a report for a person who telephoned, came to a counter, wrote on paper, or was met on the ground."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from django.utils import timezone

from issues.drafts import Draft, DraftError
from issues.rules import Channel
from issues.submitting import Receipt, submit
from neighborhoods.models import User


def enter(
    *, by: User, draft: Draft, channel: str, key: uuid.UUID | None = None, at: dt.datetime | None = None
) -> Receipt:
    """Keep a report as if the person had sent it, with the way it came and who entered it, in a transaction of its own.

    `at`: when it reached the city hall, if not just now; its deadlines run from then. The same key gives the same
    receipt. Raises DraftError for a draft that cannot be kept, for a channel that is none, and for a day to come.
    """
    if channel not in list(Channel):
        raise DraftError({"channel": "unknown"})
    if at is not None and at > timezone.now():
        raise DraftError({"at": "to-come"})
    told = replace(draft, channel=Channel(channel).value)
    return submit(key=key or uuid.uuid4(), draft=told, at=at, entered_by=by)
