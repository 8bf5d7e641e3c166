"""Clumps of incidents as shapes on the ground, each beside the exposure test of the cell that holds most of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from analytics.methods.checks import Floats, Ints
from analytics.methods.clusters import NOISE, Clump, Persistence, dbscan, describe, persistence, spots
from analytics.methods.cube import QUARTER_WEEKS, SPOTS, WEEK_DAYS, Sums
from analytics.methods.rates import without_slivers
from analytics.methods.units import CategoryParams, Parameters
from analytics.results import rounded
from analytics.stages.city import City, Family
from analytics.stages.counts import Table, Tables
from geo.frames import AREA

KIND = "clusters"
QUARTER_DAYS = QUARTER_WEEKS * WEEK_DAYS


@dataclass(frozen=True)
class Clumps:
    """The k clusters of one category by number, from `total` incidents of which `noise` are in none.

    `unit`: k rows of the tested cell that holds most of each (of all cells of the set), -1 for none. `kept`: incidents
    by full quarter, oldest first. `least`: incidents within reach that make a place the heart of a cluster; `grid_m`
    see methods.clusters.spots.
    """

    total: int
    noise: int
    least: int
    grid_m: float
    clumps: tuple[Clump, ...]
    unit: Ints
    kept: Persistence


def families(city: City, tables: Tables, since: int, until: int) -> list[Family]:
    """The clusters of each category in the period, which runs from local day `since` to `until` (out).

    Clusters with most incidents come first; those that touch no tested cell have no q: counted, not shown. Raises
    MethodError where there are no cells of `cluster_res`.
    """
    units = city.set_of(city.parameters.cluster_res)
    rows = city.cube.sums[SPOTS]
    at, number = city.position(units, rows), np.asarray(rows.keys["category"], np.int64)
    quarters = min((until - since) // QUARTER_DAYS, city.weeks // QUARTER_WEEKS)
    found = []
    for i, (category, table) in enumerate(zip(city.categories, tables[units.res], strict=True)):
        own = number == i
        clumps = find(rows.where(own), at[own], category, table, city.parameters, quarters)
        found.append(Family(KIND, category.slug, None, _body(clumps, category, table, city.parameters)))
    return found


def find(rows: Sums, at: Ints, category: CategoryParams, table: Table, parameters: Parameters, quarters: int) -> Clumps:
    """Cluster the spots of one category (rows of the cube's table); `at`: the row of each in the table's units.

    A quarter holds a cluster when it has as many incidents as, kept up for all `quarters`, would still make one.
    """
    x, y, n = (np.asarray(v, np.float64) for v in (rows.keys["x"], rows.keys["y"], rows.values["n"]))
    least = max(category.min_points, crowd(table, category.eps_m, parameters))
    gathered = spots(x, y, category.eps_m, n)
    labels = dbscan(gathered.x, gathered.y, category.eps_m, least, gathered.weight)[gathered.spot]
    clumps = describe(x, y, labels, parameters.hull_buffer_m, n)
    age = np.asarray(rows.keys["quarter"], np.int64)
    by_quarter = n[:, None] * (age[:, None] == np.arange(quarters)[::-1])
    return Clumps(
        total=int(n.sum()),
        noise=int(n[labels == NOISE].sum()),
        least=least,
        grid_m=gathered.grid_m,
        clumps=tuple(clumps),
        unit=np.array([_heart(at[c.members], n[c.members], table) for c in clumps], np.int64),
        kept=persistence(labels, by_quarter, math.ceil(least / max(quarters, 1))),
    )


def crowd(table: Table, eps_m: float, parameters: Parameters) -> int:
    """How many incidents within `eps_m` are more than a busy street: 1 + the Poisson quantile of what is usual.

    A fixed number would make one cluster of a whole city where a subject is heard of often. Usual is what would lie
    within `eps_m` of a typical incident if incidents followed exposure: the density E/A of the cells, each counted
    as often as incidents are expected in it. `cluster_chance` is how rarely so ordinary a place may reach the number.
    Cells without ground, or slivers of it, have no density; where none has ground or nothing is expected: 1.
    """
    ground = table.units.exposure.get(AREA, np.zeros(len(table.expected)))
    ground = without_slivers(ground, parameters.least_exposure)
    rows = (ground > 0) & (table.expected > 0)
    e, a = table.expected[rows], ground[rows]
    if not len(e):
        return 1
    usual = float((e * (e / a)).sum() / e.sum()) * math.pi * eps_m**2
    return 1 + int(stats.poisson.ppf(1 - parameters.cluster_chance, usual))


def _heart(at: Ints, n: Floats, table: Table) -> int:
    """The tested unit that holds most incidents, the first by id where two hold as many; -1 where none holds any."""
    held = at >= 0
    held[held] = table.exposed[at[held]]
    if not held.any():
        return -1
    return int(np.bincount(at[held], weights=n[held]).argmax())


def _body(found: Clumps, category: CategoryParams, table: Table, parameters: Parameters) -> dict[str, Any]:
    shown = [_cluster(found, k, table) for k in np.flatnonzero(found.unit >= 0).tolist()]
    return {
        "total": found.total,
        "noise": found.noise,
        "eps_m": category.eps_m,
        "min_points": found.least,
        "min_points_wanted": category.min_points,
        "grid_m": found.grid_m,
        "test_res": parameters.cluster_res,
        "untested": int((found.unit < 0).sum()),
        "quarters": found.kept.of,
        "clusters": sorted(shown, key=lambda row: (-row["n"], row["x"], row["y"])),
    }


def _cluster(found: Clumps, k: int, table: Table) -> dict[str, Any]:
    clump, unit = found.clumps[k], int(found.unit[k])
    row = int(table.exposed[:unit].sum())
    return {
        "n": clump.n,
        "x": rounded(clump.x),
        "y": rounded(clump.y),
        "radius_m": rounded(clump.radius_m),
        "hull": [[rounded(a), rounded(b)] for a, b in clump.hull],
        "cell": str(table.units.ids[unit]),
        "q": rounded(float(table.test.q[row])),
        "ratio": rounded(float(table.test.ratio[row])),
        "quarters_held": int(found.kept.held[k]),
        "quarters": found.kept.counts[k].tolist(),
    }
