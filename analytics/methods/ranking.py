"""Ranks with their uncertainty: which units exceed what their exposure explains, and how sure that order is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Floats, Ints, MethodError, counts, numbers
from analytics.methods.rates import Prior, empirical_bayes, fit_prior

_UNITS_PER_CHUNK = 4_096


@dataclass(frozen=True)
class Ranking:
    """n units; rank 1 is most above expectation. `ratio`: shrunken over expected incidents, all categories together.

    `rank` is the median over the draws, `low` to `high` holds the interval, `p_top` is P(rank <= k).
    """

    ratio: Floats
    rank: Ints
    low: Ints
    high: Ints
    p_top: Floats
    k: int


def rank_excess(
    observed: npt.ArrayLike,
    expected: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    k: int,
    draws: int = 2_000,
    hyper_draws: int = 200,
    interval: float = 0.9,
) -> Ranking:
    """Rank n units by excess = sum_c theta E / sum_c E over c categories, by joint draws from the posterior.

    `observed`, `expected`: c x n counts; a unit needs expected > 0 in at least one category, and none may be
    observed where none is expected. Per category theta ~ Gamma(a + O, b + E), with a, b drawn as well: refitted on
    `hyper_draws` cities simulated from the fitted model (parametric bootstrap), taken in turn by the `draws`.
    A unit's total over categories is drawn as one gamma with the mean and variance of that sum of gammas
    (Welch-Satterthwaite), which costs n instead of c x n random numbers; exact for one category. Memory: 4 bytes
    per unit and draw. Where nothing was observed all orders are equally likely, and the intervals say so.
    """
    o, e = _tables(observed, expected)
    if draws < 1 or hyper_draws < 1 or k < 1 or not 0 < interval < 1:
        raise MethodError(f"draws {draws}, hyper_draws {hyper_draws}, k {k}, interval {interval}: out of range")
    n = o.shape[1]
    if n and not (e.sum(axis=0) > 0).all():
        raise MethodError("expected: a unit is expected to have nothing in every category; leave it out")
    heard = o.sum(axis=1) > 0
    o, e = o[heard], e[heard]
    ranks = np.empty((draws, n), np.int32)
    places = np.arange(1, n + 1, dtype=np.int32)
    for row, scores in enumerate(_score_draws(o, e, rng, draws, min(hyper_draws, draws))):
        ranks[row, np.argsort(-scores)] = places
    return Ranking(_ratio(o, e), *_summary(ranks, k, interval), k)


def _tables(observed: npt.ArrayLike, expected: npt.ArrayLike) -> tuple[Floats, Floats]:
    o, e = np.asarray(observed, np.float64), np.asarray(expected, np.float64)
    if o.ndim != 2 or o.shape != e.shape:
        raise MethodError(f"categories x units wanted twice, got shapes {o.shape} and {e.shape}")
    counts(o.ravel(), "observed")
    numbers(e.ravel(), "expected", least=0)
    if (o[e == 0] > 0).any():
        raise MethodError("observed: incidents where none are expected; leave out what has no exposure")
    return o, e


def _score_draws(o: Floats, e: Floats, rng: np.random.Generator, draws: int, sets: int) -> Iterator[Floats]:
    """`draws` score vectors of length n, the hyperparameter sets used in turn by blocks of draws."""
    n = o.shape[1]
    if not len(o):
        for _ in range(draws):
            yield rng.random((n,))
        return
    priors = [_hyper_draws(o[c], e[c], rng, sets) for c in range(len(o))]
    total = e.sum(axis=0)
    for s in range(sets):
        mean, variance = np.zeros(n), np.zeros(n)
        for c, prior in enumerate(priors):
            weight = e[c] / (prior[s].b + e[c])
            part = weight * (prior[s].a + o[c])
            mean += part
            variance += weight * part
        # A unit may expect nothing in the categories that were heard of: nothing is known of it but the mean, 1.
        known = variance > 0
        shape = np.divide(mean**2, variance, out=np.ones(n), where=known)
        scale = np.divide(variance, mean * total, out=np.ones(n), where=known)
        for _ in range(draws // sets + (s < draws % sets)):
            yield rng.standard_gamma(shape) * scale


def _hyper_draws(o: Floats, e: Floats, rng: np.random.Generator, sets: int) -> list[Prior]:
    """Priors refitted on cities simulated from the prior fitted to this one."""
    o, e = o[e > 0], e[e > 0]
    fitted = fit_prior(o, e)
    found = []
    for _ in range(sets):
        again = fit_prior(rng.poisson(rng.standard_gamma(fitted.a, len(o)) / fitted.b * e), e)
        # A simulated city in which nothing happens says nothing of how units differ.
        found.append(again if again.mean > 0 else fitted)
    return found


def _ratio(o: Floats, e: Floats) -> Floats:
    shrunk = np.zeros(o.shape[1])
    for c in range(len(o)):
        shrunk += empirical_bayes(o[c], e[c]).theta * e[c]
    total = e.sum(axis=0)
    ratio: Floats = np.divide(shrunk, total, out=np.ones(o.shape[1]), where=total > 0)
    return ratio


def _summary(ranks: npt.NDArray[np.int32], k: int, interval: float) -> tuple[Ints, Ints, Ints, Floats]:
    """Median, low, high and P(rank <= k) per unit; ranks sorted a block of units at a time to bound memory."""
    draws, n = ranks.shape
    tail = (1 - interval) / 2
    at = [_position(share, draws) for share in (0.5, tail, 1 - tail)]
    marks = np.empty((3, n), np.int64)
    for start in range(0, n, _UNITS_PER_CHUNK):
        block = np.sort(ranks[:, start : start + _UNITS_PER_CHUNK].T, axis=1)
        marks[:, start : start + _UNITS_PER_CHUNK] = block[:, at].T
    return marks[0], marks[1], marks[2], (ranks <= k).sum(axis=0) / draws


def _position(share: float, draws: int) -> int:
    """Where in `draws` ascending values the smallest one lies that `share` of them do not exceed."""
    return max(int(np.ceil(share * draws - 1e-9)) - 1, 0)
