"""One short round of the drill: a worker is killed over its jobs, and nothing is lost; on a clock that runs faster."""

from __future__ import annotations

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from bench.drill_jobs import drill
from tests.factories import make_boundaries, make_category


@pytest.fixture
def queue(transactional_db):
    """An empty queue on committed tables, which belong to no model of ours."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers "
            "RESTART IDENTITY CASCADE"
        )


def test_what_a_killed_worker_had_in_hand_is_done_by_another(queue, capsys):
    make_boundaries()
    make_category()
    held = connection.get_connection_params()
    url = make_conninfo(**{k: held[k] for k in ("dbname", "user", "password", "host", "port") if held.get(k)})
    found = drill(url, rounds=1, n=8, seed=3, haste=True)
    assert found["good"], found
    assert sum(found["killed_over"].values()) >= 1
    assert found["mails"] >= 4
    assert found["messages"] >= 16
    assert "round 1 of 1" in capsys.readouterr().out
