"""Jobs of the site: each is one call, and may be run again at any time without harm. When they run: web/schedule.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.dispatch import receiver
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status

from analytics.retention import forget_findings
from analytics.runs import analyse
from analytics.training import train
from issues.hooks import forget_deliveries, queued
from issues.photos import sweep_photos
from issues.retention import forget_personal
from issues.tallies import fold_tallies as fold
from neighborhoods.following import noticed
from web.hooks import deliver_hooks
from web.mailing import deliver
from web.schedule import CRON

# Workers say every ten seconds that they live; two missed words and their jobs are taken from them.
SILENT_SECONDS = 20
KEPT_HOURS = 31 * 24

# Long work takes turns under one lock, and so does what waits for others: a worker with four hands always has one free
# for the short jobs, however slow a mail server or a receiver of webhooks is.
LONG, MAIL, HOOKS = "long", "mail", "hooks"


def scheduled(name: str, lock: str | None = None, pass_context: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Register a function as the task of that name, at the hours of the schedule; never twice in the queue."""

    def register(function: Callable[..., Any]) -> Any:
        task = app.task(name=name, queueing_lock=name, lock=lock, pass_context=pass_context)(function)
        return app.periodic(cron=CRON[name], periodic_id=name)(task)

    return register


@scheduled("analyse_city", lock=LONG)
def analyse_city(timestamp: int = 0) -> int:
    """Analyse the year up to the newest issue; gives the number of the run."""
    return analyse().pk


@scheduled("write_reports", lock=LONG)
def write_reports(timestamp: int = 0) -> None:
    """Write the report of every area from the newest analysis, in every language; the city's first has the index."""
    for language in reversed(settings.CITY.languages):
        call_command("listening_reports", all=True, out=settings.REPORTS_DIR, language=language)


@scheduled("train_suggestions", lock=LONG)
def train_suggestions(timestamp: int = 0) -> bool:
    """Learn anew which words speak of which subject; gives whether anything is suggested."""
    return not train().measured.silent


@scheduled("forget_personal")
def forget_what_is_personal(timestamp: int = 0) -> dict[str, int]:
    """Let go of what is personal and no longer needed, by the city's own days; gives how much of each kind."""
    return dict(forget_personal())


@scheduled("sweep_photos")
def sweep_lost_photos(timestamp: int = 0) -> int:
    """Remove files of photos that belong to no report; gives how many."""
    return len(sweep_photos())


@scheduled("forget_findings")
def forget_old_findings(timestamp: int = 0) -> int:
    """Drop the findings of analyses that no page shows any more; gives of how many."""
    return forget_findings()


@scheduled("deliver_notices", lock=MAIL)
def deliver_notices(timestamp: int = 0) -> int:
    """Send what stands in the outbox and is due, daily news at seven by the city's clock; gives how many mails."""
    return deliver()


@receiver(noticed, dispatch_uid="deliver_soon")
def deliver_soon(**_named: Any) -> None:
    """Something was put into the outbox and committed: let it go out now. What waits in the queue already will do."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        deliver_notices.defer(timestamp=int(time.time()))


@scheduled("deliver_hooks", lock=HOOKS)
def deliver_to_webhooks(timestamp: int = 0) -> int:
    """Send what webhooks are still to be told; gives how many messages arrived."""
    return deliver_hooks()


@receiver(queued, dispatch_uid="deliver_hooks_soon")
def deliver_hooks_soon(**_named: Any) -> None:
    """Something for webhooks was committed: let it go out now. What waits in the queue already will do."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        deliver_to_webhooks.defer(timestamp=int(time.time()))


@scheduled("fold_tallies")
def fold_tallies(timestamp: int = 0) -> int:
    """Fold waiting changes of counts; gives how many there were."""
    return fold()


@scheduled("retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int = 0) -> int:
    """Put the jobs of workers that fell silent back into the queue; gives how many there were."""
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS))
    for job in stalled:
        await _retry(context, job)
    return len(stalled)


async def _retry(context: JobContext, job: Job) -> None:
    """Retry a job; where the same work already waits in the queue, that one will do and this one is closed."""
    manager = context.app.job_manager
    try:
        await manager.retry_job(job)
    except UniqueViolation:
        await manager.finish_job(job, Status.ABORTED, delete_job=False)


@scheduled("forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int = 0) -> None:
    """Forget what was finished more than a month ago; what failed is kept until somebody has looked."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_aborted=True)


@scheduled("forget_hooks")
def forget_hooks(timestamp: int = 0) -> int:
    """Forget what webhooks were told more than a month ago; gives how many rows."""
    return forget_deliveries()


@scheduled("forget_sessions")
def forget_sessions(timestamp: int = 0) -> None:
    """Forget the sessions that have run out."""
    call_command("clearsessions")
