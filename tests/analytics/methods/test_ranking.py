import numpy as np
import pytest

from analytics.methods.ranking import rank_excess
from analytics.methods.rates import fit_prior


def rng():
    return np.random.default_rng(11)


def exact_ranks(observed, expected, draws):
    """Ranks where each category's gamma is drawn by itself, hyperparameters as fitted: c x n random numbers a draw."""
    random, score = np.random.default_rng(5), np.zeros((draws, observed.shape[1]))
    for o, e in zip(observed, expected, strict=True):
        prior = fit_prior(o, e)
        score += random.standard_gamma(prior.a + o, (draws, len(o))) / (prior.b + e) * e
    return np.argsort(np.argsort(-score / expected.sum(axis=0), axis=1), axis=1) + 1


def city(n, mean, categories=1, spread=0.5, seed=3):
    """Counts, expected counts and the true excess of n units of very unequal size."""
    random = np.random.default_rng(seed)
    size, risk = random.lognormal(0, 1, n), random.lognormal(0, spread, (categories, n))
    volume = random.lognormal(0, 1, categories)
    expected = np.outer(volume / volume.sum(), size / size.sum()) * mean * n
    observed = random.poisson(risk * expected)
    fitted = expected * (observed.sum(axis=1) / expected.sum(axis=1))[:, None]
    return observed, fitted, (risk * expected).sum(axis=0) / expected.sum(axis=0)


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
    assert found.ratio[0] < found.ratio[1] < 2
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
    found = rank_excess(observed, expected, rng(), k=12, draws=4_000)
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
