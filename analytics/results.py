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
    (days waited longer than the mix of categories explains); `score` its value with `score_low` to `score_high`,
    which hold 90 %. `rank` is the median over the draws (1 = the highest), `rank_low` and `rank_high` hold 90 % of
    them; `of` is the number of units ranked; `p_top` the chance to be among the first `k`, `tier` its letter (A, B, C
    or none). `ratio` is the excess. `subject` is an area's slug or a cell's text; `res` is None for areas. `grade` is
    how far all this may be relied on and `decided` by what; '' in results older than grades.
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


@dataclass(frozen=True)
class Alarm:
    """A circle that held more of a category in the last `weeks` weeks than such places usually have (scan statistic).

    `centre` is lng, lat; `p` already takes into account that the whole city was searched.
    """

    category: str
    centre: tuple[float, float]
    radius_m: float
    cells: tuple[str, ...]
    res: int
    observed: int
    expected: float
    ratio: float | None
    p: float
    weeks: int


@dataclass(frozen=True)
class Foretold:
    """How much of the last weeks a map made before them caught in a share `budget` of the ground; beside it the map
    anybody could have drawn, the year's counts.

    `category` is '' for all together. Recall: share of the `n_later` incidents; PAI: recall over budget; PEI: recall
    over that of the best possible map. `difference` of the recalls with its 95 % interval; `verdict` is one of
    backtest.BEATS, NOT_TOLD_APART, LOSES.
    """

    category: str
    budget: float
    n_later: int
    recall: float | None
    pai: float | None
    pei: float | None
    naive_recall: float | None
    naive_pai: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True)
class MapCheck:
    """Does the map work? `weeks_after` weeks foretold from the `weeks_before` before them, in cells of `res`.

    `answer` is 'enough' or why there is none; then `rows` is empty.
    """

    answer: str
    weeks_before: int
    weeks_after: int
    res: int
    cells: int
    area_km2: float
    rows: tuple[Foretold, ...]


@dataclass(frozen=True)
class Standing:
    """A unit's place in one order (see RankedArea). `plain_rank`: where its point score would stand if readiness to
    report were not reckoned with; None for delay."""

    order: str
    score: float
    score_low: float
    score_high: float
    rank: float
    rank_low: float
    rank_high: float
    of: int
    k: int
    p_top: float
    tier: str
    grade: str
    decided: tuple[str, ...]
    plain_rank: int | None


@dataclass(frozen=True)
class Part:
    """What one category adds to a unit, from counts to share of its burden.

    `observed` incidents where `expected` would fit the exposure of this kind; `crude` = observed/expected with exact
    95 % limits; `heard` the shrunken ratio, of which the share `borrowed` is the city's; `reported` the chance of being
    reported over the city's mean (1 where not reckoned with), `corrected` the ratio after it, `mean` its mean over the
    city. The part's burden is severity x corrected x expected, `share` that over the unit's whole; the unit's excess is
    its burden over the sum of severity x mean x expected. `nearby` is the ratio drawn towards the neighbours' instead.
    `ring_*` and `q` are the exposure test's; `change` a class or '', with the trend's q and per cent a year. `gi`: Gi*
    as z with its q; `quadrant` of local Moran, 1 high among high, 2 low among high, 3 low among low, 4 high among low,
    with its q; None where there is no pattern to speak of.
    """

    category: str
    exposure: str
    observed: int
    expected: float
    crude: float
    crude_low: float
    crude_high: float
    heard: float
    nearby: float
    borrowed: float
    reported: float
    corrected: float
    mean: float
    severity: float
    share: float
    ring_observed: int
    ring_expected: float
    q: float
    hot: bool
    hot_at: int
    hot_of: int
    change: str
    trend_q: float | None
    percent: float | None
    gi: float | None
    gi_q: float | None
    quadrant: int | None
    local_q: float | None


@dataclass(frozen=True)
class Moved:
    """What excess and rank by excess a unit would have if all categories were divided by this kind of exposure."""

    exposure: str
    excess: float
    rank: int


@dataclass(frozen=True)
class Readiness:
    """How readily people of a unit report, the city's mean being 1, with 90 % limits; `later` reports in
    `watched_days` of incidents already reported. `desert`: too uncertain to correct by; go and ask."""

    rho: float
    low: float
    high: float
    later: int
    watched_days: float
    desert: bool


@dataclass(frozen=True)
class Waited:
    """How long a unit's incidents waited, in days; None where nothing can be said. `logrank_q`: does it differ from the
    rest of the city; `gap_days` longer than its mix of categories explains; `on_bulk_days`: share of its closings that
    fell on clean-up days."""

    n: int
    closed: int
    median_days: float | None
    median_low: float | None
    median_high: float | None
    p80_days: float | None
    p80_low: float | None
    p80_high: float | None
    logrank_q: float | None
    gap_days: float | None
    gap_error: float | None
    on_bulk_days: float | None


@dataclass(frozen=True)
class Apart:
    """Every figure of one ranked unit down to its counts. `sides_agreeing` of `sides_of` sets of units agree on which
    side of the expected it lies; `graded_by` names the parts of the grade."""

    subject: str
    name: str
    res: int | None
    observed: int
    expected: float
    standings: tuple[Standing, ...]
    parts: tuple[Part, ...]
    graded_by: tuple[str, ...]
    sides_agreeing: int
    sides_of: int
    moved: tuple[Moved, ...]
    reporting: Readiness | None
    reporting_used: bool
    waited: Waited | None


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
