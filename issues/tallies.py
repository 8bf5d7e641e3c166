"""Fold waiting changes of counts into packed blocks; every count reads both, so folding changes no answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import connection, transaction

from geo import hexes
from issues.rules import State
from neighborhoods.bulk import copy_out

# Any constant will do, as long as nothing else takes it.
FOLD_LOCK = 7_340_031

# Levels: what the units of a block are. Areas are few and always read together; coarse cells answer the whole city,
# fine ones a view of it, so their blocks are small.
AREAS, COARSE, FINE = 0, 8, 10
BLOCK_RES = {COARSE: 6, FINE: 9}

# Months are counted from year 0. The code of a state is its place in State: new states go to the end.
STATE_CODES = {state.value: code for code, state in enumerate(State)}
RECORD = np.dtype(
    [("unit", "<u8"), ("category", "<u4"), ("month", "<u2"), ("state", "u1"), ("spare", "u1"), ("n", "<i4")]
)

Records = npt.NDArray[np.void]

_WAITING = pa.schema(
    [(name, pa.int64()) for name in ("cell", "area", "category", "month")] + [("state", pa.string()), ("n", pa.int64())]
)
_TAKE = """
DELETE FROM issues_tallychange
RETURNING cell, neighborhood_id, category_id,
          (extract(year FROM month) * 12 + extract(month FROM month) - 1)::int, state, n
"""
_STORE = """
INSERT INTO issues_tallyblock (level, block, records) VALUES (%s, %s, %s)
ON CONFLICT (level, block) DO UPDATE SET records = excluded.records
"""


def fold_tallies() -> int:
    """Fold all that waits, in one transaction; gives how many changes were folded.

    Two at once wait for each other. What is left dead behind is vacuumed where no transaction is open.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLD_LOCK])
        waiting = copy_out(_TAKE, [], _WAITING)
        if waiting.num_rows:
            _fold_level(AREAS, _records(waiting, waiting["area"].to_numpy().astype(np.uint64)))
            cells = waiting["cell"].to_numpy().astype(np.uint64)
            _fold_level(COARSE, _records(waiting, hexes.parents(cells, COARSE)))
            _fold_level(FINE, _records(waiting, cells))
    if waiting.num_rows and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) issues_tallychange, issues_tallyblock")
    return int(waiting.num_rows)


def blocks_of(units: npt.NDArray[np.uint64], level: int) -> npt.NDArray[np.int64]:
    """The block that holds each unit; all areas share one."""
    if level == AREAS:
        return np.zeros(len(units), np.int64)
    return hexes.parents(units, BLOCK_RES[level]).astype(np.int64)


def _records(waiting: pa.Table, units: npt.NDArray[np.uint64]) -> Records:
    states = waiting["state"].combine_chunks().dictionary_encode()
    codes = np.array([STATE_CODES[s] for s in states.dictionary.to_pylist()], np.uint8)
    records = np.zeros(waiting.num_rows, RECORD)
    records["unit"] = units
    records["category"] = waiting["category"].to_numpy()
    records["month"] = waiting["month"].to_numpy()
    records["state"] = codes[states.indices.to_numpy()]
    records["n"] = waiting["n"].to_numpy()
    return records


def _fold_level(level: int, changes: Records) -> None:
    touched = np.unique(blocks_of(changes["unit"], level))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT records FROM issues_tallyblock WHERE level = %s AND block = ANY(%s)", [level, touched.tolist()]
        )
        held = [np.frombuffer(bytes(blob), RECORD) for (blob,) in cursor.fetchall()]
        merged = summed(np.concatenate([*held, changes]))
        block = blocks_of(merged["unit"], level)
        edges = np.searchsorted(block, [*touched, np.iinfo(np.int64).max])
        rows = [(level, int(t), merged[a:b].tobytes()) for t, a, b in zip(touched, edges, edges[1:], strict=False)]
        cursor.executemany(_STORE, rows)


def summed(records: Records) -> Records:
    """One record per key, by ascending key, without those that come to nothing."""
    if not len(records):
        return records
    order = np.lexsort((records["state"], records["month"], records["category"], records["unit"]))
    rows = records[order]
    keys = [rows[name] for name in ("unit", "category", "month", "state")]
    fresh = np.concatenate([[True], np.logical_or.reduce([k[1:] != k[:-1] for k in keys])])
    first = np.flatnonzero(fresh)
    out = rows[first].copy()
    out["n"] = np.add.reduceat(rows["n"], first)
    return out[out["n"] != 0]


@dataclass(frozen=True)
class Wanted:
    """Which records count: keys of categories, codes of states (empty for all), months from `since` before `until`."""

    categories: tuple[int, ...]
    states: tuple[int, ...]
    since: int
    until: int

    def of(self, records: Records) -> Records:
        """The records that count."""
        return records[self.which(records)]

    def which(self, records: Records) -> npt.NDArray[np.bool_]:
        """For each record whether it counts."""
        keep = np.ones(len(records), bool)
        if self.since > 0:
            keep &= records["month"] >= self.since
        if self.until < np.iinfo(np.uint16).max:
            keep &= records["month"] < self.until
        for name, values in (("category", self.categories), ("state", self.states)):
            if values:
                table = np.zeros(max(int(records[name].max(initial=0)), *values) + 1, bool)
                table[list(values)] = True
                keep &= table[records[name]]
        return keep


def per_unit(
    units: npt.NDArray[np.uint64], n: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sums by unit, ascending, without zeros. Quick where equal units stand together, right where they do not."""
    if not len(units):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    first = np.flatnonzero(np.concatenate([[True], units[1:] != units[:-1]]))
    sums = np.add.reduceat(n, first)
    distinct, place = np.unique(units[first], return_inverse=True)
    total = np.bincount(place, weights=sums, minlength=len(distinct)).astype(np.int64)
    return distinct.astype(np.int64)[total != 0], total[total != 0]
