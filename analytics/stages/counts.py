"""Counts of the period by category and unit: how many were to be expected, the exposure test, agreement of the sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.agreement import Agreement, Layer, hot_at, parts
from analytics.methods.checks import Floats, Ints
from analytics.methods.cube import COUNTS
from analytics.methods.hotspots import POISSON, ExposureTest, exposure_test
from analytics.methods.rates import (
    LIKELIHOOD,
    Expected,
    Ratio,
    Smoothed,
    empirical_bayes,
    expected,
    local_empirical_bayes,
    ratio,
    without_slivers,
)
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.results import rounded
from analytics.stages.city import NOW, City, Family, plain
from geo import hexes

KIND = "counts"


@dataclass(frozen=True)
class Table:
    """One category in one set of n units.

    `observed` and `expected` have n rows, both 0 where `exposed` is false; `crude` (O/E with exact limits), `theta`
    (drawn towards the city), `nearby` (drawn towards the units that share a border), `borrowed` and `test` have one
    row per exposed unit. `lost` are the incidents in units without exposure, `outside`
    those in no unit at all.
    """

    units: Units
    exposure: str
    exposure_wanted: str
    exposed: npt.NDArray[np.bool_]
    observed: Ints
    expected: Floats
    crude: Ratio
    theta: Floats
    nearby: Floats
    borrowed: Floats
    test: ExposureTest
    lost: Ints
    outside: int

    def body(self) -> dict[str, Any]:
        """Plain JSON values: total = sum(observed) + unexposed + outside; columns run along `ids`."""
        rows, lost = self.exposed, np.flatnonzero(self.lost)
        return {
            "total": int(self.observed.sum() + self.lost.sum()) + self.outside,
            "outside": self.outside,
            "unexposed": int(self.lost.sum()),
            "unexposed_ids": self.units.ids[lost].tolist(),
            "unexposed_observed": self.lost[lost].tolist(),
            "exposure": self.exposure,
            "exposure_wanted": self.exposure_wanted,
            "phi": rounded(self.test.phi),
            "model": self.test.model,
            "ids": self.units.ids[rows].tolist(),
            "observed": self.observed[rows].tolist(),
            "expected": plain(self.expected[rows]),
            "crude": plain(self.crude.ratio, 6),
            "crude_low": plain(self.crude.low, 6),
            "crude_high": plain(self.crude.high, 6),
            "ratio": plain(self.theta),
            "nearby": plain(self.nearby, 6),
            "borrowed": plain(self.borrowed),
            "ring_observed": self.test.ring_observed.tolist(),
            "ring_expected": plain(self.test.ring_expected),
            "ring_ratio": plain(self.test.ratio),
            "p": plain(self.test.p),
            "q": plain(self.test.q),
        }


Tables = Mapping[int | None, tuple[Table, ...]]


def count(city: City) -> Tables:
    """The tables of every set of units, by resolution: one per category, in the city's order."""
    return {one.res: _of_set(city, one) for one in city.sets}


def families(city: City, tables: Tables) -> list[Family]:
    """One family per category and set, with the counts, the test, and at how many sets each unit is hot."""
    level, least = city.parameters.q_level, city.parameters.least_observed
    found = []
    for here in city.sets:
        links = [link(here, other) for other in city.sets]
        for row, (category, table) in enumerate(zip(city.categories, tables[here.res], strict=True)):
            flags = [hot(tables[other.res][row], level, least) for other in city.sets]
            layers = [Layer(hot_there, held, tested) for (hot_there, tested), held in zip(flags, links, strict=True)]
            agreed = hot_at(len(here.ids), layers)
            found.append(Family(KIND, category.slug, here.res, {**table.body(), **_agreed(agreed, table.exposed)}))
    return found


def hot(table: Table, level: float, least: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Of all n units, which are hot and which were tested."""
    flags = np.zeros(len(table.exposed), bool)
    flags[table.exposed] = (table.test.q <= level) & (table.test.ring_observed >= least)
    return flags, table.exposed


def link(units: Units, other: Units) -> Any:
    """Where units find themselves in another set, as agreement.Layer wants it: who holds them, or what they hold."""
    if units.res == other.res:
        return None
    if other.res is None:
        return units.area
    if units.res is None:
        return parts(np.asarray(other.area), len(units.ids))
    if other.res < units.res:
        return _holders(units, other)
    return parts(_holders(other, units), len(units.ids))


def _holders(fine: Units, coarse: Units) -> Ints:
    """The row among coarse cells of the parent of each finer one."""
    own, wanted = (np.array([hexes.from_text(text) for text in u.ids], np.uint64) for u in (coarse, fine))
    return pd.Index(own).get_indexer(pd.Index(hexes.parents(wanted, int(coarse.res or 0)))).astype(np.int64)


def _agreed(found: Agreement, rows: npt.NDArray[np.bool_]) -> dict[str, list[int]]:
    return {"hot_at": found.hot[rows].tolist(), "hot_of": found.of[rows].tolist()}


def _of_set(city: City, units: Units) -> tuple[Table, ...]:
    observed = city.table(COUNTS, units, "incidents", now=NOW)
    rows = city.only(COUNTS, NOW)
    every = np.bincount(rows.keys["category"], weights=rows.values["incidents"], minlength=len(city.categories))
    outside = every.astype(np.int64) - observed.sum(axis=1)
    return tuple(_table(observed[i], int(outside[i]), units, c, city.parameters) for i, c in enumerate(city.categories))


def _table(observed: Ints, outside: int, units: Units, category: CategoryParams, parameters: Parameters) -> Table:
    kind = units.kind_used(category.exposure)
    found = expected(observed, without_slivers(units.exposure[kind], parameters.least_exposure))
    smooth, test = _heard(observed, found, units, parameters) if found.total else _silent(int(found.exposed.sum()))
    return Table(
        units=units,
        exposure=kind,
        exposure_wanted=category.exposure,
        exposed=found.exposed,
        observed=np.where(found.exposed, observed, 0),
        expected=found.values,
        crude=_crude(observed[found.exposed], found.values[found.exposed]),
        theta=smooth[0],
        nearby=_nearby(observed, found, units),
        borrowed=smooth[1],
        test=test,
        lost=np.where(found.exposed, 0, observed),
        outside=outside,
    )


def _nearby(observed: Ints, found: Expected, units: Units) -> Floats:
    rows = found.exposed
    return local_empirical_bayes(observed[rows], found.values[rows], units.borders[rows][:, rows].tocsr()).theta


def _crude(observed: Ints, expected: Floats) -> Ratio:
    """O/E with its limits; all 0 where nothing was heard of the category anywhere."""
    if not expected.any():
        zero = np.zeros(len(expected))
        return Ratio(zero, zero, zero)
    return ratio(observed, expected)


def _heard(
    observed: Ints, found: Expected, units: Units, parameters: Parameters
) -> tuple[tuple[Floats, Floats], ExposureTest]:
    rows = found.exposed
    o, e = observed[rows], found.values[rows]
    smooth: Smoothed = empirical_bayes(o, e, LIKELIHOOD)
    test = exposure_test(
        o,
        e,
        units.neighbours[rows][:, rows],
        dispersion_z=parameters.dispersion_z,
        least_observed=parameters.least_observed,
    )
    return (smooth.theta, smooth.borrowed), test


def _silent(n: int) -> tuple[tuple[Floats, Floats], ExposureTest]:
    """A category of which nothing was heard: nothing expected, nothing found, every rate the mean's."""
    zero, one = np.zeros(n), np.ones(n)
    return (one, one), ExposureTest(zero.astype(np.int64), zero, one, one, one, 1.0, POISSON)
