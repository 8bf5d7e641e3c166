import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analytics.methods.checks import MethodError
from analytics.methods.ranking import Evidence, made_of, rank_delay, rank_places
from analytics.methods.rates import LIKELIHOOD, MOMENTS, empirical_bayes
from analytics.methods.reporting import Propensity
from analytics.methods.spread import gamma_spread

# Eight schools (Rubin 1981): effects of coaching and their standard errors.
SCHOOLS = [28, 8, -3, 7, -1, 1, 18, 12]
SCHOOL_ERRORS = [15, 10, 16, 11, 9, 11, 10, 18]
SCHOOL_MEANS = [11.582, 7.856, 6.072, 7.620, 5.212, 6.189, 10.537, 8.405]
NAN, INF = float("nan"), float("inf")


def rank_excess(observed, expected, rng, **settings):
    """The excess order of categories of equal severity, all places taken to report alike."""
    evidence = Evidence(np.asarray(observed), np.asarray(expected), np.ones(len(observed)))
    return rank_places(evidence, rng, **settings).excess


def rng():
    return np.random.default_rng(11)


def exact_ranks(observed, expected, draws):
    """Ranks where each category's gamma is drawn by itself in every draw: c x n random numbers a draw."""
    random, score = np.random.default_rng(5), np.zeros((draws, observed.shape[1]))
    for o, e in zip(observed, expected, strict=True):
        a, b = (values[:, None] for values in gamma_spread(o, e).draw(random, draws))
        score += random.standard_gamma(a + o) / (b + e) * e
    return np.argsort(np.argsort(-score, axis=1), axis=1) + 1


def city(n, mean, categories=1, spread=0.5, seed=3):
    """Counts, expected counts and the true excess of n units of very unequal size."""
    random = np.random.default_rng(seed)
    size, risk = random.lognormal(0, 1, n), random.lognormal(0, spread, (categories, n))
    volume = random.lognormal(0, 1, categories)
    expected = np.outer(volume / volume.sum(), size / size.sum()) * mean * n
    observed = random.poisson(risk * expected)
    fitted = expected * (observed.sum(axis=1) / expected.sum(axis=1))[:, None]
    return observed, fitted, (risk * expected).sum(axis=0) / expected.sum(axis=0)


def evidence(observed, expected, severity=None, **reporting):
    observed = np.asarray(observed, float)
    return Evidence(observed, expected, np.ones(len(observed)) if severity is None else severity, **reporting)


def told(shape, rate, categories=1, life=25.0, per_day=0.05):
    """Readiness to report as the ranking receives it."""
    known = Propensity(np.asarray(shape, float), np.asarray(rate, float))
    return {"reporting": known, "lambda_c": np.full(categories, per_day), "life_days": np.full(categories, life)}


def test_the_one_far_above_the_rest_is_first_and_surely_so():
    found = rank_excess([[10, 90, 12, 9, 11]], [[26.4] * 5], rng(), k=1)
    assert (found.rank[1], found.low[1], found.high[1]) == (1, 1, 1)
    assert found.p_top[1] > 0.99
    assert found.p_top.sum() == pytest.approx(1)


def test_a_large_unit_outranks_a_small_one_with_the_same_raw_ratio():
    # both at twice what is expected; the small one has two incidents to show for it
    observed, expected = [[2, 200, 60, 138]], [[1.0, 100.0, 99.0, 200.0]]
    found = rank_excess(observed, expected, rng(), k=1)
    assert found.rank[1] < found.rank[0]
    assert found.score[0] < found.score[1] < 2
    assert found.high[0] - found.low[0] > found.high[1] - found.low[1]


def test_where_nothing_differs_every_rank_is_possible():
    found = rank_excess([[20] * 40], [[20.0] * 40], rng(), k=4)
    assert (found.low <= 4).all()
    assert (found.high >= 37).all()
    assert found.p_top == pytest.approx(np.full(40, 0.1), abs=0.05)


def test_nothing_heard_means_nothing_known():
    found = rank_excess([[0, 0, 0, 0]], [[1.0, 1.0, 1.0, 1.0]], rng(), k=1)
    assert found.low.tolist() == [1, 1, 1, 1]
    assert found.high.tolist() == [4, 4, 4, 4]


