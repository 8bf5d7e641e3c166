from functools import cache
from pathlib import Path

import geopandas
import libpysal
import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes, Spatial_Empirical_Bayes
from hypothesis import given
from hypothesis import strategies as st
from libpysal.examples import get_path
from scipy import sparse, stats

from analytics.methods.checks import MethodError
from analytics.methods.rates import (
    LIKELIHOOD,
    MOMENTS,
    empirical_bayes,
    expected,
    fit_prior,
    garwood,
    local_empirical_bayes,
    ratio,
)
from tests import golden

SIDS = Path(__file__).parents[2] / "data" / "sids2.csv"


@pytest.fixture(scope="module")
def sids():
    return pd.read_csv(SIDS, comment="#")


def test_expected_shares_out_the_total_by_exposure():
    found = expected([6, 0, 3], [100, 50, 150])
    assert found.values.tolist() == [3.0, 1.5, 4.5]
    assert (found.total, found.unexposed) == (9, 0)


def test_incidents_without_exposure_are_set_apart_not_spread():
    found = expected([6, 4, 3], [100, 0, 200])
    assert found.values.tolist() == [3.0, 0.0, 6.0]
    assert found.exposed.tolist() == [True, False, True]
    assert (found.total, found.unexposed) == (9, 4)


def test_nothing_exposed_expects_nothing():
    found = expected([2, 1], [0, 0])
    assert found.values.tolist() == [0.0, 0.0]
    assert (found.total, found.unexposed) == (0, 3)


def test_garwood_limits_of_ten():
    low, high = garwood([10])
    assert (low[0], high[0]) == (pytest.approx(4.7953886961, abs=1e-9), pytest.approx(18.3903560420, abs=1e-9))


def test_garwood_limits_of_none_start_at_zero():
    low, high = garwood([0])
    assert low[0] == 0
    assert high[0] == pytest.approx(-np.log(0.025), abs=1e-9)  # P(X = 0) = 2.5 % at this mean


def test_the_prior_of_the_infant_deaths(sids):
    prior = fit_prior(sids.deaths, sids.births)
    assert prior.mean == pytest.approx(0.00202144489365, rel=1e-11)
    assert prior.variance == pytest.approx(7.69293064701e-07, rel=1e-11)
    assert prior.a == pytest.approx(prior.mean**2 / prior.variance)
    assert prior.b == pytest.approx(prior.mean / prior.variance)


def test_the_smoothed_rates_of_the_infant_deaths(sids):
    theta = empirical_bayes(sids.deaths, sids.births).theta
    published = [0.00169729733086, 0.00170537768084, 0.00177308702207, 0.00201286808422, 0.00353491314916]
    assert theta[:5] == pytest.approx(published, rel=1e-11)
    assert theta.min() == pytest.approx(0.00105702296, rel=1e-8)
    assert theta.max() == pytest.approx(0.00483880405, rel=1e-8)
    assert sids.county[theta.argmax()] == "Anson"


def test_units_that_differ_no_more_than_chance_all_get_the_mean():
    found = empirical_bayes([5, 10, 15], [50, 100, 150])
    assert found.prior.variance == 0
    assert found.theta == pytest.approx([0.1, 0.1, 0.1])
    assert found.borrowed == pytest.approx([1, 1, 1], abs=1e-5)


def test_a_unit_without_exposure_borrows_everything():
    found = empirical_bayes([1, 40, 3], [50, 100, 0])
    assert found.borrowed[2] == 1
    assert found.theta[2] == pytest.approx(found.prior.mean)


def test_no_incidents_is_rate_zero():
    assert empirical_bayes([0, 0], [5, 7]).theta.tolist() == [0, 0]


def test_the_global_rates_are_those_of_esda(sids):
    theirs = Empirical_Bayes(sids.deaths.to_numpy(), sids.births.to_numpy()).r.ravel()
    assert empirical_bayes(sids.deaths, sids.births).theta == pytest.approx(theirs, rel=1e-12)


# --- ratios


