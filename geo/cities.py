"""Read one city's file: every value that differs from city to city, and none of it in code."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MILDEST, WORST = 1.0, 5.0
# As ISO 3166 writes a country, or a part of one: RO, US-MA.
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CityFileError(ValueError):
    """A city file lacks a value or holds an impossible one; the message names the file and the key."""


@dataclass(frozen=True)
class Question:
    """One question a subject asks beside its text. `kind` is choice, yesno or text; `options` pairs value and words.

    `when` names a question before it and the value that makes this one asked; `public` says whether the answer is
    shown.
    """

    id: str
    ask: Mapping[str, str]
    kind: str
    options: tuple[tuple[str, Mapping[str, str]], ...] = ()
    when: tuple[str, str] | None = None
    public: bool = True


@dataclass(frozen=True)
class CategorySpec:
    """One subject of voices. Radii in metres, spans in days.

    `severity`: how much one incident weighs in a ranking, 1 to 5. `life_days`: how long such an incident, if nobody
    sees to it, is there to be reported. `moderation` is after or before publication; `promise_days` within how many
    days an answer is promised, `target_days` within how many working days the city means to be done; `goes_to` who
    answers, and `hint` what a reporter should know first, by language. `department` (a slug, or nothing) is given what
    no routing rule takes.
    """

    slug: str
    name: Mapping[str, str]
    exposure: str
    incident_radius_m: float
    incident_days: int
    eps_m: float
    min_points: int
    severity: float
    life_days: float
    sensitive: bool = False
    moderation: str = "after"
    promise_days: int = 30
    target_days: int = 21
    department: str = ""
    goes_to: Mapping[str, str] = field(default_factory=dict)
    hint: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Reporting:
    """How the city takes reports in. Limits: reports per hour from one address block, and per hour in one H3 cell of
    resolution 8, before a proof of work is asked for; `work_bits` is how hard it is (zero bits of a SHA-256)."""

    similar_radius_m: float = 60.0
    per_block_hour: int = 10
    per_area_hour: int = 60
    work_bits: int = 18


@dataclass(frozen=True)
class Retention:
    """How long what is personal is kept, in days: contacts after the last closing and at most, unconfirmed requests,
    and, after closing, the exact points of sensitive subjects and what staff noted."""

    contact_days_after_closing: int = 90
    contact_days: int = 365
    unconfirmed_days: int = 7
    sensitive_point_days: int = 730
    note_days_after_closing: int = 365


@dataclass(frozen=True)
class Terms:
    """By when the law and the city want an issue dealt with, in days.

    `legal_days` (calendar days; None where no law says) and the most they can be extended by; from how many days before
    on a deadline is near, the law's in calendar days, the target's in working days; `days_off` on which the city does
    not work though its country does.
    """

    legal_days: int | None = None
    extension_days: int = 0
    near_legal_days: int = 5
    near_target_days: int = 1
    days_off: frozenset[dt.date] = frozenset()


@dataclass(frozen=True)
class BaseMap:
    """What lies under the map. `kind` is none, raster (tile address) or file (MBTiles or PMTiles we serve)."""

    kind: str
    url: str = ""
    path: str = ""
    attribution: str = ""
    max_zoom: int = 19


@dataclass(frozen=True)
class DepartmentSpec:
    """Who is given issues to deal with, inside the city hall or beside it."""

    slug: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class City:
    """One city. `bbox` is west, south, east, north; `centre` lng, lat; `outline` a path under fixtures, if any.

    `country` says whose public holidays are kept: a country, or a part of one as in "US-MA" (geo.workdays).
    """

    slug: str
    name: Mapping[str, str]
    centre: tuple[float, float]
    bbox: tuple[float, float, float, float]
    metric_crs: int
    time_zone: str
    languages: tuple[str, ...]
    primary_layer: str
    suppression_threshold: int
    base_map: BaseMap
    categories: tuple[CategorySpec, ...]
    reporting: Reporting = Reporting()
    retention: Retention = Retention()
    country: str = "RO"
    terms: Terms = Terms()
    departments: tuple[DepartmentSpec, ...] = ()
    outline: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

    def spec(self, slug: str) -> CategorySpec | None:
        """The subject of that slug, or nothing where the city's file does not name it (any more)."""
        return next((c for c in self.categories if c.slug == slug), None)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def load_city(path: Path) -> City:
    """Read a city from a TOML file.

    Raises CityFileError naming the file and the key that is missing or wrong.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.toml"))) or "none"
        raise CityFileError(f"no city file {path}; known cities: {known}") from None
    except tomllib.TOMLDecodeError as problem:
        raise CityFileError(f"{path}: {problem}") from None
    try:
        return _city(values)
    except KeyError as problem:
        raise CityFileError(f"{path}: the key {problem} is missing") from None
    except (TypeError, ValueError, ZoneInfoNotFoundError) as problem:
        raise CityFileError(f"{path}: {problem}") from None


def _city(values: dict[str, Any]) -> City:
    ZoneInfo(values["time_zone"])
    west, south, east, north = (float(v) for v in values["bbox"])
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(f"bbox must be west, south, east, north in degrees, not {values['bbox']}")
    lng, lat = (float(v) for v in values["centre"])
    if not (west <= lng <= east and south <= lat <= north):
        raise ValueError(f"centre {values['centre']} lies outside bbox")
    reporting = {"moderation": "after", "promise_days": 30, "goes_to": {}, **values.get("reporting", {})}
    of_categories = {k: reporting.pop(k) for k in ("moderation", "promise_days", "goes_to")}
    defaults = {**values["incidents"], **values["clusters"], **values["ranking"], **of_categories}
    categories = tuple(_category(row, defaults) for row in values["categories"])
    if len({c.slug for c in categories}) != len(categories):
        raise ValueError("two categories share a slug")
    departments = _departments(values.get("departments", {}), values["languages"])
    _check_departments(categories, departments)
    terms = _terms(values.get("deadlines", {}))
    late = [c.slug for c in categories if terms.legal_days is not None and c.promise_days > terms.legal_days]
    if late:
        raise ValueError(f"promise_days of {', '.join(late)} is longer than the law allows: legal_days in [deadlines]")
    return City(
        slug=values["slug"],
        name=values["name"],
        centre=(lng, lat),
        bbox=(west, south, east, north),
        metric_crs=int(values["metric_crs"]),
        time_zone=values["time_zone"],
        languages=tuple(values["languages"]),
        primary_layer=values["primary_layer"],
        suppression_threshold=int(values["suppression_threshold"]),
        base_map=BaseMap(**values["base_map"]),
        categories=categories,
        reporting=_reporting(reporting),
        retention=Retention(**{k: _whole(values["retention"], k) for k in values.get("retention", {})}),
        country=_country(values.get("country", City.country)),
        terms=terms,
        departments=departments,
        outline=str(values.get("outline", "")),
        notes=values.get("notes", {}),
    )


def _category(row: dict[str, Any], defaults: dict[str, Any]) -> CategorySpec:
    merged = {**defaults, **row}
    return CategorySpec(
        slug=merged["slug"],
        name=merged["name"],
        exposure=merged["exposure"],
        incident_radius_m=float(merged["incident_radius_m"]),
        incident_days=int(merged["incident_days"]),
        eps_m=float(merged["eps_m"]),
        min_points=int(merged["min_points"]),
        severity=_number(merged, "severity", lambda v: MILDEST <= v <= WORST, "from 1 to 5"),
        life_days=_number(merged, "life_days", lambda v: 0 < v < math.inf, "above 0"),
        sensitive=bool(merged.get("sensitive", False)),
        moderation=_moderation(merged),
        promise_days=_whole(merged, "promise_days"),
        target_days=_target_days(merged),
        department=str(merged.get("department", "")),
        goes_to=merged["goes_to"],
        hint=merged.get("hint", {}),
        questions=_questions(merged.get("questions", []), merged["slug"]),
    )


def _target_days(merged: Mapping[str, Any]) -> int:
    """The target of a subject in working days; where it names none, as many as its promise holds in plain weeks."""
    promise_days = _whole(merged, "promise_days")
    if "target_days" not in merged:
        return max(1, promise_days * 5 // 7)
    target_days = _whole(merged, "target_days")
    if target_days > promise_days:
        raise ValueError(f"target_days of category {merged['slug']} is longer than its promise of {promise_days} days")
    return target_days


def _terms(values: dict[str, Any]) -> Terms:
    """The city's terms. Raises ValueError naming the key that is wrong."""
    known = Terms.__dataclass_fields__
    strange = sorted(set(values) - set(known))
    if strange:
        raise ValueError(f"[deadlines] holds {', '.join(known)}, not {', '.join(strange)}")
    days_off = values.get("days_off", [])
    if not isinstance(days_off, list) or not all(type(day) is dt.date for day in days_off):
        raise ValueError(f"days_off of the city must be dates as in 2026-01-05, not {days_off!r}")
    return Terms(**{k: _whole(values, k) for k in values if k != "days_off"}, days_off=frozenset(days_off))


