"""How much units truly differ: the spread between them with its own uncertainty, for whoever draws ranks from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics.methods.checks import Floats, MethodError, numbers, same_length

# Spreads first tried, in units of the scale at hand; the grid is then drawn closer round those that are likely.
WIDEST, NARROWEST, STEPS = 10.0, 0.001, 24
NEGLIGIBLE = 9.0  # so far below the best, in logarithms
_SCORING_STEPS = 20

# Degrees of freedom of the t: middles of five equal parts of their reciprocal, from all but normal to all but Cauchy.
FREEDOMS = tuple(1 / part for part in (0.1, 0.3, 0.5, 0.7, 0.9))
# A t is a normal whose variance is 1/Gamma(freedom/2, freedom/2); these standard deviations stand for all.
_WIDTHS = np.geomspace(0.2, 500.0, 18)
_EM_STEPS = 50
_MU_STEPS = np.linspace(-7.0, 7.0, 29)


@dataclass(frozen=True)
class Spread:
    """The posterior of a relative standard deviation t between units, on a grid of g equal ratios.

    `t`: g middles, `step` the logarithm of their ratio, `weight`: g probabilities. `mean`: g means of the units at
    that t, with `mean_log_sd`: g standard deviations of their logarithm.
    """

    t: Floats
    step: float
    weight: Floats
    mean: Floats
    mean_log_sd: Floats

    def draw(self, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
        """Shapes a = 1/t^2 and rates b = a/mean of `draws` gamma priors."""
        row = rng.choice(len(self.t), draws, p=self.weight)
        t = self.t[row] * np.exp(self.step * (rng.random(draws) - 0.5))
        a = 1 / t**2
        return a, a / (self.mean[row] * np.exp(self.mean_log_sd[row] * rng.standard_normal(draws)))


def gamma_spread(observed: Floats, expected: Floats, noise: Floats | None = None) -> Spread:
    """How n units' ratios spread round their mean: O ~ Poisson(E theta), theta ~ Gamma(1/t^2, 1/(t^2 mean)).

    `observed`: n numbers >= 0, at least one above; `expected`: n numbers > 0; `noise`: n squared coefficients of
    variation by which E itself is uncertain (None: none), so that what is only noise is not taken for spread. The
    likelihood is the negative binomial's, with (1 + t^2)(1 + noise) - 1 as squared relative spread; the mean is
    integrated out by Laplace's method under a flat log; the prior of t is half-Cauchy with scale 1 (Gelman 2006):
    no preference below, and no runaway where a handful of units says nothing. Cost: some 70 passes over n.
    """
    o, e = numbers(observed, "observed", least=0), numbers(expected, "expected", least=0)
    extra = np.zeros(len(o)) if noise is None else numbers(noise, "noise", least=0)
    same_length(observed=o, expected=e, noise=extra)
    if not o.any() or not (e > 0).all():
        raise MethodError("spread: something observed, and something expected of every unit, is needed")
    model = _Counts(o, e, extra)
    t, step = grid(model.log_posterior)
    log, mean, sd = (np.array(column) for column in zip(*map(model.at, t.tolist()), strict=True))
    return Spread(t, step, probabilities(log + np.log(t)), mean, sd)


def grid(log_density: Callable[[float], float], scale: float = 1.0) -> tuple[Floats, float]:
    """Middles, and the logarithm of their ratio, of STEPS steps that hold nearly all of a density on t > 0.

    Equal ratios suit a narrow peak and a long tail alike; each step weighs its width too, that is t times the density.
    Looked for between NARROWEST and WIDEST times the scale, then twice drawn closer.
    """
    low, high = np.log(NARROWEST * scale), np.log(WIDEST * scale)
    for closer in (True, True, False):
        edges = np.linspace(low, high, STEPS + 1)
        middles: Floats = np.exp((edges[1:] + edges[:-1]) / 2)
        if closer:
            heights = np.array([log_density(t) for t in middles.tolist()]) + np.log(middles)
            likely = np.flatnonzero(heights > heights.max() - NEGLIGIBLE)
            low, high = edges[max(likely[0] - 1, 0)], edges[min(likely[-1] + 2, STEPS)]
    return middles, float(edges[1] - edges[0])


def probabilities(log_weights: Floats) -> Floats:
    """Weights that sum to 1, from their logarithms up to a constant."""
    raised = np.exp(log_weights - log_weights.max())
    shares: Floats = raised / raised.sum()
    return shares


class _Counts:
    """The likelihood of counts, with the mean last found as the start of the next search."""

    def __init__(self, o: Floats, e: Floats, noise: Floats) -> None:
        self.o, self.e, self.noise = o, e, noise
        self.mean = float(o.sum() / e.sum())

    def log_posterior(self, t: float) -> float:
        return self.at(t)[0]

    def at(self, t: float) -> tuple[float, float, float]:
        """Log posterior of t, the mean at its best, and the standard deviation of the mean's logarithm."""
        a = 1 / ((1 + t**2) * (1 + self.noise) - 1)
        a = a if self.noise.any() else a[:1]
        self.mean, held = self._best_mean(a)
        part = special.gammaln(a + self.o) - special.gammaln(a) - self.o * np.log(a)
        part += self.o * np.log(self.mean) - (a + self.o) * np.log1p(self.mean * self.e / a)
        sd = held**-0.5
        return float(part.sum() + np.log(sd) - np.log1p(t**2)), self.mean, sd

    def _best_mean(self, a: Floats) -> tuple[float, float]:
        """The mean by Fisher scoring on its logarithm, and the information there."""
        mean = self.mean
        for _ in range(_SCORING_STEPS):
            share = a / (a + mean * self.e)
            held = float((share * mean * self.e).sum())
            step = float((share * (self.o - mean * self.e)).sum()) / held
            mean *= float(np.exp(np.clip(step, -1, 1)))
            if abs(step) < 1e-9:
                break
        return mean, held


