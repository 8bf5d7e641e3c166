"""A person is erased: their words, their address, their place. What is left is a count that speaks of nobody.

Of every erased report the digest of its key stays behind, so that the same report never comes in again, and a line in
the ledger beside the database, so that what was erased is erased again where an older copy of the database is restored.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from issues.actions import OWN_SOURCE, external_id_of
from issues.blurring import blur
from issues.hooks import tell_withdrawn
from issues.models import (
    DeskStep,
    HeldReport,
    Issue,
    ModerationStep,
    Note,
    PlacedTogether,
    StatusChange,
    Submission,
    Verdict,
)
from issues.photos import delete_photos
from issues.quoting import quotes
from issues.rules import TextState
from issues.submitting import digest_of as digest_of_key
from neighborhoods.contacts import despite_forgetting, digest_of
from neighborhoods.mail_files import erase_with
from neighborhoods.models import Contact, Follow, Notice
from neighborhoods.models.notices import ISSUE

KINDS = (
    "reports",
    "texts of verdicts",
    "photos",
    "answers that quoted",
    "words of staff",
    "follows",
    "notices",
    "held reports",
    "contacts",
    "mails as files",
)

_LONELY = """
SELECT c.id FROM neighborhoods_contact c WHERE c.id = ANY(%s)
  AND NOT EXISTS (SELECT FROM neighborhoods_follow f WHERE f.contact_id = c.id)
  AND NOT EXISTS (SELECT FROM issues_heldreport h WHERE h.contact_id = c.id)
  AND NOT EXISTS (SELECT FROM issues_submission s WHERE s.contact_id = c.id)
  AND NOT EXISTS (SELECT FROM issues_verdict v WHERE v.contact_id = c.id)
"""

People = Collection[uuid.UUID]


@despite_forgetting
@transaction.atomic
def erase_issue(*, issue: Issue, at: dt.datetime | None = None) -> Counter[str]:
    """Erase what a reporter sent, for good; gives how much of each of KINDS. Done twice it does nothing more.

    What stays counts: subject, state, days, area and cell. Words, answers, photos, the exact place, the follow of the
    reporter, all answers that quote and what staff noted go, and so does an address that nothing else needs. The
    private link then tells that there was a report and that it was erased. Raises Submission.DoesNotExist for an issue
    that was never sent in.
    """
    sent = Submission.objects.get(issue=issue.pk)
    done = _erase(sent, at or timezone.now())
    if done:
        _note({"submissions": [bytes(sent.key_digest).hex()]})
    return done


@despite_forgetting
@transaction.atomic
def erase_person(*, email: str, at: dt.datetime | None = None, dry_run: bool = False) -> Counter[str]:
    """Erase everything of the person with an address; gives how much of each of KINDS, or with `dry_run` would be."""
    people = set(Contact.objects.filter(digest=digest_of(email)).values_list("pk", flat=True))
    sent = _sent_by(people)
    done = _erase_people(people, sent, at or timezone.now())
    done += Counter({"mails as files": erase_with(email)})
    if dry_run:
        transaction.set_rollback(True)
    elif people:
        _note(
            {
                "submissions": [bytes(one.key_digest).hex() for one in sent],
                "contacts": [str(one) for one in sorted(people)],
            }
        )
    return done


@despite_forgetting
@transaction.atomic
def erase_again(*, at: dt.datetime | None = None) -> Counter[str]:
    """Erase what the ledger names and an older copy of the database has brought back."""
    digests, people = _noted()
    sent = list(Submission.objects.filter(key_digest__in=digests, erased_at=None).exclude(issue=None))
    back = set(Contact.objects.filter(pk__in=people).values_list("pk", flat=True))
    return _erase_people(back, [*sent, *_sent_by(back)], at or timezone.now())


def mentions(email: str) -> list[int]:
    """Keys of issues in whose words an address stands, for a person to look at: others may have written it."""
    said = Q()
    written = ("title", "description", "edited_text", "address", "answers")
    for column in (*written, "verdicts__said", "history__reason", "notes__text", "desk_steps__reason"):
        said |= Q(**{f"{column}__icontains": email.strip()})
    return list(Issue.objects.filter(said).order_by("pk").values_list("pk", flat=True).distinct())


@despite_forgetting
@transaction.atomic
def drop_lonely(people: People) -> int:
    """Delete those of these contacts that nothing needs any more, with what they were told; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(_LONELY, [list(people)])
        lonely = [contact for (contact,) in cursor.fetchall()]
        cursor.execute("DELETE FROM neighborhoods_notice WHERE contact_id = ANY(%s)", [lonely])
        # By hand: Django would read the rows first, and the web may not read addresses.
        cursor.execute("DELETE FROM neighborhoods_contact WHERE id = ANY(%s)", [lonely])
    return len(lonely)


