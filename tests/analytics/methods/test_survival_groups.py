"""Many groups at once: the same answers as group by group, and what stays unsaid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter, datasets
from lifelines.utils import qth_survival_times, restricted_mean_survival_time

from analytics.methods.checks import MethodError
from analytics.methods.survival import curve_of, grouped, histogram, kaplan_meier, median_wait

NAN = float("nan")


@pytest.fixture(scope="module")
def flies():
    """Fruit flies, control 0 and miR-137 1: group, days, died, and one each."""
    found = datasets.load_waltons()
    return (found["group"] == "miR-137").to_numpy(int), found["T"].to_numpy(), found["E"].to_numpy(), [1] * len(found)


def columns(rows):
    """Columns group, time, closed, n from a list of rows."""
    return [np.array(c) for c in zip(*rows, strict=True)] if rows else [[], [], [], []]


def median_of(found, group):
    half = found.quantiles[0]
    return [half.time.plain()[group], half.low.plain()[group], half.high.plain()[group]]


def same(a, b):
    def flat(w):
        answers = [x for q in w.quantiles for x in (q.time, q.low, q.high)] + [*w.open_at, w.mean, w.error]
        return [w.n.tolist(), w.closed.tolist()] + [x.plain() for x in answers]

    return flat(a) == flat(b)


def test_flies_with_and_without_the_gene(flies):
    found = grouped(*flies, 2, tau=70)
    assert (found.n.tolist(), found.closed.tolist()) == ([129, 34], [122, 34])
    for group in (0, 1):
        rows = flies[0] == group
        alone = median_wait(flies[1][rows], flies[2][rows])
        assert median_of(found, group) == [alone.days, alone.low, alone.high]


def test_when_four_in_five_were_gone(flies):
    found = grouped(*flies, 2, tau=70).quantiles[1]
    for group in (0, 1):
        rows = flies[0] == group
        oracle = KaplanMeierFitter().fit(flies[1][rows], flies[2][rows]).survival_function_
        assert (found.share, found.time.values[group]) == (0.8, qth_survival_times(0.2, oracle))


def test_the_restricted_mean_is_the_library_s(flies):
    found = grouped(*flies, 2, tau=60)
    for group in (0, 1):
        rows = flies[0] == group
        oracle = KaplanMeierFitter().fit(flies[1][rows], flies[2][rows])
        assert found.mean.values[group] == pytest.approx(restricted_mean_survival_time(oracle, t=60), abs=1e-10)


def test_the_mean_and_its_error_by_hand():
    # Shares 3/4 after day 1 and 3/8 after day 3: 1 + 2 * 3/4 + 3/8 days. Areas from there to day 4: 15/8 and 3/8.
    found = grouped([0] * 4, [1, 2, 3, 4], [1, 0, 1, 0], [1] * 4, 1, tau=4)
    assert found.mean.plain() == [2.875]
    irwin = (15 / 8) ** 2 / (4 * 3) + (3 / 8) ** 2 / (2 * 1)
    assert found.error.values[0] == pytest.approx((irwin * 2 / 1) ** 0.5, abs=1e-12)


def test_with_nothing_open_the_error_is_that_of_a_plain_mean():
    days = np.array([1, 4, 4, 9, 30, 2.5])
    found = grouped([0] * 6, days, [1] * 6, [1] * 6, 1, tau=100)
    assert found.mean.values[0] == pytest.approx(days.mean(), abs=1e-12)
    assert found.error.values[0] == pytest.approx(days.std(ddof=1) / 6**0.5, abs=1e-12)


def test_the_mean_is_not_known_where_nobody_was_watched_until_tau():
    rows = [(0, 5, 1, 1), (0, 20, 0, 1), (1, 5, 1, 1), (1, 30, 0, 1), (2, 5, 1, 2), (2, 8, 1, 1)]
    found = grouped(*columns(rows), 3, tau=30)
    assert found.mean.plain() == [None, 17.5, 6.0]


def test_one_closing_is_no_measure_of_spread():
    found = grouped([0, 0], [5, 30], [1, 0], [1, 1], 1, tau=30)
    assert (found.mean.plain(), found.error.plain()) == ([17.5], [None])


def test_the_share_still_open_after_a_time():
    rows = [(0, 2, 1, 3), (0, 6, 1, 1), (1, 2, 1, 1), (1, 4, 0, 1), (2, 9, 0, 1)]
    found = grouped(*columns(rows), 3, at=(1, 2, 5))
    assert [one.plain() for one in found.open_at] == [[1.0, 1.0, 1.0], [0.25, 0.5, 1.0], [0.25, None, 1.0]]


def test_all_open_is_an_answer_without_a_median():
    found = grouped([0, 0], [100, 200], [0, 0], [3, 1], 1, tau=90)
    assert (found.n.tolist(), found.closed.tolist()) == ([4], [0])
    assert median_of(found, 0) == [None, None, None]
    assert (found.mean.plain(), found.error.plain()) == ([90.0], [None])


def test_a_group_without_rows_is_counted_and_not_answered_for():
    found = grouped([2], [4], [1], [1], 4, tau=9)
    assert found.n.tolist() == [0, 0, 1, 0]
    assert found.quantiles[0].time.plain() == [None, None, 4.0, None]
    assert found.mean.plain() == [None, None, 4.0, None]


def test_no_rows_and_no_groups():
    assert grouped([], [], [], [], 2, at=(3,)).n.tolist() == [0, 0]
    assert grouped([], [], [], [], 0).mean.plain() == []


def test_hours_and_days_say_the_same():
    group, days, closed = [0, 0, 0, 1, 1], np.array([1, 5, 9, 2, 3]), [1, 1, 0, 1, 1]
    in_days = grouped(group, days, closed, [1] * 5, 2, tau=8)
    in_hours = grouped(group, days * 24, closed, [1] * 5, 2, tau=8 * 24)
    assert in_hours.quantiles[0].time.values == pytest.approx(in_days.quantiles[0].time.values * 24)
    assert in_hours.mean.values == pytest.approx(in_days.mean.values * 24)
    assert in_hours.error.values == pytest.approx(in_days.error.values * 24)


def test_the_curves_of_chosen_groups(flies):
    curves = curve_of(*flies, [1, 7, 0])
    assert [int(c.at_risk[0]) if len(c.times) else 0 for c in curves] == [34, 0, 129]
    alone = kaplan_meier(flies[1][flies[0] == 1], flies[2][flies[0] == 1])
    for name in ("times", "survival", "low", "high", "at_risk"):
        assert getattr(curves[0], name).tolist() == getattr(alone, name).tolist()


def test_intervals_hold_what_they_promise():
    rng = np.random.default_rng(5)
    groups, n = 2_000, 20
    group = np.repeat(np.arange(groups), n)
    wait, watched = rng.exponential(20, groups * n), rng.uniform(0, 120, groups * n)
    found = grouped(group, np.minimum(wait, watched), wait <= watched, np.ones(groups * n), groups, tau=40)
    half = found.quantiles[0]
    low, high = half.low.values, np.where(half.high.known, half.high.values, np.inf)
    truth = 20 * np.log(2)
    assert 0.935 <= ((low <= truth) & (truth <= high)).mean() <= 0.97
    said = found.error.known
    z = (found.mean.values - 20 * (1 - np.exp(-2)))[said] / found.error.values[said]
    assert 0.91 <= (np.abs(z) < 1.96).mean() <= 0.96


row = st.tuples(st.integers(0, 3), st.integers(0, 12), st.booleans(), st.integers(1, 3))
rows = st.lists(row, max_size=40)


@given(rows)
def test_together_as_one_by_one(given_rows):
    found = grouped(*columns(given_rows), 4)
    for group in range(4):
        own = [(t, c) for g, t, c, n in given_rows for _ in range(n) if g == group]
        alone = median_wait([t for t, _ in own], [c for _, c in own])
        assert (found.n[group], found.closed[group]) == (alone.n, alone.closed)
        assert median_of(found, group) == [alone.days, alone.low, alone.high]


@settings(max_examples=25, deadline=None)
@given(st.lists(row, min_size=1, max_size=40))
def test_each_curve_is_the_library_s(given_rows):
    group, time, closed, n = columns(given_rows)
    for code, curve in zip(np.unique(group), curve_of(group, time, closed, n, np.unique(group)), strict=True):
        own = group == code
        oracle = KaplanMeierFitter().fit(time[own], closed[own], weights=n[own]).survival_function_
        assert curve.survival == pytest.approx(oracle.loc[curve.times].to_numpy()[:, 0], abs=1e-12)


@given(rows)
def test_a_weight_is_a_row_repeated(given_rows):
    repeated = [(g, t, c, 1) for g, t, c, n in given_rows for _ in range(n)]
    assert same(grouped(*columns(given_rows), 4, tau=8), grouped(*columns(repeated), 4, tau=8))


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_digit(given_rows, random):
    shuffled = random.sample(given_rows, len(given_rows))
    assert same(grouped(*columns(given_rows), 4, tau=8), grouped(*columns(shuffled), 4, tau=8))


@given(rows, rows)
def test_merged_histograms_are_the_histogram_of_all(some, others):
    def merged(part):
        found = histogram(*columns(part), 4)
        group = np.repeat(found.present, found.size).tolist()
        cells = list(zip(group, found.time, found.closed, found.left - found.closed, strict=True))
        return [(g, t, 1, d) for g, t, d, _ in cells if d] + [(g, t, 0, o) for g, t, _, o in cells if o]

    parts = merged(some) + merged(others)
    assert same(grouped(*columns(parts), 4, tau=8), grouped(*columns(some + others), 4, tau=8))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: grouped([0, 2], [1, 1], [1, 1], [1, 1], 2), "group: row 1 is 2, outside 0 to 1"),
        (lambda: grouped([0.5], [1], [1], [1], 2), "group: row 0 is 0.5, not a whole number"),
        (lambda: grouped([-1], [1], [1], [1], 2), "group: row 0 is -1"),
        (lambda: grouped([0], [1], [1], [1], -2), "groups: row 0 is -2"),
        (lambda: grouped([0], [-3], [1], [1], 1), "time: row 0 is -3"),
        (lambda: grouped([0], [NAN], [1], [1], 1), "time: row 0 is nan"),
        (lambda: grouped([0], [1], [2], [1], 1), "closed: row 0 is 2, outside 0 to 1"),
        (lambda: grouped([0], [1], [0.5], [1], 1), "closed: row 0 is 0.5, not a whole number"),
        (lambda: grouped([0], [1], [1], [0], 1), "n: row 0 is 0"),
        (lambda: grouped([0], [1], [1], [1.5], 1), "n: row 0 is 1.5, not a whole number"),
        (lambda: grouped([0], [1, 2], [1], [1], 1), "different numbers of rows: group 1, time 2"),
        (lambda: grouped([[0]], [1], [1], [1], 1), "group: one number per row wanted"),
        (lambda: grouped([0], [1], [1], [1], 1, tau=0), "tau: 0 is not between 0 and inf"),
        (lambda: grouped([0], [1], [1], [1], 1, tau=NAN), "tau: nan is not between"),
        (lambda: grouped([0], [1], [1], [1], 1, shares=(1,)), "shares: 1 is not between 0 and 1"),
        (lambda: grouped([0], [1], [1], [1], 1, at=(-1,)), "at: row 0 is -1"),
        (lambda: grouped([0], [1], [1], [1], 1, level=1), "level: 1 is not between 0 and 1"),
        (lambda: curve_of([0], [1], [1], [1, 1], [0]), "different numbers of rows"),
        (lambda: curve_of([0], [1], [1], [1], [-1]), "chosen: row 0 is -1"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
