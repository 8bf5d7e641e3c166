"""Which places are getting worse: a trend without the season, and five classes of emerging hot spots.

With a season, bins are compared with the same bin of other years only (seasonal Mann-Kendall, Hirsch and Slack 1984):
whatever shape the season has, it cancels, and small counts do no harm. Waves taken out by regression before a plain
test leave 8 to 22 % of units with a trend that is none. That neighbouring bins hang together is allowed for in the
manner of Hamed and Rao (1998), from all units of like level. A trend follows from q over all units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analytics.methods.checks import Floats, Ints, MethodError
from analytics.methods.hotspots import bh
from analytics.methods.trends import Seasons, seasons, sen_slope, table

Flags = npt.NDArray[np.bool_]

ENOUGH, FEW_BINS, ONE_SEASON = "enough", "fewer than 10 bins", "less than two full seasons"
FEWEST_BINS = 10
# Measured against a city's own series, small counts are mostly below expectation, the more so the more is expected.
LEAST_RELATIVE = 4.0
# One-sided 5 % for the autocorrelation of a whole group of units.
_BAND = float(special.ndtri(0.95))

NEW, RISING, PERSISTENT, FALLING, NONE = "new", "rising", "persistent", "falling", "none"
NEVER, FRESH, SOMETIMES, OFTEN, ALWAYS = "never", "fresh", "sometimes", "often", "nearly always"
HISTORIES = (NEVER, FRESH, SOMETIMES, OFTEN, ALWAYS)
FRESH_BINS, OFTEN_SHARE, ALWAYS_SHARE = 3, 0.5, 0.9


@dataclass(frozen=True)
class Rule:
    """A place is of this `kind` if its history, whether it is hot in the last bin, and its trend are all listed."""

    kind: str
    history: tuple[str, ...]
    hot_now: tuple[bool, ...]
    trend: tuple[int, ...]


# Every place falls under exactly one rule. Histories: never hot; fresh: hot now and before at most in the two bins
# just before; often: in half of all bins or more; nearly always: in nine of ten; sometimes: the rest.
RULES = (
    Rule(NEW, (FRESH,), (True,), (-1, 0, 1)),
    Rule(RISING, (SOMETIMES, OFTEN, ALWAYS), (True,), (1,)),
    Rule(PERSISTENT, (OFTEN, ALWAYS), (True,), (0,)),
    Rule(PERSISTENT, (ALWAYS,), (False,), (0, 1)),
    Rule(FALLING, (OFTEN, ALWAYS), (True, False), (-1,)),
    Rule(NONE, (NEVER,), (False,), (-1, 0, 1)),
    Rule(NONE, (SOMETIMES,), (True,), (-1, 0)),
    Rule(NONE, (SOMETIMES,), (False,), (-1, 0, 1)),
    Rule(NONE, (OFTEN,), (False,), (0, 1)),
)


@dataclass(frozen=True)
class Change:
    """n units. `answer`: ENOUGH, or why no unit has a trend. `known`: whether this one has; if not: z 0, p 1, q 1.

    `up`, `down`: pairs of the same bin in two years, the later one higher or lower. `inflation`: what the variance was
    multiplied by, because neighbouring bins hang together. `q`: after Benjamini-Hochberg over known units. `slope`:
    Sen's, in counts a bin, per season (per bin without one); `percent`: the same in per cent of the unit's mean bin.
    `trend`: 1 or -1 where q is small enough, else 0. `kind`: one of the five classes; None without 10 bins of `hot`.
    """

    answer: str
    known: Flags
    up: Ints
    down: Ints
    inflation: Floats
    z: Floats
    p: Floats
    q: Floats
    slope: Floats
    percent: Floats
    trend: Ints
    kind: npt.NDArray[np.str_] | None


def change(
    observed: npt.ArrayLike,
    *,
    period: int | None = 52,
    expected: npt.ArrayLike | None = None,
    hot: npt.ArrayLike | None = None,
    q_level: float = 0.05,
    least: int = 20,
) -> Change:
    """Trend and class of n units from their counts, n x T complete bins that do not overlap, oldest first.

    T must hold two seasons of `period` bins; without a season (None) every pair of bins counts, and T must be 10. A
    unit needs `least` counts. The order of units changes nothing. `hot`: n x H flags, bins of any length that end on
    the same day; a class needs H of 10.
    `expected` (n x T, of any scale): how each unit would have gone had it followed, say, the city. Then the trend is
    that of Pearson residuals and says "faster than the city". A unit needs 4 counts a bin for it: with weekly counts
    of 1, in a city that grows by half, 15 to 30 % of units that do follow it would show a trend.
    """
    if least < 1 or not 0 < q_level < 1:
        raise MethodError(f"least {least}, q_level {q_level}: out of range")
    counted = _counted(observed)
    base = None if expected is None else _scaled(counted, expected)
    answer = _answer(counted.shape[1], period)
    known = _known(counted, base, least) & (answer == ENOUGH)
    o, e = counted[known], None if base is None else base[known]
    compared, factor = _test(o, e, period)
    test, (slope, percent) = compared.judged(factor), _slopes(o, e, period or 1)
    q = bh(test.p)
    up, down, trend = (
        _spread(known, values, 0).astype(np.int64)
        for values in (compared.up.sum(axis=1), compared.down.sum(axis=1), np.sign(test.z) * (q <= q_level))
    )
    z, slope, percent = (_spread(known, values, 0) for values in (test.z, slope, percent))
    factor, p, q = (_spread(known, values, 1) for values in (factor, test.p, q))
    kind = None if hot is None else classify(hot, trend)
    return Change(answer, known, up, down, factor, z, p, q, slope, percent, trend, kind)


def inflation(sequences: npt.ArrayLike, level: npt.ArrayLike, chance: npt.ArrayLike, weight: npt.ArrayLike) -> Floats:
    """By how much the variance of each of n tests grows because neighbouring bins hang together.

    One unit's bins are too few to show that, so autocorrelations come from all units of like `level` together (between
    the same powers of two): n `sequences` of P whole or half numbers around 0, products at lag 1, 2... over squares,
    less the `chance` of each lag. They count, by their `weight`, from lag 1 up to the first that is not above chance
    (one-sided 5 %). Never below 1. Sums are exact, so the order of units changes nothing. A unit alone on its level
    has only its own bins to show it.
    """
    x, lags = np.asarray(sequences, np.float64), np.asarray(chance, np.float64)
    places = x.shape[1]
    group = np.unique(np.frexp(np.asarray(level, np.float64))[1], return_inverse=True)[1].reshape(len(x))
    size = np.bincount(group)
    squares = np.bincount(group, np.einsum("ij,ij->i", x, x))
    factor, open_ = np.ones(len(size)), squares > 0
    for k, (by_chance, each) in enumerate(zip(lags, np.asarray(weight, np.float64), strict=True), start=1):
        products = np.bincount(group, np.einsum("ij,ij->i", x[:, k:], x[:, :-k]))
        found = np.divide(products, squares, out=np.zeros(len(size)), where=squares > 0) - by_chance
        open_ &= found > _BAND * (1 - k / places) / np.sqrt(size * (places - k))
        factor += np.where(open_, each * found, 0.0)
    return np.asarray(factor[group], np.float64)


def classify(hot: npt.ArrayLike, trend: npt.ArrayLike) -> npt.NDArray[np.str_] | None:
    """The class of each of n units by RULES, from n x H flags (oldest first) and n trends; None if H is below 10."""
    flags, direction = np.asarray(hot), np.asarray(trend, np.int64)
    if flags.dtype != np.bool_ or flags.ndim != 2 or len(flags) != len(direction):
        raise MethodError(
            f"hot: units x bins of flags wanted for {len(direction)} units, got {flags.dtype} of shape {flags.shape}"
        )
    if (np.abs(direction) > 1).any():
        raise MethodError(f"trend: row {int(np.flatnonzero(np.abs(direction) > 1)[0])} is neither -1, 0 nor 1")
    if flags.shape[1] < FEWEST_BINS:
        return None
    now, share = flags[:, -1], flags.mean(axis=1)
    fresh = now & ~flags[:, :-FRESH_BINS].any(axis=1)
    history = np.select(
        [share == 0, fresh, share >= ALWAYS_SHARE, share >= OFTEN_SHARE],
        [HISTORIES.index(name) for name in (NEVER, FRESH, ALWAYS, OFTEN)],
        HISTORIES.index(SOMETIMES),
    )
    return np.asarray(_KINDS[history, now.astype(np.int64), direction + 1], np.str_)


def rebin(series: npt.ArrayLike, width: int) -> Floats:
    """Sums over `width` bins each, of n series n x T; the oldest bins that fill no sum are dropped."""
    x = table(series, "series")
    if width < 1:
        raise MethodError(f"width: {width} is below 1")
    n, bins = x.shape
    return np.asarray(x[:, bins % width :].reshape(n, bins // width, width).sum(axis=2), np.float64)


def complete_bins(start: date, bin_days: int, bins: int, first_day: date, last_day: date) -> Flags:
    """Which of `bins` bins of `bin_days` days, from `start` on, lie wholly between the first and last day known.

    Both days are known themselves. A bin cut short is no quiet bin: leave it out of trends and classes.
    """
    if bin_days < 1 or bins < 0:
        raise MethodError(f"bin_days {bin_days}, bins {bins}: out of range")
    begins = (start - first_day).days + bin_days * np.arange(bins)
    return np.asarray((begins >= 0) & (begins + bin_days - 1 <= (last_day - first_day).days), bool)


def _counted(observed: npt.ArrayLike) -> Floats:
    found = table(observed, "observed")
    if (bad := (found < 0) | (found != np.floor(found))).any():
        row, at = np.argwhere(bad)[0]
        raise MethodError(f"observed: row {row} is {found[row, at]:g} in bin {at}, not a count")
    return found


def _answer(bins: int, period: int | None) -> str:
    if period is not None and period < 2:
        raise MethodError(f"period: {period} bins make no season; None for none")
    if bins < FEWEST_BINS:
        return FEW_BINS
    return ONE_SEASON if period is not None and bins < 2 * period else ENOUGH


def _scaled(counted: Floats, expected: npt.ArrayLike) -> Floats:
    """Expected counts with the sum of what was counted; all 0 for a unit of which nothing was expected."""
    found = table(expected, "expected")
    if found.shape != counted.shape:
        raise MethodError(f"expected: shape {found.shape} for observed of shape {counted.shape}")
    if (bad := found < 0).any():
        row, at = np.argwhere(bad)[0]
        raise MethodError(f"expected: row {row} is {found[row, at]:g} in bin {at}, below zero")
    total = found.sum(axis=1)
    scale: Floats = np.divide(counted.sum(axis=1), total, out=np.zeros(len(total)), where=total > 0)
    return found * scale[:, None]


def _known(counted: Floats, base: Floats | None, least: int) -> Flags:
    """Which units have counts enough to be tested, and where the expected is given, were expected to have some."""
    total = counted.sum(axis=1)
    known = total >= least
    if base is not None:
        known &= (base > 0).all(axis=1) & (total >= LEAST_RELATIVE * counted.shape[1])
    return np.asarray(known, bool)


def _spread(known: Flags, values: npt.NDArray[np.generic], rest: float) -> Floats:
    """The values of the known units in their rows, and `rest` in the others."""
    full = np.full(len(known), float(rest))
    full[known] = values
    return full


def _test(o: Floats, e: Floats | None, period: int | None) -> tuple[Seasons, Floats]:
    """Pairs of bins that are compared, and the inflation of their variance."""
    # Equal counts against equal expectations must stay equal: nine decimals hide the rounding.
    values = o if e is None else np.round((o - e) / np.sqrt(e), 9)
    compared = seasons(values, period or 1)
    if not o.size:
        return compared, np.ones(len(o))
    sequences, chance, weight = _ranks(values) if period is None else _steps(compared)
    return compared, inflation(sequences, o.mean(axis=1), chance, weight)


def _steps(compared: Seasons) -> tuple[Floats, Floats, Floats]:
    """Rises less falls at each place of the season, around their mean, in whole numbers."""
    places = compared.up.shape[1]
    steps = compared.up - compared.down
    share = 1 - np.arange(1, places // 4 + 1) / places
    return steps * places - steps.sum(axis=1, keepdims=True), -share / (places - 1), np.full(len(share), 2.0)


def _ranks(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Ranks after Sen's slope is taken out, with Hamed and Rao's weights; mean and slope leave chance a share."""
    bins = values.shape[1]
    time = np.arange(bins) - (bins - 1) / 2
    ranks = stats.rankdata(values - time * sen_slope(values).slope[:, None], axis=1) - (bins + 1) / 2
    k = np.arange(1, bins // 4 + 1)
    line = np.array([time[lag:] @ time[:-lag] for lag in k]) / (time @ time)
    weight = 2 * (bins - k) * (bins - k - 1) * (bins - k - 2) / (bins * (bins - 1) * (bins - 2))
    return ranks, -((bins - k) / bins + line) / (bins - 2), weight


def _slopes(o: Floats, e: Floats | None, period: int) -> tuple[Floats, Floats]:
    """Slope in counts a bin, and in per cent. Taken on sums of up to four bins: between single weeks with a handful of
    counts the median difference is 0, whatever the trend."""
    width = next(w for w in (4, 3, 2, 1) if period % w == 0)
    level = o.mean(axis=1) if o.size else np.zeros(len(o))
    sums = rebin(o, width)
    if e is None:
        slope = sen_slope(sums / width, period // width).slope
    else:
        slope = sen_slope(sums / rebin(e, width), period // width).slope * level
    return slope, 100 * np.divide(slope, level, out=np.zeros(len(o)), where=level > 0)


def _table_of_kinds() -> npt.NDArray[np.str_]:
    """RULES laid out: history x hot now x (trend + 1)."""
    kinds = np.full((len(HISTORIES), 2, 3), NONE, dtype=f"U{max(len(rule.kind) for rule in RULES)}")
    for rule in RULES:
        for history in rule.history:
            for now in rule.hot_now:
                for direction in rule.trend:
                    kinds[HISTORIES.index(history), int(now), direction + 1] = rule.kind
    return kinds


_KINDS = _table_of_kinds()