# --- reports --------------------------------------------------------------------------------------------------------


def _erase(sent: Submission, at: dt.datetime) -> Counter[str]:
    held = Submission.objects.select_for_update().get(pk=sent.pk)
    if held.erased_at is not None or held.issue_id is None:
        return Counter()
    issue = Issue.objects.select_for_update(of=("self",)).select_related("category").get(pk=held.issue_id)
    theirs = issue.verdicts.filter(Q(by_reporter=True) | Q(contact__isnull=False, contact=held.contact_id))
    written = _written(issue) + list(theirs.exclude(said="").values_list("said", flat=True))
    done = Counter({"reports": 1, "texts of verdicts": theirs.exclude(said="").count()})
    theirs.update(said="", text_state=TextState.PRIVATE, contact=None)
    done["answers that quoted"] = _blank_answers(issue, written, all_moderation=True)
    done["words of staff"] = _blank_staff(Q(issue=issue.pk), None) + _blank_staff(_beside(issue), written)
    done["photos"] = delete_photos(issue)
    _blank(issue)
    if not issue.hidden:
        tell_withdrawn(issue, "erased")
    whose = _bury(held, at)
    done["held reports"], of_held = _drop_held(bytes(held.key_digest))
    return done + _unfollow(issue, whose | of_held)


def _written(issue: Issue) -> list[str]:
    """Everything a reporter has written about an issue, and what was made of it for the public."""
    return [issue.title, issue.description, issue.edited_text, issue.address, *map(str, issue.answers.values())]


def _blank(issue: Issue) -> None:
    key = uuid.uuid4()
    own = issue.source == OWN_SOURCE
    name = external_id_of(key) if own else issue.external_id
    Issue.objects.filter(source=issue.source, duplicate_of=issue.external_id).update(duplicate_of=name)
    Issue.objects.filter(pk=issue.pk).update(
        key=key,
        external_id=name,
        title="",
        description="",
        edited_text="",
        address="",
        answers={},
        words="",
        channel="",
        text_state=TextState.PRIVATE,
        waiting=False,
    )
    blur([issue.pk])


def _bury(sent: Submission, at: dt.datetime) -> set[uuid.UUID]:
    """Make a receipt a tombstone; gives whose it was."""
    whose = {sent.contact_id} - {None}
    sent.erased_at, sent.contact_id = at, None
    sent.body_digest = secrets.token_bytes(32)  # who holds the key could still try guesses against the true one
    sent.save(update_fields=["erased_at", "contact", "body_digest"])
    return whose


def _drop_held(key_digest: bytes) -> tuple[int, set[uuid.UUID]]:
    """Drop what waited, or had waited, for a mailed link under the same key; gives how many, and whose."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM issues_heldreport WHERE sha256(decode(report->>'key', 'hex')) = %s RETURNING contact_id",
            [key_digest],
        )
        rows = [uuid.UUID(str(contact)) for (contact,) in cursor.fetchall()]
    return len(rows), set(rows)


def _unfollow(issue: Issue, people: People) -> Counter[str]:
    """Drop the reporter's follows of an issue, what these people were told of it, and whoever needs nothing more."""
    follows = Follow.objects.filter(kind=ISSUE, subject=issue.pk).filter(Q(reporter=True) | Q(contact__in=people))
    whose = {*people, *follows.values_list("contact", flat=True)}
    done = Counter({"notices": Notice.objects.filter(contact__in=whose, subject=issue.pk).delete()[0]})
    done["follows"] = follows.count()
    follows.delete()
    done["contacts"] = drop_lonely(whose)
    return done


def _blank_answers(issue: Issue, written: Iterable[str], *, all_moderation: bool) -> int:
    """Blank the answers and verdicts that quote: those of the whole incident, since one answer is given to all of it.
    Reasons of moderation likewise, or all of them. Gives how many were blanked."""
    texts = list(written)
    same = Q(issue=issue.pk)
    if issue.incident_id is not None:
        same |= Q(issue__incident=issue.incident_id)
    steps = StatusChange.objects.filter(same).exclude(reason="").exclude(reason__startswith=":")
    acts = ModerationStep.objects.filter(issue=issue.pk).exclude(reason="")
    verdicts = Verdict.objects.filter(same, by_reporter=False).exclude(said="")
    quoting = [pk for pk, reason in steps.values_list("pk", "reason") if quotes(reason, texts)]
    of_acts = [pk for pk, reason in acts.values_list("pk", "reason") if all_moderation or quotes(reason, texts)]
    repeating = [pk for pk, said in verdicts.values_list("pk", "said") if quotes(said, texts)]
    _let_blank("on")  # steps are kept as they are, and only erasing may blank their words (migration 0004)
    blanked = StatusChange.objects.filter(pk__in=quoting).update(reason="")
    blanked += ModerationStep.objects.filter(pk__in=of_acts).update(reason="")
    _let_blank("off")
    return blanked + Verdict.objects.filter(pk__in=repeating).update(said="", text_state=TextState.PRIVATE)


