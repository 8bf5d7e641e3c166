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
    """Incidents in one H3 cell (hexadecimal text), sensitive subjects aside. `withheld` is of older reports, which
    counted them and marked the cells where they were too few to show."""

    cell: str
    n: int
    withheld: bool = False


@dataclass(frozen=True)
class Hotspot:
    """A cell whose k-ring holds more incidents of a category than its exposure explains.

    `observed` and `expected` are sums over the ring; `ratio` is one over the other; `q` is Benjamini-Hochberg over
    the family category x period x resolution; `model` is poisson or negative binomial. The place is hot at `hot_at`
    of `hot_of` sets of units (0 of 0: not asked); `change` is one of change.KINDS, '' where nothing can be said.
    """

    cell: str
    res: int
    category: str
    observed: int
    expected: float
    ratio: float
    q: float
    model: str
    hot_at: int = 0
    hot_of: int = 0
    change: str = ""


@dataclass(frozen=True)
class Cluster:
    """A clump of incidents found by DBSCAN; descriptive, so never shown without `q` of the exposure test beside it.

    `hull` is a closed ring in degrees; `centre` is lng, lat; `radius_m` the largest distance from the centre.
    `quarters_held` of `quarters` full quarters of the period held enough incidents (0 of 0: not asked).
    """

    category: str
    n: int
    centre: tuple[float, float]
    radius_m: float
    hull: Ring
    q: float
    ratio: float
    quarters_held: int = 0
    quarters: int = 0


@dataclass(frozen=True)
class RankedArea:
    """One unit in a ranking over all categories together.

    `order` is excess (severity-weighted shrunken incidents over the expected), burden (the same not divided) or delay
    (days waited longer than the mix of categories explains); `score` its value with `score_low` to `score_high`.
    `rank` is the median over the draws (1 = the highest) with `rank_low` to `rank_high`; both intervals hold the share
    `interval`. `of` is the number of units ranked; `p_top` the chance to be among the first `k`, `tier` its letter (A,
    B, C or none). `ratio` is the excess. `subject` is an area's slug or a cell's text; `res` is None for areas. `grade`
    is how far all this may be relied on and `decided` by what; '' in results older than grades.
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
    order: str = "excess"
    score: float = 0.0
    score_low: float = 0.0
    score_high: float = 0.0
    k: int = 0
    tier: str = ""
    grade: str = ""
    decided: tuple[str, ...] = ()
    interval: float = 0.9


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
    """One area, one period, one run: everything a page, a PDF, a table or a map of it may say.

    `off_map` of its incidents are counted but on no hexagon: they speak of sensitive subjects.
    """

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
    off_map: int = 0


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
        # A result frozen before a field was added takes that field's default.
        optional = {f.name for f in dataclasses.fields(kind) if f.default is not dataclasses.MISSING}
        given = {name: _build(hints[name], value[name]) for name in hints if name in value or name not in optional}
        return kind(**given)  # type: ignore[operator]
    if kind is float and value is not None:
        return float(value)
    return value
