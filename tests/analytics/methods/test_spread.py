import numpy as np
import pytest
from scipy import integrate, stats

from analytics.methods.checks import MethodError
from analytics.methods.spread import FREEDOMS, gamma_spread, student_spread


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


def scale_of(found):
    return float(found.weight.sum(axis=1) @ found.tau)


def like_units():
    """28 units hardly apart, and before them one that is."""
    random = rng()
    error = np.concatenate([[1.9], random.lognormal(-0.6, 0.6, 28)])
    values = np.concatenate([[16.5], random.normal(-0.3, 0.2, 28) + error[1:] * random.standard_normal(28)])
    return values, error


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
    found = student_spread(np.array([3.0]), np.array([2.0]))
    assert np.isfinite(found.tau).all()
    assert (found.mean, found.shrunk()[0]) == pytest.approx((3, 3))


@pytest.mark.parametrize("freedom", [1.4, 2.0, 4.0, 1e9])
def test_units_far_apart_leave_no_doubt_about_their_spread_and_their_tails(freedom):
    values = 5 + 10 * rng().standard_t(freedom, 900)
    found = student_spread(values, np.full(900, 0.1))
    assert scale_of(found) == pytest.approx(10, rel=0.1)
    assert found.mean == pytest.approx(stats.t.fit(values)[1], abs=0.2)
    assert found.weight.sum(axis=1) @ (1 / found.freedom) == pytest.approx(max(1 / freedom, 0.1), abs=0.15)
    assert found.shrunk() == pytest.approx(values, abs=0.01)


def test_the_posterior_under_a_t_is_that_of_quadrature():
    values, error = np.array([0.3, -1.1, 0.2, 4.0, -0.5]), np.array([1.0, 0.5, 0.8, 1.0, 0.7])
    mu, rows = np.linspace(-30, 30, 200), []
    for freedom in FREEDOMS:
        t = stats.t.ppf((np.arange(500) + 0.5) / 500, freedom)
        for tau in np.geomspace(0.004, 25, 60):
            theta = mu[:, None] + tau * t
            likely = np.exp(-0.5 * ((values[:, None, None] - theta) / error[:, None, None]) ** 2)
            each = likely.mean(axis=2)
            whole = tau * each.prod(axis=0)
            means = (likely * theta).mean(axis=2) / np.maximum(each, 1e-300)
            sums = [(whole * one).sum() for one in (1, mu, tau, 1 / freedom)]
            rows.append([*sums, *(whole * means).sum(axis=1)])
    total, *sums = np.sum(rows, axis=0)
    found = student_spread(values, error)
    tails = found.weight.sum(axis=1) @ (1 / found.freedom)
    wanted = np.array(sums) / total
    assert [found.mean, scale_of(found), tails] == pytest.approx(wanted[:3], abs=0.05)
    assert found.shrunk() == pytest.approx(wanted[3:], abs=0.01)


def test_one_unit_far_from_all_others_is_believed_and_moves_them_little():
    values, error = like_units()
    found, without = student_spread(values, error), student_spread(values[1:], error[1:])
    assert found.shrunk()[0] == pytest.approx(16.5, abs=2)
    assert found.shrunk()[1:] == pytest.approx(without.shrunk(), abs=0.25)
    assert scale_of(found) < 0.3


def test_one_unit_far_off_but_not_by_its_own_error_is_drawn_in():
    values, error = like_units()
    error[0] = 8.0
    assert student_spread(values, error).shrunk()[0] < 2


def test_however_far_a_unit_is_it_is_answered():
    values = np.concatenate([[1e6], rng().normal(0, 0.01, 2_000)])
    found = student_spread(values, np.full(2_001, 0.01))
    assert found.shrunk()[0] == pytest.approx(1e6)
    assert np.isfinite(found.shrunk()).all()


def test_draws_of_units_are_those_of_the_posterior():
    values, error = np.array([28.0, 8, -3, 7, -1]), np.array([15.0, 10, 16, 11, 9])
    found, random = student_spread(values, error), rng()
    triples = list(zip(*found.draw(random, 20_000), strict=True))
    drawn = np.array([found.units(random, *one) for one in triples])
    assert drawn.mean(axis=0) == pytest.approx(found.shrunk(), abs=0.3)
    assert np.mean(triples, axis=0)[:2] == pytest.approx([found.mean, scale_of(found)], rel=0.05)


def test_the_order_of_units_changes_nothing_under_a_t():
    values, error = like_units()
    order = rng().permutation(len(values))
    turned = student_spread(values[order], error[order])
    assert turned.shrunk() == pytest.approx(student_spread(values, error).shrunk()[order], rel=1e-6)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: gamma_spread([0, 0], [1, 1]), "something observed"),
        (lambda: gamma_spread([], []), "something observed"),
        (lambda: gamma_spread([1, 2], [1, 0]), "something expected of every unit"),
        (lambda: gamma_spread([1], [1], [-1]), "noise: row 0 is -1"),
        (lambda: gamma_spread([1, 2], [1]), "different numbers of rows"),
        (lambda: student_spread([], []), "values: none given"),
        (lambda: student_spread([1], [0]), "error: row 0 is 0"),
        (lambda: student_spread([float("inf")], [1]), "values: row 0 is inf"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
