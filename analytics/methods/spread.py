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


@dataclass(frozen=True)
class NormalSpread:
    """The posterior of the standard deviation tau between n units, on a grid of g equal ratios.

    `tau`: g middles, `step` the logarithm of their ratio, `weight`: g probabilities, `mu` and `mu_sd`: g means of all
    units at that tau with their standard deviations.
    """

    tau: Floats
    step: float
    weight: Floats
    mu: Floats
    mu_sd: Floats

    def draw(self, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
        """`draws` pairs of mu and tau."""
        row = rng.choice(len(self.tau), draws, p=self.weight)
        tau = self.tau[row] * np.exp(self.step * (rng.random(draws) - 0.5))
        return self.mu[row] + self.mu_sd[row] * rng.standard_normal(draws), tau

    def shrunk(self, values: Floats, precision: Floats) -> Floats:
        """Posterior means of n units from their values and 1/error^2 (0: nothing known of the unit)."""
        means: Floats = np.zeros(len(values))
        for tau, weight, mu in zip(self.tau, self.weight, self.mu, strict=True):
            means += weight * (precision * values + mu / tau**2) / (precision + 1 / tau**2)
        return means


def normal_spread(values: Floats, error: Floats) -> NormalSpread:
    """How n >= 1 units' true values spread: value ~ Normal(theta, error^2), theta ~ Normal(mu, tau^2).

    The posterior of tau under flat mu and tau (Rubin 1981; Gelman and others, Bayesian Data Analysis, eq. 5.21),
    cut off at some ten times the spread of values and errors together, without which fewer than three units would
    leave it unbounded. `error` > 0.
    """
    y, variance = numbers(values, "values"), numbers(error, "error", least=np.finfo(np.float64).tiny) ** 2
    same_length(values=y, error=variance)
    if not len(y):
        raise MethodError("values: none given")

    def at(tau: float) -> tuple[float, float, float]:
        weight = 1 / (variance + tau**2)
        held = float(weight.sum())
        mu = float(weight @ y) / held
        log = 0.5 * (np.log(weight).sum() - np.log(held) - weight @ (y - mu) ** 2)
        return float(log), mu, held**-0.5

    scale = float(y.std() + np.sqrt(variance.mean()))
    tau, step = grid(lambda value: at(value)[0], scale)
    log, mu, sd = (np.array(column) for column in zip(*map(at, tau.tolist()), strict=True))
    return NormalSpread(tau, step, probabilities(log + np.log(tau)), mu, sd)
