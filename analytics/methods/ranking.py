"""Three orders of places, never merged: where the work is, where it exceeds its cause, where people wait longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Floats, Ints, MethodError, numbers, same_length, tables
from analytics.methods.rates import FIRMEST, LIKELIHOOD, Prior, empirical_bayes, fit_prior
from analytics.methods.reporting import Propensity
from analytics.methods.spread import Spread, gamma_spread, student_spread

# Units per block when draws are put in order: bounds the memory of the sorted copy.
_UNITS_PER_CHUNK = 4_096

TIERS = (("A", 0.8), ("B", 0.5), ("C", 0.2))

_NOTHING_EXPECTED = "incidents where none are expected; leave out what has no exposure"


@dataclass(frozen=True)
class Evidence:
    """What c categories say of n units.

    `observed`, `expected`: c x n incidents, both 0 where a unit has no exposure. `severity`: c weights >= 0.
    `reporting`: each unit's readiness to report, or None where it is not available: all are then taken to report
    alike. `lambda_c`: c rates > 0 a day at which an ordinary unit reports; `life_days`: c numbers of days > 0 an
    incident is there to be reported; neither is read without `reporting`. Raises MethodError for what cannot be.
    """

    observed: Floats
    expected: Floats
    severity: Floats
    reporting: Propensity | None = None
    lambda_c: Floats | None = None
    life_days: Floats | None = None

    def __post_init__(self) -> None:
        o, e = tables(self.observed, self.expected, ("observed", "expected"), _NOTHING_EXPECTED)
        s = numbers(self.severity, "severity", least=0)
        if len(s) != len(o) or (len(s) and not s.any()):
            raise MethodError(f"severity: {len(s)} weights for {len(o)} categories, at least one above zero wanted")
        for name, value in (("observed", o), ("expected", e), ("severity", s)):
            object.__setattr__(self, name, value)
        if self.reporting is not None:
            self._check_reporting(self.reporting)

    def _check_reporting(self, reporting: Propensity) -> None:
        tiny = np.finfo(np.float64).tiny
        if self.lambda_c is None or self.life_days is None:
            raise MethodError("reporting: lambda_c and life_days are wanted with it")
        for name in ("lambda_c", "life_days"):
            found = numbers(getattr(self, name), name, least=tiny)
            if len(found) != len(self.observed):
                raise MethodError(f"{name}: {len(found)} values for {len(self.observed)} categories")
            object.__setattr__(self, name, found)
        shape, rate = numbers(reporting.shape, "shape", least=tiny), numbers(reporting.rate, "rate", least=tiny)
        if {len(shape), len(rate)} != {self.observed.shape[1]}:
            raise MethodError(f"reporting: {len(shape)} units for {self.observed.shape[1]}")


@dataclass(frozen=True)
class Ranked:
    """n units in one order; rank 1 has the highest score.

    `score`: the point value, `score_low` to `score_high` its interval. `rank`: the median over the draws, `low` to
    `high` holds the interval, `p_top` is P(rank <= k), `tier` the letter of TIERS that p_top reaches or ''.
    """

    score: Floats
    score_low: Floats
    score_high: Floats
    rank: Ints
    low: Ints
    high: Ints
    p_top: Floats
    tier: tuple[str, ...]
    k: int


@dataclass(frozen=True)
class Places:
    """`burden`: severity-weighted incidents, where the work is. `excess`: burden over what exposure explains."""

    burden: Ranked
    excess: Ranked


@dataclass(frozen=True)
class Makeup:
    """What the point scores of n units are made of, category by category.

    `theta`: c x n shrunken ratios, corrected for reporting; `theta_heard`: the same before the correction, those of
    `empirical_bayes`; `reported`: c x n chances of being reported over the city's (1 without reporting); `mean`: c
    means m of theta. burden = sum_c s theta E; excess = burden / sum_c s m E, 1 where that is 0; `shares`: c x n
    parts of a unit's burden that sum to 1, all 0 where it has none.
    """

    theta: Floats
    theta_heard: Floats
    reported: Floats
    mean: Floats
    burden: Floats
    excess: Floats
    shares: Floats


def made_of(evidence: Evidence, method: str = LIKELIHOOD) -> Makeup:
    """Point scores and their parts: posterior means at fitted hyperparameters and mean chances of being reported.

    theta = (a + O) / (b + E p) with p the chance of being reported, 1 - exp(-lambda rho L) averaged over rho, divided
    by its mean over the city's expected incidents (so that sum E p = sum E, and the city's burden stays near what
    was heard); (a, b) by `fit_prior` with this `method` on E p, less the variance that the uncertainty of p adds.
    """
    e = evidence.expected
    p, noise = _mean_chance(evidence)
    theta, heard, mean = np.zeros(e.shape), np.zeros(e.shape), np.zeros(len(e))
    for c, o in enumerate(evidence.observed):
        prior = _without(fit_prior(o, e[c] * p[c], method), float(_weighed(noise[c], e[c])))
        theta[c] = (prior.a + o) / (prior.b + e[c] * p[c])
        heard[c] = empirical_bayes(o, e[c], method).theta
        mean[c] = prior.mean
    parts = evidence.severity[:, None] * theta * e
    burden: Floats = parts.sum(axis=0)
    explained = (evidence.severity * mean) @ e
    excess = np.divide(burden, explained, out=np.ones(len(burden)), where=explained > 0)
    shares = np.divide(parts, burden, out=np.zeros(e.shape), where=burden > 0)
    return Makeup(theta, heard, p, mean, burden, excess, shares)


def rank_places(
    evidence: Evidence,
    rng: np.random.Generator,
    *,
    k: int,
    draws: int = 2_000,
    hyper_draws: int = 500,
    interval: float = 0.9,
    kappa: float | None = None,
    method: str = LIKELIHOOD,
) -> Places:
    """Rank n units by burden and by excess, from the same joint draws from the posterior.

    Per category theta ~ Gamma(a + O, b + E p). `hyper_draws` sets, taken in turn by the `draws`, hold what units
    share or what is dear to draw: (a, b) from their posterior (`gamma_spread`, told how uncertain p is), each unit's
    readiness to report and from it p relative to the city's mean, and severities, s ~ Dirichlet(kappa s) if `kappa`
    is given. What was heard never informs p: a place where much is wrong is not taken for a talkative one. Within a
    set a unit's burden is drawn as one gamma with the mean and variance of its sum over categories
    (Welch-Satterthwaite), which costs n instead of c x n random numbers; exact for one category. A unit needs
    expected > 0 somewhere. Where nothing was heard of a unit's categories its excess is drawn about 1 and its burden
    is 0, in random order; where nothing was heard at all every order is equally likely. Scores are those of
    `made_of` by `method`. Time: draws n log n + hyper_draws c n. Memory: 12 bytes per unit and draw, 16 from 65,536
    units.
    """
    _check_draws(draws, hyper_draws, k, interval)
    n = evidence.observed.shape[1]
    if n and not (evidence.expected.sum(axis=0) > 0).all():
        raise MethodError("expected: a unit is expected to have nothing in every category; leave it out")
    if kappa is not None and not 0 < kappa < np.inf:
        raise MethodError(f"kappa: {kappa} must be above zero")
    burden, excess = _Draws(draws, n), _Draws(draws, n)
    for values, explained in _score_draws(evidence, rng, draws, min(hyper_draws, draws), kappa):
        known = explained > 0
        if known.all():
            burden.take(values, values)
            excess.take(values / explained, values / explained)
        else:
            burden.take(values, np.where(known, values, -rng.random(n)))
            ratio = np.where(known, values / np.where(known, explained, 1.0), rng.standard_exponential(n))
            excess.take(ratio, ratio)
    point = made_of(evidence, method)
    return Places(burden.ranked(point.burden, k, interval), excess.ranked(point.excess, k, interval))


def rank_delay(
    gap: npt.ArrayLike,
    error: npt.ArrayLike,
    known: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    k: int,
    draws: int = 2_000,
    interval: float = 0.9,
) -> Ranked:
    """Rank n units by how much longer people wait there than in the city, longest first.

    `gap`: n differences in days, `error`: their n standard errors > 0, `known`: n flags; rows not known are not read.
    gap ~ Normal(theta, error^2), theta ~ t with mean mu and scale tau: true gaps may have heavy tails, so that one
    place where people wait very much longer keeps its gap and moves the others' little (`student_spread`; Gelman and
    others, Bayesian Data Analysis, 3rd ed., 17.4). mu, tau and the degrees of freedom are drawn anew in every draw
    from their posterior under flat mu, tau (Rubin 1981) and 1/freedom. A unit that is not known is drawn from the t
    itself, so its rank is as wide as the city allows. The score is the posterior mean in days. Nothing known: every
    score 0, every order equally likely.
    """
    _check_draws(draws, 1, k, interval)
    g, s, flags = _delays(gap, error, known)
    taken, score, unknown = _Draws(draws, len(g)), np.zeros(len(g)), int((~flags).sum())
    if unknown == len(g):
        for _ in range(draws):
            taken.take(score, rng.random(len(g)))
        return taken.ranked(score, k, interval)
    spread, values = student_spread(g[flags], s[flags]), np.empty(len(g))
    for mu, tau, freedom in zip(*(column.tolist() for column in spread.draw(rng, draws)), strict=True):
        values[flags] = spread.units(rng, mu, tau, freedom)
        values[~flags] = mu + tau * rng.standard_t(freedom, unknown)
        taken.take(values, values)
    score[flags], score[~flags] = spread.shrunk(), spread.mean
    return taken.ranked(score, k, interval)


def _delays(
    gap: npt.ArrayLike, error: npt.ArrayLike, known: npt.ArrayLike
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Gaps and errors, 0 and 1 where not known, and the flags."""
    flags = np.asarray(known, bool)
    g, s = np.asarray(gap, np.float64), np.asarray(error, np.float64)
    if g.ndim != 1 or s.ndim != 1 or flags.ndim != 1:
        raise MethodError("gap, error, known: one value per row wanted")
    same_length(gap=g, error=s, known=flags)
    g, s = np.where(flags, g, 0.0), np.where(flags, s, 1.0)
    return numbers(g, "gap"), numbers(s, "error", least=np.finfo(np.float64).tiny), flags


