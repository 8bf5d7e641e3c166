"""GeoParquet as it goes out: readable by others, and made group by group."""

import datetime as dt
import io

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo import parquet_out
from geo.parquet_out import geoparquet

FIELDS = [("name", "text"), ("day", "day"), ("seen", "flag")]
DAY = dt.date(2026, 3, 5)


def file_of(rows):
    return b"".join(geoparquet(FIELDS, rows))


def test_others_read_it_back():
    frame = gpd.read_parquet(io.BytesIO(file_of([("ș", DAY, True, 21.2, 45.7), (None, None, None, 21.3, 45.8)])))
    assert frame["name"][0] == "ș"
    assert (str(frame["day"][0]), bool(frame["seen"][0])) == ("2026-03-05", True)
    assert list(frame[["name", "day", "seen"]].isna().loc[1]) == [True] * 3
    assert [(p.x, p.y) for p in frame.geometry] == [(21.2, 45.7), (21.3, 45.8)]
    assert frame.crs.to_string() == "OGC:CRS84"


def test_rows_leave_in_groups(monkeypatch):
    monkeypatch.setattr(parquet_out, "GROUP_ROWS", 10)
    parts = list(geoparquet(FIELDS, ((str(i), DAY, False, 21.0, 45.0) for i in range(25))))
    assert [bool(part) for part in parts] == [True] * 4
    file = pq.ParquetFile(io.BytesIO(b"".join(parts)))
    assert (file.metadata.num_rows, file.metadata.num_row_groups) == (25, 3)


def test_without_rows_it_is_a_file_too():
    assert len(gpd.read_parquet(io.BytesIO(file_of([])))) == 0


def test_what_is_no_day_is_refused():
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        file_of([("a", "yesterday", True, 21.0, 45.0)])
