"""Trends without the season, and the five classes of change."""

from datetime import date
from itertools import product

import numpy as np
import pymannkendall
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.methods.change import (
    ENOUGH,
    FALLING,
    FEW_BINS,
    FRESH,
    HISTORIES,
    NEVER,
    NEW,
    NONE,
    ONE_SEASON,
    PERSISTENT,
    RISING,
    RULES,
    change,
    classify,
    complete_bins,
    inflation,
    rebin,
)
from analytics.methods.checks import MethodError
from analytics.methods.hotspots import bh
from analytics.methods.trends import hamed_rao, mann_kendall, seasonal
from tests.seasons import DOUBLE, PEAK, SMOOTH, City, drift, with_plants

NAN = float("nan")
UP_AND_DOWN = {
    "independent": City(),
    "two waves": City(shape=DOUBLE),
    "ten weeks of snow": City(shape=PEAK),
    "two and a half years": City(weeks=130),
    "weeks that hang together": City(rho=0.5, spread=0.3),
    "three such years": City(weeks=156, rho=0.5, spread=0.3),
}


def bins(text):
    """One place, a letter per bin: # hot, . not."""
    return np.array([[letter == "#" for letter in text]])


@pytest.mark.parametrize(
    "place, trend, kind",
    [
        ("............", 0, NONE),
        ("............", 1, NONE),
        ("...........#", 0, NEW),
        (".........###", 1, NEW),
        (".........#.#", 0, NEW),
        ("........####", 0, NONE),
        ("........####", 1, RISING),
        ("#..........#", 1, RISING),
        ("######.#####", 1, RISING),
        ("#..#.#..#..#", 0, NONE),
        (".#.#####.#.#", 0, PERSISTENT),
        ("###########.", 0, PERSISTENT),
        ("###########.", 1, PERSISTENT),
        ("############", 0, PERSISTENT),
        ("#######.....", 0, NONE),
        ("#######.....", -1, FALLING),
        ("############", -1, FALLING),
        ("##..........", -1, NONE),
        ("#..........#", -1, NONE),
    ],
)
def test_the_class_of_a_place(place, trend, kind):
    assert classify(bins(place), [trend]).tolist() == [kind]


def test_every_place_falls_under_exactly_one_rule():
    # Whoever was never hot is not hot now, and whoever is freshly hot is.
    impossible = {(NEVER, True), (FRESH, False)}
    for history, now, trend in product(HISTORIES, (False, True), (-1, 0, 1)):
        found = [r for r in RULES if history in r.history and now in r.hot_now and trend in r.trend]
        assert len(found) == ((history, now) not in impossible)


@given(arrays(np.bool_, st.tuples(st.integers(1, 8), st.integers(10, 30))))
def test_the_class_follows_from_the_rule(hot):
    for row, kind in zip(hot, classify(hot, np.zeros(len(hot), int)), strict=True):
        share = row.mean()
        if not row[-1]:
            assert kind == (PERSISTENT if share >= 0.9 else NONE)
        elif not row[:-3].any():
            assert kind == NEW
        else:
            assert kind == (PERSISTENT if share >= 0.5 else NONE)


def test_no_classes_from_fewer_than_ten_bins():
    assert classify(bins("#########"), [1]) is None
    assert change(City(level=5).counts(1, np.random.default_rng(0)), hot=bins("###")).kind is None


def test_rising_can_be_said_of_a_place_that_is_not_hot():
    counts = City(level=20, growth=4).counts(1, np.random.default_rng(1))
    found = change(counts, hot=bins("............"))
    assert (found.trend.tolist(), found.kind.tolist()) == ([1], [NONE])


def test_each_week_is_compared_with_that_week_a_year_before():
    first = np.arange(52) % 4 + 1
    found = change([np.concatenate([first, first + (np.arange(52) < 40)])])
    assert (found.up[0], found.down[0]) == (40, 0)
    assert found.slope[0] == pytest.approx(1)
    assert found.percent[0] == pytest.approx(100 / (first.mean() + 20 / 52))


def test_without_autocorrelation_it_is_the_seasonal_test_of_the_library():
    counts = City(level=3).counts(40, np.random.default_rng(2))
    found = change(counts)
    theirs = [pymannkendall.seasonal_test(row, 52) for row in counts]
    assert found.inflation.tolist() == [1] * 40
    assert found.z == pytest.approx([one.z for one in theirs], abs=1e-12)
    assert found.p == pytest.approx([one.p for one in theirs], abs=1e-12)
    slopes = [pymannkendall.seasonal_sens_slope(row, 13).slope for row in rebin(counts, 4) / 4]
    assert found.slope == pytest.approx(slopes, abs=1e-12)
    assert (found.q == bh(found.p)).all()