class _Tails:
    """n values round mu at one tau and freedom: each unit's density as the sum of normals, one for every width."""

    def __init__(self, values: Floats, variance: Floats, tau: float, freedom: float) -> None:
        shares = _WIDTHS**-freedom * np.exp(-freedom / 2 / _WIDTHS**2)
        self.values, self.of_unit = values, (tau * _WIDTHS) ** 2
        self.precision = 1 / (variance + self.of_unit[:, None])
        self.height = (shares / shares.sum())[:, None] * np.sqrt(self.precision)
        # Taken out of every exponent: what is left of the widest normal is 1, so that no density underflows.
        self.widest = -0.5 * self.precision[-1]
        self.beyond = -0.5 * self.precision - self.widest

    def parts(self, mu: float) -> Floats:
        """The widths x n parts of the densities, up to a factor for each unit."""
        found: Floats = self.height * np.exp(self.beyond * (self.values - mu) ** 2)
        return found

    def log(self, mu: float) -> float:
        return float((np.log(self.parts(mu).sum(axis=0)) + self.widest * (self.values - mu) ** 2).sum())

    def pull(self, mu: float) -> Floats:
        """The mean of 1/variance of each value, given the value: how firmly it is drawn to mu, and mu to it."""
        parts = self.parts(mu)
        mean: Floats = (parts * self.precision).sum(axis=0) / parts.sum(axis=0)
        return mean

    def middles(self) -> Floats:
        """Values of mu that hold nearly all of its density: about the best, found by EM from the median."""
        mu = float(np.median(self.values))
        for _ in range(_EM_STEPS):
            pull = self.pull(mu)
            sd, before = float(pull.sum()) ** -0.5, mu
            mu = float((pull * self.values).sum()) * sd**2
            if abs(mu - before) < 0.05 * sd:
                break
        found: Floats = mu + sd * _MU_STEPS
        return found


