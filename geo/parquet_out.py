"""GeoParquet made as it goes out: rows come in, bytes leave, and never more is held than one group of rows."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

GROUP_ROWS = 5_000
GEOMETRY = "geometry"
_GEO = {
    "version": "1.1.0",
    "primary_column": GEOMETRY,
    # No crs: longitude and latitude in WGS 84 (OGC:CRS84), as the format has it.
    "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": ["Point"]}},
}


# What a column may hold, by the name it is asked for.
KINDS = {"text": pa.string(), "day": pa.date32(), "flag": pa.bool_()}


class _Tray:
    """A file that is only written to, and emptied now and then."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.place = 0
        self.closed = False

    def write(self, data: Any) -> int:
        part = bytes(data)
        self.parts.append(part)
        self.place += len(part)
        return len(part)

    def tell(self) -> int:
        return self.place

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def close(self) -> None:
        self.closed = True

    def emptied(self) -> bytes:
        data, self.parts = b"".join(self.parts), []
        return data


def geoparquet(fields: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The bytes of a file of points. `fields` are names and KINDS; a row has their values, then lng and lat.

    The file has the columns of the fields, and last the place as WKB (GeoParquet 1.1).
    """
    columns = [(name, KINDS[kind]) for name, kind in fields]
    schema = pa.schema([*columns, (GEOMETRY, pa.binary())], metadata={"geo": json.dumps(_GEO)})
    tray = _Tray()
    writer = pq.ParquetWriter(pa.PythonFile(tray, mode="w"), schema, compression="zstd")
    for group in _groups(rows):
        writer.write_batch(_batch(schema, group), row_group_size=len(group))
        yield tray.emptied()
    writer.close()
    yield tray.emptied()


def _groups(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    group: list[Sequence[Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == GROUP_ROWS:
            yield group
            group = []
    if group:
        yield group


def _batch(schema: pa.Schema, group: list[Sequence[Any]]) -> pa.RecordBatch:
    columns = list(zip(*group, strict=True))
    points = [struct.pack("<BIdd", 1, 1, lng, lat) for lng, lat in zip(columns[-2], columns[-1], strict=True)]
    values = [*columns[:-2], points]
    arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)
