"""From counts to rates that small numbers cannot fool: expected counts, exact intervals, empirical Bayes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from analytics.methods.checks import Floats, MethodError, counts, numbers, same_length

# Where units differ no more than chance, the prior is made this firm instead of infinitely firm: the rates then agree
# to 4 digits in 100,000, and draws from it still rank in random order rather than by row number.
FIRMEST = 1e9


@dataclass(frozen=True)
class Expected:
    """`values`: n expected counts (0 without exposure). `exposed`: n flags. `unexposed`: incidents set apart."""

    values: Floats
    exposed: npt.NDArray[np.bool_]
    total: int
    unexposed: int


@dataclass(frozen=True)
class Prior:
    """How rates vary between units: mean and variance, and the same as a gamma with shape `a` and rate `b`."""

    mean: float
    variance: float
    a: float
    b: float


@dataclass(frozen=True)
class Smoothed:
    """`theta`: n shrunken rates. `borrowed`: n shares in [0, 1] of the rate taken from all units together."""

    theta: Floats
    borrowed: Floats
    prior: Prior


def expected(observed: npt.ArrayLike, exposure: npt.ArrayLike) -> Expected:
    """Counts expected of n units if every unit of exposure carried the same risk: E = X * sum(O) / sum(X).

    Units with X = 0 have no rate: their incidents are left out of both sums and returned as `unexposed`; `total` is
    what remains, so sum(values) equals total.
    """
    o, x = counts(observed, "observed"), numbers(exposure, "exposure", least=0)
    same_length(observed=o, exposure=x)
    exposed = x > 0
    total = int(o[exposed].sum())
    size = float(x.sum())
    values = x * (total / size) if size > 0 else np.zeros(len(x))
    return Expected(values, exposed, total, int(o[~exposed].sum()))


def garwood(observed: npt.ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Exact Poisson limits of n counts at `level`, in counts (Garwood 1936, by chi-square quantiles).

    Divide by the expected counts for the limits of a ratio.
    """
    o = counts(observed, "observed")
    if not 0 < level < 1:
        raise MethodError(f"level: {level} is not between 0 and 1")
    tail = (1 - level) / 2
    low = np.where(o > 0, stats.chi2.ppf(tail, np.maximum(2 * o, 1)) / 2, 0.0)
    return low, stats.chi2.ppf(1 - tail, 2 * o + 2) / 2


def fit_prior(observed: npt.ArrayLike, exposure: npt.ArrayLike) -> Prior:
    """Mean and variance of the true rates by moments (Marshall 1991, global), over units with exposure.

    m = sum(O)/sum(X); s2 = sum(X (r-m)^2)/sum(X) - m/mean(X), not below 0. As a gamma: a = m^2/s2, b = m/s2; a is
    kept at or below FIRMEST. Without incidents or exposure: all zero but b = 1, a point at rate 0.
    """
    o, x = counts(observed, "observed"), numbers(exposure, "exposure", least=0)
    same_length(observed=o, exposure=x)
    return _moments(o[x > 0], x[x > 0])


def empirical_bayes(observed: npt.ArrayLike, exposure: npt.ArrayLike) -> Smoothed:
    """Rates of n units drawn towards the mean of all, the more so the less exposure stands behind them.

    theta = w r + (1 - w) m with w = s2/(s2 + m/X), which is the posterior mean (a + O)/(b + X) of the gamma-Poisson
    model; `borrowed` is 1 - w. With expected counts as exposure theta is a smoothed ratio. A unit without exposure
    borrows everything, whatever was counted there. Assumes units are exchangeable.
    """
    o, x = counts(observed, "observed"), numbers(exposure, "exposure", least=0)
    prior = fit_prior(o, x)
    borrowed = prior.b / (prior.b + x)
    theta = (prior.a + np.where(x > 0, o, 0)) / (prior.b + x)
    return Smoothed(theta, borrowed, prior)


def _moments(o: Floats, x: Floats) -> Prior:
    mean = float(o.sum() / x.sum()) if len(x) else 0.0
    if mean == 0:
        return Prior(0.0, 0.0, 0.0, 1.0)
    variance = float(((o - mean * x) ** 2 / x).sum() / x.sum() - mean / x.mean())
    variance = max(variance, 0.0)
    used = max(variance, mean**2 / FIRMEST)
    return Prior(mean, variance, mean**2 / used, mean / used)
