"""The drill's own eyes: they see what is lost, what is there twice, and what was told wrongly."""

import uuid
from dataclasses import replace

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from bench._reporters import Tally, Told
from bench.drill_kills import compare
from issues import naming
from issues.drafts import Draft
from issues.models import Incident, Issue, Submission
from issues.submitting import submit
from neighborhoods.models import Notice
from tests.factories import make_boundaries, make_category

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url() -> str:
    at = connection.settings_dict
    given = {
        "dbname": at["NAME"],
        "host": at["HOST"],
        "port": at["PORT"],
        "user": at["USER"],
        "password": at["PASSWORD"],
    }
    return make_conninfo(**{name: str(value) for name, value in given.items() if value})


@pytest.fixture
def told() -> list[Told]:
    """Two reports that came in, one with an address, as they were told."""
    make_boundaries(["Fabric"])
    make_category()
    naming._key.cache_clear()  # the tables were emptied, and the city's key with them
    rows = []
    for i, email in enumerate(["", "ion@example.ro"]):
        key = uuid.uuid4()
        receipt = submit(key=key, draft=Draft("lighting", f"Lamp {i}", 21.19 + 0.003 * i, 45.74, email=email))
        rows.append(Told(key, receipt.number, receipt.link, bool(email), 0.0))
    return rows


def test_what_is_there_once_is_good(url, told):
    assert compare(url, told).good


def test_a_key_without_a_receipt_is_lost(url, told):
    Submission.objects.filter(issue__description="Lamp 1").delete()
    found = compare(url, told)
    assert found.lost == {told[1].digest}
    assert not found.good


def test_a_report_that_is_there_twice_is_seen(url, told):
    Issue.objects.filter(description="Lamp 1").update(description="Lamp 0")
    found = compare(url, told)
    assert found.doubled == {"Lamp 0"}
    assert not found.good


@pytest.mark.parametrize("change", [{"number": "0000-0000"}, {"link": "0" * 32}, {"mailed": True}])
def test_what_was_told_otherwise_is_seen(url, told, change):
    assert not compare(url, [replace(told[0], **change), told[1]]).good


def test_a_missing_outbox_row_is_seen(url, told):
    Notice.objects.all().delete()
    assert not compare(url, told).good


def test_an_incident_that_counts_wrongly_is_seen(url, told):
    Incident.objects.filter(pk=Issue.objects.first().pk).update(issues=2)
    assert not compare(url, told).good


def test_a_gap_is_the_longest_time_in_which_nobody_was_told_anything():
    tally = Tally()
    for at in (1.0, 1.5, 4.0, 4.2):
        tally.keep(Told(uuid.uuid4(), "", "", False, at))
    assert tally.longest_gap_s(1.2, 4.3) == 2.5
    assert tally.longest_gap_s(5.0, 10.0) == 5.0