def _beside(issue: Issue) -> Q:
    """Rows about what counts as one thing with an issue, or was put together with it once."""
    placed = PlacedTogether.objects.filter(Q(issue=issue.pk) | Q(founder=issue.pk))
    keys = {key for pair in placed.values_list("issue", "founder") for key in pair if key}
    if issue.incident_id is not None:
        keys |= set(Issue.objects.filter(incident=issue.incident_id).values_list("pk", flat=True))
    return Q(issue__in=keys)


def _blank_staff(issues: Q, quoting: Iterable[str] | None) -> int:
    """Blank what staff noted about issues and why they did what they did at the desk; with `quoting` only what repeats
    one of those texts. Gives how much was blanked."""
    texts = None if quoting is None else list(quoting)
    notes = Note.objects.filter(issues).exclude(text="").values_list("pk", "text")
    steps = DeskStep.objects.filter(issues).exclude(reason="").order_by().values_list("pk", "reason")
    of_notes = [pk for pk, said in notes if texts is None or quotes(said, texts)]
    of_steps = [pk for pk, said in steps if texts is None or quotes(said, texts)]
    _let_blank("on")
    blanked = DeskStep.objects.filter(pk__in=of_steps).update(reason="")
    _let_blank("off")
    return blanked + Note.objects.filter(pk__in=of_notes).update(text="")


def _let_blank(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ascult.erasing', %s, true)", [how])


# --- people ---------------------------------------------------------------------------------------------------------


def _sent_by(people: People) -> list[Submission]:
    """What these people sent: with their address, following it as its reporter, or past a limit by a mailed link."""
    followed = Follow.objects.filter(contact__in=people, kind=ISSUE, reporter=True).values("subject")
    keys = HeldReport.objects.filter(contact__in=people).values_list("report__key", flat=True)
    digests = [digest_of_key(uuid.UUID(key)) for key in keys if key]
    theirs = Q(contact__in=people) | Q(issue__in=followed) | Q(key_digest__in=digests)
    return list(Submission.objects.filter(theirs, erased_at=None).exclude(issue=None).order_by("pk"))


def _erase_people(people: People, sent: Iterable[Submission], at: dt.datetime) -> Counter[str]:
    done: Counter[str] = Counter()
    for one in sent:
        done += _erase(one, at)
    for verdict in Verdict.objects.filter(contact__in=people).select_related("issue"):
        done += _erase_verdict(verdict)
    for kind, rows in (
        ("held reports", HeldReport.objects.filter(contact__in=people)),
        ("notices", Notice.objects.filter(contact__in=people)),
        ("follows", Follow.objects.filter(contact__in=people)),
    ):
        done[kind] += rows.count()
        rows.delete()
    Submission.objects.filter(contact__in=people).update(contact=None)
    done["contacts"] += drop_lonely(people)
    return +done


def _erase_verdict(verdict: Verdict) -> Counter[str]:
    """Erase what somebody said of a closing of another's issue; that they said it was not fixed still counts."""
    done = Counter({"texts of verdicts": 1 if verdict.said else 0})
    Verdict.objects.filter(pk=verdict.pk).update(said="", text_state=TextState.PRIVATE, contact=None)
    done["answers that quoted"] = _blank_answers(verdict.issue, [verdict.said], all_moderation=False)
    done["words of staff"] = _blank_staff(Q(issue=verdict.issue_id) | _beside(verdict.issue), [verdict.said])
    done["photos"] = delete_photos(verdict.issue, verdict=verdict)
    return done


# --- the ledger -----------------------------------------------------------------------------------------------------


def ledger() -> Path:
    """Where it is kept: beside the database, so that a copy of the database does not take it back in time."""
    return Path(settings.STATE_DIR) / "erased.jsonl"


def _note(line: dict[str, list[str]]) -> None:
    """Add a line before the commit: one too many erases nothing that was not to be erased."""
    path = ledger()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, (json.dumps(line) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _noted() -> tuple[list[bytes], list[uuid.UUID]]:
    """All digests of keys and all contacts in the ledger."""
    lines = [json.loads(text) for text in ledger().read_text("ascii").splitlines()] if ledger().exists() else []
    digests = [bytes.fromhex(one) for line in lines for one in line.get("submissions", [])]
    return digests, [uuid.UUID(one) for line in lines for one in line.get("contacts", [])]
