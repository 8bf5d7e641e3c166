"""What is offered as perhaps the same: near, open, shown, of the subject; the likeliest first."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues.actions import change_status
from issues.models import Issue
from issues.rules import State, TextState
from issues.similar import LOOKED_AT, MOST, beginnings, similar
from neighborhoods.models import Category
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db

LNG, LAT = 21.19, 45.74
METRE = 1 / 77_800  # of longitude


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])


def at(metres: float, category: str = "roads", **more):
    """An issue so many metres east, an incident of its own."""
    return make_issue(category, lng=LNG + metres * METRE, lat=LAT, **more)


def found(category: str = "roads", text: str = "") -> list[Issue]:
    return [one.issue for one in similar(LNG, LAT, category, text)]


def test_what_is_near_is_offered_the_nearest_first_and_what_is_far_is_not():
    far, near, nearer = at(90), at(50), at(10)
    assert found() == [nearer, near]
    assert far not in found()


def test_distances_are_in_metres_on_the_ground():
    at(40)
    north = make_issue("roads", lng=LNG, lat=LAT + 50 / 111_150)
    told = {one.issue.pk: one.distance_m for one in similar(LNG, LAT)}
    assert told[north.pk] == pytest.approx(50, abs=0.3)
    assert sorted(told.values())[0] == pytest.approx(40, abs=0.3)


@pytest.mark.parametrize(
    "change",
    [{"hidden": True}, {"default_pin": True}, {"state": State.RESOLVED}, {"state": State.DUPLICATE}],
)
def test_what_is_not_open_to_everybody_is_not_offered(change):
    Issue.objects.filter(pk=at(10).pk).update(**change)
    assert found() == []


def test_work_in_progress_is_still_open():
    issue = at(10)
    change_status(by=None, issue=issue, to=State.IN_PROGRESS)
    assert found() == [issue]


def test_sensitive_subjects_are_never_offered_not_even_for_themselves():
    at(10, "social")
    Issue.objects.update(hidden=False, waiting=False)
    assert Category.objects.get(slug="social").sensitive
    assert found("social") == found("roads", "It does not work.") == found("") == []


def test_of_an_incident_its_first_issue_stands_for_all():
    first = at(20, at=instant(2026, 3, 1))
    at(15, at=instant(2026, 3, 2))
    at(12, at=instant(2026, 3, 3))
    assert found() == [first]


def test_of_another_subject_only_what_speaks_of_the_same():
    lamp = at(10, "lighting", description="Stâlp căzut peste trotuar")
    at(12, "cleaning", description="Gunoi lângă stație")
    road = at(40, "roads", description="O groapă mare")
    assert found("roads", "Un stilp cazut in mijloc") == [road, lamp]
    assert found("roads") == [road]


def test_without_a_subject_everything_near_is_offered():
    lamp, road = at(10, "lighting"), at(30, "roads")
    assert found("") == [lamp, road]


def test_shared_words_outweigh_a_few_metres():
    near = at(5, description="Bordură spartă")
    same = at(45, description="Groapa din dreptul farmaciei, foarte adâncă")
    assert found(text="groapă adâncă la farmacie") == [same, near]
    assert found(text="altceva") == [near, same]


def test_words_the_public_does_not_read_weigh_nothing():
    held = at(10, "lighting", description="Stâlp căzut, 0722 123 456", text_state=TextState.WITHHELD)
    assert found("roads", "stâlp căzut") == []
    assert found("lighting", "stâlp căzut") == [held]


def test_at_most_five_are_offered():
    for i in range(MOST + 3):
        at(3 * i, at=instant(2026, 1, 1) + dt.timedelta(days=60 * i))
    assert len(found()) == MOST


@pytest.mark.parametrize("lng, lat", [(0.0, 0.0), (LAT, LNG), (float("nan"), LAT), (1e308, LAT)])
def test_a_place_outside_the_city_has_none(lng, lat):
    assert similar(lng, lat) == []


def test_two_questions_however_many_there_are():
    for i in range(LOOKED_AT // 5):
        at(i, at=instant(2024, 1, 1) + dt.timedelta(days=60 * i))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        similar(LNG, LAT, "roads", "groapa")
    assert len(asked) == 2


def test_words_are_known_by_how_they_begin():
    assert beginnings("Groapa, GROAPĂ și gropile de pe strada Zorilor 12") == {"groap", "gropi", "zoril"}
