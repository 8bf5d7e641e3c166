"""Incidents around one issue that was hidden or shown: the same as rebuilding all of them, and nothing else touched."""

import pytest
from django.db import transaction

from issues.models import Incident, Issue
from issues.regrouping import regroup
from issues.relink import relink
from issues.rules import Precision
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db

LNG, LAT = 21.19, 45.74
METRE = 1 / 77_700  # of longitude there, in degrees, about


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])


def pothole(day, metres=0.0, **more):
    """Of potholes within 30 m and 45 days of the first one all are one incident."""
    return make_issue("roads", lng=LNG + metres * METRE, lat=LAT, at=instant(2026, 3, day), **more)


def turn(issue, *, hidden):
    """Hide or show an issue as those who moderate do, without their steps."""
    Issue.objects.filter(pk=issue.pk).update(hidden=hidden)
    issue.refresh_from_db()
    with transaction.atomic():
        regroup(issue, was_seen=hidden)
    assert relink().changed == 0


def founders(*issues):
    """Of each issue, the first of its incident."""
    return [Issue.objects.get(pk=issue.pk).incident_id for issue in issues]


def counts():
    return dict(Incident.objects.values_list("pk", "issues"))


def test_a_row_of_potholes_forms_anew_from_its_first_on():
    a, b, c = pothole(1), pothole(2, 20), pothole(3, 40)
    assert founders(a, b, c) == [a.pk, a.pk, c.pk]
    turn(a, hidden=True)
    assert founders(a, b, c) == [a.pk, b.pk, b.pk]  # c lies within reach of b
    assert counts() == {a.pk: 1, b.pk: 2}
    turn(a, hidden=False)
    assert founders(a, b, c) == [a.pk, a.pk, c.pk]
    assert counts() == {a.pk: 2, c.pk: 1}


def test_hiding_one_that_founded_nothing_moves_nobody_else():
    a, b, c = pothole(1), pothole(2, 10), pothole(3, 20)
    turn(b, hidden=True)
    assert founders(a, b, c) == [a.pk, b.pk, a.pk]
    assert counts() == {a.pk: 2, b.pk: 1}


def test_an_incident_that_was_closed_takes_no_later_one():
    a = pothole(1, closed=instant(2026, 3, 5))
    b, c = pothole(4), pothole(6)
    assert founders(a, b, c) == [a.pk, a.pk, c.pk]
    turn(a, hidden=True)
    assert founders(a, b, c) == [a.pk, b.pk, b.pk]
    turn(a, hidden=False)
    assert founders(a, b, c) == [a.pk, a.pk, c.pk]


def test_other_subjects_and_far_places_stay():
    a, b = pothole(1), pothole(2)
    lamp = make_issue("lighting", lng=LNG, lat=LAT, at=instant(2026, 3, 2))
    far = pothole(2, 500)
    turn(a, hidden=True)
    assert founders(b, lamp, far) == [b.pk, lamp.pk, far.pk]
    assert counts() == {a.pk: 1, b.pk: 1, lamp.pk: 1, far.pk: 1}


@pytest.mark.parametrize("change", [{"precision": Precision.STREET}, {"default_pin": True}])
def test_what_lies_nowhere_exactly_stands_alone_when_shown(change):
    a, b = pothole(1), pothole(2, waiting=True)
    Issue.objects.filter(pk=b.pk).update(waiting=False, **change)
    Issue.objects.filter(pk=b.pk).update(hidden=False)
    b.refresh_from_db()
    with transaction.atomic():
        regroup(b, was_seen=False)
    assert founders(a, b) == [a.pk, b.pk]
    assert counts() == {a.pk: 1, b.pk: 1}


def test_done_twice_it_changes_nothing_more():
    a, b = pothole(1), pothole(2)
    turn(a, hidden=True)
    before = counts(), founders(a, b)
    with transaction.atomic():
        regroup(a, was_seen=False)
    assert (counts(), founders(a, b)) == before
