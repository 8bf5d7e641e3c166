"""How readily each place reports what it sees, read from the later reports of incidents already reported once.

An incident nobody reports leaves no trace, so counts alone cannot tell a quiet place from a silent one. Once an
incident has been reported, though, it is known to be there, and how soon others report it too says how readily people
report at that place (Liu, Bhandaram and Garg 2024). This holds only if the watch ends by a rule that does not look at
those later reports: ended at the last of them, rates come out about 45 % too high.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from analytics.methods.checks import Floats, Ints, MethodError, counts, numbers, same_length, tables
from analytics.methods.spread import gamma_spread

LONGEST = 100.0
SHORTEST = 0.01
DESERT = 3.0
MOST_HIDDEN = 0.95
_ROUNDS = 25
# Twice the gain in log likelihood that a share of hidden incidents needs before it is believed: 5 % at the boundary.
_BELIEVED = 2.706


@dataclass(frozen=True)
class Propensity:
    """What is known of n units' readiness rho to report, relative to the city: rho ~ Gamma(shape, rate), each n."""

    shape: Floats
    rate: Floats


@dataclass(frozen=True)
class CategoryRates:
    """Per category c, at a unit of ordinary readiness (rho 1): later reports per day while one could be made.

    `lam` = later / watched-by-readiness with its exact limits `low` and `high`; `delay_days` the mean wait 1/lam for
    the next report, None where no later report was seen; `known` false where nothing was watched (lam 0, high 0).
    `used`: what to compute chances with, never 0: (later + 1/2) / watched-by-readiness (Jeffreys' posterior mean), or
    the rate of all categories together where nothing was watched, over the share of incidents not hidden.
    """

    later: Ints
    watched: Floats
    lam: Floats
    low: Floats
    high: Floats
    used: Floats
    known: npt.NDArray[np.bool_]
    delay_days: tuple[float | None, ...]


@dataclass(frozen=True)
class Reporting:
    """n units. `available` is false where no later report was seen anywhere: then nothing is known and rho is all 1.

    `rho`: readiness relative to the city, mean 1 over units; `low` to `high` its interval; `later` and `watched` what
    it rests on, over all categories; `known` false where nothing was watched (rho is then the city's, with the city's
    spread). `desert`: not known, or known to no better than a factor DESERT: the advice there is to go and ask, not
    that all is well. `spread`: relative standard deviation of rho between units. `clumped`, `hidden`: as given.
    """

    available: bool
    rho: Floats
    low: Floats
    high: Floats
    later: Ints
    watched: Floats
    known: npt.NDArray[np.bool_]
    desert: npt.NDArray[np.bool_]
    spread: float
    clumped: float
    hidden: float
    propensity: Propensity
    categories: CategoryRates


def window_days(
    opened: npt.ArrayLike, closed: npt.ArrayLike, data_end: float, longest: npt.ArrayLike = LONGEST
) -> Floats:
    """How many days each of n incidents was watched for later reports: 0 where that is SHORTEST or less.

    From its first report (`opened`, in days) until the earliest of its closing (`closed`, inf while open), the end of
    the data, and `longest` days after the first report: one number, or n where categories differ. Give the smaller of
    the category's linking limit and LONGEST, for a report after the limit would be linked to nothing. A closing or
    an end of the data before the first report leaves no window. No rows: no windows.
    """
    start, end = numbers(opened, "opened"), np.asarray(closed, np.float64)
    if end.ndim != 1 or np.isnan(end).any() or (end == -np.inf).any():
        raise MethodError("closed: one number per row wanted, or inf while open")
    same_length(opened=start, closed=end)
    limit = numbers(np.atleast_1d(np.asarray(longest, np.float64)), "longest", least=0)
    if len(limit) not in (1, len(start)) or not np.isfinite(data_end):
        raise MethodError(f"longest: {len(limit)} values for {len(start)} incidents, data_end {data_end}")
    days = np.minimum(np.minimum(end, data_end) - start, limit)
    return np.where(days > SHORTEST, days, 0.0)


def later_inside(incident: npt.ArrayLike, reported: npt.ArrayLike, opened: npt.ArrayLike, days: npt.ArrayLike) -> Ints:
    """How many of m later reports fall into the windows of n incidents, as n counts.

    `incident`: the row 0..n-1 each report belongs to; `reported`: its time in days; the first report of an incident
    is not among them. `opened`: n first reports; `days`: n windows of `window_days`. A report at the very end of the
    window counts, one at the very moment of the first report too.
    """
    row, at = counts(incident, "incident").astype(np.int64), numbers(reported, "reported")
    start, width = numbers(opened, "opened"), numbers(days, "days", least=0)
    same_length(incident=row, reported=at)
    same_length(opened=start, days=width)
    if len(row) and row.max() >= len(start):
        raise MethodError(f"incident: row {int(row.argmax())} names incident {row.max()} of {len(start)}")
    waited = at - start[row]
    inside = (width[row] > 0) & (waited >= 0) & (waited <= width[row])
    return np.bincount(row[inside], minlength=len(start))