def test_a_ratio_with_its_limits_by_hand():
    found = ratio([0, 10], [2.0, 5.0])
    assert found.ratio.tolist() == [0.0, 2.0]
    assert found.low == pytest.approx([0, 4.7953886961 / 5])
    assert found.high == pytest.approx([-np.log(0.025) / 2, 18.3903560420 / 5])


def test_a_narrower_level_has_narrower_limits():
    wide, narrow = ratio([7], [5.0]), ratio([7], [5.0], level=0.5)
    assert wide.low < narrow.low < 7 / 5 < narrow.high < wide.high


def test_no_units_no_ratios():
    assert len(ratio([], []).ratio) == len(ratio([], []).low) == 0


# --- local empirical Bayes


@cache
def counties():
    """Queen neighbours of the 100 counties, from their outlines."""
    return libpysal.weights.Queen.from_dataframe(geopandas.read_file(get_path("sids2.shp")), use_index=False)


def bundled(name):
    file = libpysal.io.open(get_path(name), "r")
    content = file.read()
    file.close()
    return content


@cache
def saint_louis():
    table = np.array([row[10:14] for row in bundled("stl_hom.csv")])
    return table[:, 0], table[:, 3], bundled("stl.gal")


def with_self(w):
    return (w.sparse + sparse.identity(w.n)).tocsr()


def in_their_order(w):
    w.id_order = w.id_order  # esda wants to be told
    return w


def row_of(n):
    """n units in a row, each with the one before and after it."""
    return sparse.diags([1.0, 1.0, 1.0], [-1, 0, 1], shape=(n, n), format="csr")


def test_the_local_rates_of_the_saint_louis_homicides():
    homicides, people, w = saint_louis()
    published = [4.0148574851e-05, 3.6243751309e-05, 4.9303484352e-05, 5.0938732930e-05, 3.7273521004e-05]
    assert local_empirical_bayes(homicides, people, with_self(w)).theta[:5] == pytest.approx(published, rel=1e-10)


def test_local_rates_are_those_of_esda(sids):
    for events, people, w in ((sids.deaths.to_numpy(), sids.births.to_numpy(), counties()), saint_louis()):
        theirs = Spatial_Empirical_Bayes(events, people, in_their_order(w)).r.ravel()
        assert local_empirical_bayes(events, people, with_self(w)).theta == pytest.approx(theirs, rel=1e-12)


def test_the_local_rates_of_the_infant_deaths_as_spdep_has_them(sids):
    found = local_empirical_bayes(sids.deaths, sids.births, with_self(counties()), each_about_its_own=True)
    published = [0.000992227551, 0.001263902932, 0.001085927674, 0.000760456274, 0.005015388123]
    assert found.theta[:5] == pytest.approx(published, abs=1e-12)
    # Surry, the third, is the one of the five where it matters about which mean the spread is taken.
    usual = local_empirical_bayes(sids.deaths, sids.births, with_self(counties()))
    assert usual.theta[2] == pytest.approx(0.000974025974, abs=1e-12)
    assert usual.theta[[0, 1, 3, 4]] == pytest.approx(found.theta[[0, 1, 3, 4]], rel=1e-12)


def test_the_neighborhood_of_all_is_the_global_answer(sids):
    everyone = sparse.csr_matrix(np.ones((100, 100)))
    found = local_empirical_bayes(sids.deaths, sids.births, everyone)
    whole = empirical_bayes(sids.deaths, sids.births)
    assert found.theta == pytest.approx(whole.theta, rel=1e-9)
    assert found.borrowed == pytest.approx(whole.borrowed, rel=1e-9)


def test_a_neighborhood_that_heard_nothing_has_rate_zero():
    found = local_empirical_bayes([0, 0, 0, 9], [5, 5, 5, 5], row_of(4))
    assert (found.theta[0], found.borrowed[0], found.mean[0]) == (0, 1, 0)


def test_a_unit_alone_keeps_its_own_rate():
    assert local_empirical_bayes([3], [4], row_of(1)).theta.tolist() == [0.75]