def test_ninety_percent_intervals_hold_about_ninety_percent_of_the_true_ranks():
    held = []
    for seed in range(12):
        observed, expected, true = city(300, 20, seed=seed)
        found = rank_excess(observed, expected, rng(), k=30, draws=500, hyper_draws=100)
        rank = np.argsort(np.argsort(-true)) + 1
        held.append(((rank >= found.low) & (rank <= found.high)).mean())
    assert 0.86 <= np.mean(held) <= 0.94


def test_one_gamma_per_unit_ranks_like_one_per_category():
    observed, expected, _ = city(120, 8, categories=6)
    ranks = exact_ranks(observed, expected, 4_000)
    found = rank_places(evidence(observed, expected), rng(), k=12, draws=4_000).burden
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0)
    assert np.abs(found.rank - np.median(ranks, axis=0)).mean() < 2
    assert np.abs(found.low - low).mean() < 2
    assert np.abs(found.high - high).mean() < 2
    assert np.abs(found.p_top - (ranks <= 12).mean(axis=0)).max() < 0.05


def test_the_same_random_stream_gives_the_same_ranking():
    observed, expected, _ = city(50, 10, categories=2)
    first, second = (rank_excess(observed, expected, rng(), k=5, draws=200) for _ in range(2))
    assert first.rank.tolist() == second.rank.tolist()
    assert first.p_top.tolist() == second.p_top.tolist()


def test_one_unit_is_first_of_one():
    found = rank_excess([[3]], [[3.0]], rng(), k=1)
    assert (found.rank.tolist(), found.p_top.tolist()) == ([1], [1.0])


def test_no_units_no_ranks():
    found = rank_excess(np.zeros((2, 0)), np.zeros((2, 0)), rng(), k=1)
    assert len(found.rank) == len(found.p_top) == 0


def test_burden_is_where_the_work_is_and_excess_where_it_is_not_explained():
    # the large unit has most incidents, the small one most for its size
    found = rank_places(evidence([[400, 90, 100, 110]], [[450.0, 30.0, 110.0, 110.0]]), rng(), k=1)
    assert found.burden.rank.argmin() == 0
    assert found.excess.rank.argmin() == 1
    assert (found.burden.tier[0], found.excess.tier[1]) == ("A", "A")


def test_a_score_is_the_sum_of_its_parts():
    observed, expected, _ = city(60, 8, categories=5)
    severity = np.array([1.0, 2.0, 5.0, 0.0, 3.0])
    given = evidence(observed, expected, severity, **told([9] * 60, np.linspace(5, 15, 60), 5))
    made, found = made_of(given), rank_places(given, rng(), k=6, draws=50)
    burden = (severity[:, None] * made.theta * expected).sum(axis=0)
    assert found.burden.score == pytest.approx(burden, rel=1e-12)
    assert found.excess.score == pytest.approx(burden / ((severity * made.mean) @ expected), rel=1e-12)
    assert made.shares.sum(axis=0) == pytest.approx(np.ones(60))
    assert made.shares == pytest.approx(severity[:, None] * made.theta * expected / burden)


@pytest.mark.parametrize("method", [MOMENTS, LIKELIHOOD])
def test_before_the_correction_a_ratio_is_that_of_empirical_bayes(method):
    observed, expected, _ = city(40, 8, categories=2)
    made = made_of(evidence(observed, expected), method)
    for c in range(2):
        assert made.theta_heard[c].tolist() == empirical_bayes(observed[c], expected[c], method).theta.tolist()
    assert made.theta == pytest.approx(made.theta_heard, rel=1e-12)
    assert (made.reported == 1).all()


def test_a_place_that_reports_little_has_more_behind_what_is_heard():
    quiet_last = told([400.0] * 4, [400.0, 400.0, 400.0, 800.0])
    given = evidence([[50, 80, 20, 50]], [[50.0] * 4], **quiet_last)
    made = made_of(given)
    assert made.theta_heard[0, 0] == made.theta_heard[0, 3]
    assert made.theta[0, 3] > made.theta[0, 0]
    assert (made.reported[0] * 50.0).sum() == pytest.approx(200)
    found = rank_places(given, rng(), k=1).excess
    assert found.rank[3] < found.rank[0]


