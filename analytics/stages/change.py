"""Is it getting worse, where, and faster than in the city? Trends without the season, and five classes of change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analytics.methods.change import FALLING, NEW, NONE, PERSISTENT, RISING, Change, Flags, change, rebin
from analytics.methods.checks import Floats, Ints
from analytics.methods.cube import COUNTS
from analytics.methods.hotspots import exposure_test
from analytics.methods.rates import without_slivers
from analytics.methods.units import Parameters
from analytics.results import rounded
from analytics.stages.city import City, Family, known, where
from analytics.stages.counts import Table, Tables

KIND = "change"

SEASONS = 2
KINDS = (NEW, RISING, PERSISTENT, FALLING, NONE)


@dataclass(frozen=True)
class Course:
    """One category in one set of n units over `weeks` full weeks, the newest last.

    `own`: the trend of each unit's weekly counts, and its class. `against`: whether it rose or fell faster than the
    category did in the whole city (which it is a part of), on sums over bins. `hot`: n x H flags of the unit with its
    neighbours, in bins of `bin_weeks` weeks that end with the newest week; the oldest weeks that fill none are left.
    """

    weeks: int
    own: Change
    against: Change
    hot: Flags


Courses = Mapping[int | None, tuple[Course, ...]]


def weeks_used(city: City) -> int:
    """How many of the newest full weeks are looked at: two seasons, or as many as there are."""
    return min(city.weeks, SEASONS * city.parameters.season_weeks)


def follow(city: City, tables: Tables) -> Courses:
    """The courses of the areas and of the resolutions asked for (of those there are): one per category, in order."""
    wanted, weeks = (*city.parameters.change_res, None), weeks_used(city)
    whole = totals(city, weeks)
    found: dict[int | None, tuple[Course, ...]] = {}
    for one in city.sets:
        if one.res in wanted:
            weekly = city.weekly(one, weeks)
            found[one.res] = tuple(
                course(weekly[i], whole[i], table, city.parameters) for i, table in enumerate(tables[one.res])
            )
    return found


def totals(city: City, weeks: int) -> Ints:
    """Incidents of the newest `weeks` full weeks in the whole city, in a unit or not: c x weeks, oldest first."""
    rows = city.cube.sums[COUNTS]
    back = rows.keys["week"].astype(np.int64)
    code = rows.keys["category"].astype(np.int64) * weeks + weeks - 1 - back
    near = back < weeks
    sums = np.bincount(code[near], rows.values["incidents"][near], len(city.categories) * weeks)
    return sums.reshape(len(city.categories), weeks).astype(np.int64)


def of_city(city: City) -> Change:
    """The trend of each category in the whole city, one row each; q over the categories."""
    parameters = city.parameters
    return change(totals(city, weeks_used(city)), period=parameters.season_weeks, q_level=parameters.q_level)


def course(weekly: Ints, whole: Ints, table: Table, parameters: Parameters) -> Course:
    """The course of one category from its n x T weekly counts, and the T of the whole city."""
    flags = hot_bins(rebin(weekly, parameters.bin_weeks), table, parameters)
    season, level = parameters.season_weeks, parameters.q_level
    # Few places hear enough a week to be set against the city: whole bins are, or what of them fills a season.
    width = math.gcd(season, parameters.bin_weeks)
    width = width if season // width > 1 else 1
    share = np.broadcast_to(rebin(whole[None], width), (len(weekly), weekly.shape[1] // width))
    return Course(
        weeks=weekly.shape[1],
        own=change(weekly, period=season, hot=flags, q_level=level),
        against=change(rebin(weekly, width), period=season // width, expected=share, q_level=level),
        hot=flags,
    )


def hot_bins(bins: Floats, table: Table, parameters: Parameters) -> Flags:
    """In which of H bins each of n units is hot, n x H: the exposure test of the period, bin by bin.

    What was to be expected is each bin's own total shared by exposure, so that neither season nor growth makes a place
    hot. Units without exposure never are, and nothing is in a bin without incidents.
    """
    rows = table.exposed
    exposure = without_slivers(table.units.exposure[table.exposure], parameters.least_exposure)[rows]
    neighbours = sparse.csr_matrix(table.units.neighbours[rows][:, rows])
    flags = np.zeros(bins.shape, bool)
    for at, observed in enumerate(bins[rows].T):
        if (total := float(observed.sum())) > 0:
            flags[rows, at] = _hot(observed, exposure * (total / exposure.sum()), neighbours, parameters)
    return flags


def families(city: City, tables: Tables) -> list[Family]:
    """One family per category and set, with trends, classes, and the trend of the whole city."""
    whole, found = of_city(city), []
    for res, of_set in follow(city, tables).items():
        ids = city.set_of(res).ids
        for row, (category, one) in enumerate(zip(city.categories, of_set, strict=True)):
            body = {**_head(one, city.parameters), "city": _whole(whole, row), **_columns(one, ids)}
            found.append(Family(KIND, category.slug, res, body))
    return found


def _hot(observed: Floats, expected: Floats, neighbours: sparse.csr_matrix, parameters: Parameters) -> Flags:
    least = parameters.least_observed
    test = exposure_test(observed, expected, neighbours, dispersion_z=parameters.dispersion_z, least_observed=least)
    return (test.q <= parameters.q_level) & (test.ring_observed >= least)


def _head(found: Course, parameters: Parameters) -> dict[str, Any]:
    kind = found.own.kind
    return {
        "weeks": found.weeks,
        "bins": found.hot.shape[1],
        "bin_weeks": parameters.bin_weeks,
        "season_weeks": parameters.season_weeks,
        "q_level": parameters.q_level,
        "answer": found.own.answer,
        "n": len(found.hot),
        "known": int(found.own.known.sum()),
        "known_against_city": int(found.against.known.sum()),
        "kinds": None if kind is None else {name: int((kind == name).sum()) for name in KINDS},
        "rest": int((~_told(found)).sum()),
    }


def _told(found: Course) -> Flags:
    """Units of which there is something to say: a trend is known, or the place was hot in some bin. A unit of any
    class but none was."""
    return np.asarray(found.own.known | found.against.known | found.hot.any(axis=1), bool)


def _columns(found: Course, ids: npt.NDArray[np.object_]) -> dict[str, list[Any]]:
    """Columns along `ids`; None where a unit has no trend, or no class can be given."""
    rows, own = _told(found), found.own
    kind: list[str | None] = [None] * int(rows.sum()) if own.kind is None else own.kind[rows].tolist()
    return {
        "ids": ids[rows].tolist(),
        "kind": kind,
        **_trend(own, rows),
        "slope": known(own.slope[rows], own.known[rows], 6),
        "up": where(own.up[rows], own.known[rows]),
        "down": where(own.down[rows], own.known[rows]),
        **{f"against_city_{name}": values for name, values in _trend(found.against, rows).items()},
        "hot_bins": found.hot[rows].sum(axis=1).tolist(),
        "hot_now": found.hot[rows, -1:].any(axis=1).tolist(),
    }


def _trend(found: Change, rows: Flags) -> dict[str, list[Any]]:
    flags = found.known[rows]
    return {
        "trend": where(found.trend[rows], flags),
        "q": known(found.q[rows], flags, 6),
        "percent": known(found.percent[rows], flags, 6),
    }


def _whole(found: Change, row: int) -> dict[str, Any]:
    flag = bool(found.known[row])
    body: dict[str, Any] = {"known": flag, "trend": int(found.trend[row]) if flag else None}
    for name in ("p", "q", "percent"):
        body[name] = rounded(float(getattr(found, name)[row]), 6) if flag else None
    return body
