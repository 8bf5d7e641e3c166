"""How long people wait: time to closing, where what is still open counts as waiting, not as nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analytics.methods.checks import Floats, Ints, MethodError, numbers, same_length

Bools = npt.NDArray[np.bool_]

TAU_HOURS = 90 * 24.0

_MOST = 2**31


@dataclass(frozen=True)
class Curve:
    """Kaplan-Meier at the m distinct times, ascending: share still open with bounds, and how many were at risk."""

    times: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Ints


@dataclass(frozen=True)
class Median:
    """Days until half were closed, with its interval; None where the curve or its band never comes down to half.

    The band ends with the last time at which something was left open.
    """

    n: int
    closed: int
    days: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Answers:
    """One number per group where `known`; 0 elsewhere, which is no answer."""

    values: Floats
    known: Bools

    def plain(self) -> list[float | None]:
        """The numbers as a column for JSON, None where nothing can be said."""
        return [v if k else None for v, k in zip(self.values.tolist(), self.known.tolist(), strict=True)]


@dataclass(frozen=True)
class Quantile:
    """Time until `share` of each group was closed, with its interval; not known where the curve, or its band, never
    comes down that far."""

    share: float
    time: Answers
    low: Answers
    high: Answers


@dataclass(frozen=True)
class Waits:
    """All groups at once, each array one row per group, times in the unit of the times given.

    `n` cases of which `closed` were closed; one Quantile per share asked for; `open_at` the share still open at each
    time asked for; `mean` the wait counted up to tau at most, and its standard `error`.
    """

    n: Ints
    closed: Ints
    quantiles: tuple[Quantile, ...]
    open_at: tuple[Answers, ...]
    mean: Answers
    error: Answers


@dataclass(frozen=True)
class Histogram:
    """Rows of one group and one time made one: m cells, by group, then by time.

    Per cell: `closed` at that time; `left`, all whose wait ended then, closed or still open; `at_risk`, waiting until
    then. `present` are the groups that have rows, ascending, `start` their first cells, `size` how many cells each.
    `row` is the cell of each row given.
    """

    groups: int
    time: Floats
    closed: Ints
    left: Ints
    at_risk: Ints
    present: Ints
    start: Ints
    size: Ints
    row: Ints

    def sums(self, cells: Floats | Ints) -> Floats:
        """Sum over the cells of each present group."""
        return np.add.reduceat(cells, self.start).astype(np.float64)

    def along(self, cells: Floats, join: np.ufunc) -> Floats:
        """Each cell joined with all earlier ones of its group, by doubling: no group's digits hang on another's."""
        found, place, step = cells.copy(), np.arange(len(cells)) - np.repeat(self.start, self.size), 1
        while len(rows := np.flatnonzero(place >= step)):
            found[rows] = join(found[rows], found[rows - step])
            step *= 2
        return found

    def spread(self, values: Floats, known: Bools | None = None) -> Answers:
        """Answers for all groups from one value per present group."""
        said, found = np.zeros(self.groups, np.bool_), np.zeros(self.groups)
        said[self.present] = True if known is None else known
        found[self.present] = values
        return Answers(np.where(said, found, 0.0), said)


@dataclass(frozen=True)
class Restricted:
    """Per group the `mean` wait up to tau and its `error`; per cell the area under its curve from there to tau."""

    mean: Answers
    error: Answers
    tail: Floats


def kaplan_meier(days: npt.ArrayLike, closed: npt.ArrayLike, level: float = 0.95) -> Curve:
    """Share still open after t days from n waiting times >= 0 and n flags: closed then, or still open then.

    Kaplan and Meier 1958; a row open at t counts as at risk at t. Pointwise bounds: Greenwood's variance on the
    log(-log) scale. Before the first closing the bounds are 1; at share 0 they are 0. Assumes that what is still
    open would have waited like the rest.
    """
    t = numbers(days, "days", least=0)
    found = histogram(np.zeros(len(t)), t, closed, np.ones(len(t)), 1)
    return Curve(found.time, *_bands(found, level), found.at_risk)


def median_wait(days: npt.ArrayLike, closed: npt.ArrayLike, level: float = 0.95) -> Median:
    """Median days to closing from n waiting times and n closed flags (see kaplan_meier for both).

    The first time at which the share still open is half or less; bounds likewise from the band (Brookmeyer and
    Crowley 1982) as in `grouped`. No rows: n = 0 and no median.
    """
    t = numbers(days, "days", least=0)
    found = grouped(np.zeros(len(t)), t, closed, np.ones(len(t)), 1, shares=(0.5,), level=level)
    half = found.quantiles[0]
    time, low, high = (one.plain()[0] for one in (half.time, half.low, half.high))
    return Median(int(found.n[0]), int(found.closed[0]), time, low, high)


def grouped(
    group: npt.ArrayLike,
    time: npt.ArrayLike,
    closed: npt.ArrayLike,
    n: npt.ArrayLike,
    groups: int,
    *,
    shares: Sequence[float] = (0.5, 0.8),
    at: Sequence[float] = (),
    tau: float = TAU_HOURS,
    level: float = 0.95,
) -> Waits:
    """Kaplan-Meier of all groups in one pass over additive rows: `n` waits of `group` that ended at `time`.

    `group` codes in [0, groups); `time` >= 0 in any one unit, in which the answers and `tau` are read too (the
    default tau is 90 days in hours); `closed` then, or still open then. Rows may repeat a key and come in any order;
    histograms are merged by handing over both. The quantile of a share is the first time at which that share is
    closed. Its limits are where the log(-log) band crosses it (Brookmeyer and Crowley 1982); the end of a curve that
    reaches 0 has no band and gives no limit. The mean is the area under the curve to tau, known where somebody waited
    until tau or nothing stayed open; so too the shares still open `at` given times. Its error is Greenwood's by Irwin
    (1949) with the D/(D-1) for D closings before tau that Kaplan and Meier 1958 advise, and needs two of them. A
    group without rows has n = 0 and no answers. Order: the sort of the rows, then log2(longest curve) passes over
    the cells.
    """
    wanted = [between(share, "shares", 0, 1) for share in shares]
    moments = numbers(at, "at", least=0)
    found = histogram(group, time, closed, n, groups)
    survival, low, high = _bands(found, level)
    low, high = (np.where(survival > 0, band, 1.0) for band in (low, high))
    area = restricted(found, survival, tau)
    return Waits(
        n=found.spread(found.sums(found.left)).values.astype(np.int64),
        closed=found.spread(found.sums(found.closed)).values.astype(np.int64),
        quantiles=tuple(Quantile(s, *(_reached(found, c, 1 - s) for c in (survival, low, high))) for s in wanted),
        open_at=tuple(_open_at(found, survival, t) for t in moments.tolist()),
        mean=area.mean,
        error=area.error,
    )


def curve_of(
    group: npt.ArrayLike,
    time: npt.ArrayLike,
    closed: npt.ArrayLike,
    n: npt.ArrayLike,
    chosen: Sequence[int],
    level: float = 0.95,
) -> list[Curve]:
    """The curves of some groups, for drawing: one per chosen code, in that order; rows as for `grouped`.

    A group without rows has a curve of no points.
    """
    codes, wanted = whole(group, "group"), whole(chosen, "chosen")
    t, flags, weights = numbers(time, "time"), numbers(closed, "closed"), numbers(n, "n")
    same_length(group=codes, time=t, closed=flags, n=weights)
    rows = np.isin(codes, wanted)
    names, code = np.unique(codes[rows], return_inverse=True)
    found = histogram(code, t[rows], flags[rows], weights[rows], len(names))
    survival, low, high = _bands(found, level)
    ends = np.append(found.start, len(found.time)).tolist()
    parts = {name: slice(ends[i], ends[i + 1]) for i, name in enumerate(names.tolist())}
    own = [parts.get(name, slice(0, 0)) for name in wanted.tolist()]
    return [Curve(found.time[one], survival[one], low[one], high[one], found.at_risk[one]) for one in own]


def histogram(
    group: npt.ArrayLike, time: npt.ArrayLike, closed: npt.ArrayLike, n: npt.ArrayLike, groups: int
) -> Histogram:
    """Add up the rows (see `grouped`) of each group and time, by one sort of whole-number keys."""
    whole([groups], "groups")
    codes, t = whole(group, "group", most=groups - 1), numbers(time, "time", least=0)
    flags, weights = whole(closed, "closed", most=1), whole(n, "n", least=1)
    same_length(group=codes, time=t, closed=flags, n=weights)
    key = _keys(codes, t)
    order = np.argsort(key)
    new = np.diff(key[order], prepend=-1) != 0
    begin = np.flatnonzero(new)
    row = np.empty(len(key), np.int64)
    row[order] = np.cumsum(new) - 1
    left, own = np.add.reduceat(weights[order], begin), codes[order[begin]]
    start = np.flatnonzero(np.diff(own, prepend=-1))
    size = np.diff(start, append=len(own))
    gone = np.cumsum(left) - left
    at_risk = np.repeat(np.add.reduceat(left, start) + gone[start], size) - gone
    ended = np.add.reduceat((weights * flags)[order], begin)
    return Histogram(groups, t[order[begin]], ended, left, at_risk, own[start], start, size, row)


def shares_open(found: Histogram) -> Floats:
    """The share still open after each cell's time (Kaplan and Meier 1958)."""
    return found.along((found.at_risk - found.closed) / found.at_risk, np.multiply)