def test_where_reporting_is_surely_alike_nothing_is_corrected():
    observed, expected, _ = city(50, 10, categories=2)
    alike = made_of(evidence(observed, expected, **told([1e12] * 50, [1e12] * 50, 2)))
    assert alike.theta == pytest.approx(made_of(evidence(observed, expected)).theta, rel=1e-5)


def test_the_less_is_known_of_reporting_the_wider_the_ranks():
    observed, expected, _ = city(100, 30)
    widths = []
    for shape in (1e6, 20.0, 3.0):
        found = rank_places(evidence(observed, expected, **told([shape] * 100, [shape] * 100)), rng(), k=10)
        widths.append((found.excess.high - found.excess.low).mean())
    assert widths[0] < widths[1] < widths[2]


def test_severity_decides_what_burden_is_made_of():
    observed, expected = [[30, 10], [10, 30]], [[20.0, 20.0], [20.0, 20.0]]
    first = made_of(evidence(observed, expected, [5, 1]))
    second = made_of(evidence(observed, expected, [1, 5]))
    assert first.burden[0] > first.burden[1]
    assert second.burden[0] < second.burden[1]
    assert first.shares[0, 0] > 0.8


def test_drawing_severities_widens_what_hangs_on_them():
    observed, expected = np.array([[200, 20, 110], [20, 200, 110]]), np.full((2, 3), 110.0)
    fixed = rank_places(evidence(observed, expected, [1.1, 1]), rng(), k=1).burden
    drawn = rank_places(evidence(observed, expected, [1.1, 1]), rng(), k=1, kappa=10).burden
    assert drawn.score.tolist() == fixed.score.tolist()
    assert drawn.score_high[0] - drawn.score_low[0] > fixed.score_high[0] - fixed.score_low[0]
    assert drawn.p_top[0] < fixed.p_top[0]


def test_a_unit_of_which_nothing_was_heard_can_be_anywhere():
    found = rank_places(evidence([[40, 30, 50, 0, 45, 35, 42]], [[40.0, 40, 40, 0.01, 40, 40, 40]]), rng(), k=1)
    assert (found.excess.low[3], found.excess.high[3]) == (1, 7)
    assert found.burden.low[3] == 7


def test_without_exposure_to_what_was_heard_excess_is_unknown_and_burden_nothing():
    given = evidence([[9, 11, 0], [0, 0, 0]], [[10.0, 10.0, 0.0], [0.0, 0.0, 3.0]])
    found = rank_places(given, rng(), k=1)
    assert found.excess.score[2] == 1
    assert (found.excess.low[2], found.excess.high[2]) == (1, 3)
    assert (found.burden.score[2], found.burden.score_high[2], found.burden.low[2]) == (0, 0, 3)


def test_where_all_burdens_are_nothing_every_order_is_as_likely():
    found = rank_places(evidence([[0] * 5], [[1.0] * 5]), rng(), k=1)
    assert found.burden.p_top == pytest.approx(np.full(5, 0.2), abs=0.05)
    assert found.burden.score.tolist() == [0] * 5
    assert found.excess.score.tolist() == [1] * 5


def test_the_order_of_units_and_categories_is_only_chance():
    observed, expected, _ = city(80, 15, categories=4)
    known = told(np.full(80, 12.0), np.linspace(6, 24, 80), 4)
    units, categories = np.random.default_rng(1).permutation(80), [2, 0, 3, 1]
    turned = known | {"reporting": Propensity(np.full(80, 12.0), np.linspace(6, 24, 80)[units])}
    severity = np.array([1.0, 4.0, 2.0, 3.0])
    one = rank_places(evidence(observed, expected, severity, **known), rng(), k=8, hyper_draws=2_000)
    two = rank_places(
        evidence(observed[categories][:, units], expected[categories][:, units], severity[categories], **turned),
        rng(),
        k=8,
        hyper_draws=2_000,
    )
    for first, second in ((one.burden, two.burden), (one.excess, two.excess)):
        assert second.score == pytest.approx(first.score[units], rel=1e-9)
        assert np.abs(second.rank - first.rank[units]).mean() < 1.5
        assert np.abs(second.p_top - first.p_top[units]).max() < 0.06


