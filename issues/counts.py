"""How many issues, where: exact at every moment, from the folded tallies and what waits to be folded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from django.db import connection

from geo import hexes

COARSE_RES = 8
TOTAL = -1


@dataclass(frozen=True)
class Filters:
    """Which issues are counted. Empty means all; `since` and `until` are first days of months, `until` not included."""

    categories: Sequence[int] = field(default_factory=tuple)
    states: Sequence[str] = field(default_factory=tuple)
    since: dt.date | None = None
    until: dt.date | None = None

    def where(self) -> tuple[str, list[object]]:
        """SQL and its values; raises ValueError for a period that does not begin on the first of a month."""
        parts: list[str] = []
        values: list[object] = []
        for day in (self.since, self.until):
            if day and day.day != 1:
                raise ValueError(f"counts are by whole months; {day} is not the first of one")
        for clause, value in (
            ("category_id = ANY(%s)", list(self.categories)),
            ("state = ANY(%s)", list(self.states)),
            ("month >= %s", self.since),
            ("month < %s", self.until),
        ):
            if value:
                parts.append(clause)
                values.append(value)
        return " AND ".join(parts) or "TRUE", values


@dataclass(frozen=True)
class Counts:
    """`units` (cells as uint64, or neighborhood keys as int64) and their `n`, both ascending by unit.

    `unplaced` counts issues that match the filters but lie in none of the units shown: outside every neighborhood, or
    outside the box asked for. Always n.sum() + unplaced == total.
    """

    units: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]
    unplaced: int
    total: int


def by_neighborhood(filters: Filters) -> Counts:
    """Counts per neighborhood."""
    where, values = filters.where()
    folded = _part("issues_areatally", "unit", where)
    waiting = _part("issues_tallychange", "neighborhood_id", where)
    sql = f"SELECT unit, sum(n)::bigint FROM ({folded} UNION ALL {waiting}) p GROUP BY unit ORDER BY unit"
    units, n = _columns(_rows(sql, values * 2))
    inside = (units != 0) & (n != 0)
    return Counts(units[inside], n[inside], int(n[units == 0].sum()), int(n.sum()))


def by_cell(filters: Filters, res: int, bbox: Sequence[float] | None = None) -> Counts:
    """Counts per H3 cell at resolution 8, 9 or 10; with a box (west, south, east, north) only of cells that touch it.

    Resolution 8 is read from its own table, 9 and 10 from that of resolution 10; a box narrows them to index ranges.
    """
    if res not in hexes.ANALYSIS_RES:
        raise ValueError(f"counts are kept for resolutions {hexes.ANALYSIS_RES}, not {res}")
    where, values = filters.where()
    if bbox is None:
        table, own = _table(res)
        units, n = _columns(_rows(_sum(_part(table, _parent("unit", res, own), where), where, res), values * 2))
        return Counts(units, n, 0, int(n.sum()))
    wanted = hexes.within_box(bbox, res).astype(np.int64)
    units, n = _columns(_rows(*_in_box(wanted, res, where, values)))
    total = int(n[units == TOTAL].sum())
    keep = np.isin(units, wanted)
    return Counts(units[keep], n[keep], total - int(n[keep].sum()), total)


def _table(res: int) -> tuple[str, int]:
    """The table that answers a resolution, and the resolution its units have."""
    return ("issues_coarsetally", COARSE_RES) if res == COARSE_RES else ("issues_finetally", hexes.STORE_RES)


def _parent(column: str, res: int, own: int) -> str:
    """SQL for the ancestor of a cell: the same index arithmetic as geo.hexes.parents."""
    if res == own:
        return column
    unused = (1 << (3 * (15 - res))) - 1
    return f"(({column} & ~{0xF << 52}::bigint) | {res << 52}::bigint | {unused}::bigint)"


def _part(table: str, unit: str, where: str, source: str = "") -> str:
    return f"SELECT {unit} AS unit, sum(n) AS n FROM {source or table} WHERE {where} GROUP BY 1"


def _sum(folded: str, where: str, res: int) -> str:
    """Folded counts and those that wait, summed per unit."""
    waiting = _part("issues_tallychange", _parent("cell", res, hexes.STORE_RES), where)
    return (
        f"SELECT unit, sum(n)::bigint FROM ({folded} UNION ALL {waiting}) p GROUP BY unit HAVING sum(n) <> 0 ORDER BY 1"
    )


def _in_box(wanted: npt.NDArray[np.int64], res: int, where: str, values: list[object]) -> tuple[str, list[object]]:
    """Cells within index ranges and, from the same snapshot, the total of all as unit TOTAL.

    Neighbouring cells share a coarse parent, so a few ranges hold a viewport.
    """
    table, own = _table(res)
    coarse = np.unique(hexes.parents(wanted.astype(np.uint64), COARSE_RES))
    ranges = [hexes.child_range(int(c), own) for c in coarse]
    source = f"unnest(%s::bigint[], %s::bigint[]) AS r(low, high) JOIN {table} ON unit BETWEEN r.low AND r.high"
    inside = _sum(_part(table, _parent("unit", res, own), where, source), where, res)
    everything = (
        f"SELECT {TOTAL}, coalesce(sum(n), 0)::bigint FROM (SELECT n FROM issues_areatally WHERE {where} "
        f"UNION ALL SELECT n FROM issues_tallychange WHERE {where}) t"
    )
    sql = f"SELECT * FROM ({inside}) c UNION ALL {everything}"
    return sql, [[low for low, _ in ranges], [high for _, high in ranges], *values * 4]


def _rows(sql: str, values: Sequence[object]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _columns(rows: list[tuple[int, int]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    table = np.array(rows, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
