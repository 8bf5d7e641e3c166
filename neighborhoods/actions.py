"""Writes of this room: boundary sets, exposures, categories."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

import geopandas as gpd
import pandas as pd
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from geo import shapes
from geo.cities import City
from geo.frames import AREA
from neighborhoods.models import NOT_STATED, BoundarySet, Category, Department, Exposure, Neighborhood

LONGEST_NAME, LONGEST_SLUG = 200, 110
FIRST_YEAR, LAST_YEAR = 1800, 2200


class RefusedBoundariesError(ValueError):
    """A boundary file that cannot be a set; the message names each feature and its reason."""


class RefusedExposureError(ValueError):
    """An exposure table that does not fit the layer; the message names the rows."""


@dataclass(frozen=True)
class Provenance:
    """Where a set comes from and when it holds."""

    layer: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    authority: str = NOT_STATED
    licence: str = NOT_STATED
    source: str = NOT_STATED
    approximate: bool = False


@dataclass(frozen=True)
class LoadedBoundaries:
    """What loading a file did. Areas in square metres; `uncovered_m2` is None without a city outline."""

    boundary_set: BoundarySet
    areas: int
    repaired: dict[str, tuple[float, float]] = field(default_factory=dict)
    overlaps: list[shapes.Overlap] = field(default_factory=list)
    uncovered_m2: float | None = None
    outline_m2: float | None = None
    already_there: bool = False


def load_boundaries(
    *,
    areas: gpd.GeoDataFrame,
    provenance: Provenance,
    metric_crs: int,
    outline: object = None,
    repair: bool = False,
    slug_field: bool = False,
) -> LoadedBoundaries:
    """Store areas (columns name, geometry in degrees; slug where `slug_field`) as one dated set, all or none.

    The same geometry loaded again for the same layer and day brings its provenance up to date, no more. Raises
    RefusedBoundariesError for invalid geometry (unless `repair`), for two areas of one name and for another set on
    the same day.
    """
    _check_provenance(provenance)
    frame = _valid_areas(areas, repair, slug_field)
    frame, repaired = frame.drop(columns="before"), _repairs(frame, metric_crs)
    digest = geometry_digest(frame)
    there = BoundarySet.objects.filter(layer=provenance.layer, valid_from=provenance.valid_from).first()
    if there and there.digest != digest:
        raise RefusedBoundariesError(
            f"layer {provenance.layer} already has another set valid from {provenance.valid_from} "
            f"({there.areas.count()} areas, source {there.source}); give another --valid-from"
        )
    if there:
        BoundarySet.objects.filter(pk=there.pk).update(**vars(provenance))
        there.refresh_from_db()
    found = shapes.overlaps(frame, metric_crs)
    uncovered, whole = _uncovered(frame, outline, metric_crs)
    boundary_set = there or _store(frame, provenance, digest, metric_crs)
    return LoadedBoundaries(boundary_set, len(frame), repaired, found, uncovered, whole, there is not None)


def _valid_areas(areas: gpd.GeoDataFrame, repair: bool, slug_field: bool) -> gpd.GeoDataFrame:
    names = areas["name"].astype(str).str.strip()
    long = sorted(n for n in names if len(n) > LONGEST_NAME)
    if long:
        raise RefusedBoundariesError(f"names longer than {LONGEST_NAME} characters: {', '.join(n[:40] for n in long)}…")
    twice = sorted(set(names[names.duplicated()]))
    if twice:
        raise RefusedBoundariesError(f"several features share a name: {', '.join(twice)}; merge or rename them")
    reasons = {n: shapes.why_invalid(g) for n, g in zip(names, areas.geometry, strict=True)}
    bad = {n: r for n, r in reasons.items() if r}
    hopeless = {n: r for n, r in bad.items() if not repair or r.startswith("the geometry is")}
    if hopeless:
        lines = "\n".join(f"  {name}: {reason}" for name, reason in hopeless.items())
        advice = "" if repair else "\nMend the file, or load it with --repair to mend them by structure."
        raise RefusedBoundariesError(f"{len(hopeless)} features cannot be areas:\n{lines}{advice}")
    mended = [
        shapes.repair(g) if n in bad else shapes.multipolygon(g) for n, g in zip(names, areas.geometry, strict=True)
    ]
    slugs = (areas["slug"] if slug_field else names).astype(str).map(_slug)
    before = [g if n in bad else None for n, g in zip(names, areas.geometry, strict=True)]
    frame = gpd.GeoDataFrame(
        {"slug": _distinct(list(slugs)), "name": list(names), "before": before}, geometry=mended, crs=4326
    )
    empty = frame["name"][frame.geometry.is_empty]
    if len(empty):
        raise RefusedBoundariesError(f"nothing is left after repair of: {', '.join(empty)}")
    return frame.sort_values("slug", kind="stable").reset_index(drop=True)


def _check_provenance(provenance: Provenance) -> None:
    """Raise RefusedBoundariesError for what the table could not hold, in the words of its fields."""
    empty = [name for name, value in vars(provenance).items() if value == ""]
    try:
        BoundarySet(**vars(provenance), digest="-").full_clean(empty, validate_unique=False, validate_constraints=False)
    except ValidationError as problem:
        told = "; ".join(f"{name}: {' '.join(words)}" for name, words in problem.message_dict.items())
        raise RefusedBoundariesError(told) from None
    if provenance.valid_to and provenance.valid_to <= provenance.valid_from:
        raise RefusedBoundariesError(f"valid to {provenance.valid_to} is not after valid from {provenance.valid_from}")


def _slug(name: str) -> str:
    plain = name.translate(str.maketrans("șțŞşŢţăâîĂÂÎ", "stSsTtaaiAAI"))
    return slugify(plain)[:LONGEST_SLUG].strip("-_") or "area"


def _distinct(slugs: list[str]) -> list[str]:
    out: list[str] = []
    for slug in slugs:
        free = (f"{slug}-{n}" for n in count(2))
        out.append(slug if slug not in out else next(s for s in free if s not in out and s not in slugs))
    return out


def _repairs(frame: gpd.GeoDataFrame, metric_crs: int) -> dict[str, tuple[float, float]]:
    """Area in square metres before and after, of each mended feature."""
    rows = frame[frame["before"].notna()]
    before = gpd.GeoSeries(list(rows["before"]), crs=4326).to_crs(metric_crs).area
    after = rows.geometry.to_crs(metric_crs).area
    return {n: (float(b), float(a)) for n, b, a in zip(rows["name"], before, after, strict=True)}


def geometry_digest(frame: gpd.GeoDataFrame) -> str:
    """SHA-256 over slugs, names and well-known binary, in slug order."""
    sha = hashlib.sha256()
    for slug, name, shape in zip(frame["slug"], frame["name"], frame.geometry, strict=True):
        sha.update(f"{slug}\n{name}\n".encode() + shapely.to_wkb(shape, byte_order=1))
    return sha.hexdigest()


def _uncovered(frame: gpd.GeoDataFrame, outline: object, metric_crs: int) -> tuple[float | None, float | None]:
    if outline is None:
        return None, None
    whole = gpd.GeoSeries([outline], crs=4326).to_crs(metric_crs).iloc[0]
    covered = shapely.union_all(frame.geometry.to_crs(metric_crs).to_numpy())
    return float(whole.difference(covered).area), float(whole.area)


@transaction.atomic
def _store(frame: gpd.GeoDataFrame, provenance: Provenance, digest: str, metric_crs: int) -> BoundarySet:
    boundary_set = BoundarySet.objects.create(**vars(provenance), digest=digest)
    metres = frame.geometry.to_crs(metric_crs).area
    Neighborhood.objects.bulk_create(
        Neighborhood(
            boundary_set=boundary_set,
            slug=slug,
            name=name,
            geometry=GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326),
            area_m2=float(area),
        )
        for slug, name, shape, area in zip(frame["slug"], frame["name"], frame.geometry, metres, strict=True)
    )
    return boundary_set


def load_exposure(
    *, table: pd.DataFrame, layer: str, kind: str, name_field: str, value_field: str, year: int, source: str
) -> int:
    """Store one kind of exposure for the newest set of a layer; gives the number of areas set.

    `table` is text columns; names match an area's name or slug. Raises RefusedExposureError naming unknown fields,
    unknown areas and values that are not finite numbers from zero up.
    """
    if kind == AREA:
        raise RefusedExposureError("area is measured from the boundaries, never loaded; give the kind another name")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RefusedExposureError(f"year {year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    missing = [f for f in (name_field, value_field) if f not in table.columns]
    if missing:
        raise RefusedExposureError(f"no column {', '.join(missing)}; the file has {', '.join(table.columns)}")
    boundary_set = BoundarySet.objects.of_layer(layer).order_by("-valid_from").first()
    if boundary_set is None:
        raise RefusedExposureError(f"no boundary set of layer {layer}; load one with load_boundaries")
    areas = {key: a for a in boundary_set.areas.all() for key in (a.name, a.slug)}
    values = pd.to_numeric(table[value_field].str.strip(), errors="coerce")
    names = table[name_field].astype(str).str.strip()
    unknown = sorted(set(names) - set(areas))
    wrong = sorted(names[~(values >= 0) | (values == float("inf"))])
    told = _not_each_once([areas[n] for n in names if n in areas], list(boundary_set.areas.all()))
    if unknown or wrong or told:
        told += [f"unknown areas: {', '.join(unknown)}"] if unknown else []
        told += [f"no number from zero up for: {', '.join(wrong)}"] if wrong else []
        raise RefusedExposureError("; ".join(told))
    with transaction.atomic():
        for name, value in zip(names, values, strict=True):
            Exposure.objects.update_or_create(
                neighborhood=areas[name], kind=kind, year=year, defaults={"value": float(value), "source": source}
            )
    return len(names)


def _not_each_once(given: list[Neighborhood], areas: list[Neighborhood]) -> list[str]:
    """What is wrong with a table that should name every area once: a gap would read as a zero, a repeat as a sum."""
    counts = Counter(a.pk for a in given)
    repeated = sorted(a.name for a in areas if counts[a.pk] > 1)
    absent = sorted(a.name for a in areas if not counts[a.pk])
    told = [f"named more than once: {', '.join(repeated)}"] if repeated else []
    return told + ([f"no row for: {', '.join(absent)}; give 0 where there is none"] if absent else [])


@transaction.atomic
def sync_departments(city: City) -> dict[str, Department]:
    """Bring the table of departments up to the city's file; one no longer named stays, for what it was given."""
    for spec in city.departments:
        Department.objects.update_or_create(slug=spec.slug, defaults={"names": dict(spec.names)})
    return {d.slug: d for d in Department.objects.all()}


@transaction.atomic
def sync_categories(city: City) -> dict[str, Category]:
    """Bring the table of categories up to the city's file; a category no longer named stays, behind the others."""
    for position, spec in enumerate(city.categories):
        values = {
            "names": dict(spec.name),
            "position": position,
            "exposure": spec.exposure,
            "incident_radius_m": spec.incident_radius_m,
            "incident_days": spec.incident_days,
            "eps_m": spec.eps_m,
            "min_points": spec.min_points,
            "severity": spec.severity,
            "life_days": spec.life_days,
            "sensitive": spec.sensitive,
        }
        Category.objects.update_or_create(slug=spec.slug, defaults=values)
    named = [c.slug for c in city.categories]
    Category.objects.exclude(slug__in=named).update(position=len(named))
    return {c.slug: c for c in Category.objects.all()}
