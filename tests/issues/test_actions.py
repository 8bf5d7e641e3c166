import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, transaction

from issues.actions import OutsideCityError, change_status, raise_issue
from issues.models import Incident, Issue, StatusChange
from issues.relink import relink
from issues.rules import MoveRefusedError, State
from tests.factories import instant, make_boundaries, make_category, make_issue

pytestmark = pytest.mark.django_db


def test_a_raised_issue_has_place_history_and_incident():
    make_boundaries(["Fabric"])
    issue = make_issue("lighting", lng=21.19, lat=45.74)
    assert issue.neighborhood.slug == "fabric"
    assert issue.place_state == "inside"
    assert [s.state for s in issue.history.all()] == [State.RECEIVED]
    assert issue.incident.first_issue == issue


def test_the_same_key_gives_the_same_issue():
    make_boundaries(["Fabric"])
    key = uuid.uuid4()
    assert make_issue(lng=21.19, lat=45.74, key=key) == make_issue(lng=21.19, lat=45.74, key=key)
    assert Issue.objects.count() == StatusChange.objects.count() == 1


def test_a_second_pin_near_and_soon_joins_the_incident():
    make_boundaries(["Fabric"])
    first = make_issue("lighting", lng=21.19, lat=45.74, at=instant(2026, 3, 1))
    second = make_issue("lighting", lng=21.1901, lat=45.74, at=instant(2026, 3, 2))
    assert second.incident_id == first.pk
    assert Incident.objects.get().issues == 2


def test_raising_one_by_one_links_as_relinking_all_does():
    make_boundaries(["Fabric"])
    for i in range(12):
        make_issue(
            "lighting", lng=21.19 + 0.0002 * (i % 5), lat=45.74, at=instant(2026, 3, 1) + dt.timedelta(days=9 * i)
        )
    before = dict(Issue.objects.values_list("pk", "incident_id"))
    assert relink().changed == 0
    assert dict(Issue.objects.values_list("pk", "incident_id")) == before


def test_a_point_outside_the_box_is_refused():
    with pytest.raises(OutsideCityError, match=r"lng 25\.0, lat 45\.0 lies outside"):
        raise_issue(by=None, category=make_category(), lng=25.0, lat=45.0, description="far away")


def test_a_step_is_kept_and_closes_the_issue():
    make_boundaries(["Fabric"])
    issue = make_issue(closed=instant(2026, 3, 9))
    assert issue.state == State.RESOLVED
    assert issue.closed_at == instant(2026, 3, 9)
    assert [s.state for s in issue.history.all()] == [State.RECEIVED, State.RESOLVED]


def test_a_step_the_table_lacks_changes_nothing():
    make_boundaries(["Fabric"])
    issue = make_issue(closed=instant(2026, 3, 9))
    with pytest.raises(MoveRefusedError):
        change_status(by=None, issue=issue, to=State.REFUSED, reason="too late")
    assert issue.history.count() == 2


def test_reopening_clears_the_closing():
    make_boundaries(["Fabric"])
    issue = make_issue(closed=instant(2026, 3, 9))
    assert change_status(by=None, issue=issue, to=State.IN_PROGRESS).closed_at is None


def test_history_cannot_be_rewritten():
    make_boundaries(["Fabric"])
    issue = make_issue()
    with pytest.raises(DatabaseError, match="added, never changed"), transaction.atomic():
        issue.history.update(reason="it was never so")


def test_a_sensitive_issue_shows_another_point_the_same_each_time():
    make_boundaries(["Fabric"])
    category = make_category()
    category.sensitive = True
    category.save()
    one, other = (make_issue("lighting", lng=21.19, lat=45.74, at=instant(2026, m, 1)) for m in (1, 6))
    assert one.public_point == other.public_point
    assert 1 < one.point.distance(one.public_point) * 100_000 < 1000  # metres, roughly
    assert one.point.coords == (21.19, 45.74)
