"""A new boundary set moves the voices it concerns and no others; the counts follow."""

import datetime as dt

import pytest

from issues import counts
from issues.counts import Filters
from issues.models import Issue
from issues.relink import relocate
from tests.factories import instant, make_boundaries, make_category, make_issue, square

pytestmark = pytest.mark.django_db

FABRIC = (21.19, 45.74)


def names():
    return list(Issue.objects.order_by("opened_at").values_list("neighborhood__name", flat=True))


def test_only_voices_from_its_first_day_on_are_moved():
    make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1))
    for month in (5, 6, 7):
        make_issue(lng=FABRIC[0], lat=FABRIC[1], at=instant(2026, month, 1))
    new = make_boundaries(shapes={"Fabric Nou": square(0)}, valid_from=dt.date(2026, 6, 1))
    assert relocate(new) == 2
    assert names() == ["Fabric", "Fabric Nou", "Fabric Nou"]


def test_the_first_set_places_what_came_before_it_and_marks_it():
    make_issue(lng=FABRIC[0], lat=FABRIC[1], at=instant(2019, 5, 1))
    first = make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1))
    assert relocate(first) == 1
    issue = Issue.objects.get()
    assert (issue.neighborhood.name, issue.backdated, issue.place_state) == ("Fabric", True, "inside")


def test_the_public_point_of_a_sensitive_voice_moves_with_its_place():
    category = make_category("lighting")
    category.sensitive = True
    category.save()
    make_issue("lighting", lng=FABRIC[0], lat=FABRIC[1])
    relocate(make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1)))
    moved = Issue.objects.get().public_point
    Issue.objects.all().delete()
    make_issue("lighting", lng=FABRIC[0], lat=FABRIC[1])
    assert Issue.objects.get().public_point == moved


def test_again_changes_nothing():
    make_issue(lng=FABRIC[0], lat=FABRIC[1])
    first = make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1))
    relocate(first)
    assert relocate(first) == 0


def test_counts_follow():
    make_issue(lng=FABRIC[0], lat=FABRIC[1])
    assert counts.by_neighborhood(Filters()).unplaced == 1
    relocate(make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1)))
    found = counts.by_neighborhood(Filters())
    assert (found.n.tolist(), found.unplaced, found.total) == ([1], 0, 1)
