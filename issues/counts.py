"""How many issues, where: exact at every moment, from the folded tallies and what waits to be folded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import psycopg
from django.db import connection

from geo import hexes
from issues.tallies import AREAS, BLOCK_RES, COARSE, FINE, RECORD, STATE_CODES, Records, Wanted, per_unit

# How each column of a waiting change is spelled as a number, as the records spell it.
KEYS = {
    "cell": "cell",
    "neighborhood_id": "neighborhood_id",
    "category_id": "category_id",
    "state": f"array_position(ARRAY{list(STATE_CODES)}, state::text)::bigint - 1",
    "month": "(extract(year FROM month) * 12 + extract(month FROM month) - 1)::bigint",
}

Ints = npt.NDArray[np.int64]
K = TypeVar("K")

# Months from year 0 that no voice lies before or after.
FIRST_MONTH, LAST_MONTH = 0, 2**16 - 1


@dataclass(frozen=True)
class Filters:
    """Which issues are counted. Empty means all; `since` and `until` are first days of months, `until` not included.

    Raises ValueError for a period that cuts a month and for a state that is none.
    """

    categories: Sequence[int] = field(default_factory=tuple)
    states: Sequence[str] = field(default_factory=tuple)
    since: dt.date | None = None
    until: dt.date | None = None

    def __post_init__(self) -> None:
        for day in (self.since, self.until):
            if day and day.day != 1:
                raise ValueError(f"counts are by whole months; {day} is not the first of one")
        unknown = [s for s in self.states if s not in STATE_CODES]
        if unknown:
            raise ValueError(f"no such state: {', '.join(unknown)}")

    def wanted(self) -> Wanted:
        """The same in the codes of the records."""
        return Wanted(
            tuple(self.categories),
            tuple(STATE_CODES[s] for s in self.states),
            _month(self.since, FIRST_MONTH),
            _month(self.until, LAST_MONTH),
        )

    def where(self) -> tuple[str, list[object]]:
        """The same as SQL over waiting changes, with its values."""
        clauses = {
            "category_id = ANY(%s)": list(self.categories),
            "state = ANY(%s)": list(self.states),
            "month >= %s": self.since,
            "month < %s": self.until,
        }
        used = {clause: value for clause, value in clauses.items() if value}
        return " AND ".join(used) or "TRUE", list(used.values())


def _month(day: dt.date | None, otherwise: int) -> int:
    return day.year * 12 + day.month - 1 if day else otherwise


@dataclass(frozen=True)
class Counts:
    """`units` (cells, or neighborhood keys) and their `n`, ascending by unit, none of them zero.

    `unplaced` counts issues that match the filters but lie in none of the units shown: outside every neighborhood, or
    outside the box asked for. Always n.sum() + unplaced == total.
    """

    units: Ints
    n: Ints
    unplaced: int
    total: int


def by_neighborhood(filters: Filters) -> Counts:
    """Counts per neighborhood."""
    records, changes = _read(filters, {AREAS: None}, "neighborhood_id")
    units, n = _summed(records[AREAS], changes, filters)
    inside = units != 0
    return Counts(units[inside], n[inside], int(n[~inside].sum()), int(n.sum()))


def by_category(filters: Filters) -> dict[int, int]:
    """Counts per category key."""
    return _grouped(filters, "category", "category_id", int)


def by_state(filters: Filters) -> dict[str, int]:
    """Counts per state."""
    return _grouped(filters, "state", "state", list(STATE_CODES).__getitem__)


def by_month(filters: Filters) -> dict[dt.date, int]:
    """Counts per month, by its first day, ascending."""
    return dict(sorted(_grouped(filters, "month", "month", _first_day).items()))


def _first_day(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


def _grouped(filters: Filters, name: str, column: str, spelled: Callable[[int], K]) -> dict[K, int]:
    records, changes = _read(filters, {AREAS: None}, column)
    kept = filters.wanted().of(records[AREAS])
    keys, place = np.unique(kept[name], return_inverse=True)
    sums = np.bincount(place, weights=kept["n"], minlength=len(keys)).astype(np.int64)
    found: Counter[int] = Counter(dict(zip(keys.tolist(), sums.tolist(), strict=True)))
    for key, n in changes:
        found[key] += n
    return {spelled(key): n for key, n in found.items() if n}


def by_cell(filters: Filters, res: int, bbox: Sequence[float] | None = None) -> Counts:
    """Counts per H3 cell at resolution 8, 9 or 10; with a box (west, south, east, north) only of cells that touch it.

    A box narrows the reading of resolutions 9 and 10 to the blocks that hold it.
    """
    if res not in hexes.ANALYSIS_RES:
        raise ValueError(f"counts are kept for resolutions {hexes.ANALYSIS_RES}, not {res}")
    level = COARSE if res == COARSE else FINE
    if bbox is None:
        records, changes = _read(filters, {level: None}, "cell")
        units, n = _summed(records[level], changes, filters, res)
        return Counts(units, n, 0, int(n.sum()))
    wanted = hexes.within_box(bbox, res)
    blocks = np.unique(hexes.parents(wanted, BLOCK_RES[level])).astype(np.int64).tolist()
    records, changes = _read(filters, {level: blocks, AREAS: None}, "cell")
    units, n = _summed(records[level], changes, filters, res)
    total = int(filters.wanted().of(records[AREAS])["n"].sum()) + int(sum(c for _, c in changes))
    keep = np.isin(units, wanted.astype(np.int64))
    return Counts(units[keep], n[keep], total - int(n[keep].sum()), total)


def _read(
    filters: Filters, levels: dict[int, list[int] | None], unit: str
) -> tuple[dict[int, Records], list[tuple[int, int]]]:
    """Records of each level (of the blocks named, or all) and waiting sums by unit: one statement, one snapshot."""
    where, values = filters.where()
    parts, given = [], []
    for level, blocks in levels.items():
        chosen = "" if blocks is None else " AND block = ANY(%s)"
        parts.append(f"SELECT level, block, records, NULL::bigint FROM issues_tallyblock WHERE level = %s{chosen}")
        given += [level] if blocks is None else [level, blocks]
    parts.append(f"SELECT -1, {KEYS[unit]}, NULL, sum(n)::bigint FROM issues_tallychange WHERE {where} GROUP BY {unit}")
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:  # Django's own gives text: a block at twice its size
        cursor.execute(" UNION ALL ".join(parts), [*given, *values], binary=True)
        rows = cursor.fetchall()
    found = {}
    for level in levels:
        blobs = [row[2] for row in sorted((r for r in rows if r[0] == level), key=lambda r: r[1])]
        found[level] = np.frombuffer(b"".join(blobs), RECORD)
    return found, [(row[1], row[3]) for row in rows if row[0] == -1]


def _summed(
    records: Records, changes: list[tuple[int, int]], filters: Filters, res: int | None = None
) -> tuple[Ints, Ints]:
    kept = filters.wanted().of(records)
    waiting = np.array(changes, np.int64).reshape(-1, 2)
    units, moved = kept["unit"], waiting[:, 0].astype(np.uint64)
    if res is not None:
        units, moved = hexes.parents(units, res), hexes.parents(moved, res)
    return per_unit(np.concatenate([units, moved]), np.concatenate([kept["n"].astype(np.int64), waiting[:, 1]]))