def _check_draws(draws: int, hyper_draws: int, k: int, interval: float) -> None:
    if draws < 1 or hyper_draws < 1 or k < 1 or not 0 < interval < 1:
        raise MethodError(f"draws {draws}, hyper_draws {hyper_draws}, k {k}, interval {interval}: out of range")


def _weighed(values: Floats, weight: Floats) -> Floats:
    """Means of the last axis by weight; plain 0 where nothing weighs."""
    total = weight.sum(axis=-1)
    mean: Floats = np.divide((values * weight).sum(axis=-1), total, out=np.zeros(np.shape(total)), where=total > 0)
    return mean


def _relative(chance: Floats, expected: Floats) -> Floats:
    """Chances of being reported over the city's mean, each category weighed by what is expected."""
    city = _weighed(chance, expected)[:, None]
    return np.divide(chance, city, out=np.ones(chance.shape), where=city > 0)


def _mean_chance(evidence: Evidence) -> tuple[Floats, Floats]:
    """Relative chance of being reported, averaged over the readiness, and its squared coefficient of variation."""
    e, reporting = evidence.expected, evidence.reporting
    if reporting is None or evidence.lambda_c is None or evidence.life_days is None:
        return np.ones(e.shape), np.zeros(e.shape)
    x = (evidence.lambda_c * evidence.life_days)[:, None]
    # E exp(-x rho) is the gamma's Laplace transform, which gives mean and variance of 1 - exp(-x rho) exactly.
    once, twice = (-reporting.shape * np.log1p(i * x / reporting.rate) for i in (1, 2))
    mean = -np.expm1(once)
    variance = np.exp(2 * once) * np.expm1(np.maximum(twice - 2 * once, 0))
    return _relative(mean, e), variance / mean**2


