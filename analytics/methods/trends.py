"""Is it getting worse: Mann-Kendall tests and Sen slopes of many series at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analytics.methods.checks import Floats, Ints, MethodError, numbers, same_length

# Pairs of bins held at once: the block of series that this makes stays in a processor's cache.
_PAIRS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class MannKendall:
    """n series. `s`: pairs that rise less pairs that fall; `variance`: of s without trend; `z`, two-sided `p`, `tau`.

    A series without a pair, one that never changes, and one whose corrected variance is not above zero say nothing
    of a trend: z = 0, p = 1.
    """

    s: Floats
    variance: Floats
    z: Floats
    p: Floats
    tau: Floats


@dataclass(frozen=True)
class Slope:
    """n series: median rise, and the height of that line at the first bin. No pairs: slope 0."""

    slope: Floats
    intercept: Floats


@dataclass(frozen=True)
class Seasons:
    """n series by P places in the season: pairs that rise, pairs that fall, variance of their difference, pairs."""

    up: Ints
    down: Ints
    variance: Floats
    pairs: Ints

    def judged(self, inflation: npt.ArrayLike = 1.0) -> MannKendall:
        """The test of each series over all its seasons, its variance multiplied by `inflation` (n, or one for all)."""
        s = (self.up - self.down).sum(axis=1).astype(np.float64)
        return judged(s, self.variance.sum(axis=1) * np.asarray(inflation, np.float64), self.pairs.sum(axis=1))


def mann_kendall(series: npt.ArrayLike, known: npt.ArrayLike | None = None) -> MannKendall:
    """Test each of n series of T equally long bins, n x T, for a trend (Mann 1945, Kendall 1975).

    Variance with tie correction, continuity-corrected z. `known`: n x T flags; what is not known is left out. Assumes
    that bins do not overlap, hang together in no other way, and have no season. Order n T^2.
    """
    return seasons(series, 1, known).judged()


def seasonal(series: npt.ArrayLike, period: int, known: npt.ArrayLike | None = None) -> MannKendall:
    """Test each of n series, n x T, only comparing bins that are whole periods apart (Hirsch and Slack 1984).

    A season of whatever shape, if the same every year, cancels; a trend is seen by its steps from year to year. Needs
    two periods to have a pair. Assumes that neighbouring bins of one year do not hang together.
    """
    return seasons(series, period, known).judged()


def regional(series: npt.ArrayLike, known: npt.ArrayLike | None = None) -> MannKendall:
    """One test, of length 1, for the trend that n places share, n x T (Helsel and Frans 2006): their s and variances
    added. Assumes that places do not hang together."""
    places = seasons(series, 1, known)
    return Seasons(places.up.T, places.down.T, places.variance.T, places.pairs.T).judged()


def hamed_rao(
    series: npt.ArrayLike, lag: int | None = None, alpha: float = 0.05, slope: npt.ArrayLike | None = None
) -> MannKendall:
    """Mann-Kendall of n series, n x T, whose bins hang together (Hamed and Rao 1998): s as it is, variance corrected.

    Autocorrelations of the ranks after Sen's slope is taken out, up to `lag` (None: all), enter where they lie outside
    the band of independence at `alpha`. `slope`: n slopes to take out instead. The variance may shrink as well, and
    often does: of 13 to 104 independent bins 7 to 9 % then show a trend at 5 %. Order n T^2.
    """
    x = table(series, "series")
    bins = x.shape[1]
    if not 0 < alpha < 1:
        raise MethodError(f"alpha: {alpha} is not between 0 and 1")
    if lag is not None and not 0 <= lag < max(bins, 1):
        raise MethodError(f"lag: {lag} bins for series of {bins}")
    plain = seasons(x, 1)
    if bins < 3:
        return plain.judged()
    taken = sen_slope(x).slope if slope is None else numbers(slope, "slope")
    same_length(series=x, slope=taken)
    ranks = stats.rankdata(x - np.arange(1, bins + 1) * taken[:, None], axis=1) - (bins + 1) / 2
    band = float(special.ndtri(1 - alpha / 2)) / np.sqrt(bins)
    total = np.zeros(len(x))
    for k in range(1, bins if lag is None else lag + 1):
        at_lag = autocorrelation(ranks, k)
        total += np.where(np.abs(at_lag) > band, (bins - k) * (bins - k - 1) * (bins - k - 2) * at_lag, 0.0)
    return plain.judged(1 + 2 / (bins * (bins - 1) * (bins - 2)) * total)


def pre_whitening(series: npt.ArrayLike) -> MannKendall:
    """Mann-Kendall of n series, n x T, after the part that each bin has from the one before it is taken out
    (Yue and Wang 2002). It takes part of a trend with it; T - 1 bins remain."""
    x = table(series, "series")
    if x.shape[1] < 2:
        return mann_kendall(x)
    centred = x - x.mean(axis=1, keepdims=True)
    return mann_kendall(x[:, 1:] - x[:, :-1] * autocorrelation(centred, 1)[:, None])


def sen_slope(series: npt.ArrayLike, period: int = 1, known: npt.ArrayLike | None = None) -> Slope:
    """Median slope over all pairs of bins of each of n series, n x T, per `period` bins (Sen 1968, Hirsch 1982).

    Only bins that are whole periods apart are compared; `known` as in mann_kendall. The line runs through the medians
    of time and value (Conover 1980). Of counts that are mostly 0 or 1 the median pair is level: sum such bins first.
    Order n T^2 / period.
    """
    x = table(series, "series", known)
    n, bins = x.shape
    steps = _steps(bins, period)
    slope = np.zeros(n)
    gaps = np.repeat(np.arange(1.0, len(steps) + 1), bins - steps)
    for rows in _blocks(n, len(gaps)) if len(gaps) else ():
        block = x[rows]
        rises = np.concatenate([block[:, k:] - block[:, :-k] for k in steps], axis=1)
        slope[rows] = _median(rises / gaps)
    time = _median(np.where(np.isnan(x), np.nan, np.arange(bins)))
    return Slope(slope, _median(x.copy()) - time / period * slope)


def seasons(series: npt.ArrayLike, period: int, known: npt.ArrayLike | None = None) -> Seasons:
    """Compare bins that are whole periods apart, in each of n series, n x T; `known` as in mann_kendall."""
    x = table(series, "series", known)
    n, bins = x.shape
    years = len(_steps(bins, period)) + 1
    padded = np.full((n, years * period), np.nan)
    padded[:, :bins] = x
    each = padded.reshape(n, years, period).transpose(0, 2, 1).reshape(n * period, years)
    up, down = _compared(each)
    there = (~np.isnan(each)).sum(axis=1)
    shape = (n, period)
    pairs = there * (there - 1) // 2
    return Seasons(up.reshape(shape), down.reshape(shape), _variance(each, there).reshape(shape), pairs.reshape(shape))


def judged(s: Floats, variance: Floats, pairs: Ints) -> MannKendall:
    """z with continuity correction, two-sided p and tau of n statistics."""
    spread = np.sqrt(np.where(variance > 0, variance, 1.0))
    z = np.where(variance > 0, (s - np.sign(s)) / spread, 0.0)
    tau = np.divide(s, pairs, out=np.zeros(len(s)), where=pairs > 0)
    return MannKendall(s, variance, z, 2 * special.ndtr(-np.abs(z)), tau)


def autocorrelation(centred: Floats, lag: int) -> Floats:
    """Of n series of mean 0, `lag` bins apart; 0 for a series that never changes."""
    squares = np.einsum("ij,ij->i", centred, centred)
    products = np.einsum("ij,ij->i", centred[:, lag:], centred[:, : centred.shape[1] - lag])
    found: Floats = np.divide(products, squares, out=np.zeros(len(centred)), where=squares > 0)
    return found


def table(values: npt.ArrayLike, name: str, known: npt.ArrayLike | None = None) -> Floats:
    """Finite numbers, series x bins, as float64; with NaN for what is not `known`."""
    found = np.asarray(values, np.float64)
    if found.ndim != 2:
        raise MethodError(f"{name}: series x bins wanted, got shape {found.shape}")
    there = np.ones(found.shape, bool) if known is None else np.asarray(known, bool)
    if there.shape != found.shape:
        raise MethodError(f"known: shape {there.shape} for {name} of shape {found.shape}")
    if (bad := ~np.isfinite(found) & there).any():
        row, at = np.argwhere(bad)[0]
        raise MethodError(f"{name}: row {row} is {found[row, at]} in bin {at}, not a finite number")
    return found if known is None else np.where(there, found, np.nan)


def _compared(x: Floats) -> tuple[Ints, Ints]:
    """Pairs of bins that rise and that fall in each of n rows; NaN does neither."""
    n, bins = x.shape
    found = np.zeros((2, n), np.int64)
    for rows in _blocks(n, bins * bins):
        block = np.ascontiguousarray(x[rows].T)
        up, down = np.zeros((2, *block.shape), np.int32)
        for k in range(1, bins):
            up[k:] += block[k:] > block[:-k]
            down[k:] += block[k:] < block[:-k]
        found[0, rows], found[1, rows] = up.sum(axis=0), down.sum(axis=0)
    return found[0], found[1]


def _variance(x: Floats, there: Ints) -> Floats:
    """Variance of up - down in n rows with `there` values each, corrected for ties."""
    n, bins = x.shape
    variance = there * (there - 1) * (2 * there + 5)
    if x.size:
        ordered = np.sort(x, axis=1)
        first = np.ones(x.shape, bool)
        first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
        starts = np.flatnonzero(first)
        tied = np.diff(starts, append=n * bins)
        lost = np.bincount(starts // bins, weights=tied * (tied - 1) * (2 * tied + 5), minlength=n)
        variance = variance - lost
    return np.asarray(variance / 18, np.float64)


def _steps(bins: int, period: int) -> Ints:
    """The distances, in bins, at which values are compared."""
    if period < 1:
        raise MethodError(f"period: {period} is below 1")
    return np.arange(period, bins, period, dtype=np.int64)


def _median(values: Floats) -> Floats:
    """Median of what is not NaN in each row, 0 for a row without; the rows are left in disorder.

    Partition alone takes half the time of numpy's median; it cannot be had where rows are of different lengths.
    """
    n, width = values.shape
    half = width // 2
    if not values.size:
        return np.zeros(n)
    if not np.isnan(values).any():
        values.partition(half, axis=1)
        middle = values[:, half]
        return np.asarray(middle if width % 2 else (values[:, :half].max(axis=1) + middle) / 2, np.float64)
    values.sort(axis=1)
    there = (~np.isnan(values)).sum(axis=1)
    ends = np.column_stack([np.maximum(there - 1, 0) // 2, np.minimum(there // 2, width - 1)])
    return np.where(there > 0, np.take_along_axis(values, ends, axis=1).sum(axis=1) / 2, 0.0)


def _blocks(n: int, pairs: int) -> Iterator[slice]:
    size = max(1, _PAIRS_AT_ONCE // max(pairs, 1))
    return (slice(start, min(start + size, n)) for start in range(0, n, size))
