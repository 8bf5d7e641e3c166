"""How long people wait, place by place and subject by subject, and which closings were a clean-up of the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Floats, Ints
from analytics.methods.cube import CLOSINGS, WAITS, Sums
from analytics.methods.survival import Answers, Waits, grouped
from analytics.methods.units import Units
from analytics.methods.waiting import BulkDays, DelayGaps, LogRank, bulk_days, delay_gaps, log_rank_each
from analytics.stages.city import NOW, City, Family, known, plain

KIND = "waiting"
SHARES = (0.5, 0.8)
HOURS = 24.0

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Gaps:
    """How many days longer people wait in each unit of a set than their subjects explain (waiting.delay_gaps).

    One row per unit: `gap` and its standard `error` in days, 0 where not `known`; `n` cases they rest on.
    """

    gap: Floats
    error: Floats
    known: Bools
    n: Ints


@dataclass(frozen=True)
class Places:
    """The waits of the n units of one set, in hours; `outside` are the cases in none of them, left out of all three."""

    units: Units
    waits: Waits
    rank: LogRank
    gaps: DelayGaps
    outside: int


@dataclass(frozen=True)
class CleanUps:
    """The bulk days of the period, and per area the period's closings: all `closed`, and those `on_bulk` days of their
    category."""

    days: BulkDays
    closed: Ints
    on_bulk: Ints


@dataclass(frozen=True)
class Waited:
    """Waits of the period's incidents: of the whole city (one group, with what lies outside every area), by category,
    by set of units, and the days on which the books were cleaned."""

    city: Waits
    categories: Waits
    sets: Mapping[int | None, Places]
    clean_ups: CleanUps


def wait(city: City, since_day: int, until_day: int) -> Waited:
    """All that is known of the waits of a period, which runs from local day `since_day` to `until_day` (out).

    The incidents are those the cube counts as of the period; what was open when the data end waits still. Closings
    are those of the period's days, whenever the case was opened. Raises MethodError for a resolution of
    `wait_res` without units.
    """
    rows = city.only(WAITS, NOW)
    return Waited(
        city=_curves(np.zeros(len(rows), np.int64), rows, 1),
        categories=_curves(rows.keys["category"], rows, len(city.categories)),
        sets={res: _of_set(city, city.set_of(res), rows) for res in (*city.parameters.wait_res, None)},
        clean_ups=_clean_ups(city, since_day, until_day),
    )


def families(city: City, waited: Waited) -> list[Family]:
    """One family per set, times in days. All areas are listed, of cells those in which somebody waited.

    The areas' body also holds `city`, `categories` and `bulk`: the whole city, each category, the clean-ups found.
    """
    found = []
    for res, places in waited.sets.items():
        rows = np.ones(len(places.units.ids), bool) if res is None else places.waits.n > 0
        body = {"outside": places.outside, **_columns(places, rows)}
        if res is None:
            body = {**_whole(city, waited), **body, "on_bulk_days": _shares(waited.clean_ups)}
        found.append(Family(KIND, None, res, body))
    return found


def gaps(waited: Waited) -> dict[int | None, Gaps]:
    """The gaps of every set, over all its units, in days."""
    each = {res: places.gaps for res, places in waited.sets.items()}
    return {res: Gaps(g.gap / HOURS, g.error / HOURS, g.known, g.n) for res, g in each.items()}


def _curves(group: npt.ArrayLike, rows: Sums, groups: int) -> Waits:
    return grouped(group, rows.keys["hours"], rows.keys["closed"], rows.values["n"], groups, shares=SHARES)


def _of_set(city: City, units: Units, rows: Sums) -> Places:
    at, n = city.position(units, rows), len(units.ids)
    held, outside = rows.where(at >= 0), int(rows.values["n"][at < 0].sum())
    own = at[at >= 0]
    columns = held.keys["hours"], held.keys["closed"], held.values["n"]
    between = delay_gaps(own, held.keys["category"], *columns, n, len(city.categories))
    return Places(units, _curves(own, held, n), log_rank_each(own, *columns, n), between, outside)


def _clean_ups(city: City, since_day: int, until_day: int) -> CleanUps:
    """The days around a period speak for what is usual at its edges; only its own are kept."""
    rows, areas = city.cube.sums[CLOSINGS], len(city.areas.ids)
    area, category, day = (rows.keys[name].astype(np.int64) for name in ("area", "category", "day"))
    every, n = bulk_days(day, rows.values["n"], category), rows.values["n"]
    kept = (every.day >= since_day) & (every.day < until_day)
    columns = every.group[kept], every.day[kept], every.closed[kept], every.usual[kept], every.p[kept]
    days = BulkDays(*columns, every.tested)
    inside = (area >= 0) & (day >= since_day) & (day < until_day)
    subjects = len(city.categories)
    bulk = inside & np.isin(day * subjects + category, days.day * subjects + days.group)
    closed, on_bulk = (np.bincount(area[r], weights=n[r], minlength=areas).astype(np.int64) for r in (inside, bulk))
    return CleanUps(days, closed, on_bulk)


def _whole(city: City, waited: Waited) -> dict[str, Any]:
    slugs, days = np.array([c.slug for c in city.categories], object), waited.clean_ups.days
    return {
        "city": {name: column[0] for name, column in _spread(waited.city).items()},
        "categories": {"category": slugs.tolist(), **_spread(waited.categories)},
        "bulk": {
            "day": np.datetime_as_string(days.day.astype("datetime64[D]")).tolist(),
            "category": slugs[days.group].tolist(),
            "closed": days.closed.tolist(),
            "usual": plain(days.usual, 6),
            "p": plain(days.p, 6),
        },
        "bulk_tested": days.tested,
    }


def _columns(places: Places, rows: Bools) -> dict[str, list[Any]]:
    rank, gap = places.rank, places.gaps
    sure = gap.known[rows]
    return {
        "ids": places.units.ids[rows].tolist(),
        **_quantiles(places.waits, rows),
        "logrank_q": known(rank.q.values[rows], rank.q.known[rows], 6),
        "observed_closings": rank.observed[rows].tolist(),
        "expected_closings": plain(rank.expected[rows], 6),
        "gap_days": known(gap.gap[rows] / HOURS, sure, 6),
        "gap_error": known(gap.error[rows] / HOURS, sure, 6),
        "explained_days": known(gap.explained[rows] / HOURS, sure, 6),
        "gap_known": sure.tolist(),
        "set_aside": gap.set_aside[rows].tolist(),
    }


def _spread(waits: Waits) -> dict[str, list[Any]]:
    every = np.ones(len(waits.n), bool)
    return {**_quantiles(waits, every), "mean_days": _days(waits.mean, every)}


def _quantiles(waits: Waits, rows: Bools) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"n": waits.n[rows].tolist(), "closed": waits.closed[rows].tolist()}
    for name, one in zip(("median", "p80"), waits.quantiles, strict=True):
        columns[f"{name}_days"] = _days(one.time, rows)
        columns[f"{name}_low"], columns[f"{name}_high"] = _days(one.low, rows), _days(one.high, rows)
    return columns


def _days(hours: Answers, rows: Bools) -> list[float | None]:
    return known(hours.values[rows] / HOURS, hours.known[rows], 6)


def _shares(found: CleanUps) -> list[float | None]:
    return known(found.on_bulk / np.maximum(found.closed, 1), found.closed > 0, 6)