def restricted(found: Histogram, survival: Floats, tau: float) -> Restricted:
    """The area under each curve to tau > 0; see `grouped` for its error and for when they are known."""
    end = between(tau, "tau", 0, np.inf)
    last = found.start + found.size - 1
    then = np.append(found.time, end)[1:]
    then[last] = end
    area = survival * (np.minimum(then, end) - np.minimum(found.time, end)).clip(min=0)
    under = found.sums(area)
    tail = np.where(survival > 0, np.repeat(under, found.size) - found.along(area, np.add) + area, 0.0).clip(min=0)
    ended = np.where(found.time < end, found.closed, 0)
    closings = found.sums(ended)
    variance = found.sums(tail**2 * _greenwood(ended, found.at_risk)) * closings / np.maximum(closings - 1, 1)
    known = (found.time[last] >= end) | (survival[last] == 0)
    mean = found.spread(np.minimum(found.time[found.start], end) + under, known)
    return Restricted(mean, found.spread(np.sqrt(variance), known & (closings > 1)), tail)


def whole(values: npt.ArrayLike, name: str, *, least: float = 0, most: float = np.inf) -> Ints:
    """Whole numbers within [least, most], one per row."""
    found = numbers(values, name, least=least, most=min(most, _MOST))
    if (broken := found != np.floor(found)).any():
        row = int(np.flatnonzero(broken)[0])
        raise MethodError(f"{name}: row {row} is {found[row]:g}, not a whole number")
    return found.astype(np.int64)


