"""An audit of local hot spots by permutation: slower than the closed form, and free of its normal approximation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analytics.methods.checks import Floats, Ints, MethodError, numbers

_BLOCK = 64
_CELLS_PER_BLOCK = 4_000_000

# Two sums of the same values in another order differ by less than this share of the largest, times their number.
_SAME = 1e-12


@dataclass(frozen=True)
class Audit:
    """One row per unit asked for: upper-tail `p`, and how many `permutations` were made before its answer was clear."""

    p: Floats
    permutations: Ints


@dataclass(frozen=True)
class _City:
    """n values about their mean, and the largest number of others a unit takes in. Per unit asked for: itself, how
    many others it takes in, and their sum less what may be rounding."""

    values: Floats
    largest: int
    units: Ints
    others: Ints
    found: Floats


def audit(
    values: npt.ArrayLike,
    neighbours: sparse.csr_matrix,
    rng: np.random.Generator,
    *,
    rows: npt.ArrayLike | None = None,
    most: int = 999,
    enough: int = 10,
) -> Audit:
    """How often would Gi* of a unit be as high if the other units' values were dealt out anew (conditional
    permutation, upper tail)? With early stopping (Besag and Clifford 1991).

    As the unit's own value stays, it is the neighbours that are judged: the closed form to lay beside p is that of
    `gi`, while `gi_star` also counts how unusual the unit itself is.

    `values`: n numbers; `neighbours`: n x n, ones, each unit its own; `rows`: the units asked for, by default all.
    A unit stops at the permutation l at which `enough` permuted neighborhoods had reached the observed one: p =
    enough / l. One that never does has p = (reached + 1) / (most + 1), never below 1 / (most + 1): too coarse to be
    fed to a false discovery rate over many units. Where nothing can change, by equal values or a neighborhood that is
    the unit alone or everyone, every permutation reaches it and p is 1. No rows, no answers.
    All units share the same permutations, so a unit's answer follows from `rng` and its own row, whatever else is
    asked. Order of the cost: permutations x (largest neighborhood + units not yet stopped).
    """
    if not 1 <= enough <= most:
        raise MethodError(f"enough {enough}, most {most}: 1 <= enough <= most wanted")
    city, answers = _city(values, neighbours, rows)
    reached, stopped_at = _counts(city, rng, most, enough)
    stopped = stopped_at > 0
    p = np.where(stopped, enough / np.maximum(stopped_at, 1), (reached + 1) / (most + 1))
    return Audit(p[answers], np.where(stopped, stopped_at, most)[answers])


def _counts(city: _City, rng: np.random.Generator, most: int, enough: int) -> tuple[Ints, Ints]:
    """Per unit: how many permutations reached it, and the one at which that came to `enough`, 0 for never."""
    reached, stopped_at = np.zeros((2, len(city.units)), np.int64)
    active, done = np.arange(len(city.units)), 0
    while len(active) and done < most:
        block = min(max(1, min(_CELLS_PER_BLOCK // len(active), max(_BLOCK, done))), most - done)
        total = reached[active, None] + np.cumsum(_reaches(city, active, _deals(city, block, rng)), axis=1)
        full = total[:, -1] >= enough
        stopped_at[active[full]] = done + 1 + np.argmax(total[full] >= enough, axis=1)
        reached[active] = total[:, -1]
        active = active[~full]
        done += block
    return reached, stopped_at


def _city(values: npt.ArrayLike, neighbours: sparse.csr_matrix, rows: npt.ArrayLike | None) -> tuple[_City, Ints]:
    """What is needed of each unit asked for, once, and which of them answers each row."""
    x = numbers(values, "values")
    n = len(x)
    if neighbours.shape != (n, n):
        raise MethodError(f"neighbours: shape {neighbours.shape} for {n} units")
    if (neighbours.data != 1).any() or (neighbours.diagonal() != 1).any():
        raise MethodError("neighbours: ones only wanted, each unit its own neighbour")
    units = np.arange(n) if rows is None else np.atleast_1d(np.asarray(rows))
    if units.size and (units.ndim != 1 or units.dtype.kind not in "iu" or units.min() < 0 or units.max() >= n):
        raise MethodError(f"rows: whole numbers from 0 to {n - 1} wanted")
    units, answers = np.unique(units.astype(np.int64), return_inverse=True)
    others = np.diff(neighbours.indptr).astype(np.int64) - 1
    if n:
        x = x - x.mean()
    slack = _SAME * others * np.abs(x).max(initial=0.0)
    found = neighbours @ x - x - slack
    return _City(x, int(others.max(initial=0)), units, others[units], found[units]), answers


def _deals(city: _City, block: int, rng: np.random.Generator) -> Ints:
    """`block` random draws without repeats of as many of the numbers 0 to n - 2 as the largest neighborhood needs."""
    n, k = len(city.values), city.largest
    return np.array([rng.choice(n - 1, k, replace=False) if k else [] for _ in range(block)], np.int64)


def _reaches(city: _City, active: Ints, deals: Ints) -> npt.NDArray[np.bool_]:
    """Whether the sum dealt to each active row reaches its own: active x block flags.

    A draw of number t stands for unit t, or for the last unit where t is the unit asked about itself. So the first k
    numbers of a deal give the same sum to all units that take k, but for the few among those numbers.
    """
    x, units, others = city.values, city.units[active], city.others[active]
    sums = np.zeros((deals.shape[0], deals.shape[1] + 1))
    np.cumsum(x[deals], axis=1, out=sums[:, 1:])
    dealt = sums.T[others]
    place = np.full(len(x), -1)
    place[units] = np.arange(len(units))
    deal, turn = np.nonzero(place[deals] >= 0)
    row = place[deals[deal, turn]]
    within = turn < others[row]
    dealt[row[within], deal[within]] += x[-1] - x[units[row[within]]]
    return dealt >= city.found[active][:, None]
