"""One question, one address: what a form asks can be asked again from its query."""

import datetime as dt

import pytest
from django.http import QueryDict

from neighborhoods.models import Category
from tests.factories import instant, make_boundaries, make_category, make_issue
from web.pages.filters import Asked, FilterForm, PlaceForm, box_of, known_months

pytestmark = pytest.mark.django_db


def test_a_query_comes_back_as_the_same_question():
    make_boundaries()
    make_issue("roads", at=instant(2026, 1, 5))
    make_issue("roads", at=instant(2026, 3, 5), i=1)
    asked = Asked(make_category("roads"), "open", dt.date(2026, 1, 1), dt.date(2026, 3, 1), "lămpi & ros")
    assert FilterForm(QueryDict(asked.query)).asked == asked


def test_a_place_comes_back_with_the_whole_question_alone():
    chosen = make_boundaries(["Fabric"])
    asked = Asked(state="open", text="lamp", area="fabric", cell="8a1e192801affff", bbox="21.1,45.7,21.3,45.8")
    assert PlaceForm(QueryDict(asked.full_query), chosen).asked == asked
    assert FilterForm(QueryDict(asked.query)).asked == asked.at() == Asked(state="open", text="lamp")


@pytest.mark.parametrize(
    "text, box",
    [
        ("21.1,45.7,21.3,45.8", (21.1, 45.7, 21.3, 45.8)),
        ("-180,-90,180,90", (21.08, 45.65, 21.36, 45.84)),
        ("21.3,45.7,21.1,45.8", None),
        ("21.1,45.7,21.3", None),
        ("inf,45.7,21.3,45.8", None),
        ("", None),
    ],
)
def test_a_box_is_cut_to_the_city(text, box):
    assert box_of(text) == box


def test_months_run_from_the_first_issue_to_the_last():
    assert known_months(Category.objects.all()) == []
    make_boundaries()
    make_issue("roads", at=instant(2025, 12, 5))
    make_issue("roads", at=instant(2026, 2, 5), i=1)
    make_issue("social", at=instant(2026, 5, 5), i=2)  # sensitive: that there is one is nobody's to see
    assert known_months(Category.objects.all()) == [dt.date(2026, 2, 1), dt.date(2026, 1, 1), dt.date(2025, 12, 1)]


def test_the_last_month_is_counted_whole():
    asked = Asked(until=dt.date(2025, 12, 1))
    assert asked.filters([]).until == dt.date(2026, 1, 1)
