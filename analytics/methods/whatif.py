"""What if older incidents counted less, litter weighed more, streets were the measure: ranks again, at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

from analytics.methods.checks import Floats, Ints, MethodError, counts, numbers, same_length
from analytics.methods.rates import LIKELIHOOD, fit_prior, without_slivers

DAYS = 7.0
MOST_SEVERE = 1e6

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Subject:
    """One category as it stands: the kind of exposure it is divided by, and how much one incident weighs."""

    slug: str
    exposure: str
    severity: float


@dataclass(frozen=True)
class Settings:
    """What a person turned. `half_life_days`: after how long an incident counts half; None: all count the same.

    `severity`: weights by slug; `exposure`: one kind for all categories, or kinds by slug; what is not named stays as
    it stands. `k`: how many first places are told apart from the rest.
    """

    half_life_days: float | None = None
    severity: Mapping[str, float] = field(default_factory=dict)
    exposure: str | Mapping[str, str] | None = None
    k: int = 20


@dataclass(frozen=True, eq=False)
class Weekly:
    """c categories x n units x m weeks, kept so that weighing the weeks is one product.

    `weeks` is sparse, (c n) x m; `total` c x n incidents of all weeks. By kind: n `exposure`s, and c `firmness`
    numbers: the gamma shape a of the prior of that category's rates.
    """

    weeks: sparse.csr_matrix
    total: Ints
    exposure: Mapping[str, Floats]
    firmness: Mapping[str, Floats]


@dataclass(frozen=True)
class Ranks:
    """Places of n units by burden and by excess, 1 the highest, equal scores the same place; 0: no place."""

    burden: Ints
    excess: Ints


@dataclass(frozen=True)
class Scores:
    """n units, c categories. `burden`: severity-weighted incidents a week; `parts`, c x n, what each category adds to
    it. `excess`: burden over that expected from exposure alone. `known`: has exposure in some category that weighs;
    the others have burden 0, excess 1 and no rank. `effective_n`: (sum w)^2 / sum w^2 over the unit's incidents of
    weight w. `unexposed`: c counts of incidents in units without exposure, left out.
    """

    burden: Floats
    excess: Floats
    parts: Floats
    ranks: Ranks
    known: Flags
    effective_n: Floats
    unexposed: Ints


@dataclass(frozen=True)
class Moves:
    """One ranking against the standing one: `up`, n places gained (0 where a unit has no place in either); row
    numbers that `entered` and `left` the first k; Kendall's tau-b, None with fewer than two different places."""

    up: Ints
    entered: Ints
    left: Ints
    tau: float | None


@dataclass(frozen=True)
class WhatIf:
    """The scores under a person's settings, and how each ranking moved."""

    scores: Scores
    burden: Moves
    excess: Moves


def weekly(
    cube: npt.ArrayLike,
    exposure: Mapping[str, npt.ArrayLike],
    *,
    least_exposure: float = 1e-3,
    method: str = LIKELIHOOD,
) -> Weekly:
    """Make ready what does not depend on a person's settings.

    `cube` holds c x n x m whole counts, week 0 the latest full one; units in one order everywhere. `exposure` maps
    each kind to n numbers >= 0; less than `least_exposure` of the mean of a kind is taken as none. How much rates
    differ between units is learnt here, per category and kind, from the whole counts of all weeks (rates.fit_prior
    by `method`): one season says little of it.
    """
    table = np.asarray(cube)
    if table.ndim != 3 or not np.issubdtype(table.dtype, np.integer):
        raise MethodError(f"cube: categories x units x weeks of whole numbers wanted, got {table.dtype} {table.shape}")
    if table.size and table.min() < 0:
        raise MethodError("cube: a count is below zero")
    c, n, m = table.shape
    if not m:
        raise MethodError("cube: 0 weeks, at least one wanted")
    weeks = sparse.csr_matrix(table.reshape(c * n, m), dtype=np.float64)
    return _ready(weeks, table.sum(axis=2, dtype=np.int64), exposure, least_exposure, method)


