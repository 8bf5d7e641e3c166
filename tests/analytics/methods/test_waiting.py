"""Who waits longer than the rest, and by how much once the categories are accounted for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import datasets
from lifelines.statistics import logrank_test

from analytics.methods import waiting
from analytics.methods.checks import MethodError
from analytics.methods.hotspots import bh
from analytics.methods.waiting import delay_gaps, log_rank, log_rank_each

NAN = float("nan")
NOBODY = [[], [], [], []]


@pytest.fixture(scope="module")
def flies():
    """Fruit flies, control 0 and miR-137 1: group, days, died, and one each."""
    found = datasets.load_waltons()
    return (found["group"] == "miR-137").to_numpy(int), found["T"].to_numpy(), found["E"].to_numpy(), [1] * len(found)


def city(rng, sizes, pace=1.0):
    """Cases of a city: unit, category, days, closed, n. Eight categories of their own pace, units of their own mix."""
    unit = np.repeat(np.arange(len(sizes)), sizes)
    mixes = np.cumsum(rng.dirichlet(np.full(8, 2.0), len(sizes)), axis=1)
    category = np.minimum((rng.random(len(unit))[:, None] > mixes[unit]).sum(axis=1), 7)
    wait = rng.lognormal(np.log(np.linspace(3, 60, 8))[category], 1) * np.broadcast_to(pace, len(sizes))[unit]
    watched = rng.uniform(0, 730, len(unit))
    return unit, category, np.minimum(wait, watched), wait <= watched, np.ones(len(unit))


def test_the_gene_shortens_lives(flies):
    found = log_rank(*flies, 1, 0)
    assert found.chi2 == pytest.approx(122.24912557300615, rel=1e-13)
    assert found.p == pytest.approx(2.0359832222855426e-28, rel=1e-11)
    assert found.observed == (34, 122)
    assert found.expected == pytest.approx((7.0755102713108515, 148.92448972868914))


def test_groups_are_compared_two_by_two_whoever_else_there_is(flies):
    group, days, died, n = flies
    third = [np.append(column, [2, 2]) for column in (group, days, died, n)]
    third[0][-2:] = 2
    assert log_rank(*third, 0, 1) == log_rank(*flies, 0, 1)


def test_each_against_the_rest_of_the_city():
    rng = np.random.default_rng(8)
    unit, _, days, closed, n = city(rng, [40, 80, 300, 10], pace=[1, 3, 1, 1])
    found = log_rank_each(unit, days, closed, n, 4)
    for own in range(4):
        pair = log_rank(unit == own, days, closed, n, 1, 0)
        assert found.chi2.values[own] == pytest.approx(pair.chi2, rel=1e-9)
        assert found.p.values[own] == pytest.approx(pair.p, rel=1e-9)
        assert (found.observed[own], found.expected[own]) == (pair.observed[0], pytest.approx(pair.expected[0]))
    assert found.observed[1] < found.expected[1]
    assert found.expected.sum() == pytest.approx(found.observed.sum())


def test_q_is_of_the_groups_with_enough_closings():
    rng = np.random.default_rng(9)
    unit, _, days, closed, n = city(rng, [60, 60, 3, 60], pace=[1, 4, 1, 1])
    found = log_rank_each(unit, days, closed, n, 5)
    assert found.q.known.tolist() == [True, True, False, True, False]
    assert found.p.known.tolist() == [True, True, True, True, False]
    assert found.q.values[found.q.known].tolist() == bh(found.p.values[found.q.known]).tolist()
    assert found.q.plain()[1] < 0.01


def test_where_all_wait_alike_one_in_twenty_p_is_below_five_percent():
    rng = np.random.default_rng(10)
    group, wait, watched = rng.integers(0, 1_000, 50_000), rng.exponential(9, 50_000), rng.uniform(0, 60, 50_000)
    found = log_rank_each(group, np.minimum(wait, watched), wait <= watched, np.ones(50_000), 1_000)
    assert 0.035 <= (found.p.values < 0.05).mean() <= 0.065


def test_a_group_alone_and_a_city_where_nobody_closed_have_no_answer():
    assert log_rank_each([0] * 3, [1, 2, 3], [1, 1, 0], [1] * 3, 1).p.plain() == [None]
    found = log_rank_each([0, 1], [5, 6], [0, 0], [9, 9], 2)
    assert (found.chi2.plain(), found.q.plain(), found.observed.tolist()) == ([None] * 2, [None] * 2, [0, 0])


def test_no_rows_no_test():
    assert log_rank_each(*NOBODY, 2).p.plain() == [None, None]
    found = log_rank(*NOBODY, 0, 1)
    assert (found.chi2, found.p, found.observed, found.expected) == (None, None, (0, 0), (0, 0))


@pytest.mark.filterwarnings("ignore:Starting with pandas version 4.0")  # how the library calls pandas
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.booleans(), st.integers(1, 3)), min_size=6, max_size=40))
def test_two_groups_as_the_library_has_it(rows):
    group, time, closed, n = (np.array(c) for c in zip(*rows, strict=True))
    found = log_rank(group, time, closed, n, 0, 1)
    if found.chi2 is not None:
        own, others = group == 0, group == 1
        oracle = logrank_test(
            time[own], time[others], closed[own], closed[others], weights_A=n[own], weights_B=n[others]
        )
        assert found.chi2 == pytest.approx(oracle.test_statistic, rel=1e-7, abs=1e-9)


def test_a_unit_of_slow_categories_is_not_a_slow_unit():
    # Lamps take 2 days, trees 40. The second unit complains of trees; the third is late with its lamps.
    rows = [(0, 0, 2, 1, 90), (0, 1, 40, 1, 10), (1, 0, 2, 1, 10), (1, 1, 40, 1, 90), (2, 0, 20, 1, 90)]
    found = delay_gaps(*zip(*rows, strict=True), 3, 2, tau=90)
    lamps = (2 * 100 + 20 * 90) / 190
    assert found.mean == pytest.approx([5.8, 36.2, 20])
    assert found.explained == pytest.approx([0.9 * lamps + 4, 0.1 * lamps + 36, lamps])
    assert found.gap == pytest.approx([1.8 - 0.9 * lamps, 0.2 - 0.1 * lamps, 20 - lamps])
    assert found.gap[2] == found.gap.max()


def test_the_late_unit_is_found_and_the_others_are_not():
    rng = np.random.default_rng(11)
    found = delay_gaps(*city(rng, [150] * 20, pace=[2.5] + [1] * 19), 20, 8, tau=90)
    z = found.gap / found.error
    assert found.known.all()
    assert z[0] > 4
    assert np.abs(z[1:]).max() < 4


def test_the_error_covers_the_whole_difference():
    z = []
    for seed in range(30):
        found = delay_gaps(*city(np.random.default_rng(seed), [600] + [60] * 30), 31, 8, tau=90)
        z.append(found.gap / found.error)
    assert 0.92 <= (np.abs(np.array(z)) < 1.96).mean() <= 0.97
    assert 0.75 <= np.array(z)[:, 0].std() <= 1.25


def test_the_error_is_what_leaving_out_one_case_after_another_gives(monkeypatch):
    monkeypatch.setattr(waiting, "_BORROWED", 0)
    unit, category, days, closed, n = city(np.random.default_rng(12), [120, 80, 100])
    found = delay_gaps(unit, category, days, closed, n, 3, 8, tau=60)
    without = np.array(
        [
            delay_gaps(*(np.delete(c, row) for c in (unit, category, days, closed, n)), 3, 8, tau=60).gap
            for row in range(len(unit))
        ]
    )
    jackknife = np.sqrt(((without - without.mean(axis=0)) ** 2).sum(axis=0) * (len(unit) - 1) / len(unit))
    assert found.error == pytest.approx(jackknife, rel=0.05)


def test_a_unit_in_which_nothing_was_closed_waits_longest_and_has_an_error():
    rng = np.random.default_rng(13)
    unit, category, days, closed, n = city(rng, [100, 100, 30])
    mine = unit == 2
    found = delay_gaps(unit, category, np.where(mine, 400, days), closed & ~mine, n, 3, 8, tau=90)
    assert found.known[2]
    assert found.mean[2] == 90
    assert 0.5 < found.error[2] < 10


def test_what_cannot_be_said_of_a_unit():
    # Two units alike, one too small, one not yet watched for 90 days, one without cases.
    rows = [(u, 0, t, 1, 30) for u in (0, 1) for t in (5, 95)] + [(2, 0, 5, 1, 3), (3, 0, 5, 1, 30), (3, 0, 40, 0, 30)]
    found = delay_gaps(*zip(*rows, strict=True), 5, 1, tau=90)
    assert found.known.tolist() == [True, True, False, False, False]
    assert found.n.tolist() == [60, 60, 3, 60, 0]
    assert (found.gap[2:] == 0).all()


def test_a_unit_that_is_the_whole_city_has_nothing_to_differ_from():
    assert not delay_gaps([0] * 20, [0] * 20, range(20), [1] * 20, [1] * 20, 1, 1, tau=90).known.any()


def test_a_category_not_watched_long_enough_is_set_aside():
    rows = [(u, 0, t, 1, 20) for u in (0, 1) for t in (5, 95)] + [(0, 1, 10, 0, 7), (1, 0, 30, 1, 20)]
    found = delay_gaps(*zip(*rows, strict=True), 2, 2, tau=90)
    assert (found.set_aside.tolist(), found.n.tolist()) == ([7, 0], [40, 60])
    assert found.known.all()


def test_all_open_and_no_rows_know_nothing():
    open_ones = delay_gaps([0, 1], [0, 0], [200, 200], [0, 0], [50, 50], 2, 1, tau=90)
    nobody = delay_gaps([], *NOBODY, 2, 1)
    assert (open_ones.known.tolist(), nobody.known.tolist()) == ([False] * 2, [False] * 2)
    assert len(delay_gaps([], *NOBODY, 0, 0).gap) == 0


def test_order_and_weights_change_no_digit():
    rng = np.random.default_rng(14)
    unit, category, days, closed, _ = city(rng, [40, 60, 50])
    n = rng.integers(1, 4, len(unit))
    rows = (unit, category, np.ceil(days), closed)
    again = rng.permutation(np.repeat(np.arange(len(unit)), n))
    found = delay_gaps(*rows, n, 3, 8, tau=60)
    other = delay_gaps(*(c[again] for c in rows), np.ones(len(again)), 3, 8, tau=60)
    assert (found.gap.tolist(), found.error.tolist()) == (other.gap.tolist(), other.error.tolist())
    assert log_rank_each(unit, *rows[2:], n, 3).chi2.plain() == (
        log_rank_each(unit[again], *(c[again] for c in rows[2:]), np.ones(len(again)), 3).chi2.plain()
    )


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: log_rank([0, 1], [1, 2], [1, 1], [1, 1], 0, 0), "b: group 0 against itself"),
        (lambda: log_rank([0], [NAN], [1], [1], 0, 1), "time: row 0 is nan"),
        (lambda: log_rank([0], [1], [1], [1, 1], 0, 1), "different numbers of rows"),
        (lambda: log_rank_each([3], [1], [1], [1], 2), "group: row 0 is 3, outside 0 to 1"),
        (lambda: log_rank_each([0], [1], [1], [1], 2, least=-1), "least: row 0 is -1"),
        (lambda: delay_gaps([0], [2], [1], [1], [1], 1, 2), "category: row 0 is 2, outside 0 to 1"),
        (lambda: delay_gaps([1], [0], [1], [1], [1], 1, 2), "unit: row 0 is 1, outside 0 to 0"),
        (lambda: delay_gaps([0], [0, 0], [1], [1], [1], 1, 2), "different numbers of rows: unit 1, category 2"),
        (lambda: delay_gaps([0], [0], [-1], [1], [1], 1, 2), "time: row 0 is -1"),
        (lambda: delay_gaps([0], [0], [1], [1], [0], 1, 2), "n: row 0 is 0"),
        (lambda: delay_gaps([0], [0], [1], [1], [1], 1, 1, tau=-5), "tau: -5 is not between"),
        (lambda: delay_gaps([0], [0], [1], [1], [1], 1, 1, least=0), "least: row 0 is 0"),
        (lambda: delay_gaps([], *NOBODY, -1, 1), "units, categories: row 0 is -1"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
