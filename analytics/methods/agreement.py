"""Does it hold however the city is cut? Hot at how many of several sets of units, and whether two rankings agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

from analytics.methods.checks import Ints, MethodError, numbers, same_length

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Layer:
    """One set of m units as seen from n others: which are `hot`, which were `tested` at all (by default every one).

    `link` says where each of the n finds itself in this set. An array of n positions, -1 for nowhere, where one unit
    holds it: the parent cell, the area with its centre or most of it. A sparse n x m matrix, non-zero where the two
    share ground, where it is made up of several: its child cells. None where the set is the n units themselves.
    """

    hot: Flags
    link: Ints | sparse.csr_matrix | None = None
    tested: Flags | None = None


@dataclass(frozen=True)
class Agreement:
    """n rows: "hot at `hot` of `of`": the sets in which the place is hot, and those in which it could have been."""

    hot: Ints
    of: Ints


def hot_at(n: int, layers: Sequence[Layer]) -> Agreement:
    """At how many sets of units the place of each of n units is hot.

    Where a set has several units for one place, one hot unit among them is enough; the place could have been hot
    there if any of them was tested. A unit that is hot but not tested counts for nothing. Without layers: 0 of 0.
    """
    hot, of = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for number, layer in enumerate(layers):
        name = f"layer {number}"
        flags = _flags(layer.hot, f"{name}: hot")
        tested = np.ones(len(flags), bool) if layer.tested is None else _flags(layer.tested, f"{name}: tested")
        same_length(hot=flags, tested=tested)
        hot += _lifted(flags & tested, layer.link, n, name)
        of += _lifted(tested, layer.link, n, name)
    return Agreement(hot, of)


def parts(holder: npt.ArrayLike, n: int) -> sparse.csr_matrix:
    """From the position in n units that holds each of m smaller ones (-1 for none) to the link from those n to the m:
    n x m ones, to ask of a coarse cell what its children say."""
    held = _positions(holder, n, "holder")
    inside = np.flatnonzero(held >= 0)
    return sparse.csr_matrix((np.ones(len(inside)), (held[inside], inside)), shape=(n, len(held)))


def rank_agreement(a: npt.ArrayLike, b: npt.ArrayLike) -> float | None:
    """Kendall's tau-b of two rankings or scores of the same n units, ties allowed for: 1 the same order, -1 reversed.

    None where no order exists to compare: fewer than two units, or all tied in one of the two.
    """
    first, second = numbers(a, "a"), numbers(b, "b")
    same_length(a=first, b=second)
    if len(first) < 2 or first.min() == first.max() or second.min() == second.max():
        return None
    return float(stats.kendalltau(first, second, variant="b").statistic)


def _lifted(flags: Flags, link: Ints | sparse.csr_matrix | None, n: int, name: str) -> Flags:
    """Whether any of the units that make up the place of each of n carries the flag."""
    if link is None:
        if len(flags) != n:
            raise MethodError(f"{name}: {len(flags)} units for {n}, and no link between them")
        return flags
    if sparse.issparse(link):
        if link.shape != (n, len(flags)):
            raise MethodError(f"{name}: link of shape {link.shape} between {n} and {len(flags)} units")
        found: Flags = (link != 0).astype(np.int64) @ flags.astype(np.int64) > 0
        return found
    held = _positions(link, len(flags), f"{name}: link")
    if len(held) != n:
        raise MethodError(f"{name}: link of {len(held)} positions for {n} units")
    return np.append(flags, False)[held]


def _positions(values: npt.ArrayLike, n: int, name: str) -> Ints:
    found = np.asarray(values)
    if found.ndim != 1 or (found.size and found.dtype.kind not in "iu"):
        raise MethodError(f"{name}: one whole number per row wanted")
    if ((found < -1) | (found >= n)).any():
        row = int(np.flatnonzero((found < -1) | (found >= n))[0])
        raise MethodError(f"{name}: row {row} is {found[row]}, outside -1 to {n - 1}")
    return found.astype(np.int64)


def _flags(values: Flags, name: str) -> Flags:
    found = np.asarray(values)
    if found.ndim != 1 or (found.size and found.dtype != bool):
        raise MethodError(f"{name}: one true or false per row wanted, got {found.dtype} of shape {found.shape}")
    return found.astype(bool)
