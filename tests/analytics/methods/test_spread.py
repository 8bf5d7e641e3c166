import numpy as np
import pytest
from scipy import integrate, stats

from analytics.methods.checks import MethodError
from analytics.methods.spread import gamma_spread, normal_spread


def rng():
    return np.random.default_rng(7)


def counted(n, t, mean=20.0, noise=0.0):
    """Counts of n units of very unequal size whose ratios have relative spread t; what is expected is off by noise."""
    random = rng()
    size = random.lognormal(0, 1, n) * mean
    off = random.gamma(1 / noise, noise, n) if noise else np.ones(n)
    return random.poisson(random.gamma(1 / t**2, t**2, n) * off * size).astype(float), size


def spread_of(found):
    return float(found.weight @ found.t)


@pytest.mark.parametrize("t", [0.2, 0.5, 1.5])
def test_the_spread_put_in_comes_out(t):
    found = gamma_spread(*counted(2_000, t))
    assert spread_of(found) == pytest.approx(t, rel=0.1)
    assert found.weight @ found.mean == pytest.approx(1, rel=0.1)
    assert found.weight.sum() == pytest.approx(1)


def test_the_posterior_is_that_of_quadrature():
    observed, size = np.array([3.0, 8.0, 0.0, 5.0, 21.0]), np.array([4.0, 6.0, 2.0, 5.0, 9.0])

    def density(log_mean, t):
        mean = np.exp(log_mean) * size
        a = t**-2
        return np.exp(stats.nbinom.logpmf(observed, a, a / (a + mean)).sum() + 20) / (1 + t**2)

    whole = integrate.dblquad(density, 0.001, 10, -2, 2, epsabs=1e-8)[0]
    first = integrate.dblquad(lambda m, t: t * density(m, t), 0.001, 10, -2, 2, epsabs=1e-8)[0]
    assert spread_of(gamma_spread(observed, size)) == pytest.approx(first / whole, rel=0.03)


def test_noise_in_what_is_expected_is_not_taken_for_spread():
    observed, size = counted(2_000, 0.3, noise=0.2)
    assert spread_of(gamma_spread(observed, size)) > 0.5
    assert spread_of(gamma_spread(observed, size, np.full(2_000, 0.2))) == pytest.approx(0.3, rel=0.15)


def test_a_handful_of_units_leaves_the_spread_open():
    few, many = gamma_spread(*counted(6, 0.5)), gamma_spread(*counted(600, 0.5))
    narrow, wide = (np.sqrt(f.weight @ f.t**2 - spread_of(f) ** 2) for f in (many, few))
    assert wide > 4 * narrow


def test_draws_are_gamma_priors_of_that_mean_and_spread():
    found = gamma_spread(*counted(300, 0.5))
    a, b = found.draw(rng(), 20_000)
    assert (a**-0.5).mean() == pytest.approx(spread_of(found), rel=0.01)
    assert (a / b).mean() == pytest.approx(found.weight @ found.mean, rel=0.01)


def test_the_order_of_units_changes_no_spread():
    observed, size = counted(200, 0.5)
    order = rng().permutation(200)
    assert gamma_spread(observed[order], size[order]).t == pytest.approx(gamma_spread(observed, size).t, rel=1e-9)


def test_one_unit_gives_an_answer():
    assert np.isfinite(gamma_spread(np.array([3.0]), np.array([2.0])).t).all()
    assert np.isfinite(normal_spread(np.array([3.0]), np.array([2.0])).tau).all()


def test_units_far_apart_leave_no_doubt_about_their_spread():
    values = rng().normal(5, 10, 500)
    found = normal_spread(values, np.full(500, 0.1))
    assert found.weight @ found.tau == pytest.approx(values.std(), rel=0.02)
    assert found.weight @ found.mu == pytest.approx(values.mean(), rel=0.02)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: gamma_spread([0, 0], [1, 1]), "something observed"),
        (lambda: gamma_spread([], []), "something observed"),
        (lambda: gamma_spread([1, 2], [1, 0]), "something expected of every unit"),
        (lambda: gamma_spread([1], [1], [-1]), "noise: row 0 is -1"),
        (lambda: gamma_spread([1, 2], [1]), "different numbers of rows"),
        (lambda: normal_spread([], []), "values: none given"),
        (lambda: normal_spread([1], [0]), "error: row 0 is 0"),
        (lambda: normal_spread([float("inf")], [1]), "values: row 0 is inf"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
