import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.backtest import BEATS, LOSES, NOT_TOLD_APART, backtest, compare, pai
from analytics.methods.checks import MethodError

NAN = float("nan")


def rng(seed=1):
    return np.random.default_rng(seed)


def squares(n, **where):
    """n units, all zero but what is named `_unit=value`."""
    values = np.zeros(n)
    for unit, value in where.items():
        values[int(unit[1:])] = value
    return values


def test_thirty_of_a_hundred_in_two_of_forty_is_six():
    assert pai(30, 100, 2, 40) == pytest.approx(6)


def test_no_events_have_no_index():
    assert pai(0, 0, 2, 40) is None


def test_the_worked_case_as_a_map():
    # 40 units of 1 km2; the map's first two hold 30 of 100 later incidents, the two best hold 45
    later = np.r_[20, 10, 25, 20, [1] * 25, [0] * 11]
    (found,) = backtest(np.r_[9, 8, 7, 6, [1] * 36], later, np.ones(40), [0.05])
    assert (found.recall, found.pai) == (pytest.approx(0.3), pytest.approx(6))
    assert (found.best, found.pei) == (pytest.approx(0.45), pytest.approx(0.667, abs=5e-4))


def test_the_last_unit_is_taken_in_part():
    # budget 1.5 of 10: all of the first unit, half of the second
    (found,) = backtest(squares(10, _0=9, _1=8), squares(10, _0=4, _1=4, _2=2), np.ones(10), [0.15])
    assert found.recall == pytest.approx((4 + 2) / 10)


def test_a_large_unit_is_not_picked_for_its_size():
    # twice the score on four times the area is half the density
    (found,) = backtest([8, 4, 0], [0, 5, 5], [4, 1, 5], [0.1])
    assert found.recall == pytest.approx(0.5)


def test_equal_scores_are_shared_not_drawn_from_the_top():
    (found,) = backtest([0, 0, 0, 0], [8, 0, 0, 0], [1, 1, 1, 1], [0.25])
    assert found.recall == pytest.approx(0.25)


@pytest.mark.parametrize("budget", [0.01, 0.05, 0.5, 1.0])
def test_a_map_that_says_nothing_has_index_one(budget):
    area, later = rng().uniform(1, 5, 60), rng().poisson(3, 60)
    (found,) = backtest(area, later, area, [budget])
    assert found.pai == pytest.approx(1)


def test_the_perfect_map_has_efficiency_one():
    later = rng().poisson(3, 60)
    assert [b.pei for b in backtest(later, later, np.ones(60))] == [1, 1]


def test_budgets_are_one_and_five_percent_unless_said():
    assert [b.budget for b in backtest([1, 2], [1, 2], [1, 1])] == [0.01, 0.05]


@pytest.mark.parametrize("score, later, area", [([], [], []), ([3, 1], [0, 0], [1, 1])])
def test_nothing_later_has_no_figures_and_no_verdict(score, later, area):
    (found,) = backtest(score, later, area, [0.05])
    assert (found.recall, found.pai, found.pei, found.best) == (None, None, None, None)
    (both,) = compare(score, score, later, area, rng(), [0.05])
    assert (both.difference, both.low, both.high, both.verdict) == (None, None, None, NOT_TOLD_APART)


@pytest.mark.parametrize("events, verdict", [(0, NOT_TOLD_APART), (4, NOT_TOLD_APART), (5, BEATS), (40, BEATS)])
def test_a_map_beats_another_by_five_incidents_to_none(events, verdict):
    later = squares(100, _0=events, _9=20)
    (found,) = compare(squares(100, _0=1), squares(100, _1=1), later, np.ones(100), rng(), [0.01])
    assert found.verdict == verdict
    assert found.low <= found.difference <= found.high


def test_what_beats_one_way_loses_the_other():
    later = squares(100, _0=30, _9=20)
    ours, naive = squares(100, _0=1), squares(100, _1=1)
    (won,), (lost,) = (compare(a, b, later, np.ones(100), rng(), [0.01]) for a, b in ((ours, naive), (naive, ours)))
    assert (won.verdict, lost.verdict) == (BEATS, LOSES)
    assert (lost.difference, lost.ours) == (-won.difference, won.naive)


