"""Shares of small numbers with honest bounds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from analytics.methods.checks import Floats, MethodError, counts, same_length


def wilson(hits: npt.ArrayLike, of: npt.ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper bound of n shares hits/of at `level` (Wilson 1927); of = 0 says nothing: bounds 0 and 1.

    Raises MethodError where a part exceeds its whole.
    """
    x, n = counts(hits, "hits"), counts(of, "of")
    same_length(hits=x, of=n)
    if not 0 < level < 1:
        raise MethodError(f"level: {level} is not between 0 and 1")
    if (x > n).any():
        raise MethodError(f"hits: row {int(np.flatnonzero(x > n)[0])} exceeds its whole")
    z = float(special.ndtri((1 + level) / 2))
    whole = np.maximum(n, 1)
    share = x / whole
    middle = (share + z**2 / (2 * whole)) / (1 + z**2 / whole)
    half = z / (1 + z**2 / whole) * np.sqrt(share * (1 - share) / whole + z**2 / (4 * whole**2))
    low = np.where((n == 0) | (x == 0), 0.0, middle - half)
    high = np.where((n == 0) | (x == n), 1.0, middle + half)
    return low, high
