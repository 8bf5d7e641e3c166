"""One set of units as it is ranked, and how far its scores hold: however the city is cut, whatever it is divided by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

from analytics.methods.checks import Floats, Ints
from analytics.methods.ranking import Evidence, Makeup, made_of
from analytics.methods.rates import expected, without_slivers
from analytics.methods.reporting import Propensity
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.stages.counts import Table, link
from analytics.stages.reporting import Learnt

# Nearer to 1 than this an excess lies on neither side.
_LEVEL = 1e-9

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Standing:
    """n units as they stand, of which `rows` (n flags) are ranked: those with something expected in some category.

    `all_observed`: c x n incidents, with those where nothing is expected. `evidence` holds the ranked units alone;
    `made`: what their scores are made of; `plain`: the same with all places taken to report alike.
    """

    units: Units
    learnt: Learnt
    rows: Bools
    all_observed: Ints
    evidence: Evidence
    made: Makeup
    plain: Makeup

    @property
    def n(self) -> int:
        """How many are ranked."""
        return int(self.rows.sum())

    def burden(self) -> tuple[Floats, Floats]:
        """The burden of all n units, and what exposure explains of it; 0 for those not ranked."""
        explained = ((self.evidence.severity * self.made.mean)[:, None] * self.evidence.expected).sum(axis=0)
        return self._everywhere(self.made.burden), self._everywhere(explained)

    def _everywhere(self, values: Floats) -> Floats:
        found = np.zeros(len(self.rows))
        found[self.rows] = values
        return found


@dataclass(frozen=True)
class Sides:
    """Per ranked unit: `agreeing` of the `of` sets have their excess on the side of 1 that most of them have."""

    agreeing: Ints
    of: Ints


@dataclass(frozen=True)
class Denominator:
    """All categories divided by one kind of exposure: scores and places of the ranked units, where `known`.

    Places count from 1, equal scores share the better one. `burden_moved`, `excess_moved`: places moved from where the
    same units stand among themselves, over how many they are.
    """

    known: Bools
    burden: Floats
    burden_rank: Ints
    burden_moved: Floats
    excess: Floats
    excess_rank: Ints
    excess_moved: Floats


def standing(units: Units, of_set: Sequence[Table], categories: Sequence[CategoryParams], learnt: Learnt) -> Standing:
    """One set of n units with its c tables, `learnt` taken into account where it is usable."""
    shape = (len(categories), len(units.ids))
    observed, lost, size = (
        np.array([getattr(table, name) for table in of_set]).reshape(shape) for name in ("observed", "lost", "expected")
    )
    rows = size.sum(axis=0) > 0
    severity = np.array([c.severity for c in categories])
    alike = Evidence(observed[:, rows].astype(np.float64), size[:, rows], severity)
    plain = made_of(alike)
    if not learnt.usable:
        return Standing(units, learnt, rows, observed + lost, alike, plain, plain)
    life = np.array([c.life_days for c in categories])
    told = replace(alike, reporting=_of(learnt, rows), lambda_c=learnt.found.categories.used, life_days=life)
    return Standing(units, learnt, rows, observed + lost, told, made_of(told), plain)


def sides(here: Standing, every: Sequence[Standing]) -> Sides:
    """At how many of `every` set of units the place of each ranked unit is above, or below, what exposure explains.

    Where a set holds a unit inside a larger one, the larger one speaks; where in several smaller ones, their sums do.
    """
    above, below, of = (np.zeros(len(here.rows), np.int64) for _ in range(3))
    for other in every:
        where = link(here.units, other.units)
        burden, explained = (_lifted(values, where) for values in other.burden())
        known = explained > 0
        excess = np.divide(burden, explained, out=np.ones(len(known)), where=known)
        above += known & (excess >= 1 - _LEVEL)
        below += known & (excess <= 1 + _LEVEL)
        of += known
    return Sides(np.maximum(above, below)[here.rows], of[here.rows])


def denominators(here: Standing, parameters: Parameters) -> dict[str, Denominator]:
    """What the ranking would be, all categories divided by one kind, for every kind of which anything is loaded."""
    kinds = {kind: values for kind, values in here.units.exposure.items() if values.any()}
    return {kind: _divided(here, without_slivers(x, parameters.least_exposure)) for kind, x in kinds.items()}


def moved(found: Mapping[str, Denominator], order: str) -> tuple[Floats, Bools]:
    """The largest move per ranked unit in an order ("burden", "excess") under any kind, and where any is known."""
    moves = np.array([np.where(one.known, getattr(one, f"{order}_moved"), 0.0) for one in found.values()])
    some: Bools = np.logical_or.reduce([one.known for one in found.values()])
    return moves.max(axis=0), some


def places(scores: Floats) -> Ints:
    """Places of n scores from 1, the highest; equal scores share the better place."""
    found: Ints = stats.rankdata(-scores, method="min").astype(np.int64)
    return found


def _of(learnt: Learnt, rows: Bools) -> Propensity:
    whole = learnt.found.propensity
    return Propensity(whole.shape[rows], whole.rate[rows])


def _lifted(values: Floats, where: Any) -> Floats:
    """What the units of a set say for the places of others, by `counts.link`; 0 for those that are nowhere in it."""
    if where is None:
        return values
    found: Floats = where @ values if sparse.issparse(where) else np.append(values, 0.0)[where]
    return found


def _divided(here: Standing, exposure: Floats) -> Denominator:
    sizes = [expected(row, exposure) for row in here.all_observed]
    size = np.array([one.values for one in sizes]).reshape(here.all_observed.shape)
    rows = size.sum(axis=0) > 0
    heard = np.where(size > 0, here.all_observed, 0)[:, rows].astype(np.float64)
    told = _of(here.learnt, rows) if here.learnt.usable else None
    made = made_of(replace(here.evidence, observed=heard, expected=size[:, rows], reporting=told))
    known = rows[here.rows]
    ranked = here.rows[rows]
    burden, excess = (
        _placed(score[ranked], point[known], known)
        for score, point in ((made.burden, here.made.burden), (made.excess, here.made.excess))
    )
    return Denominator(known, *burden, *excess)


def _placed(scores: Floats, standing: Floats, known: Bools) -> tuple[Floats, Ints, Floats]:
    """Scores, places and moves over all ranked units, 0 where not `known`."""
    score, place, move = np.zeros(len(known)), np.zeros(len(known), np.int64), np.zeros(len(known))
    score[known], place[known] = scores, places(scores)
    move[known] = np.abs(place[known] - places(standing)) / max(int(known.sum()), 1)
    return score, place, move