def _departments(rows: dict[str, Any], languages: list[str]) -> tuple[DepartmentSpec, ...]:
    """The departments by slug. Raises ValueError naming the one that is wrong."""
    found = []
    for slug, row in rows.items():
        if not _SLUG.fullmatch(slug):
            raise ValueError(f"the slug of a department is small letters, digits and hyphens, not {slug!r}")
        if lacking := [language for language in languages if not row["names"].get(language)]:
            raise ValueError(f"names of department {slug} lack {', '.join(lacking)}")
        found.append(DepartmentSpec(slug, row["names"]))
    return tuple(found)


def _check_departments(categories: tuple[CategorySpec, ...], departments: tuple[DepartmentSpec, ...]) -> None:
    known = {department.slug for department in departments}
    for category in categories:
        if category.department and category.department not in known:
            raise ValueError(f"category {category.slug} names a department that is none: {category.department!r}")


def _country(value: object) -> str:
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        raise ValueError(f"country must be written as RO or US-MA, not {value!r}")
    return value


def _moderation(merged: Mapping[str, Any]) -> str:
    """When the public sees an issue. Raises ValueError where one about people would be seen before a person looked."""
    value = _one_of(merged, "moderation", ("after", "before"))
    if merged.get("sensitive") and value != "before":
        raise ValueError(
            f"category {merged['slug']} is sensitive, so a person looks before it is published: "
            f'write moderation = "before" under it, not {value!r}'
        )
    return value


