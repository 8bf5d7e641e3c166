import datetime as dt

import pytest
from django.contrib.gis.geos import Point

from issues.models import Issue
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db


def test_near_measures_on_the_ground_and_sorts():
    make_boundaries(["Fabric"])
    near = make_issue(lng=21.1901, lat=45.74)
    nearer = make_issue(lng=21.19, lat=45.74)
    make_issue(lng=21.195, lat=45.74)
    found = Issue.objects.near(Point(21.19, 45.74, srid=4326), 50)
    assert list(found) == [nearer, near]
    assert found[1].distance.m == pytest.approx(7.8, abs=0.1)


def test_during_takes_the_local_day():
    make_boundaries(["Fabric"])
    late = make_issue(at=dt.datetime(2026, 2, 28, 22, 30, tzinfo=dt.UTC))  # 00:30 on 1 March in the city
    assert list(Issue.objects.during(dt.date(2026, 3, 1), dt.date(2026, 4, 1))) == [late]


def test_hidden_issues_are_not_public():
    make_boundaries(["Fabric"])
    shown, hidden = make_issue(), make_issue(i=3)
    Issue.objects.filter(pk=hidden.pk).update(hidden=True)
    assert list(Issue.objects.public()) == [shown]


def test_open_leaves_out_the_closed():
    make_boundaries(["Fabric"])
    opened, _closed = make_issue(), make_issue(i=3, closed=instant(2026, 3, 9))
    assert list(Issue.objects.open()) == [opened]
