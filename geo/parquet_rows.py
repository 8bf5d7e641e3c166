"""Stream a Parquet file as text columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.chunks import CHUNK_ROWS, Chunk, ReadError, frame_of, opened, wanted

TEXT = pa.large_string()
# whole floats up to here are exact, so an id or an epoch time stored as a float can be told without ".0"
WHOLE = float(2**53)


def parquet_chunks(path: Path, chunk_rows: int = CHUNK_ROWS, columns: Iterable[str] | None = None) -> Iterator[Chunk]:
    """Read Parquet as text.

    Times become ISO text, with Z where the column has a zone; whole numbers lose ".0"; not-a-number becomes missing;
    fields of structs are joined with dots; lists stay JSON text.
    Raises ReadError when the file is no Parquet or is damaged.
    """
    total = opened(path)
    asked = None if columns is None else list(columns)
    first = 1
    try:
        file = pq.ParquetFile(path)
        count = file.metadata.num_rows
        for batch in file.iter_batches(batch_size=chunk_rows):
            flat = dict(_leaves(batch))
            texts = {n: text_of(flat[n]) for n in wanted(flat, asked)}
            rows = range(first, first + batch.num_rows)
            done = int(total * (first + batch.num_rows - 1) / count)
            yield Chunk(frame_of(texts, rows), (), first, done, total)
            first += batch.num_rows
    except (pa.ArrowException, OSError) as problem:
        raise ReadError(f"{path}: {problem}") from None


def _leaves(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        yield from _leaf(name, column)


def _leaf(name: str, column: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    if not pa.types.is_struct(column.type):
        yield name, column
        return
    for field, part in zip(column.type, column.flatten(), strict=True):
        yield from _leaf(f"{name}.{field.name}", part)


def text_of(column: pa.Array) -> pa.Array:
    """One column as text; missing and not-a-number stay missing."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return text_of(column.dictionary_decode())
    if pa.types.is_floating(kind):
        return _numbers(column.cast(pa.float64()))
    if pa.types.is_timestamp(kind):
        return _times(column)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([_decoded(v) for v in column.to_pylist()], TEXT)
    if pa.types.is_nested(kind):
        return pa.array([_json(v) for v in column.to_pylist()], TEXT)
    return column.cast(TEXT)


def _numbers(column: pa.Array) -> pa.Array:
    known = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    whole = pc.and_(pc.equal(pc.floor(known), known), pc.less(pc.abs(known), WHOLE))
    integers = pc.if_else(whole, known, 0.0).cast(pa.int64()).cast(TEXT)
    return pc.if_else(whole, integers, known.cast(TEXT))


def _times(column: pa.Array) -> pa.Array:
    # through the bare count, so that no time zone database is asked: a zoned column counts in UTC
    bare = column.cast(pa.timestamp(column.type.unit)) if column.type.tz is None else column.cast(pa.int64())
    bare = bare.cast(pa.timestamp(column.type.unit)).cast(pa.timestamp("us"), safe=False)
    text = bare.cast(TEXT)
    if column.type.tz is None:
        return text
    return pc.binary_join_element_wise(text, pa.scalar("Z", TEXT), pa.scalar("", TEXT))


def _decoded(value: bytes | None) -> str | None:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
