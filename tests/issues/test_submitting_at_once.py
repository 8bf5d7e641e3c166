"""Many senders at the same moment: one issue for every key, one incident for every thing, right counts."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from issues.actions import raise_issue
from issues.drafts import Draft
from issues.models import Incident, Issue, StatusChange, Submission
from issues.relink import relink
from issues.submitting import submit
from neighborhoods.models import Contact, Follow, Notice
from tests.factories import make_boundaries, make_category

pytestmark = pytest.mark.django_db(transaction=True)

KEYS, SENDERS = 50, 20


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])
    make_category()


def at_once(workers: int, turns: int, work: Callable[[int, int], object]) -> list[list[object]]:
    """Call work(worker, turn) from so many threads, all beginning every turn together; answers by turn."""
    barrier = Barrier(workers)

    def run(worker: int) -> list[object]:
        answers = []
        try:
            for turn in range(turns):
                barrier.wait(timeout=60)
                answers.append(work(worker, turn))
        except BaseException:
            barrier.abort()
            raise
        finally:
            connection.close()
        return answers

    with ThreadPoolExecutor(workers) as pool:
        return [list(turn) for turn in zip(*pool.map(run, range(workers)), strict=True)]


def test_fifty_keys_from_twenty_senders_make_fifty_issues():
    keys = [uuid.uuid4() for _ in range(KEYS)]

    def send(_worker: int, turn: int):
        lng, lat = 21.181 + 0.0003 * turn, 45.735
        draft = Draft("lighting", f"Lamp {turn} is out.", lng, lat, email=f"person{turn}@example.ro", language="en")
        return submit(key=keys[turn], draft=draft)

    turns = at_once(SENDERS, KEYS, send)
    for answers in turns:
        assert Counter(answer.replay for answer in answers) == {False: 1, True: SENDERS - 1}
        assert len({(answer.number, answer.link) for answer in answers}) == 1
    counts = [m.objects.count() for m in (Issue, Submission, StatusChange, Contact, Follow, Notice)]
    assert counts == [KEYS] * 6


def test_one_person_sending_much_at_once_is_one_contact():
    def send(worker: int, turn: int):
        draft = Draft("lighting", f"Lamp {worker}.", 21.181 + 0.0009 * worker, 45.735, email="ion@example.ro")
        return submit(key=uuid.uuid4(), draft=draft)

    at_once(SENDERS, 1, send)
    assert [m.objects.count() for m in (Contact, Follow, Submission)] == [1, SENDERS, SENDERS]


def test_twenty_reports_of_one_thing_at_once_make_one_incident():
    def send(worker: int, turn: int):
        # along a line shorter than the radius, across several squares of the grid
        lng, lat = 21.19 + 0.00003 * worker + 0.004 * turn, 45.74
        draft = Draft("lighting", f"Lamp {turn}, seen by {worker}.", lng, lat, language="en")
        return submit(key=uuid.uuid4(), draft=draft)

    at_once(SENDERS, 2, send)
    assert sorted(Incident.objects.values_list("issues", flat=True)) == [SENDERS, SENDERS]
    assert Issue.objects.filter(incident=None).count() == 0
    relinked = relink()
    assert (relinked.issues, relinked.incidents) == (2 * SENDERS, 2)


def test_reports_here_and_there_at_once_neither_wait_in_a_ring_nor_count_wrongly():
    def send(worker: int, turn: int):
        step = (worker * 7 + turn * 3) % 40
        draft = Draft("lighting", f"{worker} {turn}", 21.185 + 0.00045 * step, 45.74, language="en")
        return submit(key=uuid.uuid4(), draft=draft)

    at_once(8, 15, send)
    assert Issue.objects.count() == 8 * 15
    for incident in Incident.objects.all():
        assert incident.members.count() == incident.issues


def test_joining_while_all_is_linked_anew_leaves_nothing_wrong():
    category = make_category()

    def work(worker: int, turn: int):
        if worker == 0:
            return relink()
        lng = 21.185 + 0.0002 * ((worker * 5 + turn) % 12)
        return raise_issue(by=None, category=category, lng=lng, lat=45.74, description="x")

    at_once(4, 10, work)
    assert Issue.objects.filter(incident=None).count() == 0
    for incident in Incident.objects.all():
        assert incident.members.count() == incident.issues
