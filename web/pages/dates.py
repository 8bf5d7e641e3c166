"""Months as people of a language write them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language


def month_name(month: dt.date) -> str:
    """septembrie 2026; months take no capital in Romanian."""
    return _named(month, get_language() or "")


@lru_cache(maxsize=2_000)
def _named(month: dt.date, language: str) -> str:
    """In the language of the page, which is the active one: every filter names every month there is."""
    text = date_format(month, "F Y")
    return text.lower() if language == "ro" else text


def first_of(day: dt.date) -> dt.date:
    return day.replace(day=1)


def next_month(month: dt.date) -> dt.date:
    """The first day of the month after."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def month_before(month: dt.date) -> dt.date:
    return (month.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def months_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """First days of all months from one to another, both included, the latest first."""
    months = [first_of(first)]
    while next_month(months[-1]) <= last:
        months.append(next_month(months[-1]))
    return months[::-1]
