"""A Run's ranking and watch as pages and the API take them apart: frozen values that no release keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """A unit's place in one order (see RankedArea). `point_rank`: the place of its point score, which the median rank
    of the draws need not share; `plain_rank`: the same if readiness to report were not reckoned with; both None for
    delay. `graded_by`: the parts the grade of this order was made from."""

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
    point_rank: int | None
    plain_rank: int | None
    interval: float
    graded_by: tuple[str, ...]


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
    `watched_days` of incidents already reported. `desert`: known too poorly to rely on; go and ask."""

    rho: float
    low: float
    high: float
    later: int
    watched_days: float
    desert: bool


@dataclass(frozen=True)
class Waited:
    """How long a unit's incidents waited, in days with 95 % limits; None where nothing can be said. `logrank_q`: does
    it differ from the rest of the city; `gap_days` longer than its mix of categories explains, with its standard
    error; `on_bulk_days`: share of its closings that fell on clean-up days.
    """

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
    side of the expected it lies. `reporting_why`: a code of stages.reporting for why readiness to report could not be
    used, '' where it could. `waits_kept`: whether waits are looked at in this set of units; `waited` is None where
    they are not, or where nobody waited."""

    subject: str
    name: str
    res: int | None
    observed: int
    expected: float
    standings: tuple[Standing, ...]
    parts: tuple[Part, ...]
    sides_agreeing: int
    sides_of: int
    moved: tuple[Moved, ...]
    reporting: Readiness | None
    reporting_used: bool
    reporting_why: str
    waits_kept: bool
    waited: Waited | None


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
class AlarmsWatched:
    """The circles that stood out, and what was watched: how many categories could be `scanned` for the newest `weeks`
    full weeks known, and for each why not (`answers` by category: codes of stages.alarms)."""

    alarms: tuple[Alarm, ...]
    scanned: int
    weeks: int
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Foretold:
    """How much of the last weeks a map made before them caught in a share `budget` of the ground; beside it the map
    anybody could have drawn, the year's counts.

    `category` is '' for all together. Recall: share of the `n_later` incidents, which lie in units with ground;
    `unexposed` of them where our map could expect nothing. `left_out` more lie in no such unit. PAI: recall over
    budget; PEI: recall over that of the best possible map. `difference` of the recalls with its 95 % interval.
    `verdict` is one of backtest.BEATS, NOT_TOLD_APART, LOSES.
    """

    category: str
    budget: float
    n_later: int
    left_out: int
    unexposed: int
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
