"""One question, one address: what a form asks can be asked again from its query."""

import datetime as dt

import pytest
from django.http import QueryDict

from tests.factories import instant, make_boundaries, make_category, make_issue
from web.pages.filters import Asked, FilterForm, known_months

pytestmark = pytest.mark.django_db


def test_a_query_comes_back_as_the_same_question():
    make_boundaries()
    make_issue("roads", at=instant(2026, 1, 5))
    make_issue("roads", at=instant(2026, 3, 5), i=1)
    asked = Asked(make_category("roads"), "open", dt.date(2026, 1, 1), dt.date(2026, 3, 1))
    assert FilterForm(QueryDict(asked.query)).asked == asked


def test_months_run_from_the_first_issue_to_the_last():
    assert known_months() == []
    make_boundaries()
    make_issue("roads", at=instant(2025, 12, 5))
    make_issue("roads", at=instant(2026, 2, 5), i=1)
    assert known_months() == [dt.date(2026, 2, 1), dt.date(2026, 1, 1), dt.date(2025, 12, 1)]


def test_the_last_month_is_counted_whole():
    asked = Asked(until=dt.date(2025, 12, 1))
    assert asked.filters([]).until == dt.date(2026, 1, 1)
