"""Parquet keeps its values when told as text."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo.readers import ReadError, read_chunks


def read(folder, table, **more):
    path = folder / "pins.parquet"
    pq.write_table(pa.table(table), path)
    return list(read_chunks(path, **more))


def one(folder, array):
    return read(folder, {"x": array})[0].frame["x"].tolist()


def test_whole_numbers_have_no_point_and_no_power(tmp_path):
    assert one(tmp_path, pa.array([18124.0, 1504212059000.0, 0.5])) == ["18124", "1504212059000", "0.5"]


def test_not_a_number_is_missing_and_infinity_is_not(tmp_path):
    (chunk,) = read(tmp_path, {"x": pa.array([float("nan"), None, float("inf")])})
    assert chunk.frame["x"].isna().tolist() == [True, True, False]
    assert chunk.frame.loc[3, "x"] == "inf"


def test_times_are_iso_and_keep_their_zone(tmp_path):
    instant = dt.datetime(2026, 3, 1, 10, 0, 0, 250_000)  # noqa: DTZ001 - a file's naive time is meant
    assert one(tmp_path, pa.array([instant], pa.timestamp("us"))) == ["2026-03-01 10:00:00.250000"]
    assert one(tmp_path, pa.array([instant], pa.timestamp("us", "Europe/Bucharest")))[0].endswith("Z")
    assert one(tmp_path, pa.array([instant.date()])) == ["2026-03-01"]


def test_fields_of_a_struct_are_joined_with_dots(tmp_path):
    (chunk,) = read(tmp_path, {"a": pa.array([{"b": {"c": 1}, "d": [1, 2]}])})
    assert chunk.frame.iloc[0].to_dict() == {"a.b.c": "1", "a.d": "[1, 2]"}


def test_other_kinds_are_text_too(tmp_path):
    assert one(tmp_path, pa.array([True, False])) == ["true", "false"]
    assert one(tmp_path, pa.array(["a", "b", "a"]).dictionary_encode()) == ["a", "b", "a"]
    assert one(tmp_path, pa.array([b"text", b"\xff"])) == ["text", "ff"]


def test_chunks_and_columns(tmp_path):
    chunks = read(
        tmp_path, {"id": [1, 2, 3], "request.title": ["a", "b", "c"]}, chunk_rows=2, columns=["request.title"]
    )
    assert [c.frame.index.tolist() for c in chunks] == [[1, 2], [3]]
    assert list(chunks[0].frame.columns) == ["request.title"]


def test_a_file_that_is_no_parquet_is_refused_by_name(tmp_path):
    path = tmp_path / "pins.parquet"
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(ReadError, match=r"pins\.parquet"):
        list(read_chunks(path))
