"""Does the map work? What the next period showed of it, beside the map anybody could have drawn: last year's counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Floats, MethodError, counts, numbers, same_length

BEATS, NOT_TOLD_APART, LOSES = "beats", "not told apart", "loses"

BUDGETS = (0.01, 0.05)


@dataclass(frozen=True)
class Backtest:
    """One map at one `budget`, a share of the area: `recall` is the share of later incidents it caught there.

    `pai` is recall / budget, 1 for a map that says nothing; `best` the recall of the best map of the same area, and
    `pei` recall / best. All four are None where nothing happened later.
    """

    budget: float
    recall: float | None
    pai: float | None
    pei: float | None
    best: float | None


@dataclass(frozen=True)
class Comparison:
    """Two maps at one budget: `difference` of their recalls (ours - naive) with its interval, None where nothing
    happened later; `verdict` is BEATS or LOSES where the interval leaves 0 out, else NOT_TOLD_APART."""

    budget: float
    ours: Backtest
    naive: Backtest
    difference: float | None
    low: float | None
    high: float | None
    verdict: str


def pai(hits: float, events: float, area_hit: float, area: float) -> float | None:
    """Predictive accuracy index (Chainey and others 2008): (hits/events) / (area_hit/area); None without events."""
    if not (0 <= hits <= events < np.inf and 0 < area_hit <= area < np.inf):
        raise MethodError(f"hits {hits} of {events} in area {area_hit} of {area}: each must be part of its whole")
    return (hits / events) / (area_hit / area) if events > 0 else None


def backtest(
    score: npt.ArrayLike, later: npt.ArrayLike, area: npt.ArrayLike, budgets: Sequence[float] = BUDGETS
) -> tuple[Backtest, ...]:
    """How much of the next period n scores would have caught, at each budget of area (PAI; PEI: Hunt 2016).

    `score` >= 0 is an amount per unit (incidents expected, burden), `later` the counts of a period the score has not
    seen, `area` > 0 in any unit. Units are taken by score per area until the budget is used up to the last square
    metre: the last unit is taken in part, with the same part of its incidents. Units of equal score per area are
    taken together, each by the same part, which is what drawing lots among them gives on average. The best possible
    map takes them by later incidents per area. The order of rows changes nothing.

    No units, or nothing later: the figures are None.
    """
    s, o, a = _checked(score, later, area, "score")
    return tuple(_at(budget, *_recalls(s, o, a, budget)) for budget in _budgets(budgets))


def compare(
    score: npt.ArrayLike,
    naive: npt.ArrayLike,
    later: npt.ArrayLike,
    area: npt.ArrayLike,
    rng: np.random.Generator,
    budgets: Sequence[float] = BUDGETS,
    *,
    phi: float = 1.0,
    level: float = 0.95,
    draws: int = 4_000,
) -> tuple[Comparison, ...]:
    """Set our n scores beside `naive` ones (last year's counts) on the same later period; see backtest.

    The interval is a Bayesian bootstrap (Rubin 1981) of the later incidents, paired: each is caught by both maps, by
    one or by none, and one incident is added for each map alone, so that the first few cannot decide; five to none
    does, four does not. `phi` is the variance of a count over its mean: incidents that come in batches of phi tell as
    much as one. It answers for another period of the same city, not for another city.
    """
    ours, o, a = _checked(score, later, area, "score")
    theirs, _, _ = _checked(naive, later, area, "naive")
    if not (1 <= phi < np.inf and 0 < level < 1 and draws >= 1):
        raise MethodError(f"phi {phi}, level {level}, draws {draws}: out of range")
    found = []
    for budget in _budgets(budgets):
        mine, other = (_at(budget, *_recalls(s, o, a, budget)) for s in (ours, theirs))
        if mine.recall is None or other.recall is None:
            found.append(Comparison(budget, mine, other, None, None, None, NOT_TOLD_APART))
            continue
        gap = _taken(ours, a, budget) - _taken(theirs, a, budget)
        low, high = np.quantile(_gaps(gap, o / phi, rng, draws), [(1 - level) / 2, (1 + level) / 2]).tolist()
        verdict = BEATS if low > 0 else LOSES if high < 0 else NOT_TOLD_APART
        found.append(Comparison(budget, mine, other, mine.recall - other.recall, low, high, verdict))
    return tuple(found)


def _checked(
    score: npt.ArrayLike, later: npt.ArrayLike, area: npt.ArrayLike, name: str
) -> tuple[Floats, Floats, Floats]:
    s, o, a = numbers(score, name, least=0), counts(later, "later"), numbers(area, "area", least=0)
    same_length(**{name: s, "later": o, "area": a})
    if (a == 0).any():
        raise MethodError(f"area: row {int(np.flatnonzero(a == 0)[0])} is 0; leave out units without area")
    return s, o, a


def _budgets(budgets: Sequence[float]) -> list[float]:
    shares = numbers(budgets, "budgets", least=0, most=1)
    if (shares == 0).any():
        raise MethodError(f"budgets: row {int(np.flatnonzero(shares == 0)[0])} is 0")
    return [float(share) for share in shares]


def _taken(score: Floats, area: Floats, budget: float) -> Floats:
    """The part of each of n units that a map takes within the budget."""
    _, group = np.unique(-(score / area), return_inverse=True)
    size = np.bincount(group, weights=area)
    left = budget * area.sum() - (np.cumsum(size) - size)
    return np.asarray(np.clip(left / size, 0, 1)[group], np.float64)


def _recalls(score: Floats, later: Floats, area: Floats, budget: float) -> tuple[float, float] | tuple[None, None]:
    """What a map and the best map catch; None where there is nothing to catch."""
    if not later.any():
        return None, None
    mine, best = (float(_taken(by, area, budget) @ later / later.sum()) for by in (score, later))
    return mine, best


def _at(budget: float, recall: float | None, best: float | None) -> Backtest:
    if recall is None or best is None:
        return Backtest(budget, None, None, None, None)
    return Backtest(budget, recall, recall / budget, recall / best, best)


def _gaps(gap: Floats, weight: Floats, rng: np.random.Generator, draws: int) -> Floats:
    """Draws of the difference of recalls: n units, each taken by `gap` more of us and worth `weight` incidents."""
    values, group = np.unique(np.concatenate([[-1.0, 1.0], gap]), return_inverse=True)
    worth = np.bincount(group, weights=np.concatenate([[1.0, 1.0], weight]))
    heard = worth > 0
    shares = rng.standard_gamma(worth[heard], (draws, int(heard.sum())))
    return np.asarray(shares @ values[heard] / shares.sum(axis=1), np.float64)
