"""When an issue is due and how it stands; Romania's term for petitions is 30 days, 15 more with a reason."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.cities import load_city
from geo.workdays import is_workday
from issues.deadlines import Clock, Deadlines, ExtensionRefusedError, Near, Standing, check_extension, clock_of
from tests.tiny import FIXTURES

CLOCK = Clock(ZoneInfo("Europe/Bucharest"), legal_days=30, target_days=5, near=Near(legal_days=5, target_days=1))
instants = st.datetimes(
    dt.datetime.fromisoformat("2024-01-01"), dt.datetime.fromisoformat("2027-06-30"), timezones=st.just(dt.UTC)
)


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def day(text):
    return dt.date.fromisoformat(text)


def stands(now, due, closed=None, clock=CLOCK):
    found = clock.standing(utc(now), due, utc(closed) if closed else None)
    return found.standing, found.legal_left, found.target_left


# Opened on Monday 2 March 2026: the law's term ends on Wednesday 1 April, the target on Monday 9 March.
DUE = CLOCK.due(utc("2026-03-02T09:00"))


def test_the_law_counts_every_day_and_the_target_working_ones():
    assert Deadlines(day("2026-04-01"), day("2026-03-09")) == DUE


def test_the_target_goes_round_easter():
    assert CLOCK.due(utc("2026-04-08T09:00")).target_on == day("2026-04-17")


def test_a_citys_own_day_off_moves_the_target():
    clock = replace(CLOCK, more=frozenset({day("2026-03-06")}))
    assert clock.due(utc("2026-03-02T09:00")).target_on == day("2026-03-10")


@pytest.mark.parametrize(
    "opened, first",
    [
        ("2026-03-02T21:59", "2026-03-02"),
        ("2026-03-02T23:30", "2026-03-03"),  # half past one in the morning
        ("2026-07-01T20:59", "2026-07-01"),
        ("2026-07-01T21:00", "2026-07-02"),  # midnight in summer
    ],
)
def test_the_citys_zone_decides_the_day(opened, first):
    assert CLOCK.due(utc(opened)).legal_on == day(first) + dt.timedelta(days=30)


def test_days_are_counted_over_the_change_of_the_clock():
    assert CLOCK.due(utc("2026-03-28T22:30")).legal_on == day("2026-04-28")


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no zone"):
        CLOCK.due(dt.datetime.fromisoformat("2026-03-02T09:00"))


def test_where_no_law_sets_a_term_there_is_none():
    clock = replace(CLOCK, legal_days=None)
    due = clock.due(utc("2026-03-02T09:00"), extended_days=15)
    assert due.legal_on is None
    assert stands("2027-03-02T09:00", due, clock=clock)[:2] == (Standing.LATE_TARGET, None)


@pytest.mark.parametrize(
    "now, standing, legal_left, target_left",
    [
        ("2026-03-02T10:00", Standing.ON_TIME, 30, 5),
        ("2026-03-05T10:00", Standing.ON_TIME, 27, 2),
        ("2026-03-06T10:00", Standing.NEAR, 26, 1),
        ("2026-03-08T10:00", Standing.NEAR, 24, 1),  # Sunday
        ("2026-03-09T21:59", Standing.NEAR, 23, 0),  # the last minute of the last day
        ("2026-03-09T22:00", Standing.LATE_TARGET, 22, -1),
        ("2026-04-01T12:00", Standing.LATE_TARGET, 0, -17),
        ("2026-04-01T21:00", Standing.LATE_LEGAL, -1, -18),  # midnight in summer time
    ],
)
def test_how_an_issue_stands(now, standing, legal_left, target_left):
    assert stands(now, DUE) == (standing, legal_left, target_left)


def test_a_legal_deadline_comes_near_though_the_target_is_far():
    far = Deadlines(day("2026-03-10"), day("2026-03-31"))
    assert stands("2026-03-04T10:00", far)[0] == Standing.ON_TIME
    assert stands("2026-03-05T10:00", far)[0] == Standing.NEAR


def test_a_weekend_after_the_target_is_late():
    friday = Deadlines(None, day("2026-03-06"))
    assert [stands(f"2026-03-0{d}T10:00", friday)[2] for d in (6, 7, 8, 9)] == [0, -1, -1, -1]


def test_how_near_is_near_is_the_citys_to_say():
    assert stands("2026-03-05T10:00", DUE, clock=replace(CLOCK, near=Near(5, 2)))[0] == Standing.NEAR


def test_a_closed_issue_stands_as_it_did_when_it_was_closed():
    assert stands("2027-01-01T10:00", DUE, closed="2026-03-09T10:00") == (Standing.ON_TIME, 23, 0)
    assert stands("2027-01-01T10:00", DUE, closed="2026-03-10T10:00") == (Standing.LATE_TARGET, 22, -1)
    assert stands("2027-01-01T10:00", DUE, closed="2026-04-02T10:00")[0] == Standing.LATE_LEGAL


def test_a_reopening_gives_a_new_target_and_no_new_legal_term():
    again = CLOCK.due(utc("2026-03-02T09:00"), reopened_at=utc("2026-03-25T23:30"))
    assert again == Deadlines(day("2026-04-01"), day("2026-04-02"))
    assert stands("2026-04-02T09:00", again)[0] == Standing.LATE_LEGAL


def test_an_extension_moves_the_legal_deadline_alone():
    assert CLOCK.due(utc("2026-03-02T09:00"), extended_days=15) == Deadlines(day("2026-04-16"), DUE.target_on)


@pytest.mark.parametrize(
    "days, reason, today, told",
    [
        (16, "soil samples", "2026-03-20", "1 to 15 days, not 16"),
        (0, "soil samples", "2026-03-20", "1 to 15 days, not 0"),
        (15, " \n", "2026-03-20", "without a reason"),
        (15, "soil samples", "2026-04-02", "was over on 2026-04-01"),
    ],
)
def test_an_extension_the_law_does_not_allow_is_refused(days, reason, today, told):
    with pytest.raises(ExtensionRefusedError, match=told):
        check_extension(days, reason, DUE, day(today), most=15)


def test_an_extension_with_a_reason_on_the_last_day_is_allowed():
    check_extension(15, "soil samples", DUE, day("2026-04-01"), most=15)


def test_where_there_is_no_term_none_is_extended():
    with pytest.raises(ExtensionRefusedError, match="no law"):
        check_extension(5, "soil samples", replace(DUE, legal_on=None), day("2026-03-20"), most=15)


def test_a_citys_file_sets_the_clock():
    city = load_city(FIXTURES / "cities/timisoara.toml")
    due = clock_of(city, "lighting").due(utc("2026-04-08T09:00"))
    assert due == Deadlines(day("2026-05-08"), day("2026-04-17"))
    assert clock_of(city, "circus") is None


@given(instants, st.integers(1, 40), st.integers(-10, 120))
def test_below_zero_is_late_and_nothing_else_is(opened, target_days, later):
    clock = replace(CLOCK, target_days=target_days)
    due = clock.due(opened)
    found = clock.standing(opened + dt.timedelta(days=later), due)
    today = clock.day(opened + dt.timedelta(days=later))
    assert (found.legal_left < 0) == (today > due.legal_on)
    assert (found.target_left < 0) == (today > due.target_on)
    assert (found.standing == Standing.LATE_LEGAL) == (found.legal_left < 0)
    assert is_workday(due.target_on)


@given(instants, st.integers(0, 80), st.integers(0, 20))
def test_it_never_gets_earlier_as_time_goes_on(opened, now, later):
    due = CLOCK.due(opened)
    order = list(Standing)
    first, second = (CLOCK.standing(opened + dt.timedelta(days=n), due) for n in (now, now + later))
    assert order.index(first.standing) <= order.index(second.standing)
    assert first.target_left >= second.target_left
    assert first.legal_left - second.legal_left >= 0


@given(instants, st.integers(1, 20), st.integers(0, 60), st.integers(0, 4))
def test_the_horizon_finds_what_is_near_or_late(opened, target_days, later, near_days):
    clock = replace(CLOCK, target_days=target_days, near=Near(near_days, near_days))
    now, due = opened + dt.timedelta(days=later), clock.due(opened)
    horizon = clock.horizon(now)
    found = due.legal_on <= horizon.legal_on or due.target_on <= horizon.target_on
    assert found == (clock.standing(now, due).standing != Standing.ON_TIME)
