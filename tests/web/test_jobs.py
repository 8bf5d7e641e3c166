"""Jobs outlive the worker that was killed over them, and may be run again without harm."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.conninfo import make_conninfo

from analytics.models import Run
from issues.models import TallyChange
from tests.factories import make_boundaries, make_issues
from web import tasks

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


@pytest.fixture
def queue(transactional_db):
    """An empty queue on committed tables. They belong to no model of ours, so they are emptied here."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers "
            "RESTART IDENTITY CASCADE"
        )


@pytest.fixture
def start(queue, tmp_path):
    """Starts workers on the test database; whoever still runs at the end is ended."""
    held = connection.get_connection_params()
    url = make_conninfo(**{k: held[k] for k in ("dbname", "user", "password", "host", "port") if held.get(k)})
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "web.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "tests/web/worker.py"), "worker"]
    workers = []

    def begin():
        with (tmp_path / f"worker-{len(workers)}.log").open("wb") as log:
            workers.append(subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log))
        return workers[-1]

    yield begin
    for worker in workers:
        worker.kill()
        worker.wait()


def wait_for(what, seconds):
    """Seconds it took until `what()` held."""
    started = time.monotonic()
    while not what():
        assert time.monotonic() - started < seconds, "it took too long"
        time.sleep(0.2)
    return time.monotonic() - started


def test_a_killed_worker_s_job_is_taken_up_by_another_within_a_minute(start, tmp_path):
    log = tmp_path / "log"
    job = app.configure_task("hang_once", allow_unknown=True).defer(log=str(log))
    first = start()
    wait_for(lambda: log.exists() and log.read_text(), 40)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert ProcrastinateJob.objects.get(id=job).status == "doing"  # nobody told the queue
    second = start()
    wait_for(lambda: ProcrastinateJob.objects.get(id=job).status == "succeeded", PATIENCE_S)
    assert log.read_text().split() == [str(first.pid), str(second.pid)]


def stalled(name, **more):
    """A job left behind by a worker that is gone."""
    job = app.configure_task(name, allow_unknown=True, **more).defer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
    return job


def retry():
    return async_to_sync(tasks.retry_stalled.func)(SimpleNamespace(app=app))


def states():
    return dict(ProcrastinateJob.objects.values_list("id", "status"))


def test_a_job_whose_work_waits_already_is_closed_instead(queue):
    left = stalled("fold_tallies", queueing_lock="fold_tallies")
    waiting = app.configure_task("fold_tallies", queueing_lock="fold_tallies").defer()
    other = stalled("hang_once")
    assert retry() == 2
    assert states() == {left: "aborted", waiting: "todo", other: "todo"}


def test_a_job_of_a_living_worker_is_left_alone(queue):
    job = stalled("hang_once")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        worker = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", [worker, job])
    assert retry() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '21 seconds'")
    assert retry() == 1
    assert states() == {job: "todo"}


@pytest.mark.django_db
def test_old_jobs_are_forgotten_and_failed_ones_kept():
    with connection.cursor() as cursor:
        for status in ("succeeded", "failed"):
            job = app.configure_task("hang_once", allow_unknown=True).defer()
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job])
            cursor.execute("UPDATE procrastinate_events SET at = at - interval '32 days' WHERE job_id = %s", [job])
        recent = app.configure_task("hang_once", allow_unknown=True).defer()
    async_to_sync(tasks.forget_jobs.func)(SimpleNamespace(app=app))
    assert sorted(states().values()) == ["failed", "todo"]
    assert states()[recent] == "todo"


@pytest.mark.django_db
def test_each_task_may_be_run_again(settings, tmp_path):
    settings.REPORTS_DIR = tmp_path
    make_boundaries(["Fabric"])
    make_issues(3, "lighting", place="fabric")
    assert TallyChange.objects.exists()
    tasks.fold_tallies()
    assert tasks.fold_tallies() == 0
    first, second = (Run.objects.get(pk=tasks.analyse_city()) for _ in range(2))
    assert first.findings_digest == second.findings_digest
    tasks.write_reports()
    names = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    tasks.write_reports()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == names
    assert {"fabric.html", "fabric.pdf", "fabric.en.html", "fabric.en.pdf", "index.html"} <= set(names)
    assert "Rapoarte de ascultare" in names["index.html"].decode()


@pytest.mark.django_db
def test_sessions_that_ran_out_are_forgotten():
    ended, running = (SessionStore() for _ in range(2))
    ended.set_expiry(timezone.now() - dt.timedelta(minutes=1))
    ended.save()
    running.save()
    tasks.forget_sessions()
    assert [row.pk for row in Session.objects.all()] == [running.session_key]