def _reporting(values: dict[str, Any]) -> Reporting:
    wholes = {k: _whole(values, k) for k in values if k != "similar_radius_m"}
    radius_m = values.get("similar_radius_m", Reporting.similar_radius_m)
    return Reporting(similar_radius_m=float(radius_m), **wholes)


def _questions(rows: list[dict[str, Any]], slug: str) -> tuple[Question, ...]:
    found: list[Question] = []
    for row in rows:
        where = {**row, "slug": f"{slug}, question {row.get('id', '?')}"}
        options = tuple((str(o["value"]), {k: v for k, v in o.items() if k != "value"}) for o in row.get("options", []))
        kind = _one_of(where, "kind", ("choice", "yesno", "text"))
        if (kind == "choice") != bool(options):
            raise ValueError(f"{where['slug']}: a choice has options, and nothing else has")
        when = tuple(row["when"]) if "when" in row else None
        if when is not None and (len(when) != 2 or when[0] not in {q.id for q in found}):
            raise ValueError(f"{where['slug']}: when names an earlier question and a value, not {row['when']}")
        found.append(Question(row["id"], row["ask"], kind, options, when, bool(row.get("public", True))))
    if len({q.id for q in found}) != len(found):
        raise ValueError(f"category {slug}: two questions share an id")
    return tuple(found)


def _one_of(merged: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str:
    value = merged[key]
    if value not in known:
        raise ValueError(f"{key} of {merged.get('slug', 'the city')} must be one of {', '.join(known)}, not {value!r}")
    return str(value)


def _whole(merged: Mapping[str, Any], key: str) -> int:
    """A whole number from 1 up. Raises ValueError naming what it belongs to and the key."""
    value = merged[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{key} of {merged.get('slug', 'the city')} must be a whole number from 1 up, not {value!r}")
    return value


def _number(merged: Mapping[str, Any], key: str, good: Callable[[float], bool], wanted: str) -> float:
    """A number in its range. Raises ValueError naming the category and the key."""
    value = merged[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not good(value):
        raise ValueError(f"{key} of category {merged['slug']} must be a number {wanted}, not {value!r}")
    return float(value)
