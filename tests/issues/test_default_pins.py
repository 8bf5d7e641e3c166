"""One coordinate that stands for 'somewhere in the city' is found without a list of such places."""

import datetime as dt

import pytest

from issues.models import Issue
from issues.relink import mark_default_pins, relink
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db

HALL = (21.2261, 45.7540)


def subjects():
    from django.conf import settings

    return [c.slug for c in settings.CITY.categories][:7]


def spread(n):
    for i in range(n):
        make_issue(subjects()[i % 7], place="fabric", i=i, at=instant(2026, 3, 1) + dt.timedelta(hours=i))


def test_many_unlike_issues_on_one_spot_are_a_default_pin():
    make_boundaries(["Fabric"])
    spread(40)
    for i in range(21):
        make_issue(subjects()[i % 7], lng=HALL[0], lat=HALL[1])
    (pin,) = mark_default_pins()
    assert (round(pin.lng, 4), round(pin.lat, 4), pin.issues, pin.subjects) == (*HALL, 21, 7)
    assert Issue.objects.filter(default_pin=True).count() == 21


def test_many_alike_issues_on_one_spot_are_a_bad_place():
    make_boundaries(["Fabric"])
    spread(40)
    for _ in range(30):
        make_issue(subjects()[0], lng=HALL[0], lat=HALL[1])
    assert mark_default_pins() == []


def test_a_few_unlike_issues_on_one_spot_are_chance():
    make_boundaries(["Fabric"])
    spread(40)
    for slug in subjects():
        make_issue(slug, lng=HALL[0], lat=HALL[1])
    assert mark_default_pins() == []


def test_a_spot_no_longer_implausible_is_unmarked():
    make_boundaries(["Fabric"])
    spread(40)
    pins = [make_issue(subjects()[i % 7], lng=HALL[0], lat=HALL[1]) for i in range(21)]
    mark_default_pins()
    Issue.objects.filter(pk__in=[p.pk for p in pins[:5]]).delete()
    assert mark_default_pins() == []
    assert not Issue.objects.filter(default_pin=True).exists()


def test_issues_on_a_default_pin_are_not_one_incident():
    make_boundaries(["Fabric"])
    spread(40)
    for i in range(21):
        make_issue(subjects()[i % 7], lng=HALL[0], lat=HALL[1])
    mark_default_pins()
    relink()
    assert Issue.objects.filter(default_pin=True).values("incident").distinct().count() == 21