def _without(prior: Prior, noise: float) -> Prior:
    """The prior of theta where the one fitted is that of theta times a chance with this squared variation."""
    if noise == 0 or prior.mean == 0:
        return prior
    square = prior.mean**2
    variance = max((prior.mean**2 / prior.a + square) / (1 + noise) - square, square / FIRMEST)
    return Prior(prior.mean, variance, square / variance, prior.mean / variance)


def _score_draws(
    evidence: Evidence, rng: np.random.Generator, draws: int, sets: int, kappa: float | None
) -> Iterator[tuple[Floats, Floats]]:
    """`draws` times the n burdens and what explains them, which is 0 where nothing is known."""
    heard = evidence.observed.any(axis=1) & (evidence.severity > 0)
    o, e, n = evidence.observed[heard], evidence.expected[heard], evidence.observed.shape[1]
    mean_p, noise = (table[heard] for table in _mean_chance(evidence))
    priors = [_spread(o[c], e[c] * mean_p[c], noise[c]).draw(rng, sets) for c in range(len(o))]
    a, b = (np.array([prior[i] for prior in priors]).reshape(len(o), sets) for i in (0, 1))
    for s in range(sets):
        severity = _severity(evidence.severity, rng, kappa)[heard]
        p = _chance(evidence, heard, rng)
        below = b[:, s, None] + e * p
        part = severity[:, None] * e * (a[:, s, None] + o) / below
        mean = part.sum(axis=0)
        variance = (severity[:, None] * e / below * part).sum(axis=0)
        explained = (severity * a[:, s] / b[:, s]) @ e
        known = variance > 0
        shape = np.divide(mean**2, variance, out=np.ones(n), where=known)
        scale = np.divide(variance, mean, out=np.zeros(n), where=known)
        for _ in range(draws // sets + (s < draws % sets)):
            yield rng.standard_gamma(shape) * scale, np.where(known, explained, 0.0)


def _spread(o: Floats, e: Floats, noise: Floats) -> Spread:
    rows = e > 0
    return gamma_spread(o[rows], e[rows], noise[rows])


def _severity(severity: Floats, rng: np.random.Generator, kappa: float | None) -> Floats:
    """The weights themselves, or one draw about them with the same sum."""
    if kappa is None or not len(severity):
        return severity
    total = float(severity.sum())
    drawn: Floats = rng.standard_gamma(kappa * severity / total)
    return drawn * (total / drawn.sum()) if drawn.any() else severity


def _chance(evidence: Evidence, heard: npt.NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """One draw of the relative chance of being reported, for the categories heard of."""
    e, reporting = evidence.expected[heard], evidence.reporting
    if reporting is None or evidence.lambda_c is None or evidence.life_days is None:
        return np.ones(e.shape)
    readiness = rng.standard_gamma(reporting.shape) / reporting.rate
    rate = np.multiply.outer((evidence.lambda_c * evidence.life_days)[heard], readiness)
    return _relative(-np.expm1(-rate), e)


class _Draws:
    """Scores and ranks of n units, draw by draw."""

    def __init__(self, draws: int, n: int) -> None:
        self.places = np.arange(1, n + 1, dtype=np.uint16 if n < 2**16 else np.uint32)
        self.scores = np.empty((draws, n), np.float32)
        self.ranks: npt.NDArray[np.unsignedinteger] = np.empty((draws, n), self.places.dtype)
        self.taken = 0

    def take(self, scores: Floats, order: Floats) -> None:
        """One draw; units are ranked by `order`, highest first."""
        self.scores[self.taken] = scores
        self.ranks[self.taken, np.argsort(-order)] = self.places
        self.taken += 1

    def ranked(self, score: Floats, k: int, interval: float) -> Ranked:
        tail = (1 - interval) / 2
        low, high = self._at(self.scores, (tail, 1 - tail)).astype(np.float64)
        rank, first, last = self._at(self.ranks, (0.5, tail, 1 - tail)).astype(np.int64)
        p_top: Floats = (self.ranks <= k).sum(axis=0) / len(self.ranks)
        return Ranked(score, low, high, rank, first, last, p_top, tuple(map(_tier, p_top.tolist())), k)

    def _at(self, values: npt.NDArray[np.generic], shares: tuple[float, ...]) -> npt.NDArray[np.generic]:
        """Per unit the values below which these shares of the draws lie; a block of units at a time."""
        draws, n = values.shape
        rows = [max(int(np.ceil(share * draws - 1e-9)) - 1, 0) for share in shares]
        marks = np.empty((len(shares), n), values.dtype)
        for start in range(0, n, _UNITS_PER_CHUNK):
            block = np.sort(values[:, start : start + _UNITS_PER_CHUNK].T, axis=1)
            marks[:, start : start + _UNITS_PER_CHUNK] = block[:, rows].T
        return marks


def _tier(p_top: float) -> str:
    return next((letter for letter, least in TIERS if p_top >= least), "")