def weekly_from(
    rows: Mapping[str, npt.ArrayLike],
    shape: tuple[int, int, int],
    exposure: Mapping[str, npt.ArrayLike],
    *,
    least_exposure: float = 1e-3,
    method: str = LIKELIHOOD,
) -> Weekly:
    """What `weekly` makes of a cube of this shape (c, n, m), from the rows of it that hold anything.

    `rows` has columns of whole numbers: category (0..c-1), unit (0..n-1), week (0..m-1, 0 the latest full one) and
    incidents; rows of one key are added up. 0 weeks are a city of which nothing was heard.
    """
    c, n, m = shape
    category, unit, week, incidents = (np.asarray(rows[k]) for k in ("category", "unit", "week", "incidents"))
    same_length(category=category, unit=unit, week=week, incidents=incidents)
    for name, column, most in (("category", category, c), ("unit", unit, n), ("week", week, m)):
        numbers(column, name, least=0, most=most - 1)
    counts(incidents, "incidents")
    some = incidents > 0
    where = category[some].astype(np.int64) * n + unit[some], week[some]
    weeks = sparse.csr_matrix((incidents[some].astype(np.float64), where), shape=(c * n, m))
    total = np.asarray(weeks.sum(axis=1)).reshape(c, n).astype(np.int64)
    return _ready(weeks, total, exposure, least_exposure, method)


def score(week: Weekly, subjects: Sequence[Subject], settings: Settings) -> Scores:
    """Burden, excess and ranks of n units for one person's settings.

    An incident t weeks old weighs w = 2^(-7 t / half life). Decayed counts D = sum w have variance Q = sum w^2, so
    with f = sum D / sum Q over the category f D has, over the city, the variance of a count, and is taken for one
    beside an exposure of f X sum_t w_t: theta = (a + f D) / (a / m + f X sum w), m = sum D / (sum X sum w). Without
    decay this is rates.empirical_bayes, per week. Burden is sum_c severity theta X, excess that over
    sum_c severity m X. Time grows with the different (category, unit, week) heard of, not with the incidents.
    """
    severity, kinds = settled(week, subjects, settings)
    x = np.array([week.exposure[kind] for kind in kinds]).reshape(week.total.shape)
    a = np.array([week.firmness[kind][row] for row, kind in enumerate(kinds)]).reshape(-1, 1)
    w = _weights(week.weeks.shape[1], settings.half_life_days)
    decayed, squares = np.moveaxis((week.weeks @ np.column_stack([w, w * w])).reshape(*x.shape, 2), 2, 0)
    decayed, squares = np.where(x > 0, decayed, 0.0), np.where(x > 0, squares, 0.0)
    sums = decayed.sum(axis=1, keepdims=True)
    f = _ratio(sums, squares.sum(axis=1, keepdims=True), 0.0)
    usual = x * _ratio(sums, x.sum(axis=1, keepdims=True) * w.sum(), 0.0)
    ratio = _ratio(a + f * decayed, a + f * w.sum() * usual, 0.0)
    parts = severity[:, None] * usual * ratio
    burden = parts.sum(axis=0)
    excess = _ratio(burden, (severity[:, None] * usual).sum(axis=0), 1.0)
    known: Flags = np.any((x > 0) & (severity > 0)[:, None], axis=0)
    return Scores(
        burden=burden,
        excess=excess,
        parts=parts,
        ranks=Ranks(_rank(burden, known), _rank(excess, known)),
        known=known,
        effective_n=_ratio(decayed.sum(axis=0) ** 2, squares.sum(axis=0), 0.0),
        unexposed=np.where(x > 0, 0, week.total).sum(axis=1),
    )


def what_if(week: Weekly, subjects: Sequence[Subject], settings: Settings, standing: Ranks) -> WhatIf:
    """Score n units by a person's settings and tell how they moved from the `standing` ranks (n, 0 for no place)."""
    now = score(week, subjects, settings)
    burden, excess = (
        moves(new, old, settings.k)
        for new, old in ((now.ranks.burden, standing.burden), (now.ranks.excess, standing.excess))
    )
    return WhatIf(now, burden, excess)


