"""The scan statistic: one alarm for a whole city, over circles of every size, with one honest p per cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from analytics.methods.checks import Floats, Ints, MethodError, counts, numbers, same_length

# Replicas drawn at a time and distances held at a time: they bound memory and change no number.
_BLOCK = 128
_DISTANCES = 2_000_000

# Two sums of the same numbers in another order differ by less; what differs by less than this counts as equal.
_SAME = 1e-9

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Circle:
    """One cluster: the units whose centres lie within `radius_m` of the unit centre `x`, `y` (metres).

    `members` are row numbers, ascending. `ratio` is the rate inside over the rate outside, None where nothing
    happened outside; `llr` the log likelihood ratio. p = (1 + exceeded) / (1 + replicas), where `exceeded` of the
    `replicas` drawn held, anywhere, a circle as unlikely as this one.
    """

    members: Ints
    x: float
    y: float
    radius_m: float
    observed: int
    expected: float
    ratio: float | None
    llr: float
    p: float
    exceeded: int
    replicas: int


@dataclass(frozen=True)
class Scan:
    """`clusters`: the most likely one, then those that share no unit with one before, by falling `llr`.

    `total` incidents were scanned by `circles` circles.
    """

    clusters: tuple[Circle, ...]
    total: int
    circles: int


@dataclass(frozen=True)
class _Ground:
    """The units with exposure, by place: what draws random numbers sees only this order. `rows` into the input;
    `share` of all exposure."""

    rows: Ints
    x: Floats
    y: Floats
    observed: Floats
    share: Floats
    total: int


@dataclass(frozen=True)
class _Circles:
    """Flat rows, centre by centre from `starts`: `unit` is the next unit outwards from the centre, at `distance`;
    `expected` is the sum up to it; `whole` is false where the next one is as far, so that no circle ends here."""

    starts: Ints
    unit: npt.NDArray[np.int32]
    distance: Floats
    expected: Floats
    whole: Flags


def scan(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    observed: npt.ArrayLike,
    exposure: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    cap: float = 0.10,
    replicas: int = 999,
    enough: int = 50,
    most: int = 10,
    least: int = 2,
    phi: float = 1.0,
) -> Scan:
    """Find the circles that hold more incidents than their exposure explains (Kulldorff 1997, Poisson model).

    `x`, `y` are the centres of n units in metres on a projected grid, `observed` their counts, `exposure` >= 0; units
    without exposure take no part and may hold no incidents. Circles stand on every unit and grow unit by unit while
    they hold at most `cap` of all exposure; those with at least `least` incidents and more than expected compete. At
    most `most` clusters come back. If incidents fell on units by exposure alone (multinomial replicas), how often
    would some circle be as unlikely? Each cluster is set against the greatest ratio of each replica, so its p needs
    no further correction; after the first cluster it errs on the safe side. One exceeded by `enough` replicas needs
    no more of them (Besag and Clifford 1991).

    Independent incidents are assumed unless `phi`, the variance of a count over its mean, is above 1: batches look
    like clusters, and the replicas are then drawn with the same batches (Dirichlet-multinomial, which is the negative
    binomial of the exposure test given the total).

    The order of rows changes nothing. No units, fewer incidents than `least`, no unit within the cap: no clusters.
    Memory grows with n times the units of a circle, time with that and with the replicas drawn.
    """
    _in_range(cap, phi, replicas, enough, most, least)
    ground = _ground(x, y, observed, exposure)
    if ground.total < least:
        return Scan((), ground.total, 0)
    circles = _circles(ground, cap)
    found = _most_likely(circles, ground, most, least)
    needed = [_needed(circles, ground.total, ratio, least) for _, _, ratio in found]
    tried = _replicate(circles, needed, enough, _samples(ground, replicas, phi, rng))
    clusters = (_circle(circles, ground, *one, *counted) for one, counted in zip(found, tried, strict=True))
    return Scan(tuple(clusters), ground.total, int(circles.whole.sum()))


def likelihood_ratio(observed: npt.ArrayLike, expected: npt.ArrayLike, total: int) -> Floats:
    """Log likelihood ratio of n zones: c ln(c/e) + (C-c) ln((C-c)/(C-e)) where c > e, else 0.

    `observed` c counts of a `total` of C, `expected` 0 < e < C of the same total (Kulldorff 1997).
    """
    c, e = counts(observed, "observed"), numbers(expected, "expected", least=0)
    same_length(observed=c, expected=e)
    if (broken := (e <= 0) | (e >= total) | (c > total)).any():
        row = int(np.flatnonzero(broken)[0])
        raise MethodError(f"row {row}: {c[row]:g} observed, {e[row]:g} expected are no part of a total of {total}")
    inside, outside = special.xlogy(c, c / e), special.xlogy(total - c, (total - c) / (total - e))
    return np.where(c > e, inside + outside, 0.0)


def _in_range(cap: float, phi: float, replicas: int, enough: int, most: int, least: int) -> None:
    if not 0 < cap <= 0.5:
        raise MethodError(f"cap: {cap} is not above 0 and at most 0.5")
    if not 1 <= phi < np.inf:
        raise MethodError(f"phi: {phi} is not a number of 1 or more")
    if min(replicas, enough, most, least) < 1:
        raise MethodError(f"replicas {replicas}, enough {enough}, most {most}, least {least}: must be above zero")


def _ground(x: npt.ArrayLike, y: npt.ArrayLike, observed: npt.ArrayLike, exposure: npt.ArrayLike) -> _Ground:
    xs, ys = numbers(x, "x"), numbers(y, "y")
    o, e = counts(observed, "observed"), numbers(exposure, "exposure", least=0)
    same_length(x=xs, y=ys, observed=o, exposure=e)
    if (lost := (o > 0) & (e == 0)).any():
        raise MethodError(f"exposure: row {int(np.flatnonzero(lost)[0])} is 0 where incidents were observed")
    rows = np.lexsort((o, e, ys, xs))
    rows = rows[e[rows] > 0]
    return _Ground(rows, xs[rows], ys[rows], o[rows], e[rows] / e[rows].sum(), int(o.sum()))


def _circles(ground: _Ground, cap: float) -> _Circles:
    """All circles within the cap, a block of centres at a time."""
    n = len(ground.rows)
    block = max(1, _DISTANCES // n)
    parts = [_outwards(ground, cap, slice(start, start + block)) for start in range(0, n, block)]
    sizes, unit, distance, expected, whole = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _Circles(np.concatenate([[0], np.cumsum(sizes)]), unit, distance, expected, whole)


def _outwards(ground: _Ground, cap: float, centres: slice) -> tuple[Ints, npt.NDArray[np.int32], Floats, Floats, Flags]:
    away = np.hypot(ground.x[centres, None] - ground.x, ground.y[centres, None] - ground.y)
    units = np.argsort(away, axis=1, kind="stable")
    away = np.take_along_axis(away, units, axis=1)
    share = np.cumsum(ground.share[units], axis=1)
    whole = np.concatenate([np.diff(away, axis=1) > 0, np.ones((len(away), 1), bool)], axis=1)
    within = share <= cap + _SAME
    expected = share[within] * ground.total
    return within.sum(axis=1), units[within].astype(np.int32), away[within], expected, whole[within]


def _most_likely(circles: _Circles, ground: _Ground, most: int, least: int) -> list[tuple[int, int, float]]:
    """Up to `most` circles without a unit in common: row, centre, ratio. Of equally likely ones the narrowest."""
    held = _sums(circles, ground.observed)
    ratio = likelihood_ratio(held, circles.expected, ground.total)
    ratio[~circles.whole | (held < least)] = 0
    found: list[tuple[int, int, float]] = []
    taken = np.zeros(len(ground.rows))
    while len(found) < most and len(ratio) and (best := float(ratio.max())) > _SAME:
        alike = np.flatnonzero(ratio >= best - _SAME)
        at = int(alike[circles.distance[alike].argmin()])
        centre = int(np.searchsorted(circles.starts, at, side="right")) - 1
        found.append((at, centre, float(ratio[at])))
        taken[circles.unit[circles.starts[centre] : at + 1]] = 1
        ratio[_sums(circles, taken) > 0] = 0
    return found


def _sums(circles: _Circles, values: Floats) -> Floats:
    """Whole numbers of the units, summed over each circle (exact below 2^53)."""
    running = np.concatenate([[0.0], np.cumsum(values[circles.unit])])
    sums: Floats = running[1:] - np.repeat(running[circles.starts[:-1]], np.diff(circles.starts))
    return sums


def _needed(circles: _Circles, total: int, level: float, least: int) -> Ints:
    """The fewest incidents with which each circle reaches the ratio `level`; total + 1 where none would do.

    Found by halving, as the ratio grows with c above e; its logarithms come from a table over c. With x incidents
    above e the ratio is at least x^2 / (2 e + 2 x / 3) (Bernstein), which says where to stop looking.
    """
    e, level = circles.expected, level - _SAME * max(1.0, level)
    c = np.arange(total + 1, dtype=np.float64)
    table = special.xlogy(c, c) + special.xlogy(total - c, total - c)
    slope, base = np.log(e) - np.log(total - e), total * np.log(total - e)
    low = np.maximum(np.floor(e).astype(np.int64) + 1, least)
    surely = np.ceil(e + level / 3 + np.sqrt(level**2 / 9 + 2 * e * level)).astype(np.int64) + 1
    high = np.maximum(np.minimum(surely, total + 1), low)
    while (looking := low < high).any():
        middle = (low + high) // 2
        reached = table[np.minimum(middle, total)] - middle * slope - base >= level
        high = np.where(looking & reached, middle, high)
        low = np.where(looking & ~reached, middle + 1, low)
    return np.where(circles.whole, high, total + 1)


def _samples(ground: _Ground, replicas: int, phi: float, rng: np.random.Generator) -> Iterator[Ints]:
    """The replicas, m x n counts at a time; the numbers do not depend on m."""
    for start in range(0, replicas, _BLOCK):
        m = min(_BLOCK, replicas - start)
        if phi == 1:
            yield rng.multinomial(ground.total, ground.share, size=m)
        else:
            batches = ground.share * (ground.total / (phi - 1))
            yield np.array([rng.multinomial(ground.total, rng.dirichlet(batches)) for _ in range(m)])


def _replicate(circles: _Circles, needed: list[Ints], enough: int, samples: Iterator[Ints]) -> list[tuple[int, int]]:
    """Per cluster, how many replicas are as unlikely and how many were drawn: until `enough` were, or all."""
    tried = [(0, 0)] * len(needed)
    active = list(range(len(needed)))
    while active and (sample := next(samples, None)) is not None:
        reached = _reached(circles, sample, [needed[j] for j in active])
        for j, flags in zip(active.copy(), reached, strict=True):
            exceeded = tried[j][0] + np.cumsum(flags)
            last = min(int(np.searchsorted(exceeded, enough)), len(flags) - 1)
            tried[j] = int(exceeded[last]), tried[j][1] + last + 1
            if exceeded[last] >= enough:
                active.remove(j)
    return tried


def _reached(circles: _Circles, sample: Ints, needed: list[Ints]) -> list[Flags]:
    """Per cluster, which of the m replicas (m x n counts) hold a circle with the incidents it needs."""
    total = int(sample[0].sum())
    kind: type[np.signedinteger[Any]] = np.int16 if total < np.iinfo(np.int16).max else np.int32
    columns = np.ascontiguousarray(sample.T, dtype=kind)
    limits = [wanted.astype(kind)[:, None] for wanted in needed]
    found: list[Flags] = [np.zeros(len(sample), bool) for _ in needed]
    for start, stop in pairwise(circles.starts.tolist()):
        held: npt.NDArray[np.signedinteger[Any]] = np.cumsum(columns[circles.unit[start:stop]], axis=0, dtype=kind)
        for flags, limit in zip(found, limits, strict=True):
            flags |= (held >= limit[start:stop]).any(axis=0)
    return found


def _circle(
    circles: _Circles, ground: _Ground, at: int, centre: int, ratio: float, exceeded: int, drawn: int
) -> Circle:
    units = circles.unit[circles.starts[centre] : at + 1]
    c, e, total = int(ground.observed[units].sum()), float(circles.expected[at]), ground.total
    return Circle(
        members=np.sort(ground.rows[units]),
        x=float(ground.x[centre]),
        y=float(ground.y[centre]),
        radius_m=float(circles.distance[at]),
        observed=c,
        expected=e,
        ratio=(c / e) / ((total - c) / (total - e)) if c < total else None,
        llr=ratio,
        p=(1 + exceeded) / (1 + drawn),
        exceeded=exceeded,
        replicas=drawn,
    )
