"""The only window onto rows: what was said, page by page in numbers, without names or addresses.

Words leave by `public_words` alone, for learning which subject they are about.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from django.conf import settings
from django.db import connection
from django.db.models import Max
from scipy import sparse

from analytics.methods.cube import NEVER, Chunk, Cube, Plan
from analytics.methods.units import CategoryParams, Units
from geo import hexes
from geo.crs import to_metric
from geo.frames import AREA
from geo.joins import AreaIndex, overlap_m2
from geo.readers import read_areas
from issues.demo import SOURCE as DEMO_SOURCE
from issues.models import Issue
from issues.rules import CLOSED, TextState
from neighborhoods.bulk import copy_out
from neighborhoods.locate import area_frame
from neighborhoods.models import BoundarySet, Category, Exposure, Neighborhood

_PAGE = pa.schema(
    [
        ("incident", pa.int64()),
        ("category_id", pa.int64()),
        ("day", pa.int64()),
        ("opened", pa.int64()),
        ("closed", pa.int64()),
        ("ended", pa.int64()),
        ("lng", pa.float64()),
        ("lat", pa.float64()),
        ("cell", pa.uint64()),
        ("neighborhood_id", pa.int64()),
        ("issues", pa.int64()),
    ]
)

_PAGE_SQL = """
SELECT g.first_issue_id, i.category_id, i.opened_on - DATE '1970-01-01',
       (extract(epoch FROM i.opened_at) * 1000000)::bigint,
       coalesce((extract(epoch FROM i.closed_at) * 1000000)::bigint, %s),
       coalesce((i.closed_at AT TIME ZONE %s)::date - DATE '1970-01-01', 0),
       ST_X(i.point), ST_Y(i.point), i.cell, coalesce(i.neighborhood_id, 0), g.issues
FROM issues_incident g
JOIN issues_issue i ON i.id = g.first_issue_id
WHERE g.first_issue_id > %s AND NOT i.hidden AND NOT i.default_pin AND i.opened_on >= %s AND i.opened_on < %s
ORDER BY g.first_issue_id
LIMIT %s
"""

_LATER = pa.schema([("incident", pa.int64()), ("reported", pa.int64())])

_LATER_SQL = """
SELECT incident_id, (extract(epoch FROM opened_at) * 1000000)::bigint
FROM issues_issue
WHERE incident_id BETWEEN %s AND %s AND id <> incident_id AND NOT hidden
"""


# So long without any issue in the whole city is a gap in the data, not a calm.
SILENCE = dt.timedelta(days=92)
# Areas whose borders come this close are neighbours.
NEAR_M = 5.0


class NothingToAnalyseError(RuntimeError):
    """There is no boundary set or no voice in the period; the message says which and what to do."""


@dataclass(frozen=True)
class Span:
    """First and last local day of which the issues that are analysed tell; `first` follows the last long silence."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, eq=False)
class Subjects:
    """All categories by slug, read once for one analysis: one added or renamed meanwhile must not shift the others.

    `keys`: their primary keys, `days`: how long a repeat is linked, both in the order of `params`, which is the order
    in which the counted cube numbers them.
    """

    keys: np.ndarray
    days: tuple[float, ...]
    params: tuple[CategoryParams, ...]

    @property
    def slugs(self) -> list[str]:
        return [one.slug for one in self.params]

    @property
    def sensitive(self) -> frozenset[str]:
        """Slugs of those whose small counts are withheld."""
        return frozenset(one.slug for one in self.params if one.sensitive)


@dataclass(frozen=True)
class LeftOut:
    """Issues of a period that analysis does not use, by reason."""

    hidden: int
    default_pins: int
    unlinked: int
    closing_missing: int


