"""One analysis from rows to a saved Run: gather -> methods -> results -> Run, in one transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from analytics import gather, results
from analytics.code import code_version
from analytics.methods import heard
from analytics.methods.chain import Family, analyse_frame
from analytics.methods.units import Parameters
from analytics.models import Finding, Run
from geo.hexes import ANALYSIS_RES

MAP_RES = 9
YEAR = dt.timedelta(days=365)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Times:
    """The period analysed and the equally long one before it, where the data reach back to its beginning."""

    since: dt.date
    until: dt.date
    before: dt.date | None


def times(since: dt.date | None, until: dt.date | None) -> Times:
    """The period asked for; by default the year up to the newest issue, or all there is when that is less."""
    known = gather.span()
    end = until or known.last + dt.timedelta(days=1)
    start = since or max(end - YEAR, known.first)
    if start >= end:
        raise gather.NothingToAnalyseError(f"the period {start} to {end} has no days")
    before = start - (end - start)
    return Times(start, end, before if before >= known.first - dt.timedelta(days=7) else None)


def analyse(
    *, since: dt.date | None = None, until: dt.date | None = None, seed: int = 1, say: Say = lambda _: None
) -> Run:
    """Analyse a period (whole local days, `until` not included) and save the Run with its Findings.

    Same data, parameters and seed give the same findings digest, whatever the order of the rows. Raises
    gather.NothingToAnalyseError.
    """
    started = timezone.now()
    period = times(since, until)
    chosen = gather.boundary_set(period.until - dt.timedelta(days=1))
    areas = gather.areas_of(chosen)
    now = gather.incidents(period.since, period.until, areas)
    before = gather.incidents(period.before, period.since, areas) if period.before else None
    say(f"{len(now)} incidents from {period.since} to {period.until}")
    sets = gather.units(areas, now["cell"].to_numpy(np.uint64))
    say(f"units: {', '.join(f'{len(u.ids)} {u.label}' for u in sets)}")
    parameters = Parameters(resolutions=ANALYSIS_RES)
    open_to_all = now[~now["category"].isin(list(gather.sensitive_categories()))]
    families = analyse_frame(open_to_all, sets, gather.categories(), parameters, seed)
    say(f"tested {sum(f.kind == 'counts' for f in families)} families")
    families += _heard(now, before, areas)
    values = _run_values(period, seed, parameters, chosen, families)
    values["input_digest"] = gather.input_digest([now] if before is None else [now, before], sets, chosen)
    values["totals"] = _totals(period, now, sets)
    return _save(started, values, families)


def _heard(now: pd.DataFrame, before: pd.DataFrame | None, areas: gpd.GeoDataFrame) -> list[Family]:
    """What each area said and how it was answered, without what must be withheld."""
    slugs, names = areas["slug"].tolist(), list(gather.category_names())
    sensitive, threshold = gather.sensitive_categories(), settings.CITY.suppression_threshold
    current = heard.shown(now, sensitive, threshold)
    earlier = heard.shown(before, sensitive, threshold) if before is not None else None
    issues = {"area": slugs, "n": heard.issues_by_area(current, slugs)}
    as_of = heard.last_instant(now)
    return [
        Family("themes", None, None, heard.themes(current, earlier, slugs, names)),
        Family("issues", None, None, issues),
        Family("area_cells", None, MAP_RES, heard.cells(current, slugs, MAP_RES, sensitive, threshold)),
        Family("answered", None, None, heard.answered(current, now, slugs, as_of)),
    ]


def _totals(period: Times, now: pd.DataFrame, sets: list[Any]) -> dict[str, Any]:
    without = gather.left_out(period.since, period.until)
    return {
        "incidents": len(now),
        "issues": int(now["issues"].sum()),
        "outside": int(now["neighborhood"].isna().sum()),
        "default_pins": without.default_pins,
        "hidden": without.hidden,
        "unlinked": without.unlinked,
        "closing_missing": without.closing_missing,
        "exposures": sorted(sets[-1].exposure),
        "duplicates_marked": gather.duplicates_marked(period.since, period.until),
        "before": [period.before.isoformat(), period.since.isoformat()] if period.before else None,
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
def _save(started: dt.datetime, values: dict[str, Any], families: list[Family]) -> Run:
    run = Run.objects.create(**values, started_at=started, finished_at=timezone.now())
    Finding.objects.bulk_create(
        Finding(run=run, kind=f.kind, category=f.category or "", res=f.res, body=json.loads(results.to_json(f.body)))
        for f in families
    )
    return run
