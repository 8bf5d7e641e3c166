import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse, stats

from analytics.methods.hotspots import bh, dispersion, exposure_test, upper_tail


def row_of(n):
    """n units in a row, each with the one before and after it."""
    return sparse.diags([1.0, 1.0, 1.0], [-1, 0, 1], shape=(n, n), format="csr")


def batches(expected, mean, rng):
    """Counts of incidents that come in batches of one or more: variance over mean is above 1 by the same everywhere."""
    share = 1 - 1 / mean
    return rng.negative_binomial(expected * (1 - share) / share, 1 - share)


def test_the_tail_is_the_exact_poisson_tail():
    observed, mean = np.array([0, 1, 5, 40, 400]), np.array([2.0, 0.001, 5.0, 8.0, 120.0])
    assert upper_tail(observed, mean) == pytest.approx(stats.poisson.sf(observed - 1, mean), rel=1e-10)


def test_the_wide_tail_is_the_exact_negative_binomial_tail():
    observed, mean, phi = np.array([0, 3, 40]), np.array([2.0, 1.5, 8.0]), 2.5
    exact = stats.nbinom.sf(observed - 1, mean / (phi - 1), 1 / phi)
    assert upper_tail(observed, mean, phi) == pytest.approx(exact, rel=1e-10)


def test_the_wide_tail_becomes_poisson_where_the_dispersion_does():
    observed, mean = np.array([1, 9, 60]), np.array([0.2, 4.0, 30.0])
    assert upper_tail(observed, mean, 1.00001) == pytest.approx(upper_tail(observed, mean), rel=1e-3)


def test_a_family_of_q_values_by_hand():
    # 4 p values: 4/1 * .01, 4/2 * .02, 4/3 * .03, 4/4 * .5
    assert bh([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.04, 0.04])


@given(st.lists(st.floats(0, 1), max_size=60))
def test_q_values_equal_scipy(p):
    assert bh(p) == pytest.approx(stats.false_discovery_control(p) if p else [], abs=1e-12)


def test_a_ring_is_tested_by_its_sums():
    found = exposure_test([1, 2, 3, 0], [2.0, 1.0, 1.0, 2.0], row_of(4))
    assert found.ring_observed.tolist() == [3, 6, 5, 3]
    assert found.ring_expected.tolist() == [3.0, 4.0, 4.0, 3.0]
    assert found.ratio.tolist() == [1.0, 1.5, 1.25, 1.0]
    assert found.p[1] == pytest.approx(stats.poisson.sf(5, 4.0))
    assert found.model == "poisson"


def test_a_raised_stretch_is_found_and_nothing_else():
    rng = np.random.default_rng(7)
    mean = np.full(200, 5.0)
    mean[90:97] = 15.0
    observed = rng.poisson(mean)
    found = exposure_test(observed, np.full(200, observed.mean()), row_of(200))
    hot = np.flatnonzero(found.q <= 0.05)
    assert set(range(90, 97)) <= set(hot) <= set(range(89, 98))


def test_many_incidents_where_many_people_live_are_not_hot():
    people = np.array([10.0, 10, 1000, 10, 10])
    found = exposure_test([1, 1, 100, 1, 1], people / people.sum() * 104, row_of(5))
    assert (found.q > 0.5).all()


def test_dispersion_of_plain_counts_is_about_one():
    expected = np.random.default_rng(1).lognormal(0, 1, 4_000)
    phi, error = dispersion(np.random.default_rng(2).poisson(expected), expected)
    assert phi == pytest.approx(1, abs=3 * error)


def test_dispersion_of_batches_is_their_variance_over_mean():
    rng = np.random.default_rng(3)
    expected = rng.lognormal(0, 1, 20_000)
    assert dispersion(batches(expected, 3.0, rng), expected)[0] == pytest.approx(3.0, rel=0.1)


def test_batches_are_no_hot_spot():
    rng = np.random.default_rng(4)
    counts = batches(np.full(1_000, 2.0), 3.0, rng)
    expected = np.full(1_000, counts.mean())
    found = exposure_test(counts, expected, row_of(1_000))
    plain = exposure_test(counts, expected, row_of(1_000), dispersion_z=np.inf)
    assert found.model == "negative binomial"
    assert plain.model == "poisson"
    assert (plain.q <= 0.05).sum() > 5
    assert not (found.q <= 0.05).any()


def test_a_hot_spot_cannot_excuse_itself():
    # One stretch far above the rest makes the family overdispersed; judged by the others it is still hot.
    counts = np.tile([4, 5, 6], 40)
    counts[60:63] = [24, 25, 26]
    found = exposure_test(counts, np.full(120, counts.mean()), row_of(120))
    assert found.model == "negative binomial"
    assert found.p[61] == pytest.approx(stats.poisson.sf(74, found.ring_expected[61]))
    assert np.flatnonzero(found.q <= 0.05).tolist() == [59, 60, 61, 62, 63]


def test_a_handful_is_never_hot_but_keeps_its_p():
    found = exposure_test([3, 30], [0.01, 32.99], sparse.identity(2, format="csr"), least_observed=5)
    assert found.p[0] < 1e-6
    assert found.q[0] == 1


def test_no_units_no_findings():
    found = exposure_test([], [], sparse.csr_matrix((0, 0)))
    assert len(found.q) == 0
    assert (found.phi, found.model) == (1.0, "poisson")


def test_a_single_unit_is_what_is_expected_of_it():
    found = exposure_test([7], [7.0], sparse.identity(1, format="csr"))
    assert found.ratio.tolist() == [1.0]
    assert found.q[0] > 0.5