def span() -> Span:
    """The days issues speak of, hidden ones and default pins aside. Raises NothingToAnalyseError when there are none.

    After more than SILENCE without a single issue in the whole city the history begins anew: a mistyped old date is
    no year of quiet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT opened_on FROM issues_issue WHERE NOT hidden AND NOT default_pin ORDER BY opened_on"
        )
        days = [row[0] for row in cursor.fetchall()]
    if not days:
        raise NothingToAnalyseError("no issues to analyse; load some with import_issues")
    fresh = [later for earlier, later in pairwise(days) if later - earlier > SILENCE]
    return Span(fresh[-1] if fresh else days[0], days[-1])


def subjects() -> Subjects:
    """Every category as it stands now."""
    rows = sorted(Category.objects.all(), key=lambda c: c.slug)
    params = tuple(
        CategoryParams(c.slug, c.exposure, c.eps_m, c.min_points, c.severity, c.life_days, c.sensitive) for c in rows
    )
    return Subjects(np.array([c.pk for c in rows], np.int64), tuple(float(c.incident_days) for c in rows), params)


def boundary_set(day: dt.date) -> BoundarySet:
    """The primary layer's set that answers for a day. Raises NothingToAnalyseError when there is none."""
    layer = settings.CITY.primary_layer
    chosen = BoundarySet.objects.of_layer(layer).answering(day)
    if chosen is None:
        raise NothingToAnalyseError(f"no boundary set of layer {layer}; load one with load_boundaries")
    return chosen


def plan(since: dt.date, until: dt.date, before: dt.date, chosen: Subjects, last: dt.date) -> Plan:
    """How the counting pass counts a period: its days, the last instant the data speak of, and linking limits.

    Weeks are counted back from the `last` day anything is known of, where that is earlier than `until`: the days
    after it are unknown, not quiet.
    """
    moments = Issue.objects.filter(hidden=False, opened_on__lt=until).aggregate(a=Max("opened_at"), b=Max("closed_at"))
    moment = max((m for m in moments.values() if m), default=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    microseconds = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    edge = max(min(until, last + dt.timedelta(days=1)), since + dt.timedelta(days=1))
    return Plan(_day(since), _day(edge), _day(before), microseconds, chosen.days)


def how_many(since: dt.date, until: dt.date) -> int:
    """How many incidents `chunks` will hand over for these days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM issues_incident g JOIN issues_issue i ON i.id = g.first_issue_id "
            "WHERE NOT i.hidden AND NOT i.default_pin AND i.opened_on >= %s AND i.opened_on < %s",
            [since, until],
        )
        return int(cursor.fetchone()[0])


def chunks(
    since: dt.date, until: dt.date, areas: gpd.GeoDataFrame, chosen: Subjects, size: int = 100_000
) -> Iterator[Chunk]:
    """Incidents whose first issue was opened from `since`, before `until`, page by page by key; at least one chunk.

    Categories are numbered as `chosen` has them, areas by their row in `areas`: the place kept on the row where it
    belongs to this set, joined anew where it belongs to another set or to none. Only one page is held at a time.
    Raises NothingToAnalyseError where an issue is of a category that `chosen` does not know.
    """
    after = 0
    while True:
        page = copy_out(_PAGE_SQL, [NEVER, settings.CITY.time_zone, after, since, until, size], _PAGE)
        rows = {name: page[name].to_numpy() for name in page.column_names}
        yield _chunk(rows, chosen.keys, areas)
        if len(page) < size:
            return
        after = int(rows["incident"][-1])


def _chunk(rows: dict[str, np.ndarray], categories: np.ndarray, areas: gpd.GeoDataFrame) -> Chunk:
    incident = rows["incident"]
    ends = [int(incident[0]), int(incident[-1])] if len(incident) else [0, 0]
    later = copy_out(_LATER_SQL, ends, _LATER)
    whose = later["incident"].to_numpy()
    place = np.searchsorted(incident, whose)
    here = incident[np.minimum(place, len(incident) - 1)] == whose if len(incident) else np.zeros(len(whose), bool)
    x, y = to_metric(rows["lng"], rows["lat"], settings.CITY.metric_crs)
    return Chunk(
        cell=rows["cell"],
        area=_area_rows(rows, areas),
        category=_numbers(rows["category_id"], categories),
        day=rows["day"],
        opened=rows["opened"],
        closed=rows["closed"],
        ended=rows["ended"],
        issues=rows["issues"],
        x=x,
        y=y,
        later=place[here].astype(np.int64),
        reported=later["reported"].to_numpy()[here],
    )


def _numbers(held: np.ndarray, keys: np.ndarray) -> np.ndarray:
    found = pd.Index(keys).get_indexer(pd.Index(held)).astype(np.int64)
    if (found < 0).any():
        raise NothingToAnalyseError("a category was added while the issues were read; run the analysis again")
    return found


def _day(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def _area_rows(rows: dict[str, np.ndarray], areas: gpd.GeoDataFrame) -> np.ndarray:
    """The row in `areas` of each incident, -1 for none: the place kept where it belongs to this set, else joined."""
    held = rows["neighborhood_id"]
    keys = areas["pk"].to_numpy()
    found = np.full(len(held), -1, np.int64)
    if not len(keys):
        return found
    order = np.argsort(keys)
    place = np.searchsorted(keys[order], held) % len(keys)
    known = keys[order][place] == held
    found[known] = order[place[known]]
    if (other := ~known).any():
        index = AreaIndex(areas)
        area = index.locate(rows["lng"][other], rows["lat"][other]).area
        own = pd.Index(areas["slug"]).get_indexer(index.areas["slug"])
        found[other] = np.where(area >= 0, own[area], -1)
    return found


def left_out(since: dt.date, until: dt.date) -> LeftOut:
    """How many issues of a period are not analysed, and why."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE hidden), count(*) FILTER (WHERE default_pin AND NOT hidden), "
            "count(*) FILTER (WHERE incident_id IS NULL AND NOT default_pin AND NOT hidden), "
            "count(*) FILTER (WHERE closed_at IS NULL AND state = ANY(%s)) "
            "FROM issues_issue WHERE opened_on >= %s AND opened_on < %s",
            [sorted(CLOSED), since, until],
        )
        return LeftOut(*cursor.fetchone())


