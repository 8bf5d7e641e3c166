"""Read one city's file: every value that differs from city to city, and none of it in code."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MILDEST, WORST = 1.0, 5.0


class CityFileError(ValueError):
    """A city file lacks a value or holds an impossible one; the message names the file and the key."""


@dataclass(frozen=True)
class CategorySpec:
    """One subject of voices. Radii in metres, spans in days.

    `severity`: how much one incident weighs in a ranking, 1 to 5. `life_days`: how long such an incident, if nobody
    sees to it, is there to be reported.
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


@dataclass(frozen=True)
class BaseMap:
    """What lies under the map. `kind` is none, raster (tile address) or file (MBTiles or PMTiles we serve)."""

    kind: str
    url: str = ""
    path: str = ""
    attribution: str = ""
    max_zoom: int = 19


@dataclass(frozen=True)
class City:
    """One city. `bbox` is west, south, east, north; `centre` lng, lat; `outline` a path under fixtures, if any."""

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
    outline: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

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
    defaults = {**values["incidents"], **values["clusters"], **values["ranking"]}
    categories = tuple(_category(row, defaults) for row in values["categories"])
    if len({c.slug for c in categories}) != len(categories):
        raise ValueError("two categories share a slug")
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
    )


def _number(merged: Mapping[str, Any], key: str, good: Callable[[float], bool], wanted: str) -> float:
    """A number in its range. Raises ValueError naming the category and the key."""
    value = merged[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not good(value):
        raise ValueError(f"{key} of category {merged['slug']} must be a number {wanted}, not {value!r}")
    return float(value)
