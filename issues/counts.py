"""How many issues, where: exact at every moment, from the folded tallies and what waits to be folded.

What words are asked for cannot be tallied; it is counted in the rows of the search, which are never behind either.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import psycopg
from django.db import connection, transaction

from geo import hexes
from issues.models import Issue, SearchRow
from issues.searching import tsquery
from issues.tallies import AREAS, BLOCK_RES, COARSE, FINE, RECORD, STATE_CODES, Records, Wanted, per_unit

# How each column of a waiting change, or of a row of the search, is spelled as a number, as the records spell it.
KEYS = {
    "cell": "cell",
    "neighborhood_id": "coalesce(neighborhood_id, 0)",
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

    Every word of `text` must occur in what the public reads, or begin a word that does. Raises ValueError for a period
    that cuts a month, for a state that is none, and for a text without a word.
    """

    categories: Sequence[int] = field(default_factory=tuple)
    states: Sequence[str] = field(default_factory=tuple)
    since: dt.date | None = None
    until: dt.date | None = None
    text: str = ""

    def __post_init__(self) -> None:
        if self.text:
            tsquery(self.text)
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

    def where(self, day: str = "month") -> tuple[str, list[object]]:
        """The same as SQL over waiting changes, with its values; or over rows whose day is in another column."""
        clauses = {
            "category_id = ANY(%s)": list(self.categories),
            "state = ANY(%s)": list(self.states),
            f"{day} >= %s": self.since,
            f"{day} < %s": self.until,
        }
        used = {clause: value for clause, value in clauses.items() if value}
        return " AND ".join(used) or "TRUE", list(used.values())


@dataclass(frozen=True)
class Ground:
    """Where: in some areas (keys; 0 is none of them), in a cell (resolution 8 to 10), in a view (cells of resolution
    10). What is not named is everywhere."""

    areas: tuple[int, ...] = ()
    cell: int = 0
    view: tuple[int, ...] | None = None


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


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read inside is read at one moment, so that counts and rows agree whatever is written meanwhile.

    Inside a transaction that has begun already nothing is changed.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def by_neighborhood(filters: Filters) -> Counts:
    """Counts per neighborhood."""
    units, n = _counted(filters, AREAS, "neighborhood_id")
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
    if filters.text:
        return {spelled(key): n for key, n in _searched(filters, column)}
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
    if bbox is not None:
        return _in_cells(filters, res, hexes.within_box(bbox, res))
    units, n = _counted(filters, COARSE if res == COARSE else FINE, "cell", res)
    return Counts(units, n, 0, int(n.sum()))


def in_ground(filters: Filters, ground: Ground) -> int:
    """How many in a ground: the same as the units of the other counts that it is made of."""
    if ground == Ground():
        return by_neighborhood(filters).total
    if filters.text or (ground.areas and ground != Ground(ground.areas)) or (ground.cell and ground.view is not None):
        rows = SearchRow.objects.asked(filters) if filters.text else Issue.objects.public().asked(filters)
        with _helped():
            return rows.within(ground).count()
    if ground.areas:
        units, n = _counted(filters, AREAS, "neighborhood_id")
        return int(n[np.isin(units, ground.areas)].sum())
    cells = np.array([ground.cell] if ground.view is None else ground.view, np.uint64)
    return int(_in_cells(filters, int(hexes.resolution(cells)[0]), cells).n.sum()) if len(cells) else 0


def _in_cells(filters: Filters, res: int, cells: npt.NDArray[np.uint64]) -> Counts:
    """Counts of some cells of one resolution."""
    if filters.text:
        units, n = _counted(filters, FINE, "cell", res)
        total = int(n.sum())
    else:
        level = COARSE if res == COARSE else FINE
        blocks = np.unique(hexes.parents(cells, BLOCK_RES[level])).astype(np.int64).tolist()
        records, changes = _read(filters, {level: blocks, AREAS: None}, "cell")
        units, n = _summed(records[level], changes, filters, res)
        total = int(filters.wanted().of(records[AREAS])["n"].sum()) + int(sum(c for _, c in changes))
    keep = np.isin(units, cells.astype(np.int64))
    return Counts(units[keep], n[keep], total - int(n[keep].sum()), total)


def _counted(filters: Filters, level: int, unit: str, res: int | None = None) -> tuple[Ints, Ints]:
    """Every unit of a level with its count; cells as their parents at `res`."""
    if filters.text:
        return _summed(np.empty(0, RECORD), _searched(filters, unit), filters, res)
    records, changes = _read(filters, {level: None}, unit)
    return _summed(records[level], changes, filters, res)


@contextmanager
def _helped() -> Iterator[None]:
    """A common word is in most of the rows: the one question of the web for which the server may take helpers."""
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('max_parallel_workers_per_gather', '2', true), set_config('jit', 'off', true)"
            )
        yield


def _searched(filters: Filters, unit: str) -> list[tuple[int, int]]:
    """Counts of the rows of the search by unit."""
    where, values = filters.where("opened_on")
    column = "opened_on" if unit == "month" else unit
    with _helped(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {KEYS[unit]}, sum(n)::bigint FROM (SELECT {column} AS {unit}, count(*) AS n FROM issues_searchrow "
            f"WHERE lexemes @@ %s::tsquery AND {where} GROUP BY 1) AS counted GROUP BY 1",
            [tsquery(filters.text), *values],
        )
        return cursor.fetchall()


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
    n = records["n"].astype(np.int64)
    n *= filters.wanted().which(records)
    units, n = per_unit(records["unit"], n)  # the many records of one unit stand together: they go first
    waiting = np.array(changes, np.int64).reshape(-1, 2)
    units, n = np.concatenate([units, waiting[:, 0]]).astype(np.uint64), np.concatenate([n, waiting[:, 1]])
    return per_unit(units if res is None else hexes.parents(units, res), n)
