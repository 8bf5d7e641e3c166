"""One analysis from rows to a saved Run: gather -> counted cube -> stages -> Run, in one transaction."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from analytics import gather, results
from analytics.code import code_version
from analytics.executors import Executor, Serial
from analytics.methods.cube import COUNTS, Chunk, Cube, Plan
from analytics.methods.units import Parameters, Units
from analytics.models import Finding, Run, WeeklyCounts
from analytics.stages import chain, weekly
from analytics.stages.city import NOW, City, Family, city_of
from analytics.stages.heard import heard
from geo.hexes import ANALYSIS_RES

MAP_RES = 9
YEAR = dt.timedelta(days=365)
# Change compares two whole seasons of 52 weeks, so that much is read even where the period is shorter.
HISTORY_WEEKS = 104

Say = Callable[[str], None]


@dataclass(frozen=True)
class Times:
    """The period analysed, the equally long one before it where the data reach back to its beginning, and from which
    day on rows are read."""

    since: dt.date
    until: dt.date
    before: dt.date | None
    read_from: dt.date


def times(since: dt.date | None, until: dt.date | None) -> Times:
    """The period asked for; by default the year up to the newest issue, or all there is when that is less."""
    known = gather.span()
    end = until or known.last + dt.timedelta(days=1)
    start = since or max(end - YEAR, known.first)
    if start >= end:
        raise gather.NothingToAnalyseError(f"the period {start} to {end} has no days")
    before = start - (end - start)
    compared = before if before >= known.first - dt.timedelta(days=7) else None
    edge = min(end, known.last + dt.timedelta(days=1)) - dt.timedelta(weeks=HISTORY_WEEKS)
    return Times(start, end, compared, min(start, compared or start, max(edge, known.first)))


def analyse(
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    seed: int = 1,
    executor: Executor | None = None,
    say: Say = lambda _: None,
) -> Run:
    """Analyse a period (whole local days, `until` not included) and save the Run with its Findings.

    Same data, parameters and seed give the same findings digest, whatever the order of the rows and wherever the
    `executor` (by default this process) counts them. Raises gather.NothingToAnalyseError.
    """
    started = timezone.now()
    period = times(since, until)
    chosen = gather.boundary_set(period.until - dt.timedelta(days=1))
    areas = gather.areas_of(chosen)
    plan = gather.plan(period.since, period.until, period.before or period.since)
    cube = (executor or Serial()).total(_told(period, areas, say), plan)
    sets = gather.units(areas, cube.sums[COUNTS].keys["cell"])
    say(f"units: {', '.join(f'{len(u.ids)} {u.label}' for u in sets)}")
    parameters, categories = Parameters(resolutions=ANALYSIS_RES), gather.categories()
    city = city_of(cube, sets, categories, parameters, seed, _weeks(period, plan))
    families = chain.families(city, plan.since, plan.until, say)
    families += _heard(cube, areas, compared=period.before is not None)
    values = _run_values(period, seed, parameters, chosen, families)
    values["input_digest"] = gather.input_digest(cube, sets, categories, chosen)
    values["totals"] = _totals(period, cube, sets, city.weeks)
    say(f"saving {len(families)} families of findings")
    return _save(started, values, families, city)


def _told(period: Times, areas: gpd.GeoDataFrame, say: Say) -> Iterator[Chunk]:
    """The chunks to count, with word of how far the reading has come."""
    total, done, start = gather.how_many(period.read_from, period.until), 0, time.monotonic()
    say(f"{total} incidents from {period.read_from} to {period.until}")
    for chunk in gather.chunks(period.read_from, period.until, areas):
        yield chunk
        done += len(chunk.day)
        rate = done / max(time.monotonic() - start, 1e-3)
        say(f"counted {done} of {total} incidents, {rate:,.0f} a second, {(total - done) / max(rate, 1):.0f} s left")


def _weeks(period: Times, plan: Plan) -> int:
    """How many full weeks the counts reach back from the last day known."""
    known = max(period.read_from, gather.span().first)
    days = plan.until - (known - dt.date(1970, 1, 1)).days
    return max(0, min(HISTORY_WEEKS, days // 7))


def _heard(cube: Cube, areas: gpd.GeoDataFrame, *, compared: bool) -> list[Family]:
    """What each area said and how it was answered, without what must be withheld."""
    return heard(
        cube,
        areas["slug"].tolist(),
        list(gather.category_names()),
        gather.sensitive_categories(),
        settings.CITY.suppression_threshold,
        MAP_RES,
        compared=compared,
    )


def _totals(period: Times, cube: Cube, sets: list[Units], weeks: int) -> dict[str, Any]:
    without = gather.left_out(period.since, period.until)
    counts = cube.sums[COUNTS]
    now = counts.where(counts.keys["now"] == NOW)
    return {
        "incidents": int(now.values["incidents"].sum()),
        "issues": int(now.values["issues"].sum()),
        "outside": int(now.values["incidents"][np.asarray(now.keys["area"]) < 0].sum()),
        "default_pins": without.default_pins,
        "hidden": without.hidden,
        "unlinked": without.unlinked,
        "closing_missing": without.closing_missing,
        "exposures": sorted(sets[-1].exposure),
        "duplicates_marked": gather.duplicates_marked(period.since, period.until),
        "before": [period.before.isoformat(), period.since.isoformat()] if period.before else None,
        "read": cube.rows,
        "read_from": period.read_from.isoformat(),
        "weeks": weeks,
    }


def _run_values(
    period: Times, seed: int, parameters: Parameters, chosen: Any, families: list[Family]
) -> dict[str, Any]:
    return {
        "since": period.since,
        "until": period.until,
        "seed": seed,
        "parameters": parameters.to_dict(),
        "code_version": code_version(),
        "boundary_set": chosen,
        "synthetic": gather.synthetic(period.since, period.until),
        "findings_digest": findings_digest(families),
    }


def findings_digest(families: list[Family]) -> str:
    """SHA-256 over the families in a fixed order: run number and clock play no part."""
    ordered = sorted(families, key=lambda f: (f.kind, f.category or "", -1 if f.res is None else f.res))
    return results.digest([[f.kind, f.category, f.res, f.body] for f in ordered])


@transaction.atomic
def _save(started: dt.datetime, values: dict[str, Any], families: list[Family], city: City) -> Run:
    run = Run.objects.create(**values, started_at=started, finished_at=timezone.now())
    Finding.objects.bulk_create(
        Finding(run=run, kind=f.kind, category=f.category or "", res=f.res, body=json.loads(results.to_json(f.body)))
        for f in families
    )
    WeeklyCounts.objects.bulk_create(
        WeeklyCounts(run=run, res=one.res, body=weekly.pack(city, one.res)) for one in city.sets
    )
    return run
