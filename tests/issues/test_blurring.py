"""An exact place given up changes no count and no incident."""

import pytest

from geo import hexes
from issues.blurring import blur
from issues.counts import Filters, by_cell, by_neighborhood
from issues.models import Incident, Issue
from issues.relink import relink
from issues.rules import Precision
from neighborhoods.models import Category
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])


def row(issue: Issue) -> Issue:
    return Issue.objects.get(pk=issue.pk)


def test_the_point_becomes_the_centre_of_its_cell():
    issue = make_issue(lng=21.19, lat=45.74)
    blur([issue.pk])
    centre = hexes.centre(issue.cell)
    assert row(issue).point.coords == row(issue).public_point.coords == pytest.approx(centre)
    assert row(issue).precision == Precision.STREET


def test_the_public_point_of_a_sensitive_issue_stays_as_coarse_as_it_was():
    Category.objects.filter(pk=make_issue().category_id).update(sensitive=True)
    issue = make_issue(lng=21.19, lat=45.74)
    blur([issue.pk])
    assert row(issue).public_point.coords == issue.public_point.coords
    assert row(issue).point.coords == pytest.approx(hexes.centre(issue.cell))


def test_no_count_changes():
    issues = [make_issue(i=i) for i in range(6)]
    before = [by_cell(Filters(), 10), by_neighborhood(Filters())]
    blur([issue.pk for issue in issues[:3]])
    after = [by_cell(Filters(), 10), by_neighborhood(Filters())]
    assert [(c.units.tolist(), c.n.tolist(), c.total) for c in after] == [
        (c.units.tolist(), c.n.tolist(), c.total) for c in before
    ]


@pytest.mark.parametrize("blurred", [[0], [1], [0, 1], [2], [0, 1, 2]])
def test_incidents_stay_as_they_are_when_all_are_linked_anew(blurred):
    together = [make_issue(lng=21.19 + 0.0003 * i, lat=45.74, at=instant(2026, 3, 1 + i)) for i in range(3)]
    alone = make_issue(lng=21.195, lat=45.735)
    held = dict(Issue.objects.values_list("pk", "incident"))
    assert Incident.objects.count() == 2
    blur([together[i].pk for i in blurred])
    assert relink().changed == 0
    assert dict(Issue.objects.values_list("pk", "incident")) == held
    assert row(alone).duplicate_of == ""


def test_a_new_report_beside_a_blurred_one_begins_its_own_incident():
    old = make_issue(lng=21.19, lat=45.74, at=instant(2026, 3, 1))
    blur([old.pk])
    new = make_issue(lng=old.point.x, lat=old.point.y, at=instant(2026, 3, 2))
    assert new.incident_id == new.pk


def test_again_and_of_nothing_it_does_nothing():
    issue = make_issue()
    blur([issue.pk])
    once = row(issue)
    blur([issue.pk])
    blur([])
    assert (row(issue).point, row(issue).duplicate_of) == (once.point, once.duplicate_of)
