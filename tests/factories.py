"""Small worlds for tests: square neighborhoods near Timișoara, the city's subjects, a few issues, one analysis.

A test says what it needs and nothing more:

    make_boundaries(["Fabric", "Iosefin"])
    make_issue("lighting", place="fabric", at=instant(2026, 3, 5))
    make_issues(12, "roads", place="iosefin")
    make_run(since=dt.date(2026, 1, 1), until=dt.date(2026, 4, 1))
    make_analysed()

Squares lie side by side from west to east, each about 1.6 km wide; issues spread over them in an order that never
changes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from django.conf import settings
from shapely.geometry import MultiPolygon, Polygon

from analytics.listening import release
from analytics.models import LAYOUT, Finding, Run
from analytics.runs import analyse
from issues.actions import change_status, raise_issue
from issues.models import Issue
from issues.rules import State
from neighborhoods.actions import Provenance, load_boundaries, load_exposure, sync_categories
from neighborhoods.models import BoundarySet, Category, Neighborhood

WEST, SOUTH, SIDE = 21.18, 45.73, 0.02
FIRST_DAY = dt.date(2024, 1, 1)
NAMES = ("Fabric", "Iosefin", "Mehala")
GOLDEN = (math.sqrt(5) - 1) / 2


def square(column: int = 0, row: int = 0, side: float = SIDE) -> Polygon:
    """A four-corner polygon in degrees; column 1 lies east of column 0, row 1 north of row 0."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return Polygon([(west, south), (west + side, south), (west + side, south + side), (west, south + side)])


def instant(year: int, month: int, day: int, hour: int = 12) -> dt.datetime:
    """A local time in the city, aware of its zone."""
    return dt.datetime(year, month, day, hour, tzinfo=settings.CITY.zone)


def make_boundaries(
    names: Sequence[str] = NAMES,
    *,
    shapes: Mapping[str, Polygon | MultiPolygon] | None = None,
    layer: str | None = None,
    valid_from: dt.date = FIRST_DAY,
    valid_to: dt.date | None = None,
    approximate: bool = False,
    authority: str = "Town hall of squares",
    licence: str = "CC0",
    source: str = "drawn for the test",
) -> BoundarySet:
    """One dated set: a row of squares with these names, or the shapes given by name. Slugs are made from names."""
    drawn = dict(shapes) if shapes else {name: square(i) for i, name in enumerate(names)}
    frame = gpd.GeoDataFrame({"name": list(drawn)}, geometry=list(drawn.values()), crs=4326)
    provenance = Provenance(
        layer=layer or settings.CITY.primary_layer,
        valid_from=valid_from,
        valid_to=valid_to,
        authority=authority,
        licence=licence,
        source=source,
        approximate=approximate,
    )
    loaded = load_boundaries(areas=frame, provenance=provenance, metric_crs=settings.CITY.metric_crs)
    return loaded.boundary_set


def make_exposure(kind: str, values: Mapping[str, float], *, layer: str | None = None, year: int = 2024) -> int:
    """People, street metres… by slug of the area, for the newest set of the layer."""
    return load_exposure(
        table=pd.DataFrame({"area": list(values), "value": [str(v) for v in values.values()]}),
        layer=layer or settings.CITY.primary_layer,
        kind=kind,
        name_field="area",
        value_field="value",
        year=year,
        source="counted for the test",
    )


def make_category(slug: str = "lighting") -> Category:
    """A subject of the city's file, with all others brought up to date."""
    there = Category.objects.filter(slug=slug).first()
    return there or sync_categories(settings.CITY)[slug]


def inside(slug: str, i: int = 0) -> tuple[float, float]:
    """The i-th of an endless row of points (lng, lat) spread evenly over the bounding box of an area."""
    shape = Neighborhood.objects.filter(slug=slug).latest("boundary_set__valid_from").geometry
    west, south, east, north = shape.extent
    across, up = 0.1 + 0.8 * ((i + 1) * GOLDEN % 1), 0.1 + 0.8 * ((i + 0.5) * GOLDEN * GOLDEN % 1)
    return west + across * (east - west), south + up * (north - south)


