"""The one pass that touches voices: incidents in, additive integers out; everything else runs on what it leaves.

Sums of whole numbers can be added in any order and any grouping without changing a bit, so a pass may be cut into
chunks, counted on any number of machines and put together again: `merge` is associative and commutative, and the same
incidents always give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Ints, MethodError, same_length
from analytics.methods.reporting import LONGEST, later_inside, window_days
from geo import hexes

Column = npt.NDArray[np.generic]
Words = npt.NDArray[np.uint64]

NEVER = np.iinfo(np.int64).max
HOUR, DAY = 3_600_000_000, 86_400_000_000
WEEK_DAYS, QUARTER_WEEKS = 7, 13
WAIT_RES = 9

COUNTS, REPEATS, WATCHES, WAITS, CLOSINGS, SPOTS = "counts", "repeats", "watches", "waits", "closings", "spots"


@dataclass(frozen=True)
class Plan:
    """How a pass counts. Days are whole local days since 1970, instants microseconds since 1970 (UTC).

    The period is `since` to `until` (out), the one before it `before` to `since`; what is older still is history.
    Weeks are counted back from `until`, week 0 the latest, so none is cut at the right edge. `as_of`: the last instant
    the data speak of; what is open then still waits. `limits`: days per category within which a later report is linked.
    """

    since: int
    until: int
    before: int
    as_of: int
    limits: tuple[float, ...]
    longest: float = LONGEST


@dataclass(frozen=True)
class Chunk:
    """n incidents and m later reports of them, as columns.

    `cell` uint64 at hexes.STORE_RES; `area` row number or -1; `category` row number; `day` local day of opening;
    `opened`, `closed` instants (closed NEVER while open), `ended` the local day of closing (any number while open);
    `issues` how many speak of it; `x`, `y` metres. `later` is the row 0..n-1 each later report belongs to, `reported`
    its instant.
    """

    cell: Words
    area: Ints
    category: Ints
    day: Ints
    opened: Ints
    closed: Ints
    ended: Ints
    issues: Ints
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    later: Ints
    reported: Ints

    def __post_init__(self) -> None:
        incidents = {name: value for name, value in vars(self).items() if name not in {"later", "reported"}}
        same_length(**incidents)
        same_length(later=self.later, reported=self.reported)


@dataclass(frozen=True, eq=False)
class Sums:
    """Whole numbers by key: columns of equal length, rows ascending by `keys` in their order, each key once."""

    keys: Mapping[str, Column]
    values: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(next(iter(self.keys.values())))

    def where(self, rows: npt.NDArray[np.bool_]) -> Sums:
        """The rows of a mask."""
        return Sums({k: v[rows] for k, v in self.keys.items()}, {k: v[rows] for k, v in self.values.items()})


@dataclass(frozen=True, eq=False)
class Cube:
    """What one pass leaves of `rows` incidents.

    counts   cell, area, category, now, week -> incidents, issues  (now: 1 the period, 0 the one before, -1 older)
    repeats  cell, area, category -> later, minutes                    (later reports in watch windows; this period)
    watches  area, category, hours, later -> n                         (the same incident by incident, for clumping)
    waits    cell at WAIT_RES, area, category, now, hours, closed -> n (whole hours from opening; closed 0 or 1)
    closings area, category, day -> n                                  (local day of closing, whenever opened)
    spots    category, x, y, cell, quarter -> n    (whole metres; quarters of 13 weeks, 0 latest; this period)

    `mark` are two 64-bit sums over a hash of every row: equal for equal rows in any order.
    """

    rows: int
    mark: tuple[int, int]
    sums: Mapping[str, Sums]

    def digest(self) -> str:
        """SHA-256 over every column in its fixed order."""
        sha = hashlib.sha256(repr((self.rows, self.mark)).encode())
        for name, table in self.sums.items():
            for key, column in {**table.keys, **table.values}.items():
                sha.update(f"{name}.{key}".encode() + np.ascontiguousarray(column).tobytes())
        return sha.hexdigest()


def count(chunk: Chunk, plan: Plan) -> Cube:
    """Count one chunk. No incidents give a cube of empty tables. Raises MethodError for what no plan can hold."""
    _check(chunk, plan)
    now = (chunk.day >= plan.since).astype(np.int64) - (chunk.day < plan.before)
    week = (plan.until - 1 - chunk.day) // WEEK_DAYS
    limit = np.minimum(np.asarray(plan.limits, np.float64), plan.longest)[chunk.category]
    closing = np.where(chunk.closed == NEVER, np.inf, chunk.closed / DAY)
    opened = chunk.opened / DAY
    watched = window_days(opened, closing, plan.as_of / DAY, limit if len(limit) else plan.longest)
    later = later_inside(chunk.later, chunk.reported / DAY, opened, watched)
    minutes = np.floor(watched * 24 * 60).astype(np.int64)
    hours = minutes // 60
    ended = chunk.closed <= plan.as_of
    waited = np.maximum(np.where(ended, chunk.closed, plan.as_of) - chunk.opened, 0) // HOUR
    one, here = np.ones(len(now), np.int64), now == 1
    place = {"cell": chunk.cell, "area": chunk.area, "category": chunk.category}
    coarse = {**place, "cell": hexes.parents(chunk.cell, WAIT_RES)}
    spot = {"x": np.round(chunk.x).astype(np.int64), "y": np.round(chunk.y).astype(np.int64), "cell": chunk.cell}
    gone = {"area": chunk.area, "category": chunk.category, "day": chunk.ended}
    seen = {"area": chunk.area, "category": chunk.category, "hours": hours, "later": later}
    wait = {**coarse, "now": now, "hours": waited, "closed": ended.astype(np.int64)}
    return Cube(
        len(now),
        _mark(chunk, plan),
        {
            COUNTS: _summed([Sums({**place, "now": now, "week": week}, {"incidents": one, "issues": chunk.issues})]),
            REPEATS: _summed([Sums(place, {"later": later, "minutes": minutes}).where(here & (minutes > 0))]),
            WATCHES: _summed([Sums(seen, {"n": one}).where(here & (hours > 0))]),
            WAITS: _summed([Sums(wait, {"n": one})]),
            CLOSINGS: _summed([Sums(gone, {"n": one}).where(ended)]),
            SPOTS: _summed(
                [Sums({"category": chunk.category, **spot, "quarter": week // QUARTER_WEEKS}, {"n": one}).where(here)]
            ),
        },
    )


def merge(cubes: Iterable[Cube]) -> Cube:
    """One cube of several, whatever their order and grouping. Raises MethodError where there is none."""
    parts = list(cubes)
    if not parts:
        raise MethodError("cubes: none given; count an empty chunk for an empty period")
    if len(parts) == 1:
        return parts[0]
    rows = sum(p.rows for p in parts)
    first, second = (sum(p.mark[i] for p in parts) % 2**64 for i in (0, 1))
    return Cube(rows, (first, second), {name: _summed([p.sums[name] for p in parts]) for name in parts[0].sums})


def _check(chunk: Chunk, plan: Plan) -> None:
    if not plan.before <= plan.since < plan.until:
        raise MethodError(f"plan: days {plan.before}, {plan.since}, {plan.until} are no period with one before it")
    if not len(chunk.day):
        return
    if (late := chunk.day >= plan.until).any():
        raise MethodError(f"day: row {int(late.argmax())} is {chunk.day[late][0]}, the period ends before {plan.until}")
    wrong = (chunk.category < 0) | (chunk.category >= len(plan.limits))
    if wrong.any():
        raise MethodError(f"category: row {int(wrong.argmax())} is {chunk.category[wrong][0]} of {len(plan.limits)}")
    if not (np.isfinite(chunk.x) & np.isfinite(chunk.y)).all():
        raise MethodError("x, y: not finite metres")


def _summed(parts: Sequence[Sums]) -> Sums:
    """All rows of the parts, those with one key added up, ascending by key."""
    keys = {name: np.concatenate([p.keys[name] for p in parts]) for name in parts[0].keys}
    values = {name: np.concatenate([p.values[name] for p in parts]) for name in parts[0].values}
    if not len(next(iter(keys.values()))):
        return Sums(keys, {name: v.astype(np.int64) for name, v in values.items()})
    order = _order(list(keys.values()))
    keys = {name: k[order] for name, k in keys.items()}
    fresh = np.zeros(len(order), bool)
    fresh[0] = True
    for column in keys.values():
        fresh[1:] |= column[1:] != column[:-1]
    starts = np.flatnonzero(fresh)
    added = {name: np.add.reduceat(v[order].astype(np.int64), starts) for name, v in values.items()}
    return Sums({name: k[starts] for name, k in keys.items()}, added)


def _order(columns: Sequence[Column]) -> npt.NDArray[np.intp]:
    """Rows ascending by the columns in turn: one sort of packed whole numbers where they fit 63 bits, as they do."""
    packed, room = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        codes, spread = _codes(column)
        room *= spread
        if room >= 2**63:
            return np.lexsort(tuple(columns[::-1]))
        packed = packed * spread + codes
    return np.argsort(packed, kind="stable")


def _codes(column: Column) -> tuple[Ints, int]:
    """Numbers from 0 that keep the order of a column, and how many there may be."""
    least = column.min()
    if column.dtype == np.uint64:
        # The lowest bits of a cell, unused at its resolution, are ones everywhere.
        away = (column - least).astype(np.uint64)
        shared = int(np.bitwise_or.reduce(away))
        shift = (shared & -shared).bit_length() - 1 if shared else 0
        codes = (away >> np.uint64(shift)).astype(np.int64)
    else:
        codes = (column - least).astype(np.int64)
    return codes, int(codes.max()) + 1


def _mark(chunk: Chunk, plan: Plan) -> tuple[int, int]:
    """Two sums of a 64-bit hash of every incident and of every later report beside its incident."""
    base = (chunk.cell, chunk.area, chunk.category, chunk.day, chunk.opened, chunk.closed, chunk.ended, chunk.issues)
    spot = (chunk.x.astype(np.float64), chunk.y.astype(np.float64))
    marks = []
    for seed in (1, 2):
        row = np.full(len(chunk.day), seed, np.uint64)
        for column in (*base, *spot):
            row = _mixed(row ^ np.ascontiguousarray(column).view(np.uint64))
        follow = _mixed(row[chunk.later] ^ chunk.reported.view(np.uint64))
        marks.append((int(row.sum(dtype=np.uint64)) + int(follow.sum(dtype=np.uint64))) % 2**64)
    return marks[0], marks[1]


def _mixed(words: Words) -> Words:
    """Every bit of a word into every other (the finaliser of splitmix64, Steele and others 2014)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
