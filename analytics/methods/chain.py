"""The whole pure chain of one run: incidents -> units x categories -> expected -> tests, clusters, ranking."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.methods.checks import Ints, MethodError, numbers
from analytics.methods.clusters import NOISE, Clump, dbscan, describe
from analytics.methods.counting import Table, count_all, plain, positions
from analytics.methods.ranking import rank_excess
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.results import rounded
from geo.frames import check

INCIDENTS = {"category": "OUT", "cell": "u", "neighborhood": "OUT", "x": "f", "y": "f", "opened": "M", "closed": "M"}

COUNTS, CLUSTERS, RANKING = "counts", "clusters", "ranking"


@dataclass(frozen=True)
class Family:
    """One group of findings: `kind` counts, clusters or ranking; `res` is None for areas and for clusters.

    `body` holds plain JSON values: a header, and columns of equal length.
    """

    kind: str
    category: str | None
    res: int | None
    body: dict[str, Any]


def analyse_frame(
    incidents: pd.DataFrame,
    units: Sequence[Units],
    categories: Sequence[CategoryParams],
    parameters: Parameters,
    seed: int,
) -> list[Family]:
    """Count, test, cluster and rank the incidents of one period.

    `incidents` has the columns of INCIDENTS (cell at resolution 10; x, y in metres; neighborhood a slug or missing),
    default pins already taken out. `units` are sets of cells of several resolutions and of areas, no two of one
    resolution. Gives per category and set a family of counts, per category its clusters, per set a ranking. The
    order of rows, units and categories changes nothing; each family has its own random stream, so a new category
    leaves the numbers of the others as they are. Raises MethodError or FrameError for input that cannot be analysed.
    """
    frame = check(incidents, INCIDENTS, "incidents")
    sets = sorted((u.in_order() for u in units), key=lambda u: math.inf if u.res is None else u.res)
    subjects = sorted(categories, key=lambda c: c.slug)
    codes = _codes(frame, sets, subjects)
    counted: list[Family] = []
    ranked: list[Family] = []
    tested: dict[str, Table] = {}
    for one in sets:
        tables = count_all(frame, codes, one, subjects, parameters)
        pairs = list(zip(subjects, tables, strict=True))
        counted += [Family(COUNTS, c.slug, one.res, t.body()) for c, t in pairs]
        ranked.append(Family(RANKING, None, one.res, _ranking(one, pairs, parameters, seed)))
        if one.res == parameters.cluster_res:
            tested = {c.slug: t for c, t in pairs}
    clustered = [
        Family(CLUSTERS, c.slug, None, _clusters(frame[codes == i], c, tested.get(c.slug), parameters))
        for i, c in enumerate(subjects)
    ]
    return [*counted, *clustered, *ranked]


def stream(seed: int, kind: str, category: str | None, res: int | None) -> np.random.Generator:
    """The random numbers of one family: they follow from the run's seed and the family's own name."""
    name = f"{kind}|{category or ''}|{'areas' if res is None else res}"
    words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], "<u4")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(int(w) for w in words)))


def _codes(frame: pd.DataFrame, sets: Sequence[Units], subjects: Sequence[CategoryParams]) -> Ints:
    """The category of each incident by number, after what would make the run ambiguous is refused."""
    if len({c.slug for c in subjects}) != len(subjects) or len({u.res for u in sets}) != len(sets):
        raise MethodError("two categories share a slug, or two sets of units a resolution")
    for name in ("x", "y"):
        numbers(frame[name].to_numpy(), name)
    slugs = pd.Index([c.slug for c in subjects], dtype=object)
    codes = slugs.get_indexer(pd.Index(frame["category"], dtype=object))
    if (codes < 0).any():
        raise MethodError(f"category: {frame['category'].to_numpy()[codes < 0][0]!r} is not among those given")
    return codes.astype(np.int64)


def _clusters(
    frame: pd.DataFrame, category: CategoryParams, table: Table | None, parameters: Parameters
) -> dict[str, Any]:
    """Clusters of one category, largest first. One that touches no tested cell is counted, not shown: it has no q."""
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
    labels = dbscan(x, y, category.eps_m, category.min_points)
    clumps = describe(x, y, labels, parameters.hull_buffer_m)
    shown: list[dict[str, Any]] = []
    if table is not None:
        position = positions(frame, table.units)
        found = (_cluster(clump, position[clump.members], table) for clump in clumps)
        shown = [row for row in found if row is not None]
    return {
        "total": len(frame),
        "noise": int((labels == NOISE).sum()),
        "eps_m": category.eps_m,
        "min_points": category.min_points,
        "test_res": parameters.cluster_res,
        "untested": len(clumps) - len(shown),
        "clusters": sorted(shown, key=lambda row: (-row["n"], row["x"], row["y"])),
    }


def _cluster(clump: Clump, position: Ints, table: Table) -> dict[str, Any] | None:
    """One cluster with the test of the cell that holds most of its members; the first by id where two hold as many."""
    position = position[position >= 0]
    position = position[table.exposed[position]]
    if not len(position):
        return None
    unit = int(np.bincount(position).argmax())
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
    }


def _ranking(
    units: Units, pairs: Sequence[tuple[CategoryParams, Table]], parameters: Parameters, seed: int
) -> dict[str, Any]:
    """Units by excess over all categories; only those with exposure in at least one of them."""
    shape = (len(pairs), len(units.ids))
    o = np.array([t.observed for _, t in pairs]).reshape(shape)
    e = np.array([t.expected for _, t in pairs]).reshape(shape)
    rows = e.sum(axis=0) > 0
    o, e, of = o[:, rows], e[:, rows], int(rows.sum())
    k = max(1, min(parameters.top_k, math.ceil(parameters.top_share * of)))
    ranking = rank_excess(
        o,
        e,
        stream(seed, RANKING, None, units.res),
        k=k,
        draws=parameters.draws,
        hyper_draws=parameters.hyper_draws,
        interval=parameters.interval,
    )
    return {
        "of": of,
        "k": k,
        "categories": [c.slug for c, t in pairs if t.observed.any()],
        "exposure": {c.slug: t.exposure for c, t in pairs},
        "ids": units.ids[rows].tolist(),
        "names": [str(name) for name in units.names[rows]],
        "observed": o.sum(axis=0).tolist(),
        "expected": plain(e.sum(axis=0)),
        "ratio": plain(ranking.ratio),
        "rank": ranking.rank.tolist(),
        "rank_low": ranking.low.tolist(),
        "rank_high": ranking.high.tolist(),
        "p_top": plain(ranking.p_top),
    }