@dataclass(frozen=True)
class StudentSpread:
    """The posterior of mean mu, scale tau and degrees of freedom of n units' true values, on a grid of r x m middles.

    `values` and their `variance`: n each. A row is one of the FREEDOMS with one `tau`, which stands for a step of its
    own, `step` its logarithm; `mu`: r x m, in each row at equal distances; `weight`: r x m probabilities.
    """

    values: Floats
    variance: Floats
    freedom: Floats
    tau: Floats
    step: Floats
    mu: Floats
    weight: Floats

    @property
    def mean(self) -> float:
        """The posterior mean of mu, and of a unit of which nothing is known."""
        return float((self.weight * self.mu).sum())

    def draw(self, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats, Floats]:
        """`draws` times mu, tau and freedom."""
        row, column = np.divmod(rng.choice(self.weight.size, draws, p=self.weight.ravel()), self.mu.shape[1])
        apart = self.mu[row, 1] - self.mu[row, 0]
        tau = self.tau[row] * np.exp(self.step[row] * (rng.random(draws) - 0.5))
        return self.mu[row, column] + apart * (rng.random(draws) - 0.5), tau, self.freedom[row]

    def units(self, rng: np.random.Generator, mu: float, tau: float, freedom: float) -> Floats:
        """One draw of the n true values at these three: first the width of each, then the value.

        A unit of which nothing is known is mu + tau times a t of that freedom.
        """
        tails = _Tails(self.values, self.variance, tau, freedom)
        below = tails.parts(mu).cumsum(axis=0)
        width = (below < rng.random(len(self.values)) * below[-1]).sum(axis=0)
        kept = tails.of_unit[width] / (tails.of_unit[width] + self.variance)
        drawn: Floats = mu + kept * (self.values - mu)
        drawn += np.sqrt(kept * self.variance) * rng.standard_normal(len(drawn))
        return drawn

    def shrunk(self) -> Floats:
        """Posterior means of the n true values."""
        pulled = np.zeros(len(self.values))
        rows = zip(self.tau.tolist(), self.freedom.tolist(), self.mu, self.weight, strict=True)
        for tau, freedom, row, weights in rows:
            tails = _Tails(self.values, self.variance, tau, freedom)
            for mu, weight in zip(row.tolist(), weights.tolist(), strict=True):
                pulled += weight * tails.pull(mu) * (self.values - mu)
        return self.values - self.variance * pulled


def student_spread(values: Floats, error: Floats) -> StudentSpread:
    """How n >= 1 units' true values spread: value ~ Normal(theta, error^2), theta = mu + tau t, t of some freedom.

    A t where one might take a normal, so that a unit far from all others is believed and hardly makes the rest seem
    to differ; how heavy its tails are the values themselves say, from normal to Cauchy (Gelman and others, Bayesian
    Data Analysis, 3rd ed., 17.4; Lee and Thompson 2008). A unit must be far off by its own error too, or it is drawn
    in much as by a normal. The posterior is that under flat mu, tau (Rubin 1981) and 1/freedom, tau cut off at some
    ten times the spread of values and errors together, without which fewer than three units would leave it unbounded.
    The t is taken as a mixture of normals of 18 widths, which has its density to a few per cent up to 200 tau.
    `error` > 0. Cost: some 15,000 passes over 18 n.
    """
    y, variance = numbers(values, "values"), numbers(error, "error", least=np.finfo(np.float64).tiny) ** 2
    same_length(values=y, error=variance)
    if not len(y):
        raise MethodError("values: none given")
    scale = float(y.std() + np.sqrt(variance.mean()))
    rows = [row for freedom in FREEDOMS for row in _rows(y, variance, freedom, scale)]
    tau, step, freedom, mu, log = (np.array(column) for column in zip(*rows, strict=True))
    return StudentSpread(y, variance, freedom, tau, step, mu, probabilities(log))


def _rows(
    y: Floats, variance: Floats, freedom: float, scale: float
) -> list[tuple[float, float, float, Floats, Floats]]:
    """Rows of one freedom: tau, its step, the freedom, values of mu and the logarithms of their weights."""

    def at(tau: float) -> tuple[Floats, Floats]:
        tails = _Tails(y, variance, tau, freedom)
        mu = tails.middles()
        return mu, np.array([tails.log(value) for value in mu.tolist()]) + np.log(mu[1] - mu[0])

    taus, step = grid(lambda tau: float(np.logaddexp.reduce(at(tau)[1])), scale)
    found = ((tau, *at(tau)) for tau in taus.tolist())
    return [(tau, step, freedom, mu, log + np.log(tau * step)) for tau, mu, log in found]
