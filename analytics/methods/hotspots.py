"""The exposure test: which units, with their ring, hold more incidents than their exposure explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from analytics.methods.checks import Floats, Ints, MethodError, counts, numbers, same_length

POISSON, NEGATIVE_BINOMIAL = "poisson", "negative binomial"

_NEARLY_ONE = 1 + 1e-6


@dataclass(frozen=True)
class ExposureTest:
    """One family. n rows: sums over the ring, their ratio, the exact upper tail `p`, and `q` after
    Benjamini-Hochberg. `phi` is the dispersion of the whole family, `model` the distribution `p` comes from."""

    ring_observed: Ints
    ring_expected: Floats
    ratio: Floats
    p: Floats
    q: Floats
    phi: float
    model: str


def exposure_test(
    observed: npt.ArrayLike,
    expected: npt.ArrayLike,
    neighbours: sparse.csr_matrix,
    *,
    dispersion_z: float = 1.645,
    least_observed: int = 1,
) -> ExposureTest:
    """Test each of n units with its neighbours against the expected count of that ring.

    `observed` are counts, `expected` counts > 0 of the same units with about the same sum, `neighbours` n x n binary
    incl. self. p = P(X >= O_N) for a Poisson X of mean E_N. Where the family's dispersion lies more than
    `dispersion_z` standard errors above 1, X is negative binomial with variance phi * E_N, and each ring takes phi
    from all cells outside it, so that a hot spot cannot excuse itself. That model is closed under sums: incidents
    arrive in batches, the same in one cell and in seven. Rings with fewer than `least_observed` incidents keep their
    p but enter q as if p were 1. Decision record 0005 has the calibration.
    """
    o, e = counts(observed, "observed"), numbers(expected, "expected", least=0)
    same_length(observed=o, expected=e)
    if neighbours.shape != (len(o), len(o)):
        raise MethodError(f"neighbours: shape {neighbours.shape} for {len(o)} units")
    if (e == 0).any():
        raise MethodError(f"expected: row {int(np.flatnonzero(e == 0)[0])} is 0; leave out units without exposure")
    if not len(o):
        return ExposureTest(o.astype(np.int64), e, e, e, e, 1.0, POISSON)
    ring_o, ring_e = neighbours @ o, neighbours @ e
    phi, error = dispersion(o, e)
    if phi > 1 + dispersion_z * error:
        model, p = NEGATIVE_BINOMIAL, upper_tail(ring_o, ring_e, _dispersion_outside(o, e, neighbours))
    else:
        model, p = POISSON, upper_tail(ring_o, ring_e)
    q = bh(np.where(ring_o >= least_observed, p, 1.0))
    return ExposureTest(ring_o.astype(np.int64), ring_e, ring_o / ring_e, p, q, phi, model)


def dispersion(observed: Floats, expected: Floats) -> tuple[float, float]:
    """Variance over mean of counts around their expectation, and the standard error it has when the truth is 1.

    Pearson's chi-square over df with each term weighted by E, sum((O-E)^2) / (sum(E) - sum(E^2)/sum(E)): unbiased
    under the same model, and one incident where almost none is expected cannot carry it. Under Poisson the variance
    of (O-E)^2 is E + 2 E^2. One unit or none has no dispersion: (1, 0).
    """
    total = float(expected.sum())
    spread = total - float((expected**2).sum()) / total if total > 0 else 0.0
    if len(expected) < 2 or spread <= 0:
        return 1.0, 0.0
    error = float(np.sqrt((expected + 2 * expected**2).sum()))
    return float(((observed - expected) ** 2).sum()) / spread, error / spread


def upper_tail(observed: npt.ArrayLike, expected: npt.ArrayLike, phi: npt.ArrayLike = 1.0) -> Floats:
    """P(X >= observed) for n counts of mean `expected` > 0 and variance phi * expected.

    Poisson where phi is 1 or less (regularised gamma), else negative binomial with size E/(phi - 1) (regularised
    beta); both exact far into the tail, where 1 - cdf would be zero.
    """
    o, e = counts(observed, "observed"), numbers(expected, "expected", least=0)
    same_length(observed=o, expected=e)
    wide = np.broadcast_to(np.asarray(phi, np.float64), o.shape)
    least_one = np.maximum(o, 1)
    p = special.gammainc(least_one, e)
    over = wide > _NEARLY_ONE
    if over.any():
        extra = wide[over] - 1
        p[over] = special.betainc(least_one[over], e[over] / extra, extra / wide[over])
    return np.where(o > 0, p, 1.0)


def bh(p: npt.ArrayLike) -> Floats:
    """q values of one family of n p values (Benjamini and Hochberg 1995): the smallest rate of false discoveries
    at which each would be called. Same order as given."""
    values = numbers(p, "p", least=0, most=1)
    n = len(values)
    # Any order among equal p will do: all of them get the q of the last.
    order = np.argsort(values)
    steps = values[order]
    steps *= n / np.arange(1, n + 1)
    q = np.empty(n)
    q[order] = np.minimum.accumulate(steps[::-1])[::-1]
    return q


def _dispersion_outside(o: Floats, e: Floats, neighbours: sparse.csr_matrix) -> Floats:
    """Dispersion of the cells outside each of n rings, their expectation scaled to their own total; at least 1."""

    def outside(values: Floats) -> Floats:
        return np.asarray(values.sum() - neighbours @ values, np.float64)

    rest_o, rest_e, rest_ee = outside(o), outside(e), outside(e * e)
    enough = (rest_o >= 1) & (rest_e > 1e-9 * e.sum())
    scale = np.divide(rest_o, rest_e, out=np.ones(len(o)), where=enough)
    squares = outside(o * o) - 2 * scale * outside(o * e) + scale**2 * rest_ee
    spread = scale * (rest_e - np.divide(rest_ee, rest_e, out=np.zeros(len(o)), where=enough))
    phi = np.divide(squares, spread, out=np.ones(len(o)), where=enough & (spread > 0))
    return np.maximum(phi, 1.0)
