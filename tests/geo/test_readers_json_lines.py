"""Newline JSON streams; a bad line is set aside."""

import pytest

from geo.readers import read_chunks


@pytest.mark.parametrize("name", ["pins.jsonl", "pins.ndjson", "pins.json"])
def test_one_record_a_line(tmp_path, name):
    path = tmp_path / name
    path.write_text('{"id": 1, "a": {"b": "x"}}\n\n{"id": 2}\n', encoding="utf-8")
    (chunk,) = read_chunks(path)
    assert chunk.frame["id"].tolist() == ["1", "2"]
    assert chunk.frame.loc[1, "a.b"] == "x"


def test_a_bad_line_is_set_aside_with_its_number(tmp_path):
    path = tmp_path / "pins.jsonl"
    path.write_bytes(b'{"id": 1}\n{"id": \n{"id": "\xff"}\n[1]\n{"id": 5}\n')
    (chunk,) = read_chunks(path)
    assert chunk.frame.index.tolist() == [1, 5]
    assert [b.row for b in chunk.broken] == [2, 3, 4]
    assert chunk.broken[1].raw == '{"id": "\\xff"}'


def test_progress_is_told_in_bytes(tmp_path):
    path = tmp_path / "pins.jsonl"
    path.write_text('{"id": 1}\n{"id": 2}\n{"id": 3}\n', encoding="utf-8")
    assert [(c.bytes_done, c.bytes_total) for c in read_chunks(path, chunk_rows=2)] == [(20, 30), (30, 30)]
