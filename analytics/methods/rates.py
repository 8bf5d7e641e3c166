"""From counts to rates that small numbers cannot fool: expected counts, exact intervals, empirical Bayes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse, special, stats

from analytics.methods.checks import Floats, MethodError, counts, numbers, same_length

MOMENTS, LIKELIHOOD = "moments", "likelihood"

# Where units differ no more than chance, the prior is made this firm instead of infinitely firm: the rates then agree
# to 4 digits in 100,000, and draws from it still rank in random order rather than by row number.
FIRMEST = 1e9

_FEW = 1_024
_LEAST_SPREAD = 1e-8


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
class Ratio:
    """Observed over expected counts of n units, and its exact limits: `ratio`, `low`, `high`."""

    ratio: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Smoothed:
    """`theta`: n shrunken rates. `borrowed`: n shares in [0, 1] of the rate taken from all units together."""

    theta: Floats
    borrowed: Floats
    prior: Prior


@dataclass(frozen=True)
class LocallySmoothed:
    """`theta`: n shrunken rates. `borrowed`: n shares in [0, 1] taken from the neighborhood. `mean`: its n rates."""

    theta: Floats
    borrowed: Floats
    mean: Floats


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


def without_slivers(exposure: Floats, least: float) -> Floats:
    """n exposures with 0 where one is below `least` of the mean of those above 0: a rate over a sliver is no rate."""
    some = exposure[exposure > 0]
    return np.where(exposure >= least * some.mean(), exposure, 0.0) if len(some) else exposure


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


def ratio(observed: npt.ArrayLike, expected: npt.ArrayLike, level: float = 0.95) -> Ratio:
    """Standardised ratios of n units, O/E, with exact Poisson limits at `level` (Garwood 1936), E taken as known.

    Every expected count must be above 0: a unit without exposure has no ratio. Nothing observed has ratio 0 and
    lower limit 0. No units, no ratios.
    """
    o, e = counts(observed, "observed"), numbers(expected, "expected", least=0)
    same_length(observed=o, expected=e)
    if (e == 0).any():
        raise MethodError(f"expected: row {int(np.flatnonzero(e == 0)[0])} is 0; leave out units without exposure")
    low, high = garwood(o, level)
    return Ratio(o / e, low / e, high / e)


def fit_prior(observed: npt.ArrayLike, exposure: npt.ArrayLike, method: str = MOMENTS) -> Prior:
    """Mean and variance of the true rates over units with exposure; the mean is m = sum(O)/sum(X) by either method.

    MOMENTS (Marshall 1991, global): s2 = sum(X (r-m)^2)/sum(X) - m/mean(X), not below 0. Weighted by exposure, it
    hangs on single incidents where almost none are expected: not for thousands of cells with a few dozen incidents.
    LIKELIHOOD: s2 = c m^2, c the mode of the negative binomial likelihood of the counts (gamma rates, Poisson counts)
    times exp(-c), which says beforehand that a spread as wide as the mean is likelier than a wider one; a handful of
    incidents cannot outvote that, hundreds do. Where the likelihood falls at c = 0 the answer is 0. Order of the cost:
    units + largest count. As a gamma: a = m^2/s2, b = m/s2; a is kept at or below FIRMEST. Without incidents or
    exposure: all zero but b = 1, a point at rate 0.
    """
    o, x = counts(observed, "observed"), numbers(exposure, "exposure", least=0)
    same_length(observed=o, exposure=x)
    if method not in (MOMENTS, LIKELIHOOD):
        raise MethodError(f"method: {method!r} is neither {MOMENTS!r} nor {LIKELIHOOD!r}")
    o, x = o[x > 0], x[x > 0]
    mean = float(o.sum() / x.sum()) if len(x) else 0.0
    if mean == 0:
        return Prior(0.0, 0.0, 0.0, 1.0)
    variance = _by_moments(o, x, mean) if method == MOMENTS else mean**2 * _by_likelihood(o, mean * x)
    used = max(variance, mean**2 / FIRMEST)
    return Prior(mean, variance, mean**2 / used, mean / used)


def empirical_bayes(observed: npt.ArrayLike, exposure: npt.ArrayLike, method: str = MOMENTS) -> Smoothed:
    """Rates of n units drawn towards the mean of all, the more so the less exposure stands behind them.

    theta = w r + (1 - w) m with w = s2/(s2 + m/X), which is the posterior mean (a + O)/(b + X) of the gamma-Poisson
    model; `borrowed` is 1 - w; `method` as for fit_prior. With expected counts as exposure theta is a smoothed ratio.
    A unit without exposure borrows everything, whatever was counted there. Assumes units are exchangeable.
    """
    o, x = counts(observed, "observed"), numbers(exposure, "exposure", least=0)
    prior = fit_prior(o, x, method)
    borrowed = prior.b / (prior.b + x)
    theta = (prior.a + np.where(x > 0, o, 0)) / (prior.b + x)
    return Smoothed(theta, borrowed, prior)


def local_empirical_bayes(
    observed: npt.ArrayLike, exposure: npt.ArrayLike, neighbours: sparse.csr_matrix, *, each_about_its_own: bool = False
) -> LocallySmoothed:
    """Rates of n units drawn each towards the rate of its own neighborhood (Marshall 1991, local).

    As empirical_bayes by moments, but m and s2 are those of the unit and its neighbours: `neighbours` is n x n binary,
    each unit its own. s2 is taken about the unit's m (Marshall, GeoDa, esda), or with `each_about_its_own` about the m
    of each neighbour's own neighborhood (the default of spdep). A neighborhood that differs no more than chance, or is
    one unit alone, gives its mean. One that heard nothing has rate 0, all of it borrowed. Units without exposure are
    in nobody's neighborhood and borrow everything from their own. Assumes a unit is exchangeable with its neighbours.
    """
    o, x = counts(observed, "observed"), numbers(exposure, "exposure", least=0)
    same_length(observed=o, exposure=x)
    if neighbours.shape != (len(o), len(o)):
        raise MethodError(f"neighbours: shape {neighbours.shape} for {len(o)} units")
    if (neighbours.data != 1).any() or (neighbours.diagonal() != 1).any():
        raise MethodError("neighbours: ones only wanted, each unit its own neighbour")
    exposed = x > 0
    o = np.where(exposed, o, 0.0)
    size, around = neighbours @ x, neighbours @ exposed.astype(np.float64)
    near = np.where(size > 0, size, 1.0)
    mean = neighbours @ o / near
    raw = np.divide(o, x, out=np.zeros(len(x)), where=exposed)
    about_own = x * (raw - mean) ** 2
    # Around one m the sum of X (r - m)^2 is the sum of O^2/X less m^2 times the sum of X.
    squares = neighbours @ about_own if each_about_its_own else neighbours @ (o * raw) - mean**2 * size
    variance = np.maximum((squares - mean * around) / near, 0.0)
    borrowed = np.divide(mean, mean + variance * x, out=np.ones(len(x)), where=mean > 0)
    return LocallySmoothed(raw + borrowed * (mean - raw), borrowed, mean)


def _by_moments(o: Floats, x: Floats, mean: float) -> float:
    return max(float(((o - mean * x) ** 2 / x).sum() / x.sum() - mean / x.mean()), 0.0)


def _by_likelihood(o: Floats, e: Floats) -> float:
    """The variance c of rates of mean 1: where the slope in c of log likelihood - c changes sign.

    Sought upwards or downwards from where a parabola at c = 0 would have its top, then by Brent's method on log c.
    """
    uphill = float(((o - e) ** 2 - o).sum()) / 2 - 1
    if uphill <= 0:
        return 0.0
    few, many = np.minimum(o, _FEW), o[o > _FEW]
    # above[j]: units with more than j incidents, up to the count from which the digamma function takes over
    above = len(o) - np.cumsum(np.bincount(few.astype(np.int64)))[:-1]

    def slope(u: float) -> float:
        return _slope(float(np.exp(u)), o, e, above, many)

    near = float(np.log(np.clip(2 * uphill / float((e * e).sum()), _LEAST_SPREAD, 1 / _LEAST_SPREAD)))
    step = 1.0 if slope(near) > 0 else -1.0
    while slope(near + step) * step > 0:
        near += step
        if near < np.log(_LEAST_SPREAD):
            return 0.0
    return float(np.exp(optimize.brentq(slope, near, near + step, xtol=1e-9, rtol=1e-9)))


def _slope(c: float, o: Floats, e: Floats, above: npt.NDArray[np.int64], many: Floats) -> float:
    """Derivative in c of log likelihood - c, where up to a constant log likelihood = sum over units of
    sum_{j<O} log(1 + jc) - (O + 1/c) log(1 + cE)."""
    j, a = np.arange(len(above), dtype=np.float64), 1 / c
    rise = float((above * j / (1 + c * j)).sum())
    if len(many):
        rise += a * float((many - _FEW - a * (special.digamma(a + many) - special.digamma(a + _FEW))).sum())
    q = e / (1 + c * e)
    return rise + a * a * float(np.log1p(c * e).sum()) - float((o * q).sum()) - a * float(q.sum()) - 1
