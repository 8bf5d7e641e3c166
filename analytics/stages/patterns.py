"""Do high ratios lie together? Gi* and Moran of each category over shrunken ratios of the period, never over counts.

Sought only where units differ more than chance, by the dispersion of the exposure test: where risk is the same
everywhere the shrunken ratios still vary most where most is expected, and that is a pattern of exposure. On the
constant golden cities Gi* then calls something in 1 of 100 categories at resolution 9 (without that rule: in 30),
and still finds 11 of 12 plants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.audit import audit
from analytics.methods.autocorrelation import (
    LOW_LOW,
    NO_QUADRANT,
    LocalMoran,
    Moran,
    gi_star,
    local_moran,
    moran,
    row_standardised,
    two_sided,
    without_self,
)
from analytics.methods.checks import Floats, Ints
from analytics.methods.hotspots import NEGATIVE_BINOMIAL, bh
from analytics.results import rounded
from analytics.stages.city import City, Family, known, plain
from analytics.stages.counts import Table, Tables

KIND = "patterns"

ENOUGH, FEW_UNITS, ALIKE = "enough", "fewer than 4 units", "units differ no more than chance"
FEWEST_UNITS = 4
# Ratios closer than this are told apart by the rounding of a firm prior, not by anything that happened.
LEAST_SPREAD = 1e-3
AUDIT_Q = 0.2


@dataclass(frozen=True)
class Pattern:
    """One category in one set. `answer`: ENOUGH, or why there is none; then n is 0 below and `moran` is not known.

    `units` are exposed, and `rows` are theirs in the set; `gi`: their Gi* as z with `gi_q`, both sides; `local`: their
    local Moran with `local_q`, over those that have neighbours (the others: q 1). q is Benjamini-Hochberg over the
    set; a neighborhood with fewer than `least_observed` incidents (on the low side: expected ones) enters with p = 1.
    """

    answer: str
    units: int
    rows: Ints
    gi: Floats
    gi_q: Floats
    moran: Moran
    local: LocalMoran
    local_q: Floats

    def body(self, ids: npt.NDArray[np.object_]) -> dict[str, Any]:
        """Plain JSON values; columns run along `ids` (of the whole set), and are empty where there is no answer."""
        linked = self.local.quadrant != NO_QUADRANT
        return {
            "answer": self.answer,
            "n": self.units,
            "moran": _moran(self.moran),
            "ids": ids[self.rows].tolist(),
            "gi": plain(self.gi, 6),
            "gi_q": plain(self.gi_q, 6),
            "local": known(self.local.z, linked, 6),
            "local_q": known(self.local_q, linked, 6),
            "quadrant": self.local.quadrant.tolist(),
        }


Patterns = Mapping[int | None, tuple[Pattern, ...]]


def find(city: City, tables: Tables) -> Patterns:
    """The patterns of the areas and of the resolutions asked for (of those there are): one per category, in order."""
    wanted = (*city.parameters.pattern_res, None)
    least = city.parameters.least_observed
    sets = [one.res for one in city.sets if one.res in wanted]
    return {res: tuple(pattern(table, least) for table in tables[res]) for res in sets}


def families(city: City, tables: Tables) -> list[Family]:
    """One family per category and set, with Gi*, Moran's I and local Moran."""
    found = []
    for res, of_set in find(city, tables).items():
        for category, table, one in zip(city.categories, tables[res], of_set, strict=True):
            rng = city.stream(KIND, category.slug, res)
            body = {"q_level": city.parameters.q_level, **one.body(table.units.ids), "audit": audited(table, one, rng)}
            found.append(Family(KIND, category.slug, res, body))
    return found


def audited(table: Table, one: Pattern, rng: np.random.Generator) -> dict[str, list[Any]]:
    """Permutation p, with early stopping, of units whose Gi* is high with q up to AUDIT_Q: near the line and above.

    It asks how unusual the neighbours alone are (methods.audit), so it may say less than Gi*, which counts the unit.
    """
    chosen = np.flatnonzero((one.gi > 0) & (one.gi_q <= AUDIT_Q))
    theta = table.theta if len(one.rows) else table.theta[:0]
    made = audit(theta, table.units.borders[one.rows][:, one.rows].tocsr(), rng, rows=chosen)
    return {
        "ids": table.units.ids[one.rows[chosen]].tolist(),
        "p": plain(made.p, 6),
        "permutations": made.permutations.tolist(),
    }


def pattern(table: Table, least: int = 1) -> Pattern:
    """Gi* with the unit itself and plain weights, Moran with the neighbours' mean, over units with exposure.

    Neighbours are those that share a border, where the set knows, else those the exposure test takes along.
    """
    answer = _answer(table)
    rows = np.flatnonzero(table.exposed & (answer == ENOUGH))
    theta = table.theta if len(rows) else table.theta[:0]
    links = table.units.borders[rows][:, rows]
    lag = row_standardised(without_self(links))
    gi, local = gi_star(theta, links), local_moran(theta, lag)
    observed, expected = links @ table.observed[rows], links @ table.expected[rows]
    linked, low = np.diff(lag.indptr) > 0, local.quadrant == LOW_LOW
    local_q = np.ones(len(rows))
    local_q[linked] = bh(np.where(np.where(low, expected, observed) >= least, local.p, 1.0)[linked])
    return Pattern(
        answer=answer,
        units=int(table.exposed.sum()),
        rows=rows,
        gi=gi,
        gi_q=bh(np.where(np.where(gi > 0, observed, expected) >= least, two_sided(gi), 1.0)),
        moran=moran(theta, lag),
        local=local,
        local_q=local_q,
    )


def _answer(table: Table) -> str:
    if len(table.theta) < FEWEST_UNITS:
        return FEW_UNITS
    spread = float(table.theta.max() - table.theta.min())
    return ENOUGH if table.test.model == NEGATIVE_BINOMIAL and spread > LEAST_SPREAD else ALIKE


def _moran(found: Moran) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in ("i", "expected", "variance", "z", "p")}
    return {"known": found.known, **{k: rounded(v, 6) if found.known else None for k, v in values.items()}}
