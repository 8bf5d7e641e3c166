"""What should have been done by itself and was not, for staff: mails that never went out, jobs that failed.

Nobody's address and no word of a letter is among it: the web may not read the one, and has no use for the other.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent

from issues.telling import HIDDEN, LIFT, NEW, STATUS
from neighborhoods.following import CONFIRM, overdue, undelivered
from neighborhoods.models import Notice

LISTED = 20
JOBS_SINCE = dt.timedelta(days=7)

LETTER_WORDS: dict[str, Promise] = {
    CONFIRM: _("asks to confirm an address"),
    NEW: _("tells of a new issue"),
    STATUS: _("tells of a step of an issue"),
    HIDDEN: _("tells an author what was decided"),
    LIFT: _("carries the link that sends a report"),
}


def undone(now: dt.datetime) -> dict[str, Any]:
    """How much, since when, and the oldest of it; every part is empty where all is well."""
    failed = undelivered()
    return {
        "unsent": _many(failed, "created_at", now),
        "letters": [_letter(notice, now) for notice in failed[:LISTED]],
        "overdue": _many(overdue(now), "due_at", now),
        "jobs": list(_failed_jobs(now)),
    }


def _many(notices: QuerySet[Notice], since: str, now: dt.datetime) -> dict[str, Any]:
    told = notices.order_by().aggregate(n=Count("pk"), oldest=Min(since))
    return {"n": told["n"], "since": timesince(told["oldest"], now, depth=1)} if told["n"] else {}


def _letter(notice: Notice, now: dt.datetime) -> dict[str, Any]:
    return {
        "does": LETTER_WORDS.get(notice.kind, notice.kind),
        "since": timesince(notice.created_at, now, depth=1),
        "tries": notice.attempts,
        "problem": notice.problem,
    }


def _failed_jobs(now: dt.datetime) -> QuerySet:
    """Tasks of which a job was given up lately, how many of each and when last, the newest first."""
    failed = ProcrastinateEvent.objects.filter(type="failed", job__status="failed", at__gt=now - JOBS_SINCE)
    by_task = failed.values(task=F("job__task_name")).annotate(n=Count("job", distinct=True), last=Max("at"))
    return by_task.order_by("-last")
