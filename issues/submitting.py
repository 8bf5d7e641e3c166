"""A report comes in: once for every key, whatever the line does, and answered only when it is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from issues.actions import raise_issue
from issues.drafts import Draft, DraftError, checked
from issues.models import DeskStep, Issue, Submission
from issues.naming import tracking_number
from issues.rules import DeskAct, Precision, TextState
from issues.telling import tell_of_new
from neighborhoods.contacts import despite_forgetting
from neighborhoods.following import follow
from neighborhoods.models import Category, User
from neighborhoods.models.notices import ISSUE
from neighborhoods.personal import personal_kinds


class KeyUsedError(ValueError):
    """This key has already brought another report; nothing of that one is told."""


class KeyErasedError(ValueError):
    """The report of this key was erased and does not come back."""


@dataclass(frozen=True)
class Receipt:
    """What a reporter gets: tracking number, private link (32 hexadecimal digits), and whether it was there already."""

    issue: Issue
    number: str
    link: str
    replay: bool


_BORN = """
INSERT INTO issues_submission (key_digest, body_digest, link) VALUES (%s, %s, %s)
ON CONFLICT (key_digest) DO NOTHING RETURNING id
"""


def digest_of(key: uuid.UUID) -> bytes:
    """SHA-256 of a draft's key: what is kept of it."""
    return hashlib.sha256(key.bytes).digest()


def body_digest_of(draft: Draft) -> bytes:
    """The keyed digest of what a checked draft says: who has only the database cannot try guesses against it."""
    return salted_hmac("ascult.report", draft.digest(), algorithm="sha256").digest()


def came_in(key: uuid.UUID) -> Submission | None:
    """The receipt of what came in under a key, erased since or not; nothing where nothing did."""
    return Submission.objects.filter(key_digest=digest_of(key)).first()


@despite_forgetting
@transaction.atomic(durable=True)
def submit(
    *,
    key: uuid.UUID,
    draft: Draft,
    contact: uuid.UUID | None = None,
    at: dt.datetime | None = None,
    entered_by: User | None = None,
) -> Receipt:
    """Keep a draft with all that follows from it, in one transaction of its own: a receipt means that it is kept.

    The same key and report again give the same receipt, however many arrive at once: the database lets one in and the
    others wait for it. A `contact` kept before is told as the draft's own address would be; what staff entered for a
    person (`entered_by`) leaves a step of the desk. Raises DraftError for a draft that cannot be kept (whoever calls
    has mostly checked it already), KeyUsedError for another report under the key, KeyErasedError for an erased one.
    """
    given = checked(draft, settings.CITY)
    key_digest = digest_of(key)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(_BORN, [key_digest, body_digest_of(given), secrets.token_bytes(16)])
        born = cursor.fetchone()
    if born is None:
        return _again(key_digest, given)
    held = Submission.objects.get(pk=born[0])
    held.issue = _raised(given, at)
    if given.email or contact:
        who = {"email": given.email, "contact": contact, "language": given.language}
        held.contact_id = follow(**who, kind=ISSUE, subject=held.issue.pk, reporter=True).contact_id
    held.save(update_fields=["issue", "contact"])
    if entered_by is not None:
        details = {"channel": given.channel}
        DeskStep.objects.create(issue=held.issue, act=DeskAct.ENTERED, by=entered_by, details=details)
    tell_of_new(held.issue)
    return Receipt(held.issue, tracking_number(held.issue.pk), bytes(held.link).hex(), replay=False)


@despite_forgetting
@transaction.atomic
def keep_email(*, submission: Submission, email: str, language: str) -> None:
    """Ask an address whether it wants to be told of a report that came without one.

    One address for a report, however often it is asked: nobody's mailbox is filled through a private link.
    """
    held = Submission.objects.select_for_update().get(pk=submission.pk)
    if held.contact_id is not None or held.issue_id is None:
        return
    wish = follow(email=email, language=language, kind=ISSUE, subject=held.issue_id, reporter=True)
    held.contact_id = wish.contact_id
    held.save(update_fields=["contact"])


def _raised(draft: Draft, at: dt.datetime | None) -> Issue:
    """The issue of a draft. Its key is its own: the draft's may be that of another issue, and stays the sender's."""
    category = Category.objects.filter(slug=draft.category).first()
    if category is None:  # named in the city's file, and not brought into the tables yet
        raise DraftError({"category": "unknown"})
    spec = settings.CITY.spec(draft.category)
    return raise_issue(
        by=None,
        category=category,
        lng=draft.lng,
        lat=draft.lat,
        description=draft.text,
        address=draft.address,
        channel=draft.channel,
        precision=Precision(draft.precision),
        answers=draft.answers,
        at=at,
        text_state=_text_state(draft),
        waiting=bool(spec and spec.moderation == "before"),
    )


def _text_state(draft: Draft) -> TextState:
    said = "\n".join([draft.text, draft.address, *draft.answers.values()])
    return TextState.WITHHELD if personal_kinds(said) else TextState.SHOWN


def _again(key_digest: bytes, draft: Draft) -> Receipt:
    held = Submission.objects.select_related("issue__category").get(key_digest=key_digest)
    if held.erased_at is not None or held.issue is None:
        raise KeyErasedError("this report was erased")
    if bytes(held.body_digest) != body_digest_of(draft):
        raise KeyUsedError("this key has already brought another report")
    return Receipt(held.issue, tracking_number(held.issue.pk), bytes(held.link).hex(), replay=True)