def clumping(later: npt.ArrayLike, days: npt.ArrayLike, group: npt.ArrayLike) -> float:
    """How much more later reports of n incidents vary than independent passers-by would make them: phi >= 1.

    Pearson's chi-square over its degrees of freedom, incidents with days > 0 compared with the rate of their `group`
    (n whole numbers: category and unit together). 1 where there is too little to tell. One incident that a whole
    street reports, or many that nobody else can see, make phi large; without it intervals are too narrow.
    """
    y, width, g = counts(later, "later"), numbers(days, "days", least=0), counts(group, "group").astype(np.int64)
    same_length(later=y, days=width, group=g)
    y, width, g = y[width > 0], width[width > 0], g[width > 0]
    total = np.bincount(g, weights=width)
    rate = np.bincount(g, weights=y) / np.where(total > 0, total, 1)
    told = rate[g] > 0
    freedom = int(told.sum()) - int((rate > 0).sum())
    if freedom < 1:
        return 1.0
    mean = rate[g[told]] * width[told]
    return max(1.0, float(((y[told] - mean) ** 2 / mean).sum()) / freedom)


def hidden_share(later: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """The share of n incidents that nobody but the first can see: zero-inflated Poisson by maximum likelihood.

    `expected`: lam rho days of each incident from a first call of `reporting`; the incidents others can see are then
    taken to draw expected / (1 - share). 0 unless the share is believed at the 5 % level, MOST_HIDDEN at most.
    """
    y, e = counts(later, "later"), numbers(expected, "expected", least=0)
    same_length(later=y, expected=e)
    y, e = y[e > 0], e[e > 0]
    none, drawn = e[y == 0], (float((y > 0).sum()), float(y.sum()), float(e[y > 0].sum()))
    if not len(none) or not drawn[0]:
        return 0.0

    def doubt(share: float) -> float:
        seen = 1 - share
        quiet = np.log(share + seen * np.exp(-none / seen)).sum() if share else -none.sum()
        return -float(quiet + (drawn[0] - drawn[1]) * np.log(seen) - drawn[2] / seen)

    best = optimize.minimize_scalar(doubt, bounds=(0, MOST_HIDDEN), method="bounded")
    return float(best.x) if 2 * (doubt(0.0) - float(best.fun)) > _BELIEVED else 0.0


def reporting(
    later: npt.ArrayLike,
    watched: npt.ArrayLike,
    *,
    clumped: float = 1.0,
    hidden: float = 0.0,
    interval: float = 0.9,
) -> Reporting:
    """Readiness to report of n units from sums over the incidents of c categories.

    `later`: c x n later reports inside the windows; `watched`: c x n sums of windows in days (0 where there was
    none, and then no later report either). Model: later ~ Poisson(lam_c rho_u watched), rho ~ Gamma(a, a) over units;
    lam by maximum likelihood, a integrated over its posterior (`gamma_spread`), so that rho_u given the data is
    Gamma(a + sum later, a + sum lam watched), and its mixture over a is kept as the gamma of equal mean and variance.
    Assumes that categories share one readiness per unit, and that whatever keeps incidents from being seen twice (an
    alley no one else walks) is as common in all units: lam is then too low by that share, rho is not touched, and its
    interval is too narrow. Both are mended where the incidents themselves are at hand: `clumped` (phi of `clumping`)
    divides counts and exposures, `hidden` (`hidden_share`) raises the rates that chances are computed with. Without
    units, or without any later report: not available, never imputed.
    """
    y, w = tables(later, watched, ("later", "watched"), "reports where nothing was watched")
    if not 1 <= clumped < np.inf or not 0 <= hidden <= MOST_HIDDEN or not 0 < interval < 1:
        raise MethodError(f"clumped {clumped}, hidden {hidden}, interval {interval}: out of range")
    if not y.any():
        return _unavailable(y, w)
    held = w.sum(axis=0) > 0
    shape, rate, spread = _fit(y[:, held] / clumped, w[:, held] / clumped, held)
    rho, tail = shape / rate, (1 - interval) / 2
    low, high = (stats.gamma.ppf(at, shape) / rate for at in (tail, 1 - tail))
    return Reporting(
        available=True,
        rho=rho,
        low=low,
        high=high,
        later=y.sum(axis=0).astype(np.int64),
        watched=w.sum(axis=0),
        known=held,
        desert=~held | (high > DESERT * low),
        spread=spread,
        clumped=clumped,
        hidden=hidden,
        propensity=Propensity(shape, rate),
        categories=_categories(y, w, w @ rho, (clumped, hidden, interval)),
    )


def p_reported(rate: npt.ArrayLike, life_days: float) -> Floats:
    """The chance that an incident is reported at all in `life_days` at n rates (lam rho) a day: 1 - exp(-rate L)."""
    found = numbers(rate, "rate", least=0)
    if not 0 < life_days < np.inf:
        raise MethodError(f"life_days: {life_days} must be above zero")
    return -np.expm1(-found * life_days)


@dataclass(frozen=True)
class Sensitivity:
    """Against the usual window: `tau` Kendall's rank correlation of rho (None where either is constant), `largest`
    the largest ratio by which one unit's rho differs (1: nowhere), over the units known in both."""

    longest: float
    tau: float | None
    largest: float


def sensitivity(found: Mapping[float, Reporting], usual: float = LONGEST) -> list[Sensitivity]:
    """How far readiness hangs on the window: results of `reporting` by the `longest` they were made with.

    One row per window but the usual one, ascending; every result must be of the same units. Windows where reporting
    is not available are left out; none at all where the usual one is not.
    """
    if usual not in found:
        raise MethodError(f"usual: {usual:g} is not among the windows {sorted(found)}")
    base = found[usual]
    if any(len(other.rho) != len(base.rho) for other in found.values()):
        raise MethodError("found: the windows are of different units")
    others = [days for days in sorted(found) if days != usual and found[days].available]
    return [_compared(days, base, found[days]) for days in others] if base.available else []


def _compared(days: float, base: Reporting, other: Reporting) -> Sensitivity:
    both = base.known & other.known
    one, two = base.rho[both], other.rho[both]
    varied = len(one) > 1 and np.ptp(one) > 0 and np.ptp(two) > 0
    tau = float(stats.kendalltau(one, two).statistic) if varied else None
    return Sensitivity(days, tau, float(np.exp(np.abs(np.log(two / one)).max())) if len(one) else 1.0)


def _fit(y: Floats, w: Floats, held: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, float]:
    """Shape and rate of every unit's rho (the prior's where not `held`), and the spread of rho."""
    of_unit, of_category = y.sum(axis=0), y.sum(axis=1)
    readiness, before = np.ones(w.shape[1]), np.zeros(w.shape[1])
    for _ in range(_ROUNDS):
        weighed = w @ readiness
        lam = np.divide(of_category, weighed, out=np.zeros(len(w)), where=weighed > 0)
        expected = lam @ w
        # Where only categories without any later report were watched, next to nothing is expected, but not nothing.
        expected = np.maximum(expected, 1e-12 * expected.sum())
        found = gamma_spread(of_unit, expected)
        expected = expected * (found.weight @ found.mean)
        a = 1 / found.t[:, None] ** 2
        middle = (a + of_unit) / (a + expected)
        readiness = found.weight @ middle
        if np.allclose(readiness, before, rtol=1e-6, atol=0):
            break
        before = readiness
    between = float(found.weight @ found.t**2)
    mean, variance = np.ones(len(held)), np.full(len(held), between)
    mean[held] = readiness
    variance[held] = found.weight @ (middle * (middle + 1 / (a + expected))) - readiness**2
    return mean**2 / variance, mean / variance, float(np.sqrt(between))


def _categories(y: Floats, w: Floats, weighed: Floats, settings: tuple[float, float, float]) -> CategoryRates:
    clumped, hidden, interval = settings
    later, known = y.sum(axis=1), weighed > 0
    base = np.where(known, weighed, 1.0)
    low, high = _limits(later, clumped, interval)
    pooled = (later.sum() + 0.5) / weighed.sum()
    return CategoryRates(
        later=later.astype(np.int64),
        watched=w.sum(axis=1),
        lam=np.where(known, later / base, 0.0),
        low=np.where(known, low / base, 0.0),
        high=np.where(known, high / base, 0.0),
        used=np.where(known, (later + 0.5) / base, pooled) / (1 - hidden),
        known=known,
        delay_days=tuple(float(b / n) if n else None for n, b in zip(later, base, strict=True)),
    )


def _limits(later: Floats, clumped: float, interval: float) -> tuple[Floats, Floats]:
    """Garwood's exact limits, of counts that are worth only one phi-th of themselves."""
    tail, worth = (1 - interval) / 2, later / clumped
    low = np.where(worth > 0, special.gammaincinv(np.maximum(worth, 1e-9), tail), 0.0)
    return low * clumped, special.gammaincinv(worth + 1, 1 - tail) * clumped


def _unavailable(y: Floats, w: Floats) -> Reporting:
    c, n = y.shape
    one, no = np.ones(n), np.zeros(n, bool)
    rates = CategoryRates(
        later=np.zeros(c, np.int64),
        watched=w.sum(axis=1),
        lam=np.zeros(c),
        low=np.zeros(c),
        high=np.zeros(c),
        used=np.zeros(c),
        known=np.zeros(c, bool),
        delay_days=(None,) * c,
    )
    none = Propensity(one, one)
    zero = np.zeros(n, np.int64)
    return Reporting(False, one, one, one, zero, w.sum(axis=0), no, ~no, 0.0, 1.0, 0.0, none, rates)
