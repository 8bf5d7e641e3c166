"""Read a mapping file: which columns of a source are ours, and what its words mean.

source = "boston311"             goes into every issue; (source, external id) names it
like = "open311"                 start from another known mapping; a key given here replaces its key
time_zone = "America/New_York"   of times without a zone; the city's when left out
dates = ["iso", "%d/%m/%Y %H:%M"]  tried in order; also "epoch_s" and "epoch_ms". A format without a clock gives the
                                 day only, and the import says so: "%m/%d/%Y", or "%Y-%m-%dT00:00:00.000" of a
                                 source that writes midnight for any hour
records = "result.rows"          where a JSON object holds several lists
closing_only_when_closed = true  the closing column is a "last change": read it in closed states only
category_shown = "type"          the column counted when a row falls to "other" (or a list: the first not empty)
loose_names = true               "Created Date", CREATED_DATE and created_date are one column

[columns]                        ours = "theirs", or a list of theirs: the first that is not empty
external_id, opened_at           needed; so is lng with lat, or point: "[lng, lat]", GeoJSON or WKT text
point_order = "lat,lng"          where a point column says latitude first

[[category]]                     rules in order; the first that hits decides, "other" when none does
column = "type"
values = { "Pothole" = "roads" }   whole cell, any case

[[category]]
column = "summary"
contains = ["graffiti", "tag"]   also starts = [...], matches = 'regular expression (RE2)', as_it_is = true
is = ["graffiti", "other"]       the first the city has
                                 a rule's column may be a list: each in turn, the first that hits decides

[[state]]                        the same rules; without a hit: resolved when there is a closing time, else received
[duplicate]                      the source's own marker: column and contains, starts or matches
parent = [{ matches = '(?P<id>\\d{12})', prefix = "" }]   how the parent's id is spelled in that column

[[aside]]                        rows that report nothing at a place: set aside, `is` being the reason given
column = "type"
values = { "Information call" = "information_call" }

[area]                           the source's own word for the area: it never places a row, it is compared with ours
column = "community_area"
names = { "8" = "Near North Side", "0" = "" }   our name of a code; without one the word is the name, "" says nothing
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from issues.mappings.rules import Rule, pattern_of
from issues.rules import State

OURS = (
    "external_id",
    "opened_at",
    "closed_at",
    "lng",
    "lat",
    "point",
    "title",
    "description",
    "address",
    "channel",
    "duplicate_of",
)
TOP = {
    "source",
    "like",
    "loose_names",
    "time_zone",
    "dates",
    "records",
    "closing_only_when_closed",
    "category_shown",
    "columns",
    "category",
    "state",
    "duplicate",
    "aside",
    "area",
}
POINT_ORDERS = ("lng,lat", "lat,lng")
HITS = ("values", "contains", "starts", "matches", "as_it_is")


class MappingError(ValueError):
    """A mapping file that cannot be used; the message names the file and the key."""


@dataclass(frozen=True)
class Parent:
    """How a parent's id is spelled: an RE2 pattern with a group called id, and what to put before it."""

    pattern: str
    prefix: str = ""


@dataclass(frozen=True)
class Marker:
    """The source's own word that a row repeats another."""

    column: str
    pattern: str
    parents: tuple[Parent, ...] = ()


@dataclass(frozen=True)
class AreaWord:
    """The source's own word for a row's area, by code or name, and what we call it."""

    columns: tuple[str, ...]
    names: dict[str, str]


@dataclass(frozen=True)
class Mapping:
    """One source. `columns` gives for each of our columns the source's, best first."""

    source: str
    columns: dict[str, tuple[str, ...]]
    dates: tuple[str, ...]
    time_zone: str = ""
    records: str = ""
    point_order: str = POINT_ORDERS[0]
    closing_only_when_closed: bool = False
    category_shown: tuple[str, ...] = ()
    loose_names: bool = False
    category: tuple[Rule, ...] = ()
    state: tuple[Rule, ...] = ()
    duplicate: Marker | None = None
    aside: tuple[Rule, ...] = ()
    area: AreaWord | None = None

    @property
    def columns_read(self) -> list[str]:
        """Every column of the source that this mapping looks at."""
        names = [c for theirs in self.columns.values() for c in theirs]
        names += [r.column for r in (*self.category, *self.state)]
        names += [self.duplicate.column] if self.duplicate else []
        names += [*self.category_shown, *(r.column for r in self.aside)]
        return list(dict.fromkeys([*names, *(self.area.columns if self.area else ())]))


def load_mapping(name_or_path: str | Path, folder: Path) -> Mapping:
    """Read a mapping by its name in `folder`, or by the path of a .toml file.

    Raises MappingError naming the file and the key that is missing, unknown or wrong.
    """
    path = Path(name_or_path) if str(name_or_path).endswith(".toml") else folder / f"{name_or_path}.toml"
    values = _read(path, folder)
    if "like" in values:
        values = {**_read(folder / f"{values['like']}.toml", folder), **values}
    try:
        return _mapping(values)
    except KeyError as problem:
        raise MappingError(f"{path}: the key {problem} is missing") from None
    except (ValueError, TypeError) as problem:
        raise MappingError(f"{path}: {problem}") from None


