"""Does the map work? The last weeks foretold from the year before them, beside what last year's counts foretell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.backtest import Comparison, compare
from analytics.methods.checks import Floats, Ints
from analytics.methods.hotspots import dispersion
from analytics.methods.rates import LIKELIHOOD, empirical_bayes, expected, without_slivers
from analytics.methods.units import CategoryParams, Units
from analytics.results import rounded
from analytics.stages.alarms import outside
from analytics.stages.city import City, Family
from geo.frames import AREA

KIND = "check"
ENOUGH, TOO_SHORT, NO_GROUND = "enough", "too short", "no ground"
EVERYTHING = ""

# A year shows every season once; half of one is the least that is taken for a year.
YEAR_WEEKS, LEAST_WEEKS = 52, 26

COLUMNS = (
    *("category", "budget", "n_later", "left_out", "unexposed", "recall", "pai", "pei", "naive_recall", "naive_pai"),
    *("naive_pei", "best", "difference", "low", "high", "verdict", "phi"),
)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Maps:
    """Two maps of n units with ground, made from the weeks before, and what came of them.

    `score`: incidents expected; `naive`: incidents counted; `later`: those of the weeks after. `left_out`: later
    incidents in units without ground or in none at all; `unexposed`: those of `later` in units of which our map says
    nothing, for want of exposure.
    """

    score: Floats
    naive: Ints
    later: Ints
    left_out: int
    unexposed: int


@dataclass(frozen=True)
class Row:
    """The two maps of one category, or of EVERYTHING. `phi`: variance over mean of the later counts about our map."""

    category: str
    maps: Maps
    phi: float
    found: tuple[Comparison, ...]


@dataclass(frozen=True)
class Checked:
    """`answer`: ENOUGH, TOO_SHORT where fewer than LEAST_WEEKS stand before the weeks to foretell, or NO_GROUND to
    budget with; `rows` only where it is ENOUGH. `ground`: square metres of each unit, 0 for slivers."""

    answer: str
    weeks_before: int
    weeks_after: int
    ground: Floats
    rows: tuple[Row, ...]


def check(city: City) -> Checked:
    """Foretell the last `check_weeks` weeks at `check_res` from the year before them: EVERYTHING, then each category.

    Our map is the chain's as far as it foretells places, shrunken rates times exposure, made from nothing but the
    weeks before; EVERYTHING is the sum over categories. Raises MethodError where there are no cells of `check_res`.
    """
    p = city.parameters
    units = city.set_of(p.check_res)
    after = min(p.check_weeks, city.weeks)
    before = min(YEAR_WEEKS, city.weeks - after)
    # A density over a sliver of ground is none.
    ground = without_slivers(units.exposure.get(AREA, np.zeros(len(units.ids))), p.least_exposure)
    answer = TOO_SHORT if before < LEAST_WEEKS else ENOUGH if ground.any() else NO_GROUND
    if answer != ENOUGH:
        return Checked(answer, before, after, ground, ())
    weekly, lost = city.weekly(units, before + after), outside(city, units, after).tolist()
    naive, later = weekly[:, :, :before].sum(axis=2), weekly[:, :, before:].sum(axis=2)
    pairs = enumerate(city.categories)
    maps = [_maps(city, units, ground > 0, c, naive[i], later[i], lost[i]) for i, c in pairs]
    area, slugs = ground[ground > 0], [c.slug for c in city.categories]
    named = zip((EVERYTHING, *slugs), (_together(maps, len(area)), *maps), strict=True)
    return Checked(answer, before, after, ground, tuple(_row(city, name, one, area) for name, one in named))


def families(city: City) -> list[Family]:
    """One family; its columns have a row for every category and budget, EVERYTHING first."""
    checked = check(city)
    table = [_columns(row, one) for row in checked.rows for one in row.found]
    body = {
        "answer": checked.answer,
        "weeks_before": checked.weeks_before,
        "weeks_after": checked.weeks_after,
        "cells": int((checked.ground > 0).sum()),
        "area_km2": rounded(float(checked.ground.sum()) / 1e6, 6),
        "budgets": list(city.parameters.check_budgets),
        **{name: [values[name] for values in table] for name in COLUMNS},
    }
    return [Family(KIND, None, city.parameters.check_res, body)]


def _maps(
    city: City, units: Units, rows: Bools, category: CategoryParams, naive: Ints, later: Ints, without: int
) -> Maps:
    exposure = units.exposure[units.kind_used(category.exposure)]
    found = expected(naive, without_slivers(exposure, city.parameters.least_exposure))
    smooth = empirical_bayes(np.where(found.exposed, naive, 0), found.values, LIKELIHOOD)
    score = smooth.theta * found.values
    left_out, unexposed = int(later[~rows].sum()), int(later[rows & ~found.exposed].sum())
    return Maps(score[rows], naive[rows], later[rows], left_out + without, unexposed)


def _together(maps: list[Maps], n: int) -> Maps:
    none = np.zeros(n, np.int64)
    return Maps(
        sum((m.score for m in maps), none.astype(np.float64)),
        sum((m.naive for m in maps), none),
        sum((m.later for m in maps), none),
        sum(m.left_out for m in maps),
        sum(m.unexposed for m in maps),
    )


def _row(city: City, category: str, maps: Maps, area: Floats) -> Row:
    phi = _phi(maps.later, maps.score)
    rng = city.stream(KIND, category or None, city.parameters.check_res)
    budgets = city.parameters.check_budgets
    return Row(category, maps, phi, compare(maps.score, maps.naive, maps.later, area, rng, budgets, phi=phi))


def _phi(later: Ints, score: Floats) -> float:
    """Dispersion of the later counts about their total shared by our map; at least 1."""
    total = float(score.sum())
    if not total:
        return 1.0
    return max(1.0, dispersion(later.astype(np.float64), score * (later.sum() / total))[0])


def _columns(row: Row, one: Comparison) -> dict[str, Any]:
    numbers = {
        "recall": one.ours.recall,
        "pai": one.ours.pai,
        "pei": one.ours.pei,
        "naive_recall": one.naive.recall,
        "naive_pai": one.naive.pai,
        "naive_pei": one.naive.pei,
        "best": one.ours.best,
        "difference": one.difference,
        "low": one.low,
        "high": one.high,
    }
    return {
        "category": row.category,
        "budget": one.budget,
        "n_later": int(row.maps.later.sum()),
        "left_out": row.maps.left_out,
        "unexposed": row.maps.unexposed,
        **{name: None if value is None else rounded(value, 6) for name, value in numbers.items()},
        "verdict": one.verdict,
        "phi": rounded(row.phi, 6),
    }
