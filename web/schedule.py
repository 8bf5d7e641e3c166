"""What runs by itself, when and why: one table. Times are UTC; the seconds stand sixth (croniter)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scheduled:
    """One task of web/tasks.py and its hours."""

    task: str
    cron: str
    why: str


SCHEDULE = (
    Scheduled("retry_stalled", "* * * * * */15", "a killed worker leaves its job behind; another takes it up"),
    Scheduled("deliver_notices", "* * * * *", "mail goes out at once by itself; this takes up what was left or failed"),
    Scheduled("deliver_hooks", "* * * * *", "webhooks are told at once; this takes up what did not arrive"),
    Scheduled("fold_tallies", "* * * * *", "live counts stay quick when waiting changes are few"),
    Scheduled("analyse_city", "30 1 * * *", "yesterday's issues are in this morning's numbers"),
    Scheduled("write_reports", "30 2 * * *", "every area's report is ready before people are up"),
    Scheduled("train_suggestions", "15 3 * * *", "subjects are suggested as the city has been speaking lately"),
    Scheduled("forget_personal", "45 3 * * *", "what is personal goes when its days are over, unasked"),
    Scheduled("sweep_photos", "30 4 * * *", "files whose report never came, or went, are removed"),
    Scheduled(
        "forget_findings", "0 4 * * *", "nine megabytes a night: a month of them is kept, Runs and reports for good"
    ),
    Scheduled("forget_sessions", "5 4 * * *", "who signed in and how long ago is nobody's business once it ended"),
    Scheduled("forget_hooks", "10 4 * * *", "a month is long enough to look up what a receiver was told"),
    Scheduled("forget_jobs", "15 4 * * *", "finished jobs are kept for a month, then nobody asks for them"),
)

CRON = {entry.task: entry.cron for entry in SCHEDULE}
