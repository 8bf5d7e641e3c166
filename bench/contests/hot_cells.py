"""Hot cells among 50,000 hexagons: Gi* of every cell, its p, and which are hot after correction for so many tests.

Inside our clock: z in closed form, its two-sided p, Benjamini-Hochberg q over all cells. Inside theirs: one G_Local
with 999 permutations, which is how esda comes by the p it prints; no correction for many tests. Values, the lattice
and each side's own form of the neighbours (a sparse matrix, a libpysal Graph) are ready before the clock starts.
Both z are compared to 1e-9. From esda's z, q is then made by scipy's own routine: the same cells must be hot. Lastly
its permutation p is laid beside that of our audit, which also deals out 999 permutations, but by its own random
numbers: they must agree within what so many can tell. esda's first call compiles for a long while: warm_up does that
on a small lattice. One core each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from esda.getisord import G_Local
from libpysal.graph import Graph
from scipy import sparse, stats

from analytics.methods.audit import audit
from analytics.methods.autocorrelation import gi_star, two_sided
from analytics.methods.checks import Floats
from analytics.methods.hotspots import bh
from geo import hexes

NAME = "Gi* and q on 50,000 cells"
RIVAL = "esda G_Local, 999 permutations"
AIM = 500.0

RINGS, RESOLUTION, PERMUTATIONS, LEVEL = 129, 9, 999, 0.05  # 50,311 cells
CENTRE_LNG, CENTRE_LAT = 21.2287, 45.7489
CLOSE = 1e-9


@dataclass(frozen=True)
class Given:
    """Values of n cells, and their neighbours in our form and in the rival's."""

    values: Floats
    neighbours: sparse.csr_matrix
    graph: Graph


@dataclass(frozen=True)
class Ours:
    """Scores and q of n cells; the rest is kept for the comparison."""

    z: Floats
    q: Floats
    given: Given


@dataclass(frozen=True)
class Theirs:
    """Scores of n cells and the smaller tail of the permutations."""

    z: Floats
    p: Floats


def prepare(rings: int = RINGS) -> Given:
    middle = hexes.cells_of(CENTRE_LNG, CENTRE_LAT, RESOLUTION)
    cells = hexes.ring(int(middle[0]), rings)
    neighbours = hexes.neighbours(cells)
    rng = np.random.default_rng(2026)
    # Gamma values, and a little of the same for all neighbours, so that there is something to find.
    values = rng.gamma(2.0, 0.5, len(cells)) + 0.5 * (neighbours @ rng.gamma(0.2, 1.0, len(cells)))
    return Given(values, neighbours, Graph.from_sparse(neighbours))


def warm_up(given: Given) -> None:
    ours(given)
    theirs(prepare(rings=12))


def ours(given: Given) -> Ours:
    z = gi_star(given.values, given.neighbours)
    return Ours(z, bh(two_sided(z)), given)


def theirs(given: Given) -> Theirs:
    found = G_Local(given.values, given.graph, transform="B", star=True, permutations=PERMUTATIONS, seed=1)
    return Theirs(found.Zs, found.p_sim)


def same(ours: Ours, theirs: Theirs) -> None:
    if (apart := float(np.abs(ours.z - theirs.z).max())) > CLOSE:
        raise AssertionError(f"z differs by up to {apart:g}")
    hot = ours.q <= LEVEL
    if (hot != (stats.false_discovery_control(two_sided(theirs.z)) <= LEVEL)).any():
        raise AssertionError("the hot sets differ")
    if not 50 < hot.sum() < len(hot) / 2:
        raise AssertionError(f"{int(hot.sum())} hot cells are no comparison")
    given = ours.given
    rng = np.random.default_rng(1)
    upper = audit(given.values, given.neighbours, rng, most=PERMUTATIONS, enough=PERMUTATIONS).p
    gaps = np.abs(np.minimum(upper, 1 - upper) - theirs.p)
    if gaps.mean() > 0.02 or gaps.max() > 0.1:
        raise AssertionError(f"the two permutation p are {gaps.mean():g} apart on average, {gaps.max():g} at most")
