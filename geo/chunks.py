"""What a reader hands on: a piece of a file as text columns, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

CHUNK_ROWS = 20_000
UNREADABLE_ROW = "unreadable_row"


class ReadError(ValueError):
    """A file that cannot be read as what it claims to be; the message names the file and what is wrong."""


@dataclass(frozen=True)
class BrokenRow:
    """One record that could not be read. `row` counts records from 1, the heading not counted."""

    row: int
    reason: str
    raw: str
    detail: str = ""


@dataclass(frozen=True)
class Chunk:
    """A piece of a file.

    `frame` holds text columns (missing stays missing); its index, named row, is each record's number in the file,
    from 1, the heading not counted. Every record is in `frame` or in `broken`, once. `bytes_done` of `bytes_total`
    tells how far the reading is.
    """

    frame: pd.DataFrame
    broken: tuple[BrokenRow, ...]
    first_row: int
    bytes_done: int
    bytes_total: int


def opened(path: Path) -> int:
    """The size of a file in bytes; raises ReadError when there is none."""
    if not path.is_file():
        raise ReadError(f"{path}: no such file")
    return path.stat().st_size


def frame_of(columns: Mapping[str, Any], rows: Sequence[int] | npt.NDArray[np.int64]) -> pd.DataFrame:
    """Text columns as one frame under the given row numbers. Values are Arrow arrays or sequences of text or None."""
    arrays = [
        c if isinstance(c, pa.Array | pa.ChunkedArray) else pa.array(c, pa.large_string()) for c in columns.values()
    ]
    index = pd.Index(np.asarray(rows, np.int64), name="row")
    if not arrays:
        return pd.DataFrame(index=index)
    frame: pd.DataFrame = pa.table(arrays, names=list(columns)).to_pandas()
    return frame.set_axis(index, axis=0)


def wanted(names: Iterable[str], columns: Iterable[str] | None) -> list[str]:
    """Of the names a file has, those asked for, in the file's order; all of them for None."""
    if columns is None:
        return list(names)
    asked = set(columns)
    return [n for n in names if n in asked]
