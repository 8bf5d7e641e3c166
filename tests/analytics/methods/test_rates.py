from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.rates import empirical_bayes, expected, fit_prior, garwood

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


rows = st.lists(st.tuples(st.integers(0, 50), st.floats(0.1, 1e4)), min_size=1, max_size=30)


@given(rows)
def test_a_smoothed_rate_lies_between_raw_and_mean(pairs):
    observed, exposure = np.array(pairs, float).T
    found = empirical_bayes(observed, exposure)
    raw = observed / exposure
    low, high = np.minimum(raw, found.prior.mean), np.maximum(raw, found.prior.mean)
    slack = 1e-9 * (1 + high)
    assert ((found.theta >= low - slack) & (found.theta <= high + slack)).all()
    assert ((found.borrowed >= 0) & (found.borrowed <= 1)).all()


@given(rows)
def test_expected_counts_add_up_to_the_incidents(pairs):
    observed, exposure = np.array(pairs, float).T
    assert expected(observed, exposure).values.sum() == pytest.approx(observed.sum())
