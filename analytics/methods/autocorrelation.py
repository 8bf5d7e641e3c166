"""Do like values lie together? Getis-Ord and Moran, global and local, from closed-form moments: no permutations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from analytics.methods.checks import Floats, Ints, MethodError, numbers

HIGH_HIGH, LOW_HIGH, LOW_LOW, HIGH_LOW, NO_QUADRANT = 1, 2, 3, 4, 0

# A spread below this share of the whole spread is rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Moran:
    """Moran's `i`, its `expected` value -1/(n-1) and `variance` under randomisation; `z`, and `p` of both sides.

    `known` is false where no answer exists; then i equals expected, variance and z are 0 and p is 1.
    """

    i: float
    expected: float
    variance: float
    z: float
    p: float
    known: bool


@dataclass(frozen=True)
class LocalMoran:
    """n rows: local Moran `i`, `z` and two-sided `p`, and the `quadrant`: 1 high among high (HH), 2 low among high
    (LH), 3 low among low (LL), 4 high among low (HL), 0 for a unit without neighbours or where all values are equal."""

    i: Floats
    z: Floats
    p: Floats
    quadrant: Ints


def gi_star(values: npt.ArrayLike, neighbours: sparse.csr_matrix) -> Floats:
    """Getis-Ord Gi* of n units as z scores (Ord and Getis 1995): does a unit with its neighbours hold high values?

    z = (sum w x - W mean) / (s sqrt((n S - W^2)/(n-1))) with W = sum w, S = sum w^2 over the unit's row and s the
    population standard deviation. `neighbours`: n x n weights >= 0, each unit its own neighbour; binary ones take the
    shortest path. To multiply a row by a constant changes nothing. z is 0 where nothing can differ: one unit, equal
    values, no neighbours, or a neighborhood of all units. No units, no scores. Order of the cost: the links.
    Assumes values that may be compared between units: give it smoothed ratios, never counts.
    """
    x = numbers(values, "values")
    weight, square = _row_sums(neighbours, len(x))
    n = len(x)
    if n < 2 or x.min() == x.max():
        return np.zeros(n)
    far = x - x.mean()
    spread = float((far * far).sum()) / n
    room = np.maximum(n * square - weight**2, 0.0)
    return _score(neighbours @ far, spread * room / (n - 1), spread * square)


def gi(values: npt.ArrayLike, neighbours: sparse.csr_matrix) -> Floats:
    """Getis-Ord Gi of n units as z scores: as gi_star, but the neighbours alone, without the unit.

    The unit's own weight is left out, and so is its value from mean and standard deviation; n becomes n - 1.
    """
    x = numbers(values, "values")
    weight, square = _row_sums(neighbours, len(x))
    n, own = len(x) - 1, neighbours.diagonal()
    if n < 2 or x.min() == x.max():
        return np.zeros(n + 1)
    weight, square = weight - own, square - own**2
    far = x - x.mean()
    whole = float((far * far).sum())
    # Without a unit at distance d the mean of the others moves by -d/n, and their squares lose d^2 (n+1)/n.
    spread = (whole - far**2 * ((n + 1) / n)) / n
    spread = np.where(spread > _ROUNDING * whole, spread, 0.0)
    found = neighbours @ far - own * far + weight * far / n
    room = np.maximum(n * square - weight**2, 0.0)
    return _score(found, spread * room / (n - 1), spread * square)


def two_sided(z: npt.ArrayLike) -> Floats:
    """P(|Z| >= |z|) of n standard normal scores, exact far into the tails."""
    p: Floats = special.erfc(np.abs(numbers(z, "z")) * np.sqrt(0.5))
    return p


def without_self(neighbours: sparse.csr_matrix) -> sparse.csr_matrix:
    """The same n x n weights with nobody its own neighbour."""
    n = neighbours.shape[0]
    _row_sums(neighbours, n)
    row, column = np.repeat(np.arange(n), np.diff(neighbours.indptr)), neighbours.indices
    rest = row != column
    return sparse.csr_matrix((neighbours.data[rest], (row[rest], column[rest])), shape=(n, n))


def row_standardised(weights: sparse.csr_matrix) -> sparse.csr_matrix:
    """Weights divided by the sum of their row, so that a unit's lag is its neighbours' mean; empty rows stay empty."""
    total, _ = _row_sums(weights, weights.shape[0])
    share = np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0)
    return sparse.csr_matrix(sparse.diags(share) @ weights)


def moran(values: npt.ArrayLike, weights: sparse.csr_matrix) -> Moran:
    """Moran's I of n values, with its variance under randomisation (Cliff and Ord 1981) and a two-sided normal p.

    I = n/S0 * sum w_ij z_i z_j / sum z_i^2. `weights`: n x n, >= 0, zero diagonal, usually row_standardised. Not known
    for fewer than four units, for equal values and without any weight.
    """
    x = numbers(values, "values")
    weight, _ = _row_sums(weights, len(x), own=False)
    n, s0 = len(x), float(weight.sum())
    expected = -1.0 / (n - 1) if n > 1 else 0.0
    if n < 4 or s0 == 0 or x.min() == x.max():
        return Moran(expected, expected, 0.0, 0.0, 1.0, False)
    far = x - x.mean()
    second = float((far * far).sum()) / n
    i = float((far * (weights @ far)).sum()) / (s0 * second)
    both = weights + weights.T
    s1 = float((both.data**2).sum()) / 2
    s2 = float((np.asarray(both.sum(axis=1)).ravel() ** 2).sum())
    kurtosis = float((far**4).mean()) / second**2
    plain = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    tails = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = (plain - tails) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    if variance <= _ROUNDING * expected**2:
        return Moran(i, expected, 0.0, 0.0, 1.0, False)
    z = (i - expected) / variance**0.5
    return Moran(i, expected, variance, z, float(two_sided([z])[0]), True)


def local_moran(values: npt.ArrayLike, weights: sparse.csr_matrix) -> LocalMoran:
    """Local Moran of n values (Anselin 1995): is a unit like its neighbours, and on which side of the mean?

    I_i = (n-1) z_i sum_j w_ij z_j / sum z^2, as in esda; spdep has n in place of n - 1. z and p come from the exact
    mean and variance over all permutations of the other units' values with its own held fixed (Sokal 1998), and are
    the same under either scale. `weights`: n x n, >= 0, zero diagonal, usually row_standardised. High means above the
    mean. i and z are 0 and p is 1 for a unit without neighbours or at the mean itself, for fewer than three units, and
    where the others' values, or all, are equal. No units, no rows.
    """
    x = numbers(values, "values")
    weight, square = _row_sums(weights, len(x), own=False)
    n = len(x)
    if n < 3 or x.min() == x.max():
        return LocalMoran(np.zeros(n), np.zeros(n), np.ones(n), np.zeros(n, np.int64))
    far = x - x.mean()
    whole = float((far * far).sum())
    lag = weights @ far
    others = (whole - far**2 * (n / (n - 1))) / (n - 1)
    others = np.where(others > _ROUNDING * whole, others, 0.0)
    room = np.maximum((n - 1) * square - weight**2, 0.0)
    z = np.sign(far) * _score(lag + weight * far / (n - 1), others * room / (n - 2), others * square)
    quadrant = np.where(far > 0, np.where(lag > 0, HIGH_HIGH, HIGH_LOW), np.where(lag > 0, LOW_HIGH, LOW_LOW))
    return LocalMoran(
        (n - 1) * far * lag / whole, z, two_sided(z), np.where(weight > 0, quadrant, NO_QUADRANT).astype(np.int64)
    )


def _score(distance: Floats, variance: Floats, scale: Floats) -> Floats:
    """distance / sqrt(variance), 0 where the variance is nothing but rounding beside `scale`."""
    known = variance > _ROUNDING * scale
    return np.divide(distance, np.sqrt(variance), out=np.zeros(len(distance)), where=known)


def _row_sums(weights: sparse.csr_matrix, n: int, *, own: bool = True) -> tuple[Floats, Floats]:
    """Sums of the weights of each row and of their squares, after what is no weight has been refused."""
    if weights.shape != (n, n):
        raise MethodError(f"weights: shape {weights.shape} for {n} units")
    if (weights.data == 1).all():
        total = square = np.diff(weights.indptr).astype(np.float64)
    else:
        if not (np.isfinite(weights.data) & (weights.data >= 0)).all():
            raise MethodError("weights: finite numbers of zero or more wanted")
        total = weights @ np.ones(n)
        square = weights.multiply(weights) @ np.ones(n)
    if not own and (broken := weights.diagonal() != 0).any():
        raise MethodError(f"weights: row {int(np.flatnonzero(broken)[0])} counts itself; take it out (without_self)")
    return total, square
