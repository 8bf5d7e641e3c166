"""Who waits longer than the rest of the city, by how much, and which closings were a clean-up rather than an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analytics.methods.checks import Floats, Ints, MethodError, counts, numbers, same_length
from analytics.methods.hotspots import bh, upper_tail
from analytics.methods.survival import (
    TAU_HOURS,
    Answers,
    Bools,
    Histogram,
    Restricted,
    between,
    histogram,
    restricted,
    shares_open,
    whole,
)

_DAYS_PER_CHUNK = 65_536
_LEAST_WEEKDAYS = 4
_FAR = 2**30
# As many cases as Agresti and Coull (1998) add to a share, and for the same reason.
_BORROWED = 4


@dataclass(frozen=True)
class TwoGroups:
    """Closings of a and b: `observed`, and `expected` if both closed at one pace. None where nothing can differ."""

    observed: tuple[int, int]
    expected: tuple[float, float]
    chi2: float | None
    p: float | None


@dataclass(frozen=True)
class LogRank:
    """Each group against all others together, one row per group.

    Closings `observed`, and `expected` if all closed at one pace: fewer than expected means longer waits. chi2 has one
    degree of freedom; `q` is Benjamini-Hochberg's over the groups with enough closings, and not known for others.
    """

    observed: Ints
    expected: Floats
    chi2: Answers
    p: Answers
    q: Answers


@dataclass(frozen=True)
class BulkDays:
    """The days found, one row each, by group, then by day: `closed` on that day, the `usual` number, and `p`.

    `tested` of the days with enough closings had enough other days to compare with.
    """

    group: Ints
    day: Ints
    closed: Ints
    usual: Floats
    p: Floats
    tested: int


@dataclass(frozen=True)
class DelayGaps:
    """One row per unit, times in the unit of the times given; 0 where not `known`.

    `mean` wait up to tau of the unit's `n` cases, `explained` the mean their categories have in the whole city, `gap`
    the difference (above 0: longer than the mix explains) and its standard `error`. `set_aside` cases are of
    categories whose own mean cannot be said, and stand outside all the rest.
    """

    n: Ints
    mean: Floats
    explained: Floats
    gap: Floats
    error: Floats
    known: Bools
    set_aside: Ints


def log_rank(
    group: npt.ArrayLike, time: npt.ArrayLike, closed: npt.ArrayLike, n: npt.ArrayLike, a: int, b: int
) -> TwoGroups:
    """Do groups a and b close at one pace? Two-sample log-rank (Mantel 1966) with the exact variance of ties.

    Rows as for survival.grouped; those of other groups are passed over. Most able to see a difference that is in the
    same sense all along the curve. No rows of either, or nobody closed: no answer.
    """
    if a == b:
        raise MethodError(f"b: group {b} against itself")
    codes = whole(group, "group")
    t, flags, weights = numbers(time, "time"), numbers(closed, "closed"), numbers(n, "n")
    same_length(group=codes, time=t, closed=flags, n=weights)
    rows = (codes == a) | (codes == b)
    found = histogram(codes[rows] == b, t[rows], flags[rows], weights[rows], 2)
    observed, expected, chi2 = _scores(found)
    statistic = chi2.plain()[0]
    return TwoGroups(
        observed=(int(observed[0]), int(observed[1])),
        expected=(float(expected[0]), float(expected[1])),
        chi2=statistic,
        p=None if statistic is None else float(special.chdtrc(1, statistic)),
    )


def log_rank_each(
    group: npt.ArrayLike,
    time: npt.ArrayLike,
    closed: npt.ArrayLike,
    n: npt.ArrayLike,
    groups: int,
    *,
    least: float = 5,
) -> LogRank:
    """Log-rank of every group against the rest of the city; rows as for survival.grouped, one family.

    A group has enough data where at least `least` closings are expected in it and in the rest. It says that a group
    waits otherwise, not why: groups that complain of other things wait otherwise too (see delay_gaps). Order: the
    sort of the rows. A group alone, or nobody closed: no answers.
    """
    numbers([least], "least", least=0)
    observed, expected, chi2 = _scores(histogram(group, time, closed, n, groups))
    p = Answers(np.where(chi2.known, special.chdtrc(1, chi2.values), 0.0), chi2.known)
    enough = chi2.known & (np.minimum(expected, expected.sum() - expected) >= least)
    q = np.zeros(groups)
    q[enough] = bh(p.values[enough])
    return LogRank(observed.astype(np.int64), expected, chi2, p, Answers(q, enough))


def bulk_days(
    day: npt.ArrayLike,
    closed: npt.ArrayLike,
    group: npt.ArrayLike | None = None,
    *,
    weeks: int = 8,
    least: int = 20,
    times: float = 3.0,
    alpha: float = 1e-4,
) -> BulkDays:
    """Days on which so many cases were closed at once that it was a clean-up of the books, not work done that day.

    Rows are whole `day` numbers of any origin and how many were `closed`, per `group` code where given; rows may
    repeat a day and come in any order, and a day without rows between the first and the last of all had no closings.
    Hand over the closings of old cases (say, open for 60 days or more) for the sharpest answer.

    The rule: a day is compared with the same weekday in the `weeks` before and after, at least four of them. It is
    flagged where it has at least `least` closings, at least `times` their median, and a chance below `alpha` to have
    as many. The chance is Poisson's with a mean two thirds above that median (as far above as a mean can be), or,
    where the days lie wider apart than Poisson's, the negative binomial's of their variance. Median and quartiles
    speak for those days, so that up to a quarter of them may be bulk days themselves; a clean-up every other week is
    what is usual there and is not found. Regular Poisson days are all but never flagged; of days whose volume swings
    with a lognormal sd of 0.5 some 0.6 % are. No rows: no days.
    """
    if weeks < 2 or least < 1 or not times >= 1:
        raise MethodError(f"weeks {weeks}, least {least}, times {times}: out of range")
    between(alpha, "alpha", 0, 1)
    keys, total, first, span = _per_day(day, closed, group)
    tested = np.flatnonzero(total >= least)
    usual, p, enough = _against_weekdays(keys, total, tested, span, weeks)
    bulk = enough & (total[tested] >= times * usual) & (p < alpha)
    found, n = keys[tested[bulk]], total[tested[bulk]].astype(np.int64)
    return BulkDays(found // span, found % span + first, n, usual[bulk], p[bulk], int(enough.sum()))


def delay_gaps(
    unit: npt.ArrayLike,
    category: npt.ArrayLike,
    time: npt.ArrayLike,
    closed: npt.ArrayLike,
    n: npt.ArrayLike,
    units: int,
    categories: int,
    *,
    tau: float = TAU_HOURS,
    least: int = 10,
) -> DelayGaps:
    """How much longer each unit's people wait than the categories of their cases explain.

    Rows as for survival.grouped, with a code of `unit` and one of `category`. gap = mean of the unit up to tau - sum
    over categories of the unit's share * the category's mean up to tau in the whole city. The error is that of the
    whole difference by its influence function: unit, mix and city vary together, for the unit's cases are part of
    the city's. It never rests on the unit alone: four cases as spread as the city's are added, so that a unit where
    nothing was closed has an error too. Known where the unit has `least` cases, somebody in it waited until tau or
    nothing stayed open, others share its categories, and the city's waits vary at all. Assumes that cases still open
    would have waited like the rest of their unit and, in the city, of their category. No rows: nothing is known.
    """
    numbers([least], "least", least=1)
    rows = _distinct(unit, category, time, closed, n, units, categories)
    city = histogram(rows.category, rows.time, rows.closed, rows.n, categories)
    area = restricted(city, shares_open(city), tau)
    said = area.mean.known[rows.category]
    set_aside = np.bincount(rows.unit[~said], weights=rows.n[~said], minlength=units)
    pull, kept = _influence(city, area, rows.closed)[said], rows.take(said)
    own = histogram(kept.unit, kept.time, kept.closed, kept.n, units)
    under = restricted(own, shares_open(own), tau)
    held = _by_pair(kept, kept.n, units, categories)
    size = held.sum(axis=1)
    explained = (_mix(held) * area.mean.values).sum(axis=1)
    beside = area.mean.values[kept.category] - explained[kept.unit]
    push = _influence(own, under, kept.closed) - beside / size[kept.unit]
    error = _gap_error(kept, push, pull, held)
    others = (held * (held.sum(axis=0) - held)).sum(axis=1) > 0
    # Where nobody closed anything the error is rounding, not knowledge.
    known = under.mean.known & (size >= least) & others & (error > 1e-9 * tau)
    mean, explained, error = (np.where(known, v, 0.0) for v in (under.mean.values, explained, error))
    return DelayGaps(size.astype(np.int64), mean, explained, mean - explained, error, known, set_aside.astype(np.int64))


@dataclass(frozen=True)
class _Rows:
    """Distinct rows, in the order of their values: what is summed over them hangs on no order of the rows given."""

    unit: Ints
    category: Ints
    time: Floats
    closed: Ints
    n: Ints

    def take(self, rows: Bools) -> _Rows:
        return _Rows(self.unit[rows], self.category[rows], self.time[rows], self.closed[rows], self.n[rows])


def _distinct(
    unit: npt.ArrayLike,
    category: npt.ArrayLike,
    time: npt.ArrayLike,
    closed: npt.ArrayLike,
    n: npt.ArrayLike,
    units: int,
    categories: int,
) -> _Rows:
    """One row for the closed and one for the open of each unit, category and time."""
    whole([units, categories], "units, categories")
    u, c = whole(unit, "unit", most=units - 1), whole(category, "category", most=categories - 1)
    same_length(unit=u, category=c)
    found = histogram(u * categories + c, time, closed, n, units * categories)
    pair = np.repeat(found.present, found.size)
    both = _Rows(
        unit=np.tile(pair // max(categories, 1), 2),
        category=np.tile(pair % max(categories, 1), 2),
        time=np.tile(found.time, 2),
        closed=np.repeat([1, 0], len(pair)),
        n=np.concatenate([found.closed, found.left - found.closed]),
    )
    return both.take(both.n > 0)


def _by_pair(rows: _Rows, values: Floats | Ints, units: int, categories: int) -> Floats:
    sums = np.bincount(rows.unit * categories + rows.category, weights=values, minlength=units * categories)
    return sums.reshape(units, categories).astype(np.float64)


def _mix(held: Floats) -> Floats:
    """The share of each category in each unit; all 0 in a unit without cases."""
    shares: Floats = held / np.maximum(held.sum(axis=1), 1)[:, None]
    return shares


def _influence(found: Histogram, area: Restricted, closed: Ints) -> Floats:
    """What each row's one case, closed or open, adds to its group's mean up to tau: the martingale form, sum 0."""
    open_after = found.at_risk - found.closed
    jump = np.divide(area.tail, open_after, out=np.zeros(len(area.tail)), where=open_after > 0)
    drift = found.along(jump * found.closed / found.at_risk, np.add)
    influence: Floats = drift[found.row] - closed * jump[found.row]
    return influence


def _gap_error(rows: _Rows, push: Floats, pull: Floats, held: Floats) -> Floats:
    """Standard error of each unit's gap: `push` of its cases on its own mean less their mix, `pull` of all cases on
    the mean of their category, `held` cases by unit and category."""
    units, categories = held.shape
    size, mix = np.maximum(held.sum(axis=1), 1), _mix(held)
    of_pair = _by_pair(rows, rows.n * pull**2, units, categories)
    of_city = of_pair.sum(axis=0)
    together = push - mix[rows.unit, rows.category] * pull
    own = np.bincount(rows.unit, weights=rows.n * together**2, minlength=units)
    lent = (mix * (of_city * held.sum(axis=0))).sum(axis=1)
    own = (own * size + _BORROWED * lent / size) / (size + _BORROWED)
    rest = (mix**2 * (of_city - of_pair).clip(min=0)).sum(axis=1)
    error: Floats = np.sqrt(own + rest)
    return error


def _scores(found: Histogram) -> tuple[Floats, Floats, Answers]:
    """Observed and expected closings of all groups, and the chi2 of each against the rest.

    A group's sums over the city's times are taken at the times its own cases leave: what passed by then, once for
    each of them.
    """
    times, at = np.unique(found.time, return_inverse=True)
    ended = np.bincount(at, weights=found.closed, minlength=len(times))
    left = np.bincount(at, weights=found.left, minlength=len(times))
    n = left.sum() - np.cumsum(left) + left
    ties = (n - ended) / np.maximum(n - 1, 1)
    pace, bent, squared = (np.cumsum(ended / n * share)[at] for share in (np.ones(len(n)), ties, ties / n))
    observed, expected = found.sums(found.closed), found.sums(found.left * pace)
    full = found.sums(found.left * bent)
    variance = full - found.sums(found.left * (2 * found.at_risk - found.left) * squared)
    # A group that is the whole city has variance 0, but for rounding.
    known = variance > 1e-9 * full
    chi2 = np.divide((observed - expected) ** 2, variance, out=np.zeros(len(full)), where=known)
    return found.spread(observed).values, found.spread(expected).values, found.spread(chi2, known)


def _per_day(day: npt.ArrayLike, closed: npt.ArrayLike, group: npt.ArrayLike | None) -> tuple[Ints, Floats, int, int]:
    """Keys group * span + day since the first, ascending, their closings, the first day of all and the span."""
    when, sizes = numbers(day, "day", least=-_FAR, most=_FAR), counts(closed, "closed")
    codes = np.zeros(len(when), np.int64) if group is None else whole(group, "group")
    same_length(day=when, closed=sizes, group=codes)
    if (broken := when != np.floor(when)).any():
        raise MethodError(f"day: row {int(np.flatnonzero(broken)[0])} is {when[broken][0]:g}, not a whole number")
    days = when.astype(np.int64)
    first = int(days.min(initial=_FAR))
    span = int(days.max(initial=first)) - first + 1
    keys, place = np.unique(codes * span + days - first, return_inverse=True)
    return keys, np.bincount(place, weights=sizes, minlength=len(keys)).astype(np.float64), first, span


def _against_weekdays(keys: Ints, total: Floats, tested: Ints, span: int, weeks: int) -> tuple[Floats, Floats, Bools]:
    """Per tested day: the median of the same weekday around it, the chance of as many, whether there were enough."""
    parts = list(_chunks(keys, total, tested, span, weeks))
    if not parts:
        return np.zeros(0), np.zeros(0), np.zeros(0, np.bool_)
    usual, spread, enough = (np.concatenate(column) for column in zip(*parts, strict=True))
    mean = usual + 2 / 3
    phi = np.maximum(spread**2 / mean, 1.0)
    return usual, upper_tail(total[tested], mean, phi), enough


def _chunks(keys: Ints, total: Floats, tested: Ints, span: int, weeks: int) -> Iterator[tuple[Floats, Floats, Bools]]:
    """Median, standard deviation by quartiles and "enough" of the other weekdays, a block of tested days at a time."""
    apart = 7 * np.concatenate([np.arange(-weeks, 0), np.arange(1, weeks + 1)])
    for begin in range(0, len(tested), _DAYS_PER_CHUNK):
        own = keys[tested[begin : begin + _DAYS_PER_CHUNK], None]
        inside = (own % span + apart >= 0) & (own % span + apart < span)
        at = np.minimum(np.searchsorted(keys, own + apart), len(keys) - 1)
        there = np.where(inside, np.where(keys[at] == own + apart, total[at], 0.0), np.inf)
        there.sort(axis=1)
        m = inside.sum(axis=1)
        enough = m >= _LEAST_WEEKDAYS
        there[~enough] = 0
        last = np.where(enough, m, _LEAST_WEEKDAYS) - 1
        row, low, high = np.arange(len(own)), last - 3 * last // 4, 3 * last // 4
        middle = (there[row, last // 2] + there[row, (last + 1) // 2]) / 2
        # How far apart these two of m lie on average (Blom 1958).
        width = 2 * special.ndtri((high + 0.625) / (last + 1.25))
        yield middle, (there[row, high] - there[row, low]) / width, enough