def test_without_exposure_all_is_borrowed_and_nothing_lent():
    found = local_empirical_bayes([2, 50, 4, 1], [10, 0, 10, 0], row_of(4))
    assert found.theta == pytest.approx([0.2, 0.3, 0.4, 0.4])
    assert found.borrowed.tolist() == [1, 1, 1, 1]
    assert local_empirical_bayes([5], [0], row_of(1)).theta.tolist() == [0]


def test_no_units_no_local_rates():
    assert len(local_empirical_bayes([], [], sparse.csr_matrix((0, 0))).theta) == 0


def test_the_order_of_units_changes_no_local_rate():
    homicides, people, w = saint_louis()
    turn, ring = np.random.default_rng(1).permutation(w.n), with_self(w)
    found = local_empirical_bayes(homicides[turn], people[turn], ring[turn][:, turn])
    assert found.theta == pytest.approx(local_empirical_bayes(homicides, people, ring).theta[turn], rel=1e-9)


# --- how units differ, by likelihood


def peak_by_search(observed, expected):
    """The likelihood of fit_prior's model, from scipy's own negative binomial, searched on a fine grid."""
    spreads = np.geomspace(1e-3, 10, 4_001)
    sizes = 1 / spreads[:, None]
    logs = stats.nbinom.logpmf(observed, sizes, sizes / (sizes + expected)).sum(axis=1) - spreads
    nothing = stats.poisson.logpmf(observed, expected).sum()
    return spreads[logs.argmax()] if logs.max() > nothing else 0.0


@pytest.mark.parametrize(
    "n, size, risk", [(60, 5, 0.5), (400, 1, 1.0), (30, 400, 0.3), (200, 0.2, 1.5), (9, 3_000, 0.2)]
)
def test_the_spread_is_where_the_negative_binomial_likelihood_is_highest(n, size, risk):
    rng = np.random.default_rng(n)
    exposure = rng.lognormal(0, 1, n) * size
    observed = rng.poisson(exposure * rng.gamma(1 / risk**2, risk**2, n))
    expected = exposure * observed.sum() / exposure.sum()
    found = fit_prior(observed, exposure, LIKELIHOOD)
    assert found.mean == fit_prior(observed, exposure).mean
    assert found.variance / found.mean**2 == pytest.approx(peak_by_search(observed, expected), rel=3e-3)
    assert (found.a, found.b) == (
        pytest.approx(found.mean**2 / found.variance),
        pytest.approx(found.mean / found.variance),
    )


def test_no_more_than_chance_is_no_spread_by_likelihood_either():
    found = empirical_bayes([5, 10, 15], [50, 100, 150], LIKELIHOOD)
    assert found.prior.variance == 0
    assert found.theta == pytest.approx([0.1, 0.1, 0.1])


def test_nothing_heard_is_a_point_at_zero_by_either_method():
    assert fit_prior([0, 0], [1, 2], LIKELIHOOD) == fit_prior([0, 0], [1, 2]) == fit_prior([], [])


def test_the_unit_of_exposure_changes_no_spread(sids):
    one, other = (fit_prior(sids.deaths, sids.births * k, LIKELIHOOD) for k in (1, 1e-3))
    assert one.a == pytest.approx(other.a, rel=1e-6)
    assert one.b == pytest.approx(other.b * 1e3, rel=1e-6)


def test_a_hundred_counties_differ_about_as_much_by_either_method(sids):
    by_moments, by_likelihood = (fit_prior(sids.deaths, sids.births, m) for m in (MOMENTS, LIKELIHOOD))
    assert by_likelihood.variance == pytest.approx(by_moments.variance, rel=0.25)


def cells(spread, method, slugs, seeds=range(6)):
    """Of the golden cities' res-10 cells, for rare or frequent categories: smoothed rates, the true ones, expected."""
    found = []
    for seed in seeds:
        people = golden.people(seed)
        share = people[people >= 1e-3 * people[people > 0].mean()] / golden.PEOPLE
        for slug in slugs:
            rng = np.random.default_rng([seed, *slug.encode()])
            true = rng.gamma(1 / spread**2, spread**2, len(share)) if spread else np.ones(len(share))
            observed = rng.poisson(true * share * golden.CATEGORIES[slug])
            means = expected(observed, share).values
            found.append((empirical_bayes(observed, means, method).theta, true, means))
    return [np.concatenate(column) for column in zip(*found, strict=True)]


