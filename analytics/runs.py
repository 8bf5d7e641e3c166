"""One analysis from rows to a saved Run: gather -> counted cube -> stages -> Run, in one transaction."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from analytics import gather, results
from analytics.code import code_version
from analytics.executors import Executor, Serial
from analytics.methods.cube import COUNTS, WEEK_DAYS, Chunk, Cube, Plan
from analytics.methods.units import Parameters, Units
from analytics.models import LAYOUT, Finding, Run, WeeklyCounts
from analytics.stages import chain, weekly
from analytics.stages.city import City, Family, city_of
from analytics.stages.heard import TOTALS, heard
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


def times(since: dt.date | None, until: dt.date | None, known: gather.Span) -> Times:
    """The period asked for; by default the year up to the newest issue, or all there is when that is less.

    The period before is compared with where the data reach back to it, but for a week in a year. Raises
    gather.NothingToAnalyseError where the period has no days or nothing is known of any of them.
    """
    end = until or known.last + dt.timedelta(days=1)
    start = since or max(end - YEAR, known.first)
    if start >= end:
        raise gather.NothingToAnalyseError(f"the period {start} to {end} has no days")
    if start > known.last or end <= known.first:
        told = f"the issues tell of {known.first} to {known.last}"
        raise gather.NothingToAnalyseError(f"nothing is known of the period {start} to {end}: {told}")
    length = end - start
    before = start - length
    compared = before if before >= known.first - length / 52 else None
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
    started, known, subjects = timezone.now(), gather.span(), gather.subjects()
    period = times(since, until, known)
    chosen = gather.boundary_set(period.until - dt.timedelta(days=1))
    areas = gather.areas_of(chosen)
    plan = gather.plan(period.since, period.until, period.before or period.since, subjects, known.last)
    cube = (executor or Serial()).total(_told(period, areas, subjects, say), plan)
    sets = gather.units(areas, cube.sums[COUNTS].keys["cell"])
    say(f"units: {', '.join(f'{len(u.ids)} {u.label}' for u in sets)}")
    parameters, weeks = Parameters(resolutions=ANALYSIS_RES), _weeks(period, plan, known)
    city = city_of(cube, sets, subjects.params, parameters, seed, weeks)
    families = chain.families(city, plan.since, plan.until, say)
    say("what each area said and how it was answered")
    said = _heard(cube, areas, subjects, compared=period.before is not None)
    families += said
    say("digests")
    values = _run_values(period, seed, parameters, chosen, families)
    told = (subjects.params, weeks, period.before, settings.CITY.suppression_threshold, MAP_RES)
    values["input_digest"] = gather.input_digest(cube, sets, chosen, told)
    (counted,) = (f.body for f in said if f.kind == TOTALS)
    values["totals"] = _totals(period, counted, sets) | {"weeks": weeks}
    say(f"saving {len(families)} families of findings")
    return _save(started, values, families, city, min(weeks, (plan.until - plan.since) // WEEK_DAYS))


def _told(period: Times, areas: gpd.GeoDataFrame, subjects: gather.Subjects, say: Say) -> Iterator[Chunk]:
    """The chunks to count, with word of how far the reading has come."""
    total, done, start = gather.how_many(period.read_from, period.until), 0, time.monotonic()
    say(f"{total} incidents from {period.read_from} to {period.until}")
    for chunk in gather.chunks(period.read_from, period.until, areas, subjects):
        yield chunk
        done += len(chunk.day)
        rate = done / max(time.monotonic() - start, 1e-3)
        say(f"counted {done} of {total} incidents, {rate:,.0f} a second, {(total - done) / max(rate, 1):.0f} s left")


def _weeks(period: Times, plan: Plan, known: gather.Span) -> int:
    """How many full weeks the counts reach back from the last day known."""
    first = max(period.read_from, known.first)
    days = plan.until - (first - dt.date(1970, 1, 1)).days
    return max(0, min(HISTORY_WEEKS, days // WEEK_DAYS))


def _heard(cube: Cube, areas: gpd.GeoDataFrame, subjects: gather.Subjects, *, compared: bool) -> list[Family]:
    """What each area said and how it was answered, without what must be withheld."""
    threshold = settings.CITY.suppression_threshold
    return heard(
        cube, areas["slug"].tolist(), subjects.slugs, subjects.sensitive, threshold, MAP_RES, compared=compared
    )


def _totals(period: Times, counted: Mapping[str, int], sets: list[Units]) -> dict[str, Any]:
    without = gather.left_out(period.since, period.until)
    return {
        **counted,
        "default_pins": without.default_pins,
        "hidden": without.hidden,
        "unlinked": without.unlinked,
        "closing_missing": without.closing_missing,
        "exposures": sorted(sets[-1].exposure),
        "duplicates_marked": gather.duplicates_marked(period.since, period.until),
        "before": [period.before.isoformat(), period.since.isoformat()] if period.before else None,
        "read_from": period.read_from.isoformat(),
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
def _save(started: dt.datetime, values: dict[str, Any], families: list[Family], city: City, weeks: int) -> Run:
    run = Run.objects.create(**values, layout=LAYOUT, started_at=started, finished_at=timezone.now())
    Finding.objects.bulk_create(
        Finding(run=run, kind=f.kind, category=f.category or "", res=f.res, body=f.body) for f in families
    )
    WeeklyCounts.objects.bulk_create(
        WeeklyCounts(run=run, res=one.res, body=weekly.pack(city, one.res, weeks)) for one in city.sets
    )
    return run