def moves(now: npt.ArrayLike, standing: npt.ArrayLike, k: int) -> Moves:
    """How n ranks moved since the `standing` ones; both whole numbers, 0 for no place. No units: no moves, no tau."""
    new, old = np.asarray(now, np.int64), np.asarray(standing, np.int64)
    if new.ndim != 1 or new.shape != old.shape or (min(new.min(initial=0), old.min(initial=0)) < 0):
        raise MethodError(f"ranks: n numbers of 0 or more wanted twice, got shapes {new.shape} and {old.shape}")
    if k < 1:
        raise MethodError(f"k {k} must be above zero")
    both = (new > 0) & (old > 0)
    first_now, first_before = (new > 0) & (new <= k), (old > 0) & (old <= k)
    return Moves(
        up=np.where(both, old - new, 0),
        entered=np.flatnonzero(first_now & ~first_before),
        left=np.flatnonzero(first_before & ~first_now),
        tau=_tau(new[both], old[both]),
    )


def settled(week: Weekly, subjects: Sequence[Subject], settings: Settings) -> tuple[Floats, list[str]]:
    """Severity (c weights) and kind of exposure of each category: as they stand, or as the person wants them."""
    slugs = [subject.slug for subject in subjects]
    if len(set(slugs)) != len(slugs) or len(slugs) != len(week.total):
        raise MethodError(f"subjects: {len(slugs)} slugs for {len(week.total)} categories, or one twice")
    wanted = settings.exposure
    own: Mapping[str, str] = dict.fromkeys(slugs, wanted) if isinstance(wanted, str) else wanted or {}
    if unknown := sorted({*own, *settings.severity} - set(slugs)):
        raise MethodError(f"settings: no category {unknown[0]!r}")
    kinds = [own.get(subject.slug, subject.exposure) for subject in subjects]
    if lacking := sorted(set(kinds) - set(week.exposure)):
        raise MethodError(f"exposure: {lacking[0]!r} is not loaded")
    weights = [settings.severity.get(subject.slug, subject.severity) for subject in subjects]
    return numbers(weights, "severity", least=0, most=MOST_SEVERE), kinds


def _ready(
    weeks: sparse.csr_matrix, total: Ints, exposure: Mapping[str, npt.ArrayLike], least: float, method: str
) -> Weekly:
    if not exposure:
        raise MethodError("exposure: 0 kinds, at least one wanted")
    kinds = {kind: _exposed(values, f"exposure {kind}", total.shape[1], least) for kind, values in exposure.items()}
    firmness = {kind: np.array([fit_prior(row, x, method).a for row in total]) for kind, x in kinds.items()}
    return Weekly(weeks, total, kinds, firmness)


def _exposed(values: npt.ArrayLike, name: str, n: int, least: float) -> Floats:
    x = numbers(values, name, least=0)
    if len(x) != n:
        raise MethodError(f"{name}: {len(x)} rows for {n} units")
    return without_slivers(x, least)


def _weights(weeks: int, half_life_days: float | None) -> Floats:
    if half_life_days is None:
        return np.ones(weeks)
    if not 0 < half_life_days < np.inf:
        raise MethodError(f"half_life_days: {half_life_days} is not above zero")
    return np.asarray(np.exp2(-DAYS * np.arange(weeks) / half_life_days), np.float64)


def _ratio(above: Floats, below: Floats, otherwise: float) -> Floats:
    out = np.full(np.broadcast_shapes(above.shape, below.shape), otherwise)
    return np.asarray(np.divide(above, below, out=out, where=below > 0), np.float64)


def _rank(scores: Floats, known: Flags) -> Ints:
    ranks = np.zeros(len(scores), np.int64)
    ranks[known] = stats.rankdata(-scores[known], method="min")
    return ranks


def _tau(one: Ints, other: Ints) -> float | None:
    if not len(one) or (one == one[0]).all() or (other == other[0]).all():
        return None
    return float(stats.kendalltau(one, other).statistic)
