"""Reports past a limit wait for a link that we mail: kept whole, and sent on when whoever opens the mail says so."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import asdict, replace

from django.db import transaction
from django.utils import timezone

from issues.drafts import Draft, draft_of
from issues.models import HeldReport
from issues.submitting import submit
from issues.telling import tell_who_waits
from neighborhoods.contacts import despite_forgetting, keep_contact

MOST_HELD = 3


class TooManyHeldError(ValueError):
    """So many reports wait for this address's links that no more are taken."""


@despite_forgetting
@transaction.atomic
def hold(*, key: uuid.UUID, draft: Draft, email: str) -> HeldReport:
    """Keep a whole report until the link we mail to `email` is opened. Raises TooManyHeldError.

    No address is kept with it: if the report asked to be told of, who opens the link is.
    """
    contact = keep_contact(email, draft.language)
    if HeldReport.objects.filter(contact=contact, sent_at=None).count() >= MOST_HELD:
        raise TooManyHeldError(f"{MOST_HELD} reports wait for the links sent to this address")
    report = asdict(replace(draft, email="")) | {
        "answers": dict(draft.answers),
        "key": key.hex,
        "told": bool(draft.email),
    }
    held = HeldReport.objects.create(secret=secrets.token_bytes(16), report=report, contact_id=contact)
    tell_who_waits(held)
    return held


def key_of(held: HeldReport) -> uuid.UUID:
    """The key of the draft that waits, or waited."""
    return uuid.UUID(held.report["key"])


def send_on(*, held: HeldReport) -> None:
    """Send a report that waits, and keep its words in the issue alone. Raises as issues.submitting.submit."""
    key = key_of(held)
    submit(key=key, draft=draft_of(held.report), contact=held.contact_id if held.report.get("told") else None)
    held.sent_at, held.report = timezone.now(), {"key": key.hex}
    held.save(update_fields=["sent_at", "report"])
