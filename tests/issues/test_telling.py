"""Who hears of a new issue: whose place it is, whose subject it is, and nobody of what is not public."""

import pytest
from django.contrib.gis.geos import Point as GeosPoint
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from shapely import LineString, Point
from shapely.geometry import Polygon

from issues.models import Issue
from issues.telling import tell_of_new
from neighborhoods.following import of_place
from neighborhoods.models import Notice
from tests.factories import make_boundaries, make_category, make_issue, square
from tests.followers import follow_area, follow_issue, follow_place, hearers, make_follow

pytestmark = pytest.mark.django_db
HERE = {"lng": 21.19, "lat": 45.74}


@pytest.fixture
def issue():
    make_boundaries(["Fabric", "Iosefin"])
    return make_issue("lighting", **HERE)


def heard(issue):
    tell_of_new(issue)
    return hearers(f"new:{issue.pk}")


def test_who_follows_the_neighborhood_hears_and_who_follows_another_does_not(issue):
    here, _elsewhere = follow_place("fabric"), follow_place("iosefin", "dan@example.org")
    assert heard(issue) == {here.pk}


def test_who_drew_the_ground_hears(issue):
    here = follow_area(square(0))
    _elsewhere = follow_area(square(1), "dan@example.org")
    assert heard(issue) == {here.pk}


def test_subjects_narrow_a_follow(issue):
    lighting, roads = make_category("lighting").pk, make_category("roads").pk
    both = follow_place(email="a@example.org", categories=[roads, lighting])
    _roads = follow_place(email="b@example.org", categories=[roads])
    assert heard(issue) == {both.pk}


def test_who_has_not_confirmed_or_has_stopped_hears_nothing(issue):
    from neighborhoods.following import stop

    follow_place(email="a@example.org", confirmed=False)
    stop(follow_place(email="b@example.org").secret)
    assert heard(issue) == set()


def test_who_follows_only_the_issue_knows_it_already(issue):
    follow_issue(issue)
    assert heard(issue) == set()


def test_of_what_is_hidden_nobody_hears(issue):
    follow_place()
    issue.hidden = True
    assert heard(issue) == set()


def test_of_a_sensitive_subject_nobody_hears():
    make_boundaries(["Fabric"])
    follow_place()
    assert heard(make_issue("social", **HERE)) == set()


def test_outside_every_neighborhood_drawn_ground_still_hears():
    make_boundaries(["Fabric"])
    far = make_issue("lighting", lng=21.30, lat=45.80)
    there = follow_area(Polygon([(21.29, 45.79), (21.31, 45.79), (21.31, 45.81), (21.29, 45.81)]))
    follow_place("fabric", "dan@example.org")
    assert heard(far) == {there.pk}


def test_published_twice_it_is_told_once(issue):
    follow_place()
    for _ in range(2):
        tell_of_new(issue)
    assert Notice.objects.filter(event=f"new:{issue.pk}").count() == 1


def test_at_once_wins_over_daily(issue):
    follow_place(pace="daily")
    quick = follow_area(square(0))
    assert heard(issue) == {quick.pk}


def test_however_many_hear_it_is_the_same_few_statements(issue, django_assert_num_queries):
    for i in range(30):
        follow_area(square(0), f"{i}@example.org")
    held = Issue.objects.select_related("category", "neighborhood").get(pk=issue.pk)
    with django_assert_num_queries(3):
        tell_of_new(held)
    assert Notice.objects.filter(event=f"new:{issue.pk}").count() == 30


degrees = st.tuples(st.integers(0, 2000), st.integers(0, 2000)).map(lambda p: (21.18 + p[0] / 1e5, 45.73 + p[1] / 1e5))


class TestExactlyWhatLiesWithin(TestCase):
    @settings(max_examples=60)
    @given(
        corners=st.lists(degrees, min_size=3, max_size=12, unique=True),
        points=st.lists(degrees, min_size=1, max_size=8),
    )
    def test_a_drawn_area_gets_what_lies_within_and_nothing_else(self, corners, points):
        ring = Polygon(corners)
        if not ring.is_valid or ring.area == 0:
            return
        wish = make_follow(f"{abs(hash(tuple(corners)))}@example.org", kind="area", reach=_ground(ring))
        for point in points:
            if LineString(ring.exterior).distance(Point(point)) < 1e-9:
                continue  # on the line itself either answer is right
            matched = of_place(point=GeosPoint(*point, srid=4326), slug="", category=1)
            assert (wish in matched) == ring.covers(Point(point))


def _ground(ring):
    from django.contrib.gis.geos import Polygon as Ground

    return Ground(list(ring.exterior.coords), srid=4326)
