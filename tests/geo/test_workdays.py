"""Working days: against the days off as published for Romania, by law (Labour Code, article 139)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.workdays import CountryError, add_workdays, check_country, is_workday, workdays_between

# Month and day, as printed in calendars of each year; Orthodox Good Friday, Easter and Pentecost move together.
FIXED = ["01-01", "01-02", "01-06", "01-07", "01-24", "05-01", "06-01", "08-15", "11-30", "12-01", "12-25", "12-26"]
MOVABLE = {
    2024: ["05-03", "05-05", "05-06", "06-23", "06-24"],
    2025: ["04-18", "04-20", "04-21", "06-08", "06-09"],
    2026: ["04-10", "04-12", "04-13", "05-31", "06-01"],
    2027: ["04-30", "05-02", "05-03", "06-20", "06-21"],
}
days = st.dates(dt.date(2023, 1, 1), dt.date(2028, 12, 31))
numbers = st.integers(0, 60)
more_days = st.frozensets(days, max_size=5)


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize("year", MOVABLE)
def test_a_year_works_on_every_weekday_that_is_not_published_as_free(year):
    free = {day(f"{year}-{rest}") for rest in FIXED + MOVABLE[year]}
    whole = [dt.date(year, 1, 1) + dt.timedelta(days=i) for i in range(366)]
    for one in (d for d in whole if d.year == year):
        assert is_workday(one) == (one.weekday() < 5 and one not in free), one


def test_easter_is_the_orthodox_one():
    assert is_workday(day("2024-03-29")), "the Friday before the western Easter"
    assert not is_workday(day("2024-05-03"))


def test_a_holiday_on_a_weekend_does_not_move_in_romania():
    assert day("2027-08-15").weekday() == 6
    assert is_workday(day("2027-08-16"))
    assert not is_workday(day("2027-07-05"), "US"), "Independence Day is on a Sunday: Monday is free"


@pytest.mark.parametrize(
    "start, n, end",
    [
        ("2026-04-09", 1, "2026-04-14"),  # over Good Friday, the weekend and Easter Monday
        ("2026-04-10", 1, "2026-04-14"),
        ("2026-05-29", 1, "2026-06-02"),  # Pentecost and Children's Day on one Monday
        ("2025-12-31", 1, "2026-01-05"),  # over the turn of the year
        ("2025-12-31", 2, "2026-01-08"),  # and Epiphany and Saint John
        ("2026-03-02", 5, "2026-03-09"),
        ("2026-03-07", 0, "2026-03-07"),  # a Saturday: none is counted
    ],
)
def test_so_many_working_days_on(start, n, end):
    assert add_workdays(day(start), n) == day(end)


def test_a_citys_own_day_off_is_none_to_work():
    bridge = frozenset({day("2026-01-05")})
    assert not is_workday(day("2026-01-05"), more=bridge)
    assert add_workdays(day("2025-12-31"), 1, more=bridge) == day("2026-01-08")
    assert workdays_between(day("2025-12-31"), day("2026-01-08"), more=bridge) == 1


def test_a_day_off_that_is_free_anyway_is_not_counted_twice():
    twice = frozenset({day("2026-01-06"), day("2026-01-10")})
    assert workdays_between(day("2026-01-01"), day("2026-01-31"), more=twice) == 18


def test_a_part_of_a_country_has_days_of_its_own():
    patriots_day = day("2026-04-20")
    assert is_workday(patriots_day, "US")
    assert not is_workday(patriots_day, "US-MA")


@pytest.mark.parametrize("country", ["", "XX", "ro", "RO-ZZ", "os"])
def test_an_unknown_country_is_named(country):
    with pytest.raises(CountryError, match=f"the country '{country}'"):
        check_country(country)


def test_days_are_counted_onward_only():
    with pytest.raises(ValueError, match="onward, not -1"):
        add_workdays(day("2026-01-05"), -1)


@given(days, numbers, more_days)
def test_counting_back_gives_as_many(start, n, more):
    end = add_workdays(start, n, more=more)
    assert workdays_between(start, end, more=more) == n
    assert workdays_between(end, start, more=more) == -n


@given(days, days, days, more_days)
def test_spans_add_up(a, b, c, more):
    assert workdays_between(a, b, more=more) + workdays_between(b, c, more=more) == workdays_between(a, c, more=more)


@given(days, st.integers(1, 400), more_days)
def test_between_is_each_day_counted(start, span, more):
    each = [start + dt.timedelta(days=i) for i in range(1, span + 1)]
    assert workdays_between(start, each[-1], more=more) == sum(is_workday(d, more=more) for d in each)