def test_tiers_say_how_sure_a_place_among_the_first_is():
    found = rank_places(evidence([[300, 140, 125, 115, 100, 100, 20]], [[100.0] * 7]), rng(), k=2).burden
    assert found.tier[0] == "A"
    assert found.tier[6] == ""
    for p, tier in zip(found.p_top, found.tier, strict=True):
        assert tier == ("A" if p >= 0.8 else "B" if p >= 0.5 else "C" if p >= 0.2 else "")


@given(hnp.arrays(np.int64, st.tuples(st.integers(0, 3), st.integers(0, 6)), elements=st.integers(0, 30)))
def test_whatever_was_heard_places_are_whole(observed):
    expected = np.full(observed.shape, max(float(observed.mean()) if observed.size else 0.0, 0.1))
    if not len(observed):
        observed, expected = observed[:, :0], expected[:, :0]
    found = rank_places(evidence(observed, expected), rng(), k=2, draws=20)
    for one in (found.burden, found.excess):
        n = observed.shape[1]
        assert np.isfinite(np.concatenate([one.score, one.score_low, one.score_high])).all()
        assert ((one.low <= one.rank) & (one.rank <= one.high) & (one.low >= 1) & (one.high <= n)).all()
        assert one.p_top.sum() == pytest.approx(min(2, n))


def test_delays_of_the_eight_schools():
    found = rank_delay(SCHOOLS, SCHOOL_ERRORS, [True] * 8, rng(), k=1, draws=20_000)
    # posterior means under a t with flat mu, tau and 1/freedom, by quadrature; under a normal, which is the model of
    # Bayesian Data Analysis, table 5.3, none is more than 0.2 away
    assert found.score == pytest.approx(SCHOOL_MEANS, abs=0.02)
    # the book's 200 draws put 2.5 % to 97.5 % of school A at -2 to 31; the middle 90 % lie inside
    assert -2 < found.score_low[0] < found.score_high[0] < 31
    assert found.rank.argmin() == 0
    assert 0.2 < found.p_top[0] < 0.3


def test_a_place_whose_wait_is_not_known_is_ranked_by_what_the_city_allows():
    found = rank_delay([9, -8, NAN, 1, 0, -3], [1, 1, NAN, 1, 1, 1], [1, 1, 0, 1, 1, 1], rng(), k=1)
    assert (found.low[2], found.high[2]) == (1, 6)
    # the posterior mean of mu by quadrature: the plain mean of the five is -0.2, their median 0
    assert found.score[2] == pytest.approx(-0.42, abs=0.06)
    assert (found.rank[0], found.rank[1], found.tier[0]) == (1, 6, "B" if found.p_top[0] < 0.8 else "A")


def test_a_place_whose_wait_is_not_known_may_itself_be_the_slow_one():
    found = rank_delay([*np.linspace(-1, 1, 41), NAN], [0.01] * 41 + [NAN], [1] * 41 + [0], rng(), k=1)
    # the standard deviation of the known is 0.6: the middle 90 % of a normal would end at 1
    assert found.score_high[41] > 1.1
    assert (found.low[41], found.high[41]) == (1, 42)


def test_delays_that_differ_no_more_than_chance_have_no_order():
    gap = np.random.default_rng(2).normal(0, 3, 30)
    found = rank_delay(gap, np.full(30, 3.0), np.ones(30, bool), rng(), k=3)
    assert (found.high - found.low).mean() > 18
    assert np.abs(found.score).max() < np.abs(gap).max() / 2


def waits(seed, n=40, tau=0.5):
    """True gaps that are normal, what is seen of them, and the errors."""
    random = np.random.default_rng(seed)
    error, true = random.lognormal(np.log(0.5), 0.6, n), random.normal(0, tau, n)
    return true, true + error * random.standard_normal(n), error


def test_one_place_that_is_truly_slow_keeps_its_delay_and_is_first():
    _, gap, error = waits(4, 28, 0.2)
    gap, error = np.append(gap, 16.5), np.append(error, 1.9)
    found = rank_delay(gap, error, np.ones(29, bool), rng(), k=3)
    assert (found.rank[28], found.high[28], found.tier[28]) == (1, 1, "A")
    assert found.score[28] > 15
    assert found.score_low[28] > 12
    alone = rank_delay(gap[:28], error[:28], np.ones(28, bool), rng(), k=3)
    assert np.abs(found.score[:28] - alone.score).max() < 0.25


