"""Pins from files into the database: streamed, resumable, nothing doubled and nothing lost."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from django.db import connection, transaction

from geo.cities import City
from geo.readers import Chunk, read_chunks
from issues.mappings import Mapping, apply
from issues.writing import Written, source_digest, write_chunk
from neighborhoods.models import Category

# Any constant will do, as long as nothing else takes it; the second number is drawn from the source's name.
IMPORT_LOCK = 7_340_032

Progress = Callable[["Quality", Chunk, float], None]


@dataclass
class Quality:
    """What an import met, row by row: read = kept + repeated + set aside, always.

    `kept` = new + updated + unchanged. Every count is of rows of the file.
    """

    source: str
    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    blanked_closing: int = 0
    whole_degrees: int = 0
    unmapped: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)

    @property
    def kept(self) -> int:
        return self.new + self.updated + self.unchanged

    @property
    def adds_up(self) -> bool:
        return self.read == self.kept + self.repeated + sum(self.set_aside.values())


class SourceBusyError(RuntimeError):
    """Another import of the same source is running."""


def import_file(
    *,
    path: Path,
    mapping: Mapping,
    city: City,
    rejects: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Quality:
    """Read a file through its mapping and store each pin with place, cell and history.

    Each chunk is one transaction, so a killed import can simply be run again: rows already there are told by (source,
    external id) and left alone, or updated with history where the source has changed them. Rows set aside are written
    to `rejects` as JSON lines with their reason. The first row of an id wins; a later one that says the same is
    counted as repeated, one that says something else is set aside. Raises SourceBusyError, geo.readers.ReadError.
    """
    quality = Quality(mapping.source)
    categories = {c.slug: c for c in Category.objects.all()}
    seen = _Seen()
    started = time.monotonic()
    with _one_at_a_time(mapping.source), _set_aside_file(rejects) as set_aside:
        fresh = not _any_rows(mapping.source)
        for chunk in read_chunks(path):
            mapped = apply(mapping, chunk.frame, city, first_row=chunk.first_row)
            quality.read += len(chunk.frame) + len(chunk.broken)
            quality.blanked_closing += mapped.blanked_closing
            quality.whole_degrees += mapped.whole_degrees
            quality.unmapped.update(mapped.unmapped)
            rows, repeats = seen.split(mapped.rows, source_digest(mapped.rows))
            quality.repeated += repeats.same
            for reject in _rejects(chunk, mapped.rejects, repeats.other):
                quality.set_aside[reject["reason"]] += 1
                set_aside(reject)
            if not dry_run:
                _count(quality, write_chunk(rows, mapping.source, city, categories, fresh=fresh))
            else:
                quality.new += len(rows)
            quality.states.update(rows["state"].value_counts().to_dict())
            if progress:
                progress(quality, chunk, time.monotonic() - started)
    return quality


def _count(quality: Quality, written: Written) -> None:
    quality.new += written.new
    quality.updated += written.updated
    quality.unchanged += written.unchanged


def _rejects(chunk: Chunk, rejects: pd.DataFrame, repeats: pd.DataFrame) -> Iterator[dict[str, object]]:
    for broken in chunk.broken:
        yield {
            "row": broken.row,
            "external_id": "",
            "reason": broken.reason,
            "detail": broken.detail,
            "raw": broken.raw,
        }
    yield from rejects.to_dict("records")
    for row in repeats[["row", "external_id"]].to_dict("records"):
        detail = "an earlier row of this file has the same id and says something else"
        raw = chunk.frame.iloc[row["row"] - chunk.first_row].dropna().to_dict()
        yield {**row, "reason": "repeated_id", "detail": detail, "raw": json.dumps(raw, ensure_ascii=False)}


@dataclass(frozen=True)
class _Repeats:
    same: int
    other: pd.DataFrame


class _Seen:
    """Ids met in this run, as sorted 64-bit hashes with the digest of their row: 16 bytes a row."""

    def __init__(self) -> None:
        self._ids = np.empty(0, np.uint64)
        self._digests = np.empty(0, np.int64)

    def split(self, rows: pd.DataFrame, digests: np.ndarray) -> tuple[pd.DataFrame, _Repeats]:
        """Rows whose id is new, and what became of the others."""
        rows = rows.assign(source_digest=digests)
        if not len(rows):
            return rows, _Repeats(0, rows)
        ids = pd.util.hash_array(rows["external_id"].to_numpy(object), categorize=False)
        first_digest = rows.groupby("external_id", sort=False)["source_digest"].transform("first").to_numpy()
        again = rows["external_id"].duplicated().to_numpy()
        known = np.zeros(len(ids), bool)
        if len(self._ids):
            place = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
            known = self._ids[place] == ids
            first_digest = np.where(known, self._digests[place], first_digest)
        repeat = again | known
        same = repeat & (digests == first_digest)
        self._keep(ids[~repeat], digests[~repeat])
        return rows[~repeat], _Repeats(int(same.sum()), rows[repeat & ~same])

    def _keep(self, ids: np.ndarray, digests: np.ndarray) -> None:
        merged = np.concatenate([self._ids, ids])
        order = np.argsort(merged, kind="stable")
        self._ids, self._digests = merged[order], np.concatenate([self._digests, digests])[order]


def _any_rows(source: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM issues_issue WHERE source = %s)", [source])
        return bool(cursor.fetchone()[0])


@contextmanager
def _one_at_a_time(source: str) -> Iterator[None]:
    """Hold the source's lock; PostgreSQL frees it by itself when the process dies."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [IMPORT_LOCK, source])
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [IMPORT_LOCK, source])
        if not cursor.fetchone()[0]:
            raise SourceBusyError(f"another import of source {source} is running; wait for it to end")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [IMPORT_LOCK, source])


@contextmanager
def _set_aside_file(path: Path | None) -> Iterator[Callable[[dict[str, object]], None]]:
    """Write JSON lines beside `path` and move them there once the whole file has been read."""
    if path is None:
        yield lambda _: None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        yield lambda reject: file.write(json.dumps(reject, ensure_ascii=False, default=str) + "\n") and None
    os.replace(part, path)


@transaction.atomic
def finish_statistics() -> None:
    """Let the planner know the tables as they are now."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE issues_issue, issues_statuschange, issues_incident")