def synthetic(since: dt.date, until: dt.date) -> bool:
    """Whether any issue of a period comes from the generator of the demo city."""
    return Issue.objects.during(since, until).filter(source=DEMO_SOURCE).exists()


def duplicates_marked(since: dt.date, until: dt.date) -> bool:
    """Whether any source says of an issue that it repeats another."""
    return Issue.objects.during(since, until).filter(marked_duplicate=True).exists()


def public_words() -> Iterator[tuple[str, str]]:
    """Each issue's text as it stands after moderation (its title where there is no more) and its subject; newest first.

    Those of sensitive subjects too, which nobody reads: so that they are suggested to who writes of people. What
    is learnt keeps the words that several texts share, and no text.
    """
    rows = Issue.objects.public().filter(text_state__in=[TextState.SHOWN, TextState.EDITED]).select_related("category")
    rows = rows.only("title", "description", "edited_text", "text_state", "category__slug")
    for issue in rows.order_by("-opened_on", "-pk").iterator():
        if text := issue.standing_text or issue.standing_title:
            yield text, issue.category.slug


def category_names() -> dict[str, dict[str, str]]:
    """Names of every category by language."""
    return {c.slug: dict(c.names) for c in Category.objects.order_by("slug")}


def areas_of(chosen: BoundarySet) -> gpd.GeoDataFrame:
    """The areas of a set (pk, slug, name, geometry in degrees, area_m2 on the city's grid), by slug."""
    frame = area_frame(Neighborhood.objects.filter(boundary_set=chosen))
    # By code points, as Python sorts: the database's collation need not be the same on the next machine.
    frame = frame.sort_values("slug", ignore_index=True)
    frame["area_m2"] = frame.geometry.to_crs(settings.CITY.metric_crs).area
    return frame


