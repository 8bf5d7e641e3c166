"""Rows in and out of PostgreSQL in bulk, as Arrow tables: never object by object."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv
from django.db import connection

_WRITE = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")


def copy_in(table: str, rows: pa.Table) -> None:
    """Append an Arrow table to a database table by COPY; column names are those of the Arrow table.

    Missing values become NULL, empty text stays empty text. Runs in the transaction at hand.
    """
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(rows, buffer, _WRITE)
    columns = ", ".join(f'"{name}"' for name in rows.column_names)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(buffer.getbuffer())


def copy_out(sql: str, values: Sequence[Any], schema: pa.Schema) -> pa.Table:
    """The rows of a query as an Arrow table with the given schema (names and types in the query's order).

    Instants are best read as whole microseconds since 1970: PostgreSQL's spelling of them depends on the session.
    """
    buffer = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", list(values)) as copy,
    ):
        for block in copy:
            buffer.write(block)
    buffer.seek(0)
    options = pyarrow.csv.ConvertOptions(
        column_types=schema,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    names = pyarrow.csv.ReadOptions(column_names=schema.names)
    if not buffer.getbuffer().nbytes:
        return schema.empty_table()
    return pyarrow.csv.read_csv(buffer, names, parse, options)


def next_keys(sequence_of: str, count: int) -> list[int]:
    """Fresh primary keys of a table, as many as asked for, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [sequence_of, count]
        )
        return [key for (key,) in cursor.fetchall()]
