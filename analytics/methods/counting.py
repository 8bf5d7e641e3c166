"""Incidents onto units: who holds which, how many were to be expected, and the exposure test of each category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.checks import Floats, Ints
from analytics.methods.hotspots import POISSON, ExposureTest, exposure_test
from analytics.methods.rates import LIKELIHOOD, Expected, Smoothed, empirical_bayes, expected, without_slivers
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.results import rounded
from geo import hexes


@dataclass(frozen=True)
class Table:
    """One category in one set of n units.

    `observed` and `expected` have n rows, both 0 where `exposed` is false; `theta`, `borrowed` and `test` have one
    row per exposed unit. `lost` are the incidents in units without exposure, `outside` those in no unit at all.
    """

    units: Units
    exposure: str
    exposure_wanted: str
    exposed: npt.NDArray[np.bool_]
    observed: Ints
    expected: Floats
    theta: Floats
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
            "ratio": plain(self.theta),
            "borrowed": plain(self.borrowed),
            "ring_observed": self.test.ring_observed.tolist(),
            "ring_expected": plain(self.test.ring_expected),
            "ring_ratio": plain(self.test.ratio),
            "p": plain(self.test.p),
            "q": plain(self.test.q),
        }


def positions(frame: pd.DataFrame, units: Units) -> Ints:
    """The row number in `units` that holds each incident (columns cell, neighborhood), -1 for none."""
    if units.res is None:
        slugs = frame["neighborhood"].astype(object)
        found = pd.Index(units.ids, dtype=object).get_indexer(pd.Index(slugs.where(slugs.notna(), None), dtype=object))
    else:
        own = pd.Index(np.array([hexes.from_text(text) for text in units.ids], np.uint64))
        found = own.get_indexer(pd.Index(hexes.parents(frame["cell"].to_numpy(), units.res)))
    return found.astype(np.int64)


def count_all(
    frame: pd.DataFrame, codes: Ints, units: Units, categories: Sequence[CategoryParams], parameters: Parameters
) -> list[Table]:
    """One table per category; `codes` numbers the category of each incident."""
    position, n = positions(frame, units), len(units.ids)
    placed = position >= 0
    cube = np.bincount(codes[placed] * n + position[placed], minlength=len(categories) * n)
    outside = np.bincount(codes[~placed], minlength=len(categories))
    rows = cube.reshape(len(categories), n)
    return [_table(rows[i], int(outside[i]), units, c, parameters) for i, c in enumerate(categories)]


def plain(values: Floats) -> list[float]:
    """A column for JSON, cut to the digits that a digest may hang on."""
    return [rounded(v) for v in values.tolist()]


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
        theta=smooth[0],
        borrowed=smooth[1],
        test=test,
        lost=np.where(found.exposed, 0, observed),
        outside=outside,
    )


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