def exposures(areas: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Every kind of exposure loaded for the areas, its newest year: kind -> one number per area (0 where none)."""
    rows = Exposure.objects.filter(neighborhood__in=areas["pk"].tolist()).order_by("kind", "year")
    position = {pk: i for i, pk in enumerate(areas["pk"].tolist())}
    found: dict[str, np.ndarray] = {}
    for row in rows:
        found.setdefault(row.kind, np.zeros(len(areas)))[position[row.neighborhood_id]] = row.value
    return found


def units(areas: gpd.GeoDataFrame, occupied: np.ndarray) -> list[Units]:
    """The units of an analysis: H3 cells at resolutions 8, 9, 10 over the study area, and the areas themselves.

    The study area is the city's outline, where it has one, together with the areas. A cell's area is the part of it
    inside the study area; other exposures are spread over an area evenly by ground (areal weighting). Exposure is
    computed at resolution 10 and summed to H3 parents, as voices are. `occupied` cells outside have exposure 0.
    """
    crs = settings.CITY.metric_crs
    study = _study_area(areas)
    inside = hexes.cover(study, hexes.STORE_RES)
    cells = np.union1d(inside, np.asarray(occupied, np.uint64))
    shapes = gpd.GeoSeries(hexes.polygons(cells), crs=4326).to_crs(crs)
    ground = overlap_m2(shapes, gpd.GeoSeries([study], crs=4326).to_crs(crs))
    own = areas.geometry.to_crs(crs)
    overlap = overlap_m2(shapes, own)
    shared = overlap @ sparse.diags(1 / areas["area_m2"].to_numpy())
    loaded = exposures(areas)
    fine = {AREA: ground.toarray()[:, 0]} | {kind: shared @ values for kind, values in loaded.items()}
    found = [_cell_units(cells, fine, overlap, res) for res in hexes.ANALYSIS_RES]
    whole = {AREA: areas["area_m2"].to_numpy(float)} | loaded
    ids, names = areas["slug"].to_numpy(object), areas["name"].to_numpy(object)
    alone, middle = sparse.identity(len(areas), format="csr"), own.representative_point()
    x, y = middle.x.to_numpy(float), middle.y.to_numpy(float)
    return [*found, Units(None, ids, names, whole, alone, _touching(own), x, y, np.arange(len(areas)))]


def _touching(shapes: gpd.GeoSeries) -> sparse.csr_matrix:
    """Which areas share a border, each its own; borders drawn by hand may miss each other by a few metres."""
    pairs = shapes.sindex.query(shapes, predicate="dwithin", distance=NEAR_M)
    return sparse.csr_matrix((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(len(shapes), len(shapes)))


def _study_area(areas: gpd.GeoDataFrame) -> shapely.Geometry:
    shapes = list(areas.geometry)
    if settings.CITY.outline:
        shapes += list(read_areas(settings.FIXTURES / settings.CITY.outline, None).geometry)
    return shapely.union_all(shapes)


def _cell_units(cells: np.ndarray, fine: dict[str, np.ndarray], overlap: sparse.csr_matrix, res: int) -> Units:
    coarse, place = np.unique(hexes.parents(cells, res), return_inverse=True)
    exposure = {kind: np.bincount(place, weights=values, minlength=len(coarse)) for kind, values in fine.items()}
    names = np.array([hexes.to_text(int(c)) for c in coarse], object)
    ring = hexes.neighbours(coarse)
    x, y = to_metric(*hexes.centres(coarse), settings.CITY.metric_crs)
    into = sparse.csr_matrix((np.ones(len(cells)), (place, np.arange(len(cells)))), shape=(len(coarse), len(cells)))
    held = (into @ overlap).toarray()
    area = np.where(held.any(axis=1), held.argmax(axis=1), -1)
    return Units(res, names, names, exposure, ring, ring, x, y, area)


def input_digest(counted: Cube, sets: list[Units], chosen: BoundarySet, told: Sequence[object]) -> str:
    """SHA-256 over every row and denominator an analysis reads, and what else it is `told` (by their repr)."""
    sha = hashlib.sha256(chosen.digest.encode() + counted.digest().encode() + repr(tuple(told)).encode())
    for unit in sets:
        sha.update("\n".join(map(str, unit.ids)).encode())
        for kind in sorted(unit.exposure):
            sha.update(kind.encode() + np.asarray(unit.exposure[kind], float).tobytes())
    return sha.hexdigest()
