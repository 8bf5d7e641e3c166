"""How long people wait: time to closing, where what is still open counts as waiting, not as nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analytics.methods.checks import Floats, Ints, MethodError, numbers, same_length


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
    """Days until half were closed, with its interval; None where the curve or its band never comes down to half."""

    n: int
    closed: int
    days: float | None
    low: float | None
    high: float | None


def kaplan_meier(days: npt.ArrayLike, closed: npt.ArrayLike, level: float = 0.95) -> Curve:
    """Share still open after t days from n waiting times >= 0 and n flags: closed then, or still open then.

    Kaplan and Meier 1958; a row open at t counts as at risk at t. Pointwise bounds: Greenwood's variance on the
    log(-log) scale. Before the first closing the bounds are 1; at share 0 they are 0. Assumes that what is still
    open would have waited like the rest.
    """
    t, event = numbers(days, "days", least=0), np.asarray(closed, bool)
    same_length(days=t, closed=event)
    if not 0 < level < 1:
        raise MethodError(f"level: {level} is not between 0 and 1")
    times, row = np.unique(t, return_inverse=True)
    ended = np.bincount(row, weights=event, minlength=len(times)).astype(np.float64)
    left = np.bincount(row, minlength=len(times))
    at_risk = np.asarray(len(t) - np.cumsum(left) + left, np.int64)
    survival: Floats = np.cumprod(1 - ended / at_risk, dtype=np.float64)
    low, high = _bounds(survival, ended, at_risk, float(special.ndtri((1 + level) / 2)))
    return Curve(times, survival, low, high, at_risk)


def median_wait(days: npt.ArrayLike, closed: npt.ArrayLike, level: float = 0.95) -> Median:
    """Median days to closing from n waiting times and n closed flags (see kaplan_meier for both).

    The first time at which the share still open is half or less; bounds likewise from the band (Brookmeyer and
    Crowley 1982). No rows: n = 0 and no median.
    """
    curve = kaplan_meier(days, closed, level)
    flags = np.asarray(closed, bool)
    return Median(
        n=len(flags),
        closed=int(flags.sum()),
        days=_first_half(curve.times, curve.survival),
        low=_first_half(curve.times, curve.low),
        high=_first_half(curve.times, curve.high),
    )


def _bounds(survival: Floats, ended: Floats, at_risk: Ints, z: float) -> tuple[Floats, Floats]:
    inner = (survival > 0) & (survival < 1)
    steps = np.divide(ended, at_risk * (at_risk - ended), out=np.zeros(len(ended)), where=at_risk > ended)
    logs = np.log(survival, out=np.full(len(survival), -1.0), where=inner)
    spread = z * np.sqrt(np.cumsum(steps)) / -logs
    low = np.where(inner, np.exp(logs * np.exp(spread)), survival)
    high = np.where(inner, np.exp(logs * np.exp(-spread)), survival)
    return low, high


def _first_half(times: Floats, share: Floats) -> float | None:
    # A product that is exactly one half on paper may sit a rounding error above it.
    below = np.flatnonzero(share <= 0.5 + 1e-12)
    return float(times[below[0]]) if len(below) else None
