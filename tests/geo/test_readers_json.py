"""JSON: a list of records, or an object that holds one; nested keys are joined with dots."""

import json

import pytest

from geo.json_rows import LARGEST_BYTES
from geo.readers import ReadError, read_chunks


def read(folder, content, **more):
    path = folder / "pins.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return list(read_chunks(path, **more))


def test_a_list_of_records(tmp_path):
    (chunk,) = read(tmp_path, [{"id": 1, "lat": 45.5}, {"id": 2, "note": "ș"}])
    assert chunk.frame.index.tolist() == [1, 2]
    assert chunk.frame.loc[1, ["id", "lat"]].tolist() == ["1", "45.5"]
    assert chunk.frame["note"].isna().tolist() == [True, False]


def test_an_object_that_holds_the_list(tmp_path):
    (chunk,) = read(tmp_path, {"meta": {"page": 1}, "errors": [], "requests": [{"id": "a"}]})
    assert chunk.frame["id"].tolist() == ["a"]


def test_two_lists_must_be_told_apart_by_name(tmp_path):
    document = {"result": {"fields": [{"id": "f"}], "rows": [{"id": "r"}]}}
    with pytest.raises(ReadError, match="no list of records"):
        read(tmp_path, document)
    with pytest.raises(ReadError, match=r"several lists of records \(fields, rows\)"):
        read(tmp_path, document, records="result")
    assert read(tmp_path, document, records="result.rows")[0].frame["id"].tolist() == ["r"]


def test_records_nested_in_lists_are_taken_out(tmp_path):
    (chunk,) = read(tmp_path, [{"id": 1}, [{"id": 2}, [{"id": 3}]], {"id": 4}])
    assert chunk.frame["id"].tolist() == ["1", "2", "3", "4"]


def test_nested_keys_and_lists_of_values(tmp_path):
    (chunk,) = read(tmp_path, [{"point": {"type": "Point", "coordinates": [21.2, 45.7]}, "ok": True, "none": None}])
    assert chunk.frame.iloc[0].dropna().to_dict() == {
        "point.type": "Point",
        "point.coordinates": "[21.2, 45.7]",
        "ok": "true",
    }


def test_whole_floats_are_ids_without_a_point(tmp_path):
    (chunk,) = read(tmp_path, '[{"id": 18124.0, "when": 1504212059000}]')
    assert chunk.frame.iloc[0].tolist() == ["18124", "1504212059000"]


def test_a_record_that_is_no_object_is_set_aside(tmp_path):
    (chunk,) = read(tmp_path, [{"id": 1}, "word", None, {"id": 2}])
    assert chunk.frame.index.tolist() == [1, 4]
    assert [(b.row, b.raw) for b in chunk.broken] == [(2, '"word"'), (3, "null")]


def test_half_a_character_does_not_stop_the_file(tmp_path):
    (chunk,) = read(tmp_path, '[{"id": "a\\ud800b"}]')
    assert chunk.frame["id"].tolist() == ["a?b"]


def test_chunks_have_the_columns_of_the_whole_file(tmp_path):
    first, second = read(tmp_path, [{"id": 1}, {"id": 2, "late": "x"}], chunk_rows=1)
    assert list(first.frame.columns) == list(second.frame.columns) == ["id", "late"]


@pytest.mark.parametrize(
    "content, told", [('[{"id": 1}', "line 1, column"), ("3", "neither a list"), ("[" * 9999, "deep")]
)
def test_what_is_no_list_of_records_is_refused_by_name(tmp_path, content, told):
    with pytest.raises(ReadError, match=rf"pins\.json.*{told}"):
        read(tmp_path, content)


def test_a_document_too_large_to_hold_is_refused(tmp_path, monkeypatch):
    assert LARGEST_BYTES > 200_000_000
    monkeypatch.setattr("geo.json_rows.LARGEST_BYTES", 5)
    with pytest.raises(ReadError, match="newline JSON"):
        read(tmp_path, '[{"id": 1}]')