def _read(path: Path, folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) or "none"
        raise MappingError(f"no mapping {path}; known mappings: {known}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise MappingError(f"{path}: {problem}") from None


def _mapping(values: dict[str, Any]) -> Mapping:
    _only(values, TOP, "")
    columns = dict(values["columns"])
    order = columns.pop("point_order", POINT_ORDERS[0])
    if order not in POINT_ORDERS:
        raise ValueError(f"columns.point_order must be one of {', '.join(POINT_ORDERS)}, not {order!r}")
    source = str(values["source"]).strip()
    if not 0 < len(source) <= 60:
        raise ValueError("source must be a name of at most 60 characters")
    zone = str(values.get("time_zone", ""))
    if zone:
        _named("time_zone", ZoneInfo, zone)
    return Mapping(
        source=source,
        columns=_columns(columns),
        dates=_dates(values["dates"]),
        time_zone=zone,
        records=str(values.get("records", "")),
        point_order=order,
        closing_only_when_closed=bool(values.get("closing_only_when_closed", False)),
        category_shown=_texts(values.get("category_shown", []), "category_shown"),
        loose_names=bool(values.get("loose_names", False)),
        category=_rules(values, "category"),
        state=_rules(values, "state", tuple(s.value for s in State)),
        duplicate=_marker(values["duplicate"]) if "duplicate" in values else None,
        aside=_rules(values, "aside"),
        area=_area(values["area"]) if "area" in values else None,
    )


def _columns(values: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    _only(values, set(OURS), "columns.")
    columns = {ours: _texts(theirs, f"columns.{ours}") for ours, theirs in values.items()}
    needed = ["external_id", "opened_at", *(() if "point" in columns else ("lng", "lat"))]
    for ours in needed:
        if not columns.get(ours):
            raise KeyError(f"columns.{ours}")
    return columns


def _dates(values: Any) -> tuple[str, ...]:
    formats = _texts(values, "dates")
    for text in formats:
        if text not in ("iso", "epoch_s", "epoch_ms") and "%" not in text:
            raise ValueError(f"dates: {text!r} is neither iso, epoch_s, epoch_ms nor a format with %")
    if not formats:
        raise KeyError("dates")
    return formats


def _rules(values: dict[str, Any], kind: str, targets: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """The rules of one kind, in order, one for each column a rule names; `targets` are what they may say, if limited.

    Raises ValueError, or KeyError for what is missing, naming the rule.
    """
    found: list[Rule] = []
    for i, row in enumerate(values.get(kind, []), 1):
        where = f"{kind} {i}"
        columns = _texts(row.get("column", []), f"{where}.column")
        if not columns:
            raise KeyError(f"{where}.column")
        if kind == "aside" and "as_it_is" in row:
            raise ValueError(f"{where}: the reason must be said with is or values")
        found += [_rule(row, column, where) for column in columns]
        for target in found[-1].said:
            if targets and target not in targets:
                raise ValueError(f"{where}: no {kind} {target!r}; known: {', '.join(targets)}")
    return tuple(found)


def _rule(row: dict[str, Any], column: str, where: str) -> Rule:
    _only(row, {"column", "is", *HITS}, f"{where}.")
    told = [h for h in HITS if h in row]
    if len(told) != 1:
        raise ValueError(f"{where}: needs exactly one of {', '.join(HITS)}")
    if "values" in row:
        table = {str(k).strip().casefold(): _texts(v, f"{where}.values.{k}") for k, v in row["values"].items()}
        return Rule(column, values=table)
    if "as_it_is" in row:
        return Rule(column, as_it_is=True)
    if "is" not in row:
        raise KeyError(f"{where}.is")
    return Rule(column, pattern=_pattern(row, where), targets=_texts(row["is"], f"{where}.is"))


def _area(row: dict[str, Any]) -> AreaWord:
    _only(row, {"column", "names"}, "area.")
    columns = _texts(row.get("column", []), "area.column")
    if not columns:
        raise KeyError("area.column")
    names = row.get("names", {})
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise ValueError(f"area.names must give one name for each code, not {names!r}")
    return AreaWord(columns, {str(code).strip().casefold(): name for code, name in names.items()})


def _marker(row: dict[str, Any]) -> Marker:
    _only(row, {"column", "contains", "starts", "matches", "parent"}, "duplicate.")
    parents = []
    for spec in row.get("parent", []):
        _only(spec, {"matches", "prefix"}, "duplicate.parent.")
        pattern = str(spec["matches"])
        _named("duplicate.parent.matches", pc.extract_regex, pa.array([""]), pattern)
        if "(?P<id>" not in pattern:
            raise ValueError("duplicate.parent.matches needs a group (?P<id>...)")
        parents.append(Parent(pattern, str(spec.get("prefix", ""))))
    return Marker(str(row["column"]), _pattern(row, "duplicate"), tuple(parents))


def _pattern(row: dict[str, Any], where: str) -> str:
    told = [h for h in ("contains", "starts", "matches") if h in row]
    if len(told) != 1:
        raise ValueError(f"{where}: needs exactly one of contains, starts, matches")
    key = told[0]
    return _compiled(pattern_of(key, _texts(row[key], f"{where}.{key}")), f"{where}.{key}")


def _compiled(pattern: str, where: str) -> str:
    _named(where, pc.match_substring_regex, pa.array([""]), pattern)
    return pattern


def _texts(value: Any, where: str) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(i, str) for i in items):
        raise ValueError(f"{where} must be text or a list of texts, not {value!r}")
    return tuple(items)


def _only(values: Any, known: set[str], where: str) -> None:
    if not isinstance(values, dict):
        raise ValueError(f"{where.rstrip('.') or 'the file'} must be a table, not {values!r}")
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"unknown key {where}{unknown[0]}; known: {', '.join(sorted(known))}")


def _named(where: str, check: Callable[..., Any], *given: Any) -> None:
    try:
        check(*given)
    except (pa.ArrowInvalid, KeyError, ValueError, OSError) as problem:
        raise ValueError(f"{where}: {problem}") from None
