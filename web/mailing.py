"""The outbox is delivered: notices are claimed, sent, marked and committed one by one, so that none is lost or doubled.

A process that dies between sending and marking leaves its notice to the next one; the mail that then goes twice has the
same Message-ID, by which most mailboxes drop the second. Nothing here writes an address into a log or a table.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
import traceback
import uuid
from collections.abc import Sequence
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from types import TracebackType
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from neighborhoods.contacts import addresses
from neighborhoods.following import MOST_ATTEMPTS
from neighborhoods.models import Notice
from neighborhoods.models.notices import AT_ONCE, DAILY
from web.letters import Letter, digest, letter

log = logging.getLogger(__name__)

# How long a mail that could not be sent waits before the next attempt; from the fifth on the last holds.
WAITS = tuple(dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 360))
TIMEOUT_S = 10
# One call works no longer than this; the next begins within a minute, and short jobs need the hand too.
WORK_S = 40.0
# So many notices are looked at in search of a person whose daily mail nobody else is just writing.
NEXT_DAILY = 200


class Post:
    """One connection to the mail server, opened at the first letter; `down` once the server does not answer."""

    def __init__(self) -> None:
        self._server = get_connection(timeout=TIMEOUT_S)
        self.down = False
        self.sent = 0

    def __enter__(self) -> Post:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises what the server or the line gives (SMTPException, OSError)."""
        try:
            self._server.open()
            self._server.send_messages([message])
        except OSError as problem:  # of which SMTPException is one
            self.down = not isinstance(problem, SMTPRecipientsRefused | SMTPDataError)
            self._close()
            raise
        self.sent += 1

    def _close(self) -> None:
        try:
            self._server.close()
        except OSError:  # the line was gone already
            log.info("the mail server was gone before we said goodbye")


def deliver(*, work_s: float = WORK_S) -> int:
    """Send what is due, what is to be told at once first; gives how many mails went out.

    May run any number of times at once: what one run holds, the others pass over. Where the mail server does not answer
    the run ends; what it held waits a little longer, everything else is due as before.
    """
    until = time.monotonic() + work_s
    with Post() as post:
        while not post.down and time.monotonic() < until and (_one(post) or _daily(post)):
            pass
        return post.sent


def _due(pace: str) -> QuerySet[Notice]:
    now = timezone.now()
    return Notice.objects.filter(pace=pace, sent_at=None, due_at__lte=now, attempts__lt=MOST_ATTEMPTS)


@transaction.atomic
def _one(post: Post) -> bool:
    """Deliver one notice that is to be told at once; whether there was one."""
    notice = _due(AT_ONCE).select_for_update(skip_locked=True, of=("self",)).order_by("due_at").first()
    if notice is None:
        return False
    _deliver(post, [notice])
    return True


def _daily(post: Post) -> bool:
    """Deliver one person's news of the day in one mail; whether there was such a person."""
    next_ones = _due(DAILY).order_by("due_at").values_list("contact", flat=True)[:NEXT_DAILY]
    return any(_daily_of(post, contact) for contact in dict.fromkeys(next_ones))


@transaction.atomic
def _daily_of(post: Post, contact: uuid.UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"daily mail of {contact}"])
        if not cursor.fetchone()[0]:
            return False
    notices = list(_due(DAILY).filter(contact=contact).select_for_update(of=("self",)).order_by("pk"))
    if notices:
        _deliver(post, notices)
    return bool(notices)


def _deliver(post: Post, notices: Sequence[Notice]) -> None:
    """Send the mail of notices that are locked, and keep what came of it; what is void is dropped."""
    try:
        with transaction.atomic():
            message = _message(notices)
            if message is not None:
                post.send(message)
    except OSError as problem:
        _failed(notices, said(problem), for_good(problem))
    except Exception as problem:  # one letter that cannot be written must not hold up all others
        frames = "".join(traceback.format_tb(problem.__traceback__))  # without the message, which may hold an address
        log.error("notice %s could not be written: %s\n%s", notices[0].pk, type(problem).__name__, frames)
        _failed(notices, type(problem).__name__, False)
    else:
        rows = Notice.objects.filter(pk__in=[n.pk for n in notices])
        rows.update(sent_at=timezone.now(), problem="") if message is not None else rows.delete()


def _failed(notices: Sequence[Notice], problem: str, for_good: bool) -> None:
    attempts = MOST_ATTEMPTS if for_good else 1 + max(n.attempts for n in notices)
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    log.warning("notice %s was not delivered (attempt %s): %s", notices[0].pk, attempts, problem)
    Notice.objects.filter(pk__in=[n.pk for n in notices]).update(
        attempts=attempts, problem=problem[:200], due_at=timezone.now() + wait
    )


def _message(notices: Sequence[Notice]) -> EmailMessage | None:
    """The mail of one notice, or of a person's daily ones; nothing where there is nothing left to tell."""
    first = notices[0]
    address, language = addresses([first.contact_id])[first.contact_id]
    known = dict(settings.LANGUAGES)
    with translation.override(language if language in known else settings.LANGUAGE_CODE):
        written = letter(first) if first.pace == AT_ONCE else digest(notices)
    if written is None:
        return None
    return EmailMessage(written.subject, written.body, None, [address], headers=_headers(written, message_id(first)))


def _headers(written: Letter, name: str) -> dict[str, str]:
    headers = {"Message-ID": name, "Auto-Submitted": "auto-generated"}
    if written.stop:
        headers |= {"List-Unsubscribe": f"<{written.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


def message_id(notice: Notice) -> str:
    """The name of a notice's mail: always the same, so that a repeat is known as one."""
    digest_of = hashlib.sha256(f"{notice.event} {notice.contact_id} {notice.pace}".encode()).hexdigest()
    return f"<{digest_of[:32]}@{urlsplit(settings.SITE_URL).hostname}>"


def said(problem: OSError) -> str:
    """What went wrong, without a word of the server's answer: it may repeat the address."""
    return " ".join([type(problem).__name__, *(str(code) for code in _codes(problem))])


def for_good(problem: OSError) -> bool:
    """Whether the mailbox was refused in a way that no later attempt mends."""
    codes = _codes(problem)
    return isinstance(problem, SMTPRecipientsRefused) and bool(codes) and all(500 <= code < 600 for code in codes)


def _codes(problem: OSError) -> list[int]:
    if isinstance(problem, SMTPRecipientsRefused):
        return sorted({int(code) for code, _text in problem.recipients.values()})
    if isinstance(problem, SMTPResponseException):
        return [int(problem.smtp_code)]
    return [] if isinstance(problem, SMTPException) or problem.errno is None else [problem.errno]
