"""Alive is not ready: only one of the two asks the database, the queue and the disk."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from procrastinate.contrib.django import app

from web.pages import health

GOOD = {"status": "ok", "database": "ok", "queue": "ok", "disk": "ok"}


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """A disk that is not full; gives what it says of itself."""
    disk = SimpleNamespace(total=1_000, free=500)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: disk)
    return disk


def job(waited_s, **more):
    """A job that has been waiting."""
    pk = app.configure_task("hang_once", allow_unknown=True, **more).defer()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - make_interval(secs => %s) WHERE job_id = %s", [waited_s, pk]
        )
    return pk


def test_the_process_answers_without_a_database(client, room):
    room.free = 0
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_when_all_is_well(client):
    job(50)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, GOOD)


@pytest.mark.django_db
def test_not_ready_when_the_database_does_not_answer(client, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "does not answer")
    assert "queue" not in answer.json()


@pytest.mark.django_db
def test_not_ready_when_nobody_takes_up_jobs(client):
    job(70)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {**GOOD, "status": "unavailable", "queue": "late"})


@pytest.mark.django_db
def test_what_waits_for_its_turn_or_its_hour_is_not_late(client):
    first = job(5_000, lock="long")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [first])
    job(4_000, lock="long")
    job(4_000, lock="long")
    job(4_000, schedule_in={"hours": 1})
    assert client.get("/readyz").json() == GOOD


@pytest.mark.django_db
def test_not_ready_when_the_disk_is_nearly_full(client, room):
    room.free = 99
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["disk"]) == (503, "nearly full")
