"""Months in a row, and as people write them."""

import datetime as dt

import pytest
from django.utils.translation import override

from web.pages.dates import month_before, month_name, months_between, next_month

DECEMBER, JANUARY = dt.date(2025, 12, 1), dt.date(2026, 1, 1)


def test_a_year_turns():
    assert next_month(DECEMBER) == JANUARY
    assert month_before(JANUARY) == DECEMBER
    assert next_month(dt.date(2024, 1, 31)) == dt.date(2024, 2, 1)


def test_the_latest_comes_first():
    assert months_between(DECEMBER, dt.date(2026, 2, 1)) == [dt.date(2026, 2, 1), JANUARY, DECEMBER]
    assert months_between(JANUARY, JANUARY) == [JANUARY]


@pytest.mark.parametrize("language, name", [("ro", "ianuarie 2026"), ("en", "January 2026")])
def test_months_in_words(language, name):
    with override(language):
        assert month_name(JANUARY) == name
