"""What is personal is kept for as long as it has a use, by the city's own days; everything else is forgotten.

An address is kept for what its person asked to hear of, and no longer: each follow and each report is let go of in its
time, and an address that nothing holds any more goes with the last.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from issues.blurring import blur
from issues.erasing import drop_lonely
from issues.models import HeldReport, Issue, Note, Submission, Verdict
from issues.rules import CLOSED, Precision
from neighborhoods.mail_files import forget_before
from neighborhoods.models import Attempt, Contact, Follow, Notice
from neighborhoods.models.notices import ISSUE

ATTEMPT_DAYS, NOTICE_DAYS = 1, 30
AT_ONCE = 1_000


@dataclass(frozen=True)
class Ends:
    """Instants: what is as old as that, or older, is forgotten."""

    attempts: dt.datetime
    unconfirmed: dt.datetime
    closed: dt.datetime
    at_most: dt.datetime
    notices: dt.datetime
    exact_places: dt.datetime
    staff_notes: dt.datetime


def ends(now: dt.datetime) -> Ends:
    """The instants of the city's days, seen from now."""
    kept = settings.CITY.retention
    days = (
        ATTEMPT_DAYS,
        kept.unconfirmed_days,
        kept.contact_days_after_closing,
        kept.contact_days,
        NOTICE_DAYS,
        kept.sensitive_point_days,
        kept.note_days_after_closing,
    )
    return Ends(*(now - dt.timedelta(days=n) for n in days))


def forget_personal(*, now: dt.datetime | None = None, dry_run: bool = False) -> Counter[str]:
    """Forget what has had its time; gives how much of each kind, or with `dry_run` would be. Again finds nothing."""
    until = ends(now or timezone.now())
    if not dry_run:
        return _forget(until)
    with transaction.atomic():
        found = _forget(until)
        transaction.set_rollback(True)
    return found


def _forget(until: Ends) -> Counter[str]:
    """Each kind in a transaction of its own; addresses last, once nothing holds them."""
    done = Counter({"attempts": _delete(Attempt.objects.filter(at__lte=until.attempts))})
    done["reports that waited for a link"] = _delete(HeldReport.objects.filter(created_at__lte=until.unconfirmed))
    done["follows never confirmed"] = _unfollow(Q(confirmed_at=None, created_at__lte=until.unconfirmed))
    done["follows that were stopped"] = _unfollow(Q(stopped_at__lte=until.unconfirmed))
    done["follows of issues long closed"] = _unfollow(Q(kind=ISSUE) & (_settled("subject", until)))
    done["follows of issues, as old as they may be"] = _unfollow(Q(kind=ISSUE, created_at__lte=until.at_most))
    done["addresses of reports"] = _let_go(Submission.objects.all(), "received_at", until)
    done["addresses of verdicts"] = _let_go(Verdict.objects.all(), "at", until)
    done["notices sent"] = _delete(Notice.objects.filter(sent_at__lte=until.notices))
    done["mails as files"] = forget_before(until.notices)
    done["addresses"] = drop_lonely(list(Contact.objects.values_list("pk", flat=True)))
    done["exact places of sensitive issues"] = _blur(until)
    done["notes of staff on issues long closed"] = _blank_notes(until)
    return done


def _delete(rows: QuerySet) -> int:
    with transaction.atomic():
        return rows.delete()[0]


def _unfollow(which: Q) -> int:
    """Drop follows, and what was still to be told because of them."""
    with transaction.atomic():
        keys = list(Follow.objects.filter(which).values_list("pk", flat=True))
        Notice.objects.filter(follow__in=keys, sent_at=None).delete()
        Follow.objects.filter(pk__in=keys).delete()
    return len(keys)


def _settled(issue: str, until: Ends) -> Exists | Q:
    """That the issue named by a column was closed long ago, or is not there any more."""
    there = Issue.objects.filter(pk=OuterRef(issue))
    return Exists(there.filter(state__in=CLOSED, closed_at__lte=until.closed)) | ~Exists(there)


def _let_go(rows: QuerySet, since: str, until: Ends) -> int:
    """Cut the tie between rows and the addresses that came with them: the issue is long closed, it is as long ago as it
    may be, or the person does not follow the issue (any more)."""
    following = Follow.objects.filter(kind=ISSUE, contact=OuterRef("contact"), subject=OuterRef("issue"))
    idle = Q(**{f"{since}__lte": until.unconfirmed}) & ~Exists(following)
    over = Q(**{f"{since}__lte": until.at_most}) | idle | _settled("issue", until)
    return rows.filter(over, contact__isnull=False).update(contact=None)


def _blank_notes(until: Ends) -> int:
    """Blank what staff noted about issues closed long ago; that they noted something, and when, stays."""
    old = Note.objects.exclude(text="")
    return old.filter(issue__state__in=CLOSED, issue__closed_at__lte=until.staff_notes).update(text="")


def _blur(until: Ends) -> int:
    """Give up the exact places of sensitive issues closed long ago; the public never saw them."""
    old = Issue.objects.filter(
        category__sensitive=True, state__in=CLOSED, closed_at__lte=until.exact_places, precision=Precision.POINT
    )
    keys = list(old.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        blur(keys[first : first + AT_ONCE])
    return len(keys)