def make_issue(
    category: str = "lighting",
    *,
    place: str | None = None,
    i: int = 0,
    lng: float | None = None,
    lat: float | None = None,
    at: dt.datetime | None = None,
    closed: dt.datetime | None = None,
    description: str = "It does not work.",
    source: str | None = None,
    **more: Any,
) -> Issue:
    """One issue at a point, or at the i-th point of an area (the first area unless named); resolved where `closed`."""
    if lng is None or lat is None:
        lng, lat = inside(place or Neighborhood.objects.values_list("slug", flat=True).earliest("slug"), i)
    when = at or instant(2026, 3, 5)
    issue = raise_issue(
        by=None, category=make_category(category), lng=lng, lat=lat, description=description, at=when, **more
    )
    if closed:
        issue = change_status(by=None, issue=issue, to=State.RESOLVED, at=closed)
    if source:
        Issue.objects.filter(pk=issue.pk).update(source=source)
        issue.refresh_from_db()
    return issue


def make_issues(n: int, category: str = "lighting", *, place: str | None = None, **more: Any) -> list[Issue]:
    """Issues at the first n points of an area."""
    return [make_issue(category, place=place, i=i, **more) for i in range(n)]


def make_run(
    boundary_set: BoundarySet | None = None,
    *,
    since: dt.date = dt.date(2026, 1, 1),
    until: dt.date = dt.date(2026, 4, 1),
    synthetic: bool = False,
    seed: int = 7,
    findings: Iterable[tuple[str, str, int | None, Mapping[str, Any]]] = (),
    **changes: Any,
) -> Run:
    """A saved analysis with the findings given as (kind, category, res, body); nothing is computed."""
    finished = instant(until.year, until.month, until.day)
    values: dict[str, Any] = {
        "parameters": {},
        "code_version": "test",
        "input_digest": "1" * 64,
        "findings_digest": "2" * 64,
        "totals": {},
        "started_at": finished - dt.timedelta(seconds=3),
        "finished_at": finished,
    }
    run = Run.objects.create(
        layout=LAYOUT,
        since=since,
        until=until,
        seed=seed,
        synthetic=synthetic,
        boundary_set=boundary_set or BoundarySet.objects.order_by("-valid_from").first() or make_boundaries(),
        **(values | changes),
    )
    Finding.objects.bulk_create(
        Finding(run=run, kind=kind, category=category, res=res, body=dict(body))
        for kind, category, res, body in findings
    )
    return run


def make_analysed(names: Sequence[str] = NAMES, *, source: str | None = None, approximate: bool = True) -> Run:
    """A small city with everything a page can show: squares, people, issues of five months, a Run, every report.

    Fabric is dark: its lamps fail at one corner far more often than elsewhere. `source="demo"` makes it synthetic.
    """
    chosen = make_boundaries(names, approximate=approximate)
    slugs = list(chosen.areas.order_by("slug").values_list("slug", flat=True))
    make_exposure("population", {slug: 10_000.0 for slug in slugs})
    make_exposure("street_m", {slug: 20_000.0 for slug in slugs})
    for k, slug in enumerate(slugs):
        for i in range(10):
            opened = instant(2025, 11 + i % 2, 3 + i)
            make_issue("roads", place=slug, i=i, at=opened, closed=opened + dt.timedelta(days=4 + k), source=source)
        make_issues(6, "cleaning", place=slug, at=instant(2026, 2, 10), source=source)
    west, south = WEST + 0.004, SOUTH + 0.004
    for i in range(20):
        at = instant(2026, 1 + i % 3, 1 + i)
        make_issue("lighting", lng=west + 0.00115 * (i % 5), lat=south + 0.0009 * (i // 5), at=at, source=source)
    make_issue("social", place=slugs[-1], at=instant(2026, 3, 9), source=source)
    run = analyse(since=dt.date(2026, 1, 1), until=dt.date(2026, 4, 1), seed=7)
    for area in run.boundary_set.areas.all():
        release(area, run)
    return run