def test_inflation_by_hand():
    # Squares 5, products 3 at lag 1 and 1 at lag 2: 64 such units leave no doubt, one alone says nothing.
    wave = [1.0, 1, 1, -1, -1]
    one, many = (inflation([wave] * n, [4.0] * n, [-0.2, -0.2], [2.0, 1.0]) for n in (1, 64))
    assert one == pytest.approx([1.0])
    assert many == pytest.approx([1 + 2 * (2 / 5 + 0.2)] * 64)


def test_only_units_of_like_level_lend_each_other_their_autocorrelation():
    rng = np.random.default_rng(3)
    still, hanging = City(level=1.5).counts(200, rng), City(level=20, rho=0.6, spread=0.5).counts(200, rng)
    found = change(np.vstack([still, hanging])).inflation
    assert found[:200].max() < 1.1
    assert found[200:].min() > 1.5


@pytest.mark.parametrize("name", UP_AND_DOWN)
def test_a_season_without_a_trend_has_none(name):
    rng = np.random.default_rng(4)
    found = [change(UP_AND_DOWN[name].counts(1_000, rng)) for _ in range(3)]
    assert np.mean([(one.p[one.known] <= 0.05).mean() for one in found]) <= 0.06
    assert np.mean([(one.trend != 0).mean() for one in found]) <= 0.01


@pytest.mark.parametrize("shape", [SMOOTH, DOUBLE, PEAK])
def test_planted_trends_are_found(shape):
    rng = np.random.default_rng(5)
    cities = [with_plants(City(shape=shape), 1_000, rng) for _ in range(3)]
    found = [(change(counts).trend, planted) for counts, planted in cities]
    assert np.mean([(trend[planted] == 1).mean() for trend, planted in found]) >= 0.8
    assert np.mean([(trend[~planted] != 0).mean() for trend, planted in found]) <= 0.01


def test_a_doubling_is_measured_as_one():
    # From the first year to the second a rate that doubles in two years grows by 35 % of its mean.
    found = change(City(level=12, growth=2).counts(400, np.random.default_rng(6)))
    assert found.percent.mean() == pytest.approx(35, abs=4)
    assert found.slope.mean() == pytest.approx(0.35 * 12, abs=0.5)


def test_trap_weeks_that_hang_together_make_trends():
    counts = City(level=20, rho=0.6, spread=0.3).counts(1_500, np.random.default_rng(7))
    assert (seasonal(counts, 52).p <= 0.05).mean() > 0.12
    assert (change(counts).p <= 0.05).mean() <= 0.065


def test_trap_a_short_series_does_not_show_its_own_autocorrelation():
    noise = drift(0.3, (1_500, 26), np.random.default_rng(8))
    counts = np.random.default_rng(8).poisson(10 * np.exp(0.3 * noise))
    assert (hamed_rao(counts, lag=3).p <= 0.05).mean() > 0.08
    assert (change(counts, period=None).p <= 0.05).mean() < 0.07


def city_that_grows(level, units):
    """Units that all follow their city through its season and its growth by half, and that city."""
    weeks = np.arange(104)
    rate = level * (1 + 0.6 * np.sin(2 * np.pi * weeks / 52)) * 1.5 ** (weeks / 104)
    counts = np.random.default_rng(9).poisson(np.broadcast_to(rate, (units, 104)))
    return counts, np.broadcast_to(counts.sum(axis=0), counts.shape)


def test_who_grows_with_the_city_grows_no_faster_than_it():
    counts, city = city_that_grows(5, 800)
    alone = change(rebin(counts, 4), period=13)
    beside = change(rebin(counts, 4), period=13, expected=rebin(city, 4))
    assert (alone.p <= 0.05).mean() > 0.25
    assert (beside.p <= 0.05).mean() <= 0.05
    assert abs(beside.percent.mean()) < 2


def test_one_year_suffices_beside_the_city():
    counts, city = city_that_grows(5, 800)
    found = change(rebin(counts[:, :52], 4), period=None, expected=rebin(city[:, :52], 4))
    assert found.answer == ENOUGH
    assert (found.p <= 0.05).mean() <= 0.06


def test_trap_single_weeks_beside_the_city_need_counts():
    counts, city = city_that_grows(1, 200)
    assert not change(counts, expected=city).known.any()
    residual = (counts - city / 200) / np.sqrt(city / 200)
    assert (seasonal(residual, 52).p <= 0.05).mean() > 0.1


def test_a_unit_of_which_nothing_is_expected_is_not_known():
    counts, city = city_that_grows(5, 3)
    city = city.copy()
    city[1, 5], city[2] = 0, 0
    assert change(counts, expected=city).known.tolist() == [True, False, False]


def test_without_a_season_it_is_the_plain_test():
    counts = np.random.default_rng(10).poisson(6, (30, 15))
    found = change(counts, period=None)
    assert found.inflation.tolist() == [1] * 30
    assert (found.z == mann_kendall(counts).z).all()


