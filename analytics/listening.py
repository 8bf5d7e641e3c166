"""One area, one Run -> one ListeningReport, and its frozen release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from analytics import found, gather
from analytics.doubts import Doubt
from analytics.methods.shares import wilson
from analytics.models import Release, Run
from analytics.results import (
    Answered,
    Boundary,
    CellCount,
    Cluster,
    Hotspot,
    ListeningReport,
    Period,
    Ring,
    RunRef,
    Theme,
    canonical,
    digest,
    from_json,
    rounded,
    to_json,
)
from analytics.runs import MAP_RES
from geo import hexes
from geo.joins import AreaIndex
from neighborhoods.models import Neighborhood

FEW = 20


def compose(neighborhood: Neighborhood, run: Run) -> ListeningReport:
    """Everything a report of this area may say, read from the Run's findings alone.

    Raises ValueError when the area belongs to another boundary set than the Run.
    """
    if neighborhood.boundary_set_id != run.boundary_set_id:
        raise ValueError(f"{neighborhood.slug} belongs to another boundary set than run {run.pk}")
    slug = neighborhood.slug
    themes = _themes(slug, run)
    total = sum(t.n or 0 for t in themes)
    before = run.totals["before"]
    earlier = _earlier(themes) if before else None
    cells, (hot, clumps) = _cells(slug, run), _places(neighborhood, run)
    report = ListeningReport(
        city=settings.CITY.slug,
        city_names=dict(settings.CITY.name),
        neighborhood=slug,
        name=neighborhood.name,
        outline=_outline(neighborhood),
        area_km2=rounded(neighborhood.area_m2 / 1e6, 6),
        boundary=_boundary(run),
        period=Period(run.since.isoformat(), run.until.isoformat()),
        previous=Period(*before) if before else None,
        run=_run_ref(run),
        synthetic=run.synthetic,
        threshold=settings.CITY.suppression_threshold,
        issues=_of(found.body(run, "issues"), "n", slug),
        incidents=total,
        incidents_before=earlier,
        city_incidents=run.totals["incidents"],
        default_pins_left_out=run.totals["default_pins"],
        exposure=found.exposure_used(run),
        themes=themes,
        map_res=MAP_RES,
        cells=cells,
        off_map=total - sum(cell.n for cell in cells),
        hotspots=hot,
        clusters=clumps,
        answered=_answered(slug, run),
        answered_city=_answered("", run),
        ranking=next((r for r in found.ranked_areas(run) if r.subject == slug), None),
        doubts=_doubts(run, themes, total, withheld=bool(before) and earlier is None),
    )
    return canonical(report)


@transaction.atomic
def release(neighborhood: Neighborhood, run: Run) -> Release:
    """The frozen report of an area and a Run: composed once, the same ever after."""
    held = Release.objects.filter(run=run, neighborhood=neighborhood).first()
    if held is not None:
        return held
    report = compose(neighborhood, run)
    return Release.objects.create(run=run, neighborhood=neighborhood, report=to_json(report), digest=digest(report))


def released(run: Run, neighborhood: Neighborhood) -> ListeningReport | None:
    """The report frozen from a Run, or None where none was released."""
    held = Release.objects.filter(run=run, neighborhood=neighborhood).first()
    return from_json(ListeningReport, held.report) if held else None


def _of(columns: Mapping[str, Any], name: str, area: str) -> Any:
    return columns[name][columns["area"].index(area)]


def _themes(slug: str, run: Run) -> tuple[Theme, ...]:
    b = found.body(run, "themes")
    rows = [i for i, area in enumerate(b["area"]) if area == slug]
    total = sum(b["n"][i] or 0 for i in rows)
    names = gather.category_names()
    themes = []
    for i in rows:
        n = b["n"][i]
        share = low = high = None
        if n is not None and total:
            low, high = (rounded(float(v[0])) for v in wilson([n], [total]))
            share = rounded(n / total)
        themes.append(
            Theme(b["category"][i], names[b["category"][i]], n, share, low, high, b["before"][i], b["withheld"][i])
        )
    return tuple(sorted(themes, key=lambda t: (-(t.n or 0), t.withheld, t.category)))


def _earlier(themes: tuple[Theme, ...]) -> int | None:
    """The total of the period before over the themes in today's total; None where one of the two lacks a theme's count.

    A theme that is shown now and was withheld then would be a rise that nobody saw.
    """
    if any((t.n is None) != (t.n_before is None) for t in themes):
        return None
    return sum(t.n_before or 0 for t in themes)


def _cells(slug: str, run: Run) -> tuple[CellCount, ...]:
    b = found.body(run, "area_cells", res=MAP_RES)
    rows = zip(b["area"], b["cell"], b["n"], strict=True)
    return tuple(CellCount(cell, n) for area, cell, n in rows if area == slug)


def _answered(area: str, run: Run) -> Answered:
    b = found.body(run, "answered")
    i = b["area"].index(area)
    opened, closed = b["opened"][i], b["closed"][i]
    return Answered(opened, closed, opened - closed, b["median_days"][i], b["low"][i], b["high"][i])


def _places(neighborhood: Neighborhood, run: Run) -> tuple[tuple[Hotspot, ...], tuple[Cluster, ...]]:
    """Hot spots and clusters of the run whose centre lies in the area."""
    index = AreaIndex(gather.area_frame(Neighborhood.objects.filter(pk=neighborhood.pk)))
    hot, clumps = found.hotspots(run), found.clusters(run)
    centres = [hexes.centre(hexes.from_text(h.cell)) for h in hot] + [c.centre for c in clumps]
    if not centres:
        return (), ()
    inside = index.locate([c[0] for c in centres], [c[1] for c in centres]).area >= 0
    return (
        tuple(h for h, here in zip(hot, inside[: len(hot)], strict=True) if here),
        tuple(c for c, here in zip(clumps, inside[len(hot) :], strict=True) if here),
    )


def _outline(neighborhood: Neighborhood) -> tuple[tuple[Ring, ...], ...]:
    return tuple(
        tuple(tuple((round(x, 6), round(y, 6)) for x, y in ring) for ring in polygon)
        for polygon in neighborhood.geometry.coords
    )


def _boundary(run: Run) -> Boundary:
    held = run.boundary_set
    valid_to = held.valid_to.isoformat() if held.valid_to else None
    return Boundary(
        held.layer,
        held.valid_from.isoformat(),
        valid_to,
        held.authority,
        held.licence,
        held.source,
        held.digest,
        held.approximate,
    )


def _run_ref(run: Run) -> RunRef:
    return RunRef(
        run.pk,
        run.findings_digest,
        run.input_digest,
        run.seed,
        run.code_version,
        {**run.parameters, "map_res": MAP_RES},
    )


def _doubts(run: Run, themes: tuple[Theme, ...], total: int, *, withheld: bool) -> tuple[str, ...]:
    backdated: bool = run.boundary_set.valid_from > run.since and run.boundary_set.valid_from > dt.date(1900, 1, 1)
    applies = {
        Doubt.SYNTHETIC: run.synthetic,
        Doubt.BOUNDARIES_APPROXIMATE: run.boundary_set.approximate,
        Doubt.BOUNDARIES_BACKDATED: backdated,
        Doubt.EXPOSURE_IS_AREA: "area" in found.exposure_used(run).values(),
        Doubt.DEFAULT_PINS_LEFT_OUT: run.totals["default_pins"] > 0,
        Doubt.OUTSIDE_NEIGHBORHOODS: run.totals["outside"] > 0,
        Doubt.NO_PREVIOUS_PERIOD: run.totals["before"] is None,
        Doubt.FEW_INCIDENTS: total < FEW,
        Doubt.NO_DUPLICATES_RECORDED: not run.totals["duplicates_marked"],
        Doubt.COUNTS_WITHHELD: withheld or any(t.withheld for t in themes),
        Doubt.CLOSING_TIMES_MISSING: run.totals["closing_missing"] > 0,
    }
    return tuple(doubt.value for doubt, holds in applies.items() if holds)