RARE, FREQUENT = list(golden.CATEGORIES)[:5], list(golden.CATEGORIES)[9:]


def error(spread, method, slugs):
    theta, true, _ = cells(spread, method, slugs)
    return np.sqrt(((theta - true) ** 2).mean())


def test_a_handful_of_incidents_over_thousands_of_cells_makes_no_extremes():
    by_moments, by_likelihood = (cells(0, m, RARE)[0] for m in (MOMENTS, LIKELIHOOD))
    assert (by_moments > 2).mean() > 0.003
    assert by_moments.max() > 10
    assert (by_likelihood > 2).mean() < 0.0001
    assert by_likelihood.max() < 3


@pytest.mark.parametrize("slugs", [RARE, FREQUENT])
def test_cells_that_do_differ_are_told_apart_at_least_as_well(slugs):
    assert error(0.5, LIKELIHOOD, slugs) <= error(0.5, MOMENTS, slugs)
    assert error(0.5, LIKELIHOOD, FREQUENT) < 0.95 * 0.5


rows = st.lists(st.tuples(st.integers(0, 50), st.floats(0.1, 1e4)), min_size=1, max_size=30)


@given(rows, st.sampled_from([MOMENTS, LIKELIHOOD]))
def test_a_smoothed_rate_lies_between_raw_and_mean(pairs, method):
    observed, exposure = np.array(pairs, float).T
    found = empirical_bayes(observed, exposure, method)
    raw = observed / exposure
    low, high = np.minimum(raw, found.prior.mean), np.maximum(raw, found.prior.mean)
    slack = 1e-9 * (1 + high)
    assert ((found.theta >= low - slack) & (found.theta <= high + slack)).all()
    assert ((found.borrowed >= 0) & (found.borrowed <= 1)).all()


@given(rows)
def test_expected_counts_add_up_to_the_incidents(pairs):
    observed, exposure = np.array(pairs, float).T
    assert expected(observed, exposure).values.sum() == pytest.approx(observed.sum())


@given(rows)
def test_a_local_rate_lies_between_raw_and_the_mean_around(pairs):
    observed, exposure = np.array(pairs, float).T
    found = local_empirical_bayes(observed, exposure, row_of(len(observed)))
    raw = observed / exposure
    low, high = np.minimum(raw, found.mean), np.maximum(raw, found.mean)
    slack = 1e-9 * (1 + high)
    assert ((found.theta >= low - slack) & (found.theta <= high + slack)).all()


TWO = sparse.identity(2, format="csr")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ratio([1, 2], [1, 0]), "expected: row 1 is 0; leave out units without exposure"),
        (lambda: ratio([1, -2], [1, 1]), "observed: row 1 is -2"),
        (lambda: ratio([1], [float("nan")]), "expected: row 0 is nan"),
        (lambda: ratio([1], [1, 1]), "different numbers of rows: observed 1, expected 2"),
        (lambda: ratio([1], [1], level=0), "level: 0 is not between"),
        (lambda: fit_prior([1], [1], "guess"), "method: 'guess' is neither 'moments' nor 'likelihood'"),
        (lambda: local_empirical_bayes([1], [1], TWO), r"neighbours: shape \(2, 2\) for 1 units"),
        (lambda: local_empirical_bayes([1, 1], [1, 1], 2 * TWO), "neighbours: ones only wanted"),
        (lambda: local_empirical_bayes([1, 1], [1, 1], TWO - TWO), "neighbours: ones only wanted, each unit its own"),
        (lambda: local_empirical_bayes([1, 1], [1, -1], TWO), "exposure: row 1 is -1"),
        (lambda: local_empirical_bayes([1.5, 1], [1, 1], TWO), "observed: row 0 is 1.5, not a whole number"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
