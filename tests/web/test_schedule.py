"""The schedule is one table: every task in it runs at its hours, and nothing runs that is not in it."""

import pytest
from croniter import croniter
from procrastinate.contrib.django import app

from web import tasks
from web.schedule import SCHEDULE

LONG = {"analyse_city", "write_reports", "train_suggestions"}


def ours():
    return {task.name: task for task in app.tasks.values() if task.func.__module__ == "web.tasks"}


def test_the_table_and_the_tasks_agree():
    held = {(p.task.name, p.cron) for p in app.periodic_registry.periodic_tasks.values()}
    assert held == {(entry.task, entry.cron) for entry in SCHEDULE}
    assert set(ours()) == {entry.task for entry in SCHEDULE}


def test_every_entry_says_why():
    assert all(len(entry.why.split()) > 3 for entry in SCHEDULE)
    assert len({entry.task for entry in SCHEDULE}) == len(SCHEDULE)


@pytest.mark.parametrize(
    "task, seconds",
    [("retry_stalled", 15), ("deliver_notices", 60), ("fold_tallies", 60), ("analyse_city", 86_400)],
)
def test_its_hours_are_as_promised(task, seconds):
    hours = croniter(next(e.cron for e in SCHEDULE if e.task == task), 1_767_225_600)
    first, second = hours.get_next(), hours.get_next()
    assert second - first == seconds


def test_a_killed_worker_s_job_is_taken_up_well_within_a_minute():
    """Silence is noticed after SILENT_SECONDS, at the next look, and the job is fetched at the next poll (5 s)."""
    assert tasks.SILENT_SECONDS + 15 + 5 < 60


def test_nothing_stands_twice_in_the_queue():
    assert all(task.queueing_lock == name for name, task in ours().items())


def test_long_work_leaves_a_hand_free(settings):
    assert {name for name, task in ours().items() if task.lock == tasks.LONG} == LONG
    assert {name: task.lock for name, task in ours().items() if name not in LONG and task.lock} == {
        "deliver_notices": tasks.MAIL,
        "deliver_hooks": tasks.HOOKS,
    }
    assert settings.PROCRASTINATE_WORKER_DEFAULTS["concurrency"] > len(
        {task.lock for task in ours().values() if task.lock}
    )