def test_the_order_of_units_changes_nothing():
    rng = np.random.default_rng(11)
    counts = City(rho=0.5, spread=0.3).counts(300, rng)
    hot, order = rng.random((300, 26)) < 0.5, rng.permutation(300)
    for more in ({}, {"period": None}, {"expected": counts + 1.0}):
        one, other = (
            change(counts, hot=hot, **more),
            change(counts[order], hot=hot[order], **{k: v if v is None else v[order] for k, v in more.items()}),
        )
        for name in ("known", "up", "down", "inflation", "z", "p", "q", "slope", "percent", "trend", "kind"):
            assert (getattr(one, name)[order] == getattr(other, name)).all(), name


def test_a_few_counts_say_nothing():
    counts = np.zeros((3, 104), int)
    counts[1, ::10], counts[2, ::5] = 1, 1
    found = change(counts)
    assert found.known.tolist() == [False, False, True]
    assert found.p[:2].tolist() == found.q[:2].tolist() == [1, 1]
    assert found.trend.tolist() == [0, 0, 0]


def test_a_count_that_never_changes_has_no_trend():
    found = change(np.full((1, 104), 3))
    assert found.known.tolist() == [True]
    assert (found.up[0], found.down[0], found.z[0], found.p[0], found.slope[0]) == (0, 0, 0, 1, 0)


@pytest.mark.parametrize(
    "weeks, period, answer",
    [
        (0, 52, FEW_BINS),
        (1, 52, FEW_BINS),
        (9, None, FEW_BINS),
        (10, None, ENOUGH),
        (103, 52, ONE_SEASON),
        (104, 52, ENOUGH),
        (8, 4, FEW_BINS),
    ],
)
def test_what_is_too_short_is_called_so(weeks, period, answer):
    found = change(np.full((2, weeks), 5), period=period)
    assert found.answer == answer
    assert found.known.all() == (answer == ENOUGH)
    assert found.p.tolist() == [1, 1]


@pytest.mark.parametrize("period", [52, None])
def test_no_units(period):
    found = change(np.zeros((0, 104)), period=period, hot=np.zeros((0, 26), bool))
    assert (found.answer, len(found.z), found.kind.tolist()) == (ENOUGH, 0, [])


def test_sums_of_four_weeks_drop_the_oldest_rest():
    assert rebin([[9, 1, 2, 3, 4, 5, 6, 7, 8]], 4).tolist() == [[10, 26]]
    assert rebin([[1, 2]], 3).tolist() == [[]]


def test_bins_that_are_cut_short_are_left_out():
    # Weeks from Monday 5 January; data from Wednesday the 7th to Sunday 1 February.
    whole = complete_bins(date(2026, 1, 5), 7, 5, date(2026, 1, 7), date(2026, 2, 1))
    assert whole.tolist() == [False, True, True, True, False]
    assert complete_bins(date(2026, 1, 5), 7, 1, date(2026, 1, 5), date(2026, 1, 11)).tolist() == [True]
    assert complete_bins(date(2026, 1, 5), 7, 1, date(2026, 1, 5), date(2026, 1, 10)).tolist() == [False]
    assert complete_bins(date(2026, 1, 5), 7, 0, date(2026, 1, 5), date(2026, 1, 10)).tolist() == []


TWO_YEARS = np.full((2, 104), 3)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: change([1, 2]), r"observed: series x bins wanted, got shape \(2,\)"),
        (lambda: change([[1, NAN]]), "observed: row 0 is nan in bin 1"),
        (lambda: change([[1, -2]]), "observed: row 0 is -2 in bin 1, not a count"),
        (lambda: change([[1, 0.5]]), "observed: row 0 is 0.5 in bin 1, not a count"),
        (lambda: change(TWO_YEARS, period=1), "period: 1 bins make no season"),
        (lambda: change(TWO_YEARS, least=0), "least 0, q_level 0.05: out of range"),
        (lambda: change(TWO_YEARS, q_level=1), "least 20, q_level 1: out of range"),
        (lambda: change(TWO_YEARS, expected=[[1.0]]), r"expected: shape \(1, 1\) for observed of shape \(2, 104\)"),
        (lambda: change(TWO_YEARS, expected=-TWO_YEARS), "expected: row 0 is -3 in bin 0, below zero"),
        (lambda: change(TWO_YEARS, expected=TWO_YEARS * NAN), "expected: row 0 is nan"),
        (lambda: change(TWO_YEARS, hot=bins("##########")), "hot: units x bins of flags wanted for 2 units"),
        (lambda: classify([[0.5] * 10], [0]), "hot: units x bins of flags wanted for 1 units, got float64"),
        (lambda: classify(bins("##########"), [2]), "trend: row 0 is neither -1, 0 nor 1"),
        (lambda: rebin([[1, 2]], 0), "width: 0 is below 1"),
        (lambda: rebin([[NAN]], 1), "series: row 0 is nan"),
        (lambda: complete_bins(date(2026, 1, 1), 0, 1, date(2026, 1, 1), date(2026, 1, 2)), "bin_days 0, bins 1"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