def test_a_long_wait_on_few_cases_is_not_believed():
    _, gap, error = waits(4, 28, 0.2)
    found = rank_delay(np.append(gap, 16.5), np.append(error, 8.0), np.ones(29, bool), rng(), k=3)
    assert found.score[28] < 2
    assert found.high[28] > 20


def test_ninety_percent_intervals_hold_the_true_ranks_where_true_delays_are_normal():
    held = []
    for seed in range(20):
        true, gap, error = waits(seed)
        found = rank_delay(gap, error, np.ones(40, bool), rng(), k=4, draws=400)
        rank = np.argsort(np.argsort(-true)) + 1
        held.append(((rank >= found.low) & (rank <= found.high)).mean())
    assert 0.86 <= np.mean(held) <= 0.94


@pytest.mark.parametrize("gap, error", [([3.0], [2.0]), ([9.0, -9.0], [1.0, 1.0]), ([1.0, 1.0], [1e-3, 50.0])])
def test_one_or_two_known_delays_are_answered(gap, error):
    n = len(gap)
    found = rank_delay([*gap, NAN], [*error, NAN], [True] * n + [False], rng(), k=1)
    assert np.isfinite(np.concatenate([found.score, found.score_low, found.score_high])).all()
    assert found.score[:n] == pytest.approx(np.clip(found.score[:n], min(gap) - 1e-6, max(gap) + 1e-6))
    assert (found.low[n], found.high[n]) == (1, n + 1)


def test_no_wait_known_every_order():
    found = rank_delay([NAN] * 4, [0] * 4, [False] * 4, rng(), k=1)
    assert found.score.tolist() == [0] * 4
    assert found.p_top == pytest.approx(np.full(4, 0.25), abs=0.05)
    assert len(rank_delay([], [], [], rng(), k=1).rank) == 0


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: evidence([1], [1]), r"categories x units wanted twice, got shapes \(1,\)"),
        (lambda: evidence([[1, NAN]], [[1, 1]]), "observed: row 1 is nan"),
        (lambda: evidence([[1]], [[-1]]), "expected: row 0 is -1"),
        (lambda: evidence([[1]], [[0]]), "observed: incidents where none are expected"),
        (lambda: evidence([[1]], [[1]], [1, 2]), "severity: 2 weights for 1 categories"),
        (lambda: evidence([[1]], [[1]], [0]), "at least one above zero"),
        (lambda: evidence([[1]], [[1]], [-1]), "severity: row 0 is -1"),
        (lambda: Evidence([[1]], [[1]], [1], Propensity([1], [1])), "lambda_c and life_days are wanted"),
        (lambda: evidence([[1]], [[1]], **told([1, 2], [1, 2])), "reporting: 2 units for 1"),
        (lambda: evidence([[1]], [[1]], **told([0], [1])), "shape: row 0 is 0"),
        (lambda: evidence([[1]], [[1]], **told([1], [INF])), "rate: row 0 is inf"),
        (lambda: evidence([[1]], [[1]], **told([1], [1], per_day=0)), "lambda_c: row 0 is 0"),
        (lambda: evidence([[1]], [[1]], **told([1], [1], 2)), "lambda_c: 2 values for 1 categories"),
        (lambda: rank_places(evidence([[1]], [[1]]), rng(), k=0), "out of range"),
        (lambda: rank_places(evidence([[1]], [[1]]), rng(), k=1, kappa=0), "kappa: 0 must be above zero"),
        (lambda: rank_places(evidence([[1, 0]], [[1, 0]]), rng(), k=1), "nothing in every category"),
        (lambda: made_of(evidence([[1]], [[1]]), "guess"), "method: 'guess'"),
        (lambda: rank_delay([1, NAN], [1, 1], [1, 1], rng(), k=1), "gap: row 1 is nan"),
        (lambda: rank_delay([1], [0], [1], rng(), k=1), "error: row 0 is 0"),
        (lambda: rank_delay([1], [1, 2], [1], rng(), k=1), "different numbers of rows"),
        (lambda: rank_delay([[1]], [[1]], [[1]], rng(), k=1), "one value per row wanted"),
        (lambda: rank_delay([1], [1], [1], rng(), k=1, interval=1), "out of range"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
