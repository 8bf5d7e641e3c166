import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analytics.methods.checks import MethodError
from analytics.methods.rates import garwood
from analytics.methods.reporting import (
    clumping,
    hidden_share,
    later_inside,
    p_reported,
    reporting,
    sensitivity,
    window_days,
)

NAN, INF = float("nan"), float("inf")
PER_DAY = 0.05


def rng(seed=8):
    return np.random.default_rng(seed)


def city(n=300, spread=0.5, days=600.0, seed=8):
    """Later reports and days watched of one category in n units, and the readiness they came from."""
    random = rng(seed)
    readiness = random.gamma(1 / spread**2, spread**2, n)
    watched = days * random.lognormal(0, 1, n)
    return random.poisson(PER_DAY * readiness * watched)[None], watched[None], readiness


def watched_incidents(seed=8, n=6_000, hidden=0.0):
    """First reports, closings and later reports of n incidents, all reported at PER_DAY until closed."""
    random = rng(seed)
    opened = random.uniform(0, 365, n)
    closed = opened + random.exponential(60, n)
    there = np.minimum(closed, 365) - opened
    row = np.repeat(np.arange(n), random.poisson(PER_DAY * there * (random.random(n) >= hidden)))
    return opened, closed, row, opened[row] + there[row] * random.random(len(row))


@pytest.mark.parametrize(
    "closed, data_end, longest, days",
    [
        (30, 365, 100, 20),
        (INF, 365, 100, 100),
        (INF, 40, 100, 30),
        (200, 365, 14, 14),
        (10.01, 365, 100, 0),
        (10.02, 365, 100, 0.02),
        (5, 365, 100, 0),
        (INF, 5, 100, 0),
    ],
)
def test_a_window_ends_by_rule(closed, data_end, longest, days):
    assert window_days([10], [closed], data_end, longest) == pytest.approx([days])


def test_each_incident_may_have_its_own_longest_window():
    assert window_days([0, 0], [INF, INF], 365, [14, 60]).tolist() == [14, 60]


def test_no_incidents_no_windows():
    assert len(window_days([], [], 365)) == 0
    assert len(later_inside([], [], [], [])) == 0


def test_only_reports_inside_the_window_count():
    opened, days = [0.0, 10.0, 0.0], [20.0, 5.0, 0.0]
    found = later_inside([0, 0, 0, 1, 1, 2], [1, 20, 20.5, 12, 15.1, 0], opened, days)
    assert found.tolist() == [2, 1, 0]


def test_the_true_rate_comes_out_when_the_window_ends_by_rule():
    opened, closed, row, at = watched_incidents()
    days = window_days(opened, closed, 365)
    found = reporting([[later_inside(row, at, opened, days).sum()]], [[days.sum()]])
    assert found.categories.lam[0] == pytest.approx(PER_DAY, rel=0.05)
    assert found.categories.low[0] < PER_DAY < found.categories.high[0]
    assert found.categories.delay_days[0] == pytest.approx(20, rel=0.05)


def test_a_window_that_ends_at_the_last_report_makes_the_rate_45_percent_too_high():
    opened, closed, row, at = watched_incidents()
    days = window_days(opened, closed, 365)
    inside = at <= (opened + days)[row]
    last = opened.copy()
    np.maximum.at(last, row[inside], at[inside])
    naive = later_inside(row, at, opened, days).sum() / window_days(opened, last, 365).sum()
    assert naive / PER_DAY == pytest.approx(1.45, abs=0.1)


def test_readiness_is_found_with_honest_intervals():
    held = []
    for seed in range(10):
        later, watched, true = city(seed=seed)
        found = reporting(later, watched)
        held.append(((found.low <= true) & (true <= found.high)).mean())
        assert found.rho.mean() == pytest.approx(1, abs=0.05)
        assert found.spread == pytest.approx(0.5, abs=0.12)
    assert 0.87 <= np.mean(held) <= 0.93


def test_a_unit_with_little_to_watch_is_drawn_to_the_city():
    found = reporting([[300, 3, 100, 100]], [[2000.0, 20.0, 2000.0, 2000.0]])
    assert 1 < found.rho[1] < found.rho[0]
    assert found.high[1] / found.low[1] > found.high[0] / found.low[0]


def test_where_all_report_alike_readiness_is_one():
    later, watched, _ = city(spread=1e-3)
    found = reporting(later, watched)
    assert found.rho == pytest.approx(np.ones(300), abs=0.1)
    assert found.spread < 0.1


def test_a_desert_is_where_one_must_go_and_ask():
    found = reporting([[500, 400, 1, 0, 0]], [[9000.0, 9000.0, 12.0, 9000.0, 0.0]])
    assert found.known.tolist() == [True, True, True, True, False]
    assert found.desert.tolist()[:3] == [False, False, True]
    assert found.desert[4]
    # silence over many days watched is knowledge: few report there; nothing watched leaves what the city spreads over
    assert found.high[3] < 0.5 * found.rho[4]
    assert found.rho[4] == 1


