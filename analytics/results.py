"""What analysis hands to maps and pages: frozen values, to and from JSON, the same for every format."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Period:
    """Whole local days: `since` is in, `until` is out (ISO dates)."""

    since: str
    until: str


@dataclass(frozen=True)
class RunRef:
    """Which analysis a number comes from, and how to make it again."""

    id: int
    findings_digest: str
    input_digest: str
    seed: int
    code_version: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Boundary:
    """The dated set of areas a report stands on."""

    layer: str
    valid_from: str
    valid_to: str | None
    authority: str
    licence: str
    source: str
    digest: str
    approximate: bool


@dataclass(frozen=True)
class Theme:
    """One category in one area and period. Shares are of the area's shown incidents, with Wilson 95 % bounds.

    `withheld`: a sensitive category below the city's threshold; then n, share and change are None.
    """

    category: str
    names: Mapping[str, str]
    n: int | None
    share: float | None
    share_low: float | None
    share_high: float | None
    n_before: int | None
    withheld: bool = False


@dataclass(frozen=True)
class CellCount:
    """Incidents in one H3 cell (hexadecimal text). `withheld` marks a cell whose sensitive counts are not shown."""

    cell: str
    n: int
    withheld: bool = False


@dataclass(frozen=True)
class Hotspot:
    """A cell whose k-ring holds more incidents of a category than its exposure explains.

    `observed` and `expected` are sums over the ring; `ratio` is one over the other; `q` is Benjamini-Hochberg over
    the family category x period x resolution; `model` is poisson or negative binomial.
    """

    cell: str
    res: int
    category: str
    observed: int
    expected: float
    ratio: float
    q: float
    model: str


@dataclass(frozen=True)
class Cluster:
    """A clump of incidents found by DBSCAN; descriptive, so never shown without `q` of the exposure test beside it.

    `hull` is a closed ring in degrees; `centre` is lng, lat; `radius_m` the largest distance from the centre.
    """

    category: str
    n: int
    centre: tuple[float, float]
    radius_m: float
    hull: Ring
    q: float
    ratio: float


@dataclass(frozen=True)
class RankedArea:
    """One unit in a ranking by excess: shrunken incidents over expected incidents, all categories together.

    `rank` is the median over the draws (1 = most above expectation), `rank_low` and `rank_high` hold 90 % of them;
    `of` is the number of units ranked. `subject` is an area's slug or a cell's text; `res` is None for areas.
    """

    subject: str
    name: str
    res: int | None
    observed: int
    expected: float
    ratio: float
    rank: float
    rank_low: float
    rank_high: float
    of: int
    p_top: float


@dataclass(frozen=True)
class Answered:
    """How the city answered: incidents opened in the period, and the Kaplan-Meier median of days to closing.

    `median_days` is None when fewer than half had closed by the end of what is known; bounds likewise.
    """

    opened: int
    closed: int
    still_open: int
    median_days: float | None
    median_low: float | None
    median_high: float | None


@dataclass(frozen=True)
class ListeningReport:
    """One area, one period, one run: everything a page, a PDF, a table or a map of it may say."""

    city: str
    city_names: Mapping[str, str]
    neighborhood: str
    name: str
    outline: tuple[tuple[Ring, ...], ...]
    area_km2: float
    boundary: Boundary
    period: Period
    previous: Period | None
    run: RunRef
    synthetic: bool
    threshold: int
    issues: int
    incidents: int
    incidents_before: int | None
    city_incidents: int
    default_pins_left_out: int
    exposure: Mapping[str, str]
    themes: tuple[Theme, ...]
    map_res: int
    cells: tuple[CellCount, ...]
    hotspots: tuple[Hotspot, ...]
    clusters: tuple[Cluster, ...]
    answered: Answered
    answered_city: Answered
    ranking: RankedArea | None
    doubts: tuple[str, ...]


def to_json(value: Any) -> str:
    """Canonical JSON of a result: sorted keys, no blanks, no NaN; the same value gives the same bytes.

    Raises ValueError where a number is not finite.
    """
    plain = dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def from_json(kind: type[T], text: str) -> T:
    """Rebuild a result from its JSON; raises KeyError or TypeError when the text is of another kind."""
    return typing.cast(T, _build(kind, json.loads(text)))


def canonical(value: T) -> T:
    """The same result with every number in the kind its field declares, so that JSON and back changes no byte."""
    return from_json(type(value), to_json(value))


def digest(value: Any) -> str:
    """SHA-256 over the canonical JSON of a value, as 64 hexadecimal digits."""
    return hashlib.sha256(to_json(value).encode()).hexdigest()


def rounded(value: float, digits: int = 12) -> float:
    """A number cut to `digits` significant digits, so that digests do not hang on the last bit of a sum."""
    if value == 0 or not math.isfinite(value):
        return float(value)
    return float(f"{value:.{digits}g}")


def _build(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _build(next(a for a in typing.get_args(kind) if a is not type(None)), value)
    if origin is tuple:
        parts = typing.get_args(kind)
        inner = [parts[0]] * len(value) if parts[-1] is Ellipsis else list(parts)
        return tuple(_build(part, item) for part, item in zip(inner, value, strict=True))
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{name: _build(hints[name], value[name]) for name in hints})  # type: ignore[operator]
    if kind is float and value is not None:
        return float(value)
    return value
