"""Stream a CSV file as text; rows that break the table are handed back, never raised."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from geo.chunks import CHUNK_ROWS, UNREADABLE_ROW, BrokenRow, Chunk, ReadError, frame_of, opened, wanted

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 16
BLOCK_BYTES = 4 << 20

# Arrow stops at the first byte that is not UTF-8, so such a byte is spelled out behind a mark no text may hold
# (Unicode keeps U+10FFFF free of meaning) and the row that holds a mark is set aside afterwards.
MARK = "\U0010ffff"


def _spell_out(problem: UnicodeError) -> tuple[str, int]:
    assert isinstance(problem, UnicodeDecodeError)
    return "".join(f"{MARK}{b:02x}" for b in problem.object[problem.start : problem.end]), problem.end


codecs.register_error("ascult-spell-out", _spell_out)


class _Utf8(io.RawIOBase):
    """A binary file of which every byte is UTF-8; counts quotation marks, for they must pair off."""

    def __init__(self, raw: BinaryIO) -> None:
        self.raw, self.marked, self.quotes = raw, False, 0
        self._decode = codecs.getincrementaldecoder("utf-8")("ascult-spell-out").decode
        self._held, self._ended = b"", False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._held) < size):
            block = self.raw.read(BLOCK_BYTES)
            self._ended = not block
            text = self._decode(block, final=self._ended)
            self.marked = self.marked or MARK in text
            self.quotes += text.count('"')
            self._held += text.encode()
        size = len(self._held) if size < 0 else size
        out, self._held = self._held[:size], self._held[size:]
        return out


def csv_chunks(path: Path, chunk_rows: int = CHUNK_ROWS, columns: Iterable[str] | None = None) -> Iterator[Chunk]:
    """Read a CSV with one heading line: UTF-8 with or without a byte order mark; comma, semicolon, tab or bar.

    Quoted cells may hold line breaks. A row with more or fewer cells than the heading, or with bytes that are not
    UTF-8, comes back as broken. Raises ReadError for an empty file, a heading that is not UTF-8 or names a column
    twice, and a quotation mark that is opened and not closed for megabytes.
    """
    total = opened(path)
    names, delimiter = _heading(path)
    with path.open("rb") as raw:
        source = _Utf8(raw)
        broken: list[BrokenRow] = []
        stream = _stream(path, source, names, delimiter, wanted(names, columns), broken)
        yield from _rechunk(path, stream, source, broken, chunk_rows, total)


def _heading(path: Path) -> tuple[list[str], str]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise ReadError(f"{path}: the file is UTF-16; save it as UTF-8")
    text = head.decode("utf-8-sig", "ascult-spell-out").lstrip("\r\n")
    line = text.splitlines()[0] if text.strip() else ""
    if not line:
        raise ReadError(f"{path}: the file is empty")
    if MARK in line:
        raise ReadError(f"{path}: the heading is not UTF-8")
    bare = "".join(line.split('"')[::2])  # a delimiter inside quotation marks is text
    delimiter = max(DELIMITERS, key=bare.count)
    names = next(csv.reader(io.StringIO(text), delimiter=delimiter))
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ReadError(f"{path}: two columns are called {', '.join(repr(n) for n in twice)}")
    return names, delimiter


def _stream(
    path: Path, source: _Utf8, names: list[str], delimiter: str, keep: list[str], broken: list[BrokenRow]
) -> Iterator[pa.RecordBatch]:
    def set_aside(row: Any) -> str:
        # Arrow counts the heading as row 1, and blank lines not at all
        cells = f"{row.actual_columns} cells under a heading of {row.expected_columns}"
        broken.append(BrokenRow(row.number - 1, UNREADABLE_ROW, _plain(row.text), cells))
        return "skip"

    handler: Callable[[Any], str] = set_aside
    try:
        # one thread: only then does Arrow know the number of a broken row
        yield from pyarrow.csv.open_csv(
            source,
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=handler
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                include_columns=keep,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as problem:
        hint = "; is a quotation mark left open?" if "straddles" in str(problem) else ""
        raise ReadError(f"{path}: {problem}{hint}") from None


def _rechunk(
    path: Path, stream: Iterator[pa.RecordBatch], source: _Utf8, broken: list[BrokenRow], size: int, total: int
) -> Iterator[Chunk]:
    held: list[pa.RecordBatch] = []
    first = 1
    count = 0
    for batch in stream:
        held.append(batch)
        count += batch.num_rows
        # one row is always held back: the last one of the file must be looked at when the file is known to end
        while count > size:
            table = pa.Table.from_batches(held)
            chunk = _chunk(table.slice(0, size), first, broken, source, total)
            held, count = table.slice(size).to_batches(), count - size
            first = chunk.first_row + len(chunk.frame) + len(chunk.broken)
            yield chunk
    if count or broken:
        table = pa.Table.from_batches(held) if count else None
        yield _chunk(table, first, broken, source, total, last=True)


def _chunk(
    table: pa.Table | None, first: int, broken: list[BrokenRow], source: _Utf8, total: int, last: bool = False
) -> Chunk:
    """Rows of a table with their numbers: those from `first` on that no broken row has taken."""
    count = table.num_rows if table is not None else 0
    taken = np.array([b.row for b in broken], np.int64)
    free = np.arange(first, first + count + len(taken))
    numbers = free[~np.isin(free, taken)][:count]
    end = numbers[-1] if count and not last else np.iinfo(np.int64).max
    here = [b for b in broken if b.row <= end]
    broken[:] = [b for b in broken if b.row > end]
    frame = frame_of({n: table.column(n) for n in table.column_names}, numbers) if table is not None else pd.DataFrame()
    bad = _unreadable(table, source, last) if table is not None else np.zeros(0, bool)
    for number, cells in zip(numbers[bad], frame[bad].to_numpy(), strict=True):
        raw = _raw(cells)
        detail = "bytes that are not UTF-8" if "\\x" in raw else "a quotation mark is left open to the end of the file"
        here.append(BrokenRow(int(number), UNREADABLE_ROW, raw, detail))
    done = total if last else min(source.raw.tell(), total)
    return Chunk(frame[~bad], tuple(sorted(here, key=lambda b: b.row)), first, done, total)


def _unreadable(table: pa.Table, source: _Utf8, last: bool) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Rows with bytes that were not UTF-8, and the last row when its quotation mark swallowed the rest of the file."""
    bad = np.zeros(table.num_rows, bool)
    if source.marked:
        for column in table.columns:
            bad |= pc.match_substring(column, MARK).to_numpy()
    if last and source.quotes % 2 and table.num_rows:
        bad[-1] |= any("\n" in str(column[-1].as_py()) for column in table.columns)
    return bad


def _raw(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return _plain(out.getvalue())


def _plain(text: str) -> str:
    return text.replace(MARK, "\\x")