def test_the_rate_of_a_category_has_exact_limits():
    found = reporting([[40, 60], [3, 2]], [[1000.0, 1500.0], [400.0, 600.0]])
    weighed = np.array([[1000.0, 1500.0], [400.0, 600.0]]) @ found.rho
    assert found.categories.lam == pytest.approx(np.array([100, 5]) / weighed)
    assert found.categories.low == pytest.approx(garwood([100, 5], 0.9)[0] / weighed)
    assert found.categories.high == pytest.approx(garwood([100, 5], 0.9)[1] / weighed)
    assert found.categories.used == pytest.approx(np.array([100.5, 5.5]) / weighed)


def test_units_are_compared_within_their_categories():
    # both units report alike; the first has more of what everybody reports
    found = reporting([[900, 100], [10, 90]], [[3000.0, 333.0], [333.0, 3000.0]])
    assert found.rho == pytest.approx([1, 1], abs=0.06)


def test_a_category_never_watched_is_known_by_the_others():
    found = reporting([[40, 60], [0, 0], [0, 0]], [[1000.0, 1500.0], [0.0, 0.0], [90.0, 60.0]])
    rates = found.categories
    assert rates.known.tolist() == [True, False, True]
    assert rates.delay_days[1:] == (None, None)
    assert (rates.lam[1], rates.high[1], rates.lam[2]) == (0, 0, 0)
    assert rates.high[2] > 0
    assert rates.used[1] == pytest.approx(rates.used[0], rel=0.1)
    assert 0 < rates.used[2] < rates.used[0]


def test_no_later_report_anywhere_means_not_available():
    found = reporting([[0, 0, 0]], [[100.0, 200.0, 0.0]])
    assert not found.available
    assert (found.rho.tolist(), found.desert.all(), found.known.any()) == ([1, 1, 1], True, False)
    assert found.categories.delay_days == (None,)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0)])
def test_without_units_or_categories_it_is_not_available(shape):
    found = reporting(np.zeros(shape), np.zeros(shape))
    assert not found.available
    assert (len(found.rho), len(found.categories.lam)) == (shape[1], shape[0])


def test_incidents_hidden_alike_everywhere_leave_readiness_unbiased():
    random = rng()
    ready, unit = random.lognormal(0, 0.5, 200), np.repeat(np.arange(200), 40)
    days = random.exponential(40, len(unit))
    drawn = random.poisson(PER_DAY * ready[unit] * days)
    seen = random.random(len(unit)) >= 0.5

    def found(later, **allowing):
        return reporting(per_unit(unit, later), per_unit(unit, days), **allowing)

    def misses(result):
        return 1 - ((result.low <= ready / ready.mean()) & (ready / ready.mean() <= result.high)).mean()

    all_seen, half, allowed = found(drawn), found(drawn * seen), allowing(unit, drawn * seen, days)
    # the rate is halved, and no unit's readiness moves one way or the other for that
    assert half.categories.lam[0] / all_seen.categories.lam[0] == pytest.approx(0.5, abs=0.05)
    assert np.log(half.rho / all_seen.rho).mean() == pytest.approx(0, abs=0.05)
    # but half the incidents know less: intervals must widen, and the rate for chances rise again
    assert misses(half) > 0.2
    assert misses(allowed) < 0.15
    assert allowed.hidden == pytest.approx(0.5, abs=0.05)
    assert allowed.categories.used[0] == pytest.approx(all_seen.categories.used[0], rel=0.1)


def per_unit(unit, values):
    return np.bincount(unit, weights=values)[None]


def allowing(unit, later, days):
    """Readiness with clumped and hidden incidents allowed for, as a caller does it."""
    clumped = clumping(later, days, unit)
    first = reporting(per_unit(unit, later), per_unit(unit, days), clumped=clumped)
    hidden = hidden_share(later, first.categories.lam[0] * first.rho[unit] * days)
    return reporting(per_unit(unit, later), per_unit(unit, days), clumped=clumped, hidden=hidden)


def test_where_all_can_be_seen_nothing_is_hidden_or_clumped():
    random = rng()
    days = random.exponential(40, 4_000)
    later = random.poisson(PER_DAY * days)
    assert hidden_share(later, PER_DAY * days) < 0.02
    assert clumping(later, days, np.zeros(4_000)) == pytest.approx(1, abs=0.08)


def test_a_street_that_all_reports_the_same_hole_is_clumped():
    assert clumping([0, 0, 0, 30], [20.0] * 4, [0] * 4) > 10


def test_too_little_to_tell_is_not_clumped_or_hidden():
    assert clumping([], [], []) == clumping([3], [5.0], [0]) == clumping([0, 0], [5.0, 0.0], [0, 1]) == 1
    assert hidden_share([], []) == hidden_share([0, 0], [1.0, 1.0]) == hidden_share([2, 1], [1.0, 1.0]) == 0