def between(value: float, name: str, least: float, most: float) -> float:
    """A parameter strictly between two bounds."""
    if not least < value < most:
        raise MethodError(f"{name}: {value} is not between {least:g} and {most:g}")
    return float(value)


def _keys(codes: Ints, t: Floats) -> Ints:
    """Whole numbers in the order of group and time; whole times are their own place, others take it by rank."""
    longest = float(t.max(initial=0))
    if longest < _MOST and (t == np.floor(t)).all():
        return codes * (int(longest) + 1) + t.astype(np.int64)
    times, place = np.unique(t, return_inverse=True)
    return codes * len(times) + place


def _bands(found: Histogram, level: float) -> tuple[Floats, Floats, Floats]:
    """Share still open per cell, with the bounds of `kaplan_meier`."""
    z = float(special.ndtri((1 + between(level, "level", 0, 1)) / 2))
    survival = shares_open(found)
    inner = (survival > 0) & (survival < 1)
    logs = np.log(survival, out=np.full(len(survival), -1.0), where=inner)
    spread = z * np.sqrt(found.along(_greenwood(found.closed, found.at_risk), np.add)) / -logs
    low = np.where(inner, np.exp(logs * np.exp(spread)), survival)
    high = np.where(inner, np.exp(logs * np.exp(-spread)), survival)
    return survival, low, high


def _greenwood(ended: Ints, at_risk: Ints) -> Floats:
    """Variance added at each time on the log scale; none where nobody is left, for there the share is 0."""
    return np.divide(ended, at_risk * (at_risk - ended), out=np.zeros(len(ended)), where=at_risk > ended)


def _reached(found: Histogram, share: Floats, least: float) -> Answers:
    """When each curve first comes down to `least`."""
    # A product that is exactly one half on paper may sit a rounding error above it.
    below = np.where(share <= least + 1e-12, np.arange(len(share)), len(share))
    first = np.minimum.reduceat(below, found.start)
    return found.spread(np.append(found.time, 0.0)[first], first < len(share))


def _open_at(found: Histogram, survival: Floats, moment: float) -> Answers:
    """The share still open after `moment`; not known beyond the last time of a group with some still open."""
    passed = found.sums((found.time <= moment).astype(np.int64)).astype(np.int64)
    before = found.start + np.maximum(passed - 1, 0)
    last = found.start + found.size - 1
    known = (found.time[last] >= moment) | (survival[last] == 0)
    return found.spread(np.where(passed > 0, survival[before], 1.0), known)
