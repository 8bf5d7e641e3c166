"""Days on which the books were cleaned up: found where planted, not where the city was merely busy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.checks import MethodError
from analytics.methods.waiting import bulk_days

DAYS = np.arange(730)
WEEK = np.array([1.3, 1.0, 1.0, 1.0, 0.9, 0.2, 0.1])


def regular(mean, seed, groups=20):
    """Closings of regular days, a row per group and day: Mondays full, Sundays empty."""
    group, day = np.repeat(np.arange(groups), len(DAYS)), np.tile(DAYS, groups)
    return day, np.random.default_rng(seed).poisson(mean * WEEK[day % 7]), group


def found_pairs(found):
    return set(zip(found.group.tolist(), found.day.tolist(), strict=True))


def test_one_clean_up_among_quiet_days():
    day = np.arange(100)
    closed = np.where(day == 60, 400, 10)
    found = bulk_days(day, closed)
    assert (found.day.tolist(), found.closed.tolist(), found.usual.tolist()) == ([60], [400], [10.0])
    assert found.tested == 1
    assert found.p[0] < 1e-100


def test_a_full_monday_is_not_a_clean_up_beside_empty_sundays():
    day = np.arange(140)
    closed = np.where(day % 7 == 0, 60, 2)
    assert not len(bulk_days(day, closed).day)


def test_days_without_rows_had_no_closings():
    found = bulk_days([0, 70, 140], [1, 30, 1])
    assert (found.day.tolist(), found.usual.tolist()) == ([70], [0.0])


@pytest.mark.parametrize("mean", [2, 15, 40, 200])
def test_regular_days_are_left_alone(mean):
    day, closed, group = regular(mean, seed=mean)
    assert len(bulk_days(day, closed, group).day) < 0.01 * len(day)


def test_days_that_swing_wildly_are_mostly_left_alone():
    day, _, group = regular(1, seed=0)
    rng = np.random.default_rng(3)
    closed = rng.poisson(30 * WEEK[day % 7] * rng.lognormal(-0.125, 0.5, len(day)))
    assert len(bulk_days(day, closed, group).day) < 0.01 * len(day)


@pytest.mark.parametrize("mean", [2, 15, 40])
def test_planted_days_are_found(mean):
    day, closed, group = regular(mean, seed=mean + 1)
    planted = np.random.default_rng(1).random(len(day)) < 0.01
    extra = np.where(planted, np.maximum(4 * mean, 40), 0)
    found = found_pairs(bulk_days(day, closed + extra, group))
    truth = set(zip(group[planted].tolist(), day[planted].tolist(), strict=True))
    assert len(found & truth) >= 0.98 * len(truth)
    assert len(found - truth) < 0.001 * len(day)


def test_a_clean_up_every_fourth_monday_is_found_each_time():
    day, closed, group = regular(15, seed=9, groups=1)
    bulk = day % 28 == 0
    assert bulk_days(day, closed + 200 * bulk, group).day.tolist() == day[bulk].tolist()


def test_a_department_that_grows_fivefold_is_not_cleaning_up():
    day, closed, group = regular(10, seed=4)
    grown = np.random.default_rng(5).poisson(40 * WEEK[day % 7]) * (day > 400)
    assert len(bulk_days(day, closed + grown, group).day) < 0.001 * len(day)


def test_a_first_month_is_too_short_to_say():
    found = bulk_days(np.arange(28), np.where(np.arange(28) == 14, 500, 1))
    assert (len(found.day), found.tested) == (0, 0)


def test_no_rows_no_days():
    found = bulk_days([], [])
    assert (found.day.tolist(), found.group.tolist(), found.tested) == ([], [], 0)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(-1_000, 20_000))
def test_neither_order_nor_origin_nor_split_rows_matter(random, origin):
    day = np.arange(120)
    closed = np.where(day % 50 == 20, 90, 6)
    rows = [(d, c - 1) for d, c in zip(day, closed, strict=True)] + [(d, 1) for d in day]
    shuffled = np.array(random.sample(rows, len(rows)))
    whole, again = bulk_days(day, closed), bulk_days(shuffled[:, 0] + origin, shuffled[:, 1])
    assert whole.day.tolist() == [20, 70]
    assert (again.day - origin).tolist() == whole.day.tolist()
    assert again.p.tolist() == whole.p.tolist()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: bulk_days([1, 2], [1]), "different numbers of rows: day 2, closed 1"),
        (lambda: bulk_days([0.5], [1]), "day: row 0 is 0.5, not a whole number"),
        (lambda: bulk_days([float("inf")], [1]), "day: row 0 is inf"),
        (lambda: bulk_days([1], [-1]), "closed: row 0 is -1"),
        (lambda: bulk_days([1], [1], [-1]), "group: row 0 is -1"),
        (lambda: bulk_days([1], [1], weeks=1), "weeks 1, least 20, times 3.0: out of range"),
        (lambda: bulk_days([1], [1], least=0), "least 0"),
        (lambda: bulk_days([1], [1], times=0.5), "times 0.5"),
        (lambda: bulk_days([1], [1], alpha=0), "alpha: 0 is not between 0 and 1"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