def test_clumped_reports_widen_intervals_and_move_no_rate():
    later, watched, _ = city()
    plain, wide = reporting(later, watched), reporting(later, watched, clumped=4.0)
    assert wide.categories.lam == pytest.approx(plain.categories.lam, rel=0.1)
    assert (wide.high / wide.low).mean() > 1.2 * (plain.high / plain.low).mean()
    assert wide.categories.high - wide.categories.low == pytest.approx(
        2 * (plain.categories.high - plain.categories.low), rel=0.1
    )


def test_the_chance_of_being_reported_while_it_is_there():
    assert p_reported([0.05, 0, 1e-9], 20) == pytest.approx([1 - np.exp(-1), 0, 2e-8])


def test_other_windows_are_compared_with_the_usual_one():
    later, watched, _ = city()
    usual = reporting(later, watched)
    same, other = dataclasses.replace(usual), reporting(later[:, ::-1], watched[:, ::-1])
    rows = sensitivity({200.0: same, 100.0: usual, 30.0: other})
    assert [row.longest for row in rows] == [30, 200]
    assert (rows[1].tau, rows[1].largest) == (pytest.approx(1), 1)
    assert rows[0].tau < 0.3
    assert rows[0].largest > 1.5


def test_windows_without_an_answer_are_not_compared():
    none, some = reporting([[0]], [[9.0]]), reporting([[2]], [[9.0]])
    assert sensitivity({100.0: none, 30.0: some}) == []
    assert sensitivity({100.0: some, 30.0: none}) == []
    assert sensitivity({100.0: some, 30.0: some})[0].tau is None


@given(st.integers(1, 3), st.integers(1, 6), st.data())
def test_whatever_was_watched_readiness_is_a_number(categories, units, data):
    watched = data.draw(hnp.arrays(float, (categories, units), elements=st.sampled_from([0.0, 0.02, 5.0, 9_000.0])))
    later = data.draw(hnp.arrays(np.int64, (categories, units), elements=st.integers(0, 40))) * (watched > 0)
    found = reporting(later, watched)
    numbers = np.concatenate([found.rho, found.low, found.high, found.categories.lam, found.categories.used])
    assert np.isfinite(numbers).all()
    assert ((found.low <= found.rho) & (found.rho <= found.high) | found.desert).all()


def test_the_order_of_units_changes_nothing():
    later, watched, _ = city(60)
    order = rng().permutation(60)
    found, turned = reporting(later, watched), reporting(later[:, order], watched[:, order])
    assert turned.rho == pytest.approx(found.rho[order], rel=1e-9)
    assert turned.high == pytest.approx(found.high[order], rel=1e-9)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: window_days([NAN], [1], 9), "opened: row 0 is nan"),
        (lambda: window_days([0], [NAN], 9), "closed: one number per row"),
        (lambda: window_days([0], [-INF], 9), "closed: one number per row"),
        (lambda: window_days([0, 1], [1], 9), "different numbers of rows: opened 2, closed 1"),
        (lambda: window_days([0], [1], INF), "data_end inf"),
        (lambda: window_days([0], [1], 9, -1), "longest: row 0 is -1"),
        (lambda: window_days([0], [1], 9, [1, 2]), "longest: 2 values for 1 incidents"),
        (lambda: later_inside([1], [0], [0], [1]), "names incident 1 of 1"),
        (lambda: later_inside([0.5], [0], [0], [1]), "incident: row 0 is 0.5"),
        (lambda: later_inside([0], [NAN], [0], [1]), "reported: row 0 is nan"),
        (lambda: later_inside([0], [0], [0], [1, 2]), "different numbers of rows"),
        (lambda: clumping([1], [1, 2], [0]), "different numbers of rows"),
        (lambda: clumping([1], [-1], [0]), "days: row 0 is -1"),
        (lambda: hidden_share([1], [NAN]), "expected: row 0 is nan"),
        (lambda: hidden_share([0.5], [1]), "later: row 0 is 0.5"),
        (lambda: reporting([1], [1]), r"categories x units wanted twice, got shapes \(1,\)"),
        (lambda: reporting([[1]], [[0]]), "later: reports where nothing was watched"),
        (lambda: reporting([[-1]], [[1]]), "later: row 0 is -1"),
        (lambda: reporting([[1]], [[NAN]]), "watched: row 0 is nan"),
        (lambda: reporting([[1]], [[1]], clumped=0.5), "clumped 0.5"),
        (lambda: reporting([[1]], [[1]], hidden=1), "hidden 1"),
        (lambda: reporting([[1]], [[1]], interval=0), "interval 0"),
        (lambda: p_reported([-1], 5), "rate: row 0 is -1"),
        (lambda: p_reported([1], 0), "life_days: 0 must be above zero"),
        (lambda: sensitivity({}), "usual: 100 is not among the windows"),
        (lambda: sensitivity({100.0: reporting([[1]], [[1]]), 30.0: reporting([[1, 1]], [[1, 1]])}), "different units"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