def test_the_same_map_is_not_told_apart_from_itself():
    score, later = rng().random(100), rng().poisson(9, 100)
    for found in compare(score, score, later, np.ones(100), rng()):
        assert (found.difference, found.verdict) == (0, NOT_TOLD_APART)
        assert found.low < 0 < found.high


def test_batches_tell_less():
    later = squares(100, _0=9, _9=20)
    ours, naive = squares(100, _0=1), squares(100, _1=1)
    plain, batched = (compare(ours, naive, later, np.ones(100), rng(), [0.01], phi=phi)[0] for phi in (1, 3))
    assert (plain.verdict, batched.verdict) == (BEATS, NOT_TOLD_APART)


def picked(score, share):
    return score >= np.sort(score)[-int(share * len(score))]


@pytest.mark.parametrize("phi", [1.0, 3.0])
def test_the_interval_holds_the_true_difference_as_often_as_it_says(phi):
    n, held = 400, []
    for seed in range(150):
        random = rng(seed)
        risk = random.lognormal(0, 1.2, n)
        mean = risk / risk.sum() * 1_500
        ours, naive = mean * random.lognormal(0, 0.5, (2, n))  # no ties, so 5 % are the 20 first
        later = random.poisson(mean if phi == 1 else random.standard_gamma(mean / (phi - 1)) * (phi - 1))
        (found,) = compare(ours, naive, later, np.ones(n), random, [0.05], phi=phi, draws=1_000)
        true = (mean[picked(ours, 0.05)].sum() - mean[picked(naive, 0.05)].sum()) / mean.sum()
        held.append(found.low <= true <= found.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.05)


units = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=25
)


@given(units, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    columns = np.array(rows, float).T
    for one, other in zip(compare(*columns, rng()), compare(*columns[:, order], rng()), strict=True):
        assert one.verdict == other.verdict
        for a, b in ((one.ours.recall, other.ours.recall), (one.low, other.low), (one.high, other.high)):
            assert (a is None and b is None) or a == pytest.approx(b, abs=1e-12)


@given(units)
def test_no_map_is_better_than_the_best_and_more_area_never_catches_less(rows):
    score, _, later, area = np.array(rows, float).T
    found = backtest(score, later, area, [0.1, 0.4, 0.8, 1.0])
    if later.any():
        assert all(b.recall <= b.best + 1e-12 for b in found)
        recalls = [b.recall for b in found]
        assert recalls == sorted(recalls)
        assert recalls[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: pai(3, 2, 1, 4), "hits 3 of 2"),
        (lambda: pai(1, 2, 0, 4), "area 0 of 4"),
        (lambda: pai(NAN, 2, 1, 4), "hits nan"),
        (lambda: backtest([1, NAN], [1, 1], [1, 1]), "score: row 1 is nan"),
        (lambda: backtest([1, -1], [1, 1], [1, 1]), "score: row 1 is -1"),
        (lambda: backtest([1, 1], [1, 0.5], [1, 1]), "later: row 1 is 0.5, not a whole number"),
        (lambda: backtest([1, 1], [1, 1], [1, 0]), "area: row 1 is 0; leave out units without area"),
        (lambda: backtest([1, 1], [1, 1], [1]), "different numbers of rows: score 2, later 2, area 1"),
        (lambda: backtest([1], [1], [1], [0]), "budgets: row 0 is 0"),
        (lambda: backtest([1], [1], [1], [1.5]), "budgets: row 0 is 1.5"),
        (lambda: compare([1], [NAN], [1], [1], rng()), "naive: row 0 is nan"),
        (lambda: compare([1], [1], [1], [1], rng(), phi=0), "phi 0, level 0.95, draws 4000: out of range"),
        (lambda: compare([1], [1], [1], [1], rng(), level=1), "level 1"),
        (lambda: compare([1], [1], [1], [1], rng(), draws=0), "draws 0"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
