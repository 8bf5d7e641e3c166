"""A small town with a known history, counted: two years of incidents on the ground of the golden cities.

Four subjects from two a month to twelve a day. Planted, and only these: `PLANT` is hot for litter all the time, in
`GROWING` lights fail ever more often, in `SLOW` everybody waits three times as long, and in `QUIET` people report a
third as readily as elsewhere (an incident not reported is not in the data).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from analytics.methods.cube import DAY, HOUR, NEVER, Chunk, Cube, Plan, count
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.stages.city import City, city_of
from tests import golden

UNTIL = 20_454  # 1 January 2026
SINCE, BEFORE, FIRST = UNTIL - 364, UNTIL - 728, UNTIL - 728
WEEKS = 104
A_DAY = {"lighting": 4.0, "litter": 12.0, "noise": 0.3, "signs": 0.07}
CATEGORIES = (
    CategoryParams("lighting", "population", 60.0, 5, severity=4.0, life_days=30.0),
    CategoryParams("litter", "population", 60.0, 5, severity=2.0, life_days=10.0),
    CategoryParams("noise", "population", 60.0, 5, severity=1.0, life_days=3.0),
    CategoryParams("signs", "population", 60.0, 5, severity=3.0, life_days=90.0),
)
QUICK = Parameters(draws=200, hyper_draws=40, scan_replicas=199)
PLANT, GROWING, SLOW, QUIET = "quarter-2-2", "quarter-3-1", "quarter-1-3", "quarter-3-3"
READY = 0.06  # later reports a day of an ordinary incident


@cache
def chunk(seed: int = 1) -> Chunk:
    """All incidents of the two years with their later reports."""
    rng = np.random.default_rng(seed)
    place, quarter = golden.ground(), golden.quarters()
    share = golden.people(seed) / golden.PEOPLE
    slugs = np.unique(quarter.astype(str))
    parts = [_subject(rng, i, rate, share, quarter) for i, rate in enumerate(A_DAY.values())]
    index, category, day = (np.concatenate(column) for column in zip(*parts, strict=True))
    opened = day * DAY + rng.integers(6 * HOUR, 22 * HOUR, len(day))
    mean = np.where(quarter[index] == SLOW, 30.0, 10.0) * np.array([1, 0.5, 0.2, 2])[category]
    wait = (rng.exponential(mean) * DAY).astype(np.int64) + HOUR
    closed = np.where(opened + wait < UNTIL * DAY, opened + wait, NEVER)
    later, reported = _later(rng, opened, closed, np.where(quarter[index] == QUIET, READY / 3, READY))
    return Chunk(
        cell=place.cells[index],
        area=np.searchsorted(slugs, quarter[index].astype(str)).astype(np.int64),
        category=category,
        day=day,
        opened=opened,
        closed=closed,
        ended=np.where(closed == NEVER, 0, closed // DAY),
        issues=1 + np.bincount(later, minlength=len(day)),
        x=place.x[index] + rng.uniform(-40, 40, len(index)),
        y=place.y[index] + rng.uniform(-40, 40, len(index)),
        later=later,
        reported=reported,
    )


def plan(**changes: object) -> Plan:
    """The newest year, with the one before it."""
    return Plan(
        **{"since": SINCE, "until": UNTIL, "before": BEFORE, "as_of": UNTIL * DAY, "limits": (30.0,) * 4} | changes
    )


@cache
def cube(seed: int = 1) -> Cube:
    """The town, counted."""
    return count(chunk(seed), plan())


def town(seed: int = 1, parameters: Parameters = QUICK, categories: tuple[CategoryParams, ...] = CATEGORIES) -> City:
    """The town as the stages receive it."""
    return city_of(cube(seed), golden.units(seed), categories, parameters, seed=7, weeks=WEEKS)


def empty(parameters: Parameters = QUICK) -> City:
    """The same ground with nothing ever said on it."""
    nothing = {name: value[:0] for name, value in vars(chunk()).items()}
    return city_of(count(Chunk(**nothing), plan()), golden.units(1), CATEGORIES, parameters, seed=7, weeks=WEEKS)


def _subject(
    rng: np.random.Generator, number: int, rate: float, share: np.ndarray, quarter: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cell, category and day of the incidents of one subject: a season of a year, Poisson by people."""
    slug, days = list(A_DAY)[number], np.arange(FIRST, UNTIL)
    season = 1 + 0.4 * np.sin(2 * np.pi * days / 364)
    risk = np.where(quarter == QUIET, 0.6, 1.0)
    if slug == "litter":
        risk = np.where(quarter == PLANT, 3.0, risk)
    index, when = [], []
    for day, strength in zip(days, season, strict=True):
        raised = risk
        if slug == "lighting":
            raised = np.where(quarter == GROWING, 0.5 + 5 * (day - FIRST) / len(days), risk)
        n = rng.poisson(rate * strength * share * raised)
        cells = np.repeat(np.flatnonzero(n), n[n > 0])
        index.append(cells)
        when.append(np.full(len(cells), day))
    found = np.concatenate(index)
    return found, np.full(len(found), number), np.concatenate(when)


def _later(
    rng: np.random.Generator, opened: np.ndarray, closed: np.ndarray, rate: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Later reports of each incident until it is closed, thirty days at most."""
    end = np.minimum(np.minimum(closed, UNTIL * DAY), opened + 30 * DAY)
    n = rng.poisson(rate * np.maximum(end - opened, 0) / DAY)
    row = np.repeat(np.arange(len(opened)), n)
    return row, opened[row] + (rng.random(len(row)) * (end - opened)[row]).astype(np.int64)


def chunk_of(frame: pd.DataFrame, areas: Sequence[str], categories: Sequence[str]) -> Chunk:
    """The incidents of a frame as tests/golden.py makes them, without later reports."""
    opened, closed = (frame[name].dt.tz_localize(None).to_numpy("datetime64[us]") for name in ("opened", "closed"))
    ended = np.where(np.isnat(closed), NEVER, closed.astype(np.int64))
    none = np.zeros(0, np.int64)
    return Chunk(
        cell=frame["cell"].to_numpy(np.uint64),
        area=pd.Index(areas).get_indexer(pd.Index(frame["neighborhood"], dtype=object)).astype(np.int64),
        category=pd.Index(categories).get_indexer(pd.Index(frame["category"], dtype=object)).astype(np.int64),
        day=opened.astype(np.int64) // DAY,
        opened=opened.astype(np.int64),
        closed=ended,
        ended=np.where(ended == NEVER, 0, ended // DAY),
        issues=np.ones(len(frame), np.int64),
        x=frame["x"].to_numpy(float),
        y=frame["y"].to_numpy(float),
        later=none,
        reported=none,
    )


def city_from(
    frame: pd.DataFrame,
    sets: Sequence[Units],
    categories: Sequence[CategoryParams],
    parameters: Parameters = QUICK,
    seed: int = 1,
) -> City:
    """A frame of one year, 2025, as the stages receive it."""
    areas = next(sorted(u.ids.tolist()) for u in sets if u.res is None)
    numbered = plan(since=UNTIL - 365, before=UNTIL - 365, limits=(30.0,) * len(categories))
    cube = count(chunk_of(frame, areas, [c.slug for c in categories]), numbered)
    return city_of(cube, sets, categories, parameters, seed, weeks=52)
