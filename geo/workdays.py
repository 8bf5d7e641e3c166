"""Working days of a country: its weekend and its public holidays, the movable ones too, and a city's own days off."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Set
from functools import lru_cache

import holidays

_DAY = dt.timedelta(days=1)


class CountryError(ValueError):
    """A country whose holidays nobody knows; the message names it."""


def check_country(country: str) -> None:
    """Raise CountryError unless the holidays of "RO", or of a part as in "US-MA" (ISO 3166), are known."""
    _calendar(country, 2024)


def is_workday(day: dt.date, country: str = "RO", more: Set[dt.date] = frozenset()) -> bool:
    """Whether offices work on a day; `more` are days off that the country's law does not name.

    A holiday that falls on a weekend moves only where the country's law moves it: in Romania it never does.
    """
    return day in _workdays(country, day.year) and day not in more


def add_workdays(start: dt.date, n: int, country: str = "RO", more: Set[dt.date] = frozenset()) -> dt.date:
    """The n-th working day after a day; the day itself is not counted, and with n = 0 it is the answer.

    Raises ValueError for n below 0.
    """
    if n < 0:
        raise ValueError(f"working days are counted onward, not {n}")
    day = start
    while n:
        day += _DAY
        n -= is_workday(day, country, more)
    return day


def workdays_between(start: dt.date, end: dt.date, country: str = "RO", more: Set[dt.date] = frozenset()) -> int:
    """Working days after one day up to and with another; where the second comes first, as many below zero.

    workdays_between(day, add_workdays(day, n)) is n.
    """
    if end < start:
        return -workdays_between(end, start, country, more)
    years = [_in_order(country, year) for year in range(start.year, end.year + 1)]
    off = sum(start < day <= end and day in _workdays(country, day.year) for day in more)
    return sum(bisect_right(days, end) - bisect_right(days, start) for days in years) - off


@lru_cache(maxsize=256)
def _workdays(country: str, year: int) -> frozenset[dt.date]:
    """Every working day of one year. Kept whole: the library fills its calendar as it is read, which threads share."""
    calendar = _calendar(country, year)
    first = dt.date(year, 1, 1)
    days = (first + _DAY * i for i in range((dt.date(year, 12, 31) - first).days + 1))
    return frozenset(day for day in days if calendar.is_working_day(day))


@lru_cache(maxsize=256)
def _in_order(country: str, year: int) -> tuple[dt.date, ...]:
    return tuple(sorted(_workdays(country, year)))


def _calendar(country: str, year: int) -> holidays.HolidayBase:
    land, _, part = country.partition("-")
    try:
        return holidays.country_holidays(land, subdiv=part or None, years=year)
    except (NotImplementedError, AttributeError) as problem:
        raise CountryError(f"no public holidays are known for the country {country!r}") from problem
