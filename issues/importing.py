"""Pins from files into the database: streamed, resumable, nothing doubled and nothing lost."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from geo.cities import City
from geo.readers import Chunk, ReadError, read_chunks
from issues.mappings import Mapped, Mapping, apply, check_columns
from issues.mappings.areas import AreaCheck
from issues.writing import Preparer, source_digest, write_chunk
from neighborhoods.locate import locator
from neighborhoods.models import Category, Neighborhood

# Any constant will do, as long as nothing else takes it; the second number is drawn from the source's name.
IMPORT_LOCK = 7_340_032

T = TypeVar("T")

Progress = Callable[["Quality", Chunk, float], None]


@dataclass
class Quality:
    """What an import met, row by row: read = kept + repeated + set aside, always.

    `kept` = new + updated + unchanged. Every count is of rows of the file. `day_only` counts kept rows of which the
    source tells the day of opening and no hour; `areas` is there where the source names an area for its rows.
    """

    source: str
    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    blanked: Counter[str] = field(default_factory=Counter)
    whole_degrees: int = 0
    unmapped: Counter[str] = field(default_factory=Counter)
    missing_columns: list[str] = field(default_factory=list)
    day_only: int = 0
    areas: AreaCheck | None = None

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
    quality = Quality(mapping.source, areas=_areas(mapping, city))
    categories = {c.slug: c for c in Category.objects.all()}
    preparer = Preparer(mapping.source, city, categories, locator(city.primary_layer))
    started = time.monotonic()
    # Clocks differ by a zone at most: what lies further ahead has not happened.
    latest = np.datetime64(timezone.now().replace(tzinfo=None), "us") + np.timedelta64(1, "D")
    if rejects is not None and rejects.resolve() == path.resolve():
        raise ReadError(f"{rejects}: the rows set aside would be written over the file they come from")
    with _set_aside_file(rejects) as set_aside, _one_at_a_time(mapping.source):
        fresh = not _any_rows(mapping.source)
        for ready in _ahead(_prepared(path, mapping, preparer, latest)):
            _judge(quality, ready, mapping)
            for reject in _rejects(ready):
                quality.set_aside[str(reject["reason"])] += 1
                set_aside(reject)
            written = write_chunk(ready.table, mapping.source, fresh=fresh, dry_run=dry_run)
            quality.new += written.new
            quality.updated += written.updated
            quality.unchanged += written.unchanged
            if progress:
                progress(quality, ready.chunk, time.monotonic() - started)
    return quality


@dataclass(frozen=True)
class _Ready:
    chunk: Chunk
    mapped: Mapped
    rows: pd.DataFrame
    table: pa.Table
    repeats: _Repeats


def _prepared(path: Path, mapping: Mapping, preparer: Preparer, latest: np.datetime64) -> Iterator[_Ready]:
    seen = _Seen()
    for chunk in read_chunks(path, records=mapping.records):
        if len(chunk.frame.columns):  # a chunk of nothing but broken rows has none
            check_columns(mapping, chunk.frame.columns)
        mapped = apply(mapping, chunk.frame, preparer.city, latest=latest)
        rows, repeats = seen.split(mapped.rows, source_digest(mapped.rows))
        yield _Ready(chunk, mapped, rows, preparer.table(rows), repeats)


def _areas(mapping: Mapping, city: City) -> AreaCheck | None:
    if mapping.area is None:
        return None
    ours = Neighborhood.objects.filter(boundary_set__layer=city.primary_layer)
    return AreaCheck(dict(ours.values_list("pk", "name")))


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, each made in a second thread while the one before is at work: one core reads, one writes."""
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="read") as pool:
        coming = pool.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, items, end)
            yield item  # type: ignore[misc]


def _judge(quality: Quality, ready: _Ready, mapping: Mapping) -> None:
    chunk, mapped = ready.chunk, ready.mapped
    if len(chunk.frame.columns) and not quality.missing_columns:
        quality.missing_columns = check_columns(mapping, chunk.frame.columns)
    quality.read += len(chunk.frame) + len(chunk.broken)
    quality.repeated += ready.repeats.same
    quality.whole_degrees += mapped.whole_degrees
    quality.day_only += int(ready.rows["opened_day_only"].sum())
    if quality.areas is not None:
        said = (ready.rows[column].tolist() for column in ("external_id", "area"))
        quality.areas.add(*said, ready.table["neighborhood_id"].to_pylist())
    quality.unmapped.update(mapped.unmapped)
    quality.blanked.update(
        {
            "closing date unreadable or in the future": mapped.blanked_closing,
            "closing before opening": mapped.closing_before_opening,
            "closing date of an open row": mapped.closing_while_open,
            **{f"{column} cut short": n for column, n in mapped.cut.items()},
        }
    )


def _rejects(ready: _Ready) -> Iterator[dict[str, object]]:
    for broken in ready.chunk.broken:
        yield {
            "row": broken.row,
            "external_id": "",
            "reason": broken.reason,
            "detail": broken.detail,
            "raw": broken.raw,
        }
    yield from ready.mapped.rejects.to_dict("records")
    for row in ready.repeats.other[["row", "external_id"]].to_dict("records"):
        detail = "an earlier row of this file has the same id and says something else"
        raw = ready.chunk.frame.loc[row["row"]].dropna().to_dict()
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
        order = np.argsort(ids, kind="stable")
        place = np.searchsorted(self._ids, ids[order])
        self._ids = np.insert(self._ids, place, ids[order])
        self._digests = np.insert(self._digests, place, digests[order])


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
        if connection.is_usable():  # a lost connection has given the lock back by itself
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [IMPORT_LOCK, source])


@contextmanager
def _set_aside_file(path: Path | None) -> Iterator[Callable[[dict[str, object]], None]]:
    """Write JSON lines beside `path` and move them there once the whole file has been read."""
    if path is None:
        yield lambda _: None
        return
    part = path.with_name(path.name + ".part")
    if path.is_dir():
        raise ReadError(f"{path}: is a folder; rows set aside need a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = part.open("w", encoding="utf-8")
    except OSError as problem:
        raise ReadError(f"{path}: cannot write the rows set aside: {problem.strerror}") from None
    try:
        with file:
            yield lambda reject: file.write(json.dumps(reject, ensure_ascii=False, default=str) + "\n") and None
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@transaction.atomic
def finish_statistics() -> None:
    """Let the planner know the tables as they are now."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE issues_issue, issues_statuschange, issues_incident")
