"""A row that breaks the table is handed back with its number; the rows around it stay."""

import pytest

from geo.csv_rows import BLOCK_BYTES
from geo.readers import ReadError, read_chunks


def read(folder, content, **more):
    path = folder / "pins.csv"
    path.write_bytes(content)
    return list(read_chunks(path, **more))


def test_too_few_and_too_many_cells(tmp_path):
    (chunk,) = read(tmp_path, b"a,b\n1,2\n3\n4,5\n6,7,8\n")
    assert chunk.frame.index.tolist() == [1, 3]
    assert [(b.row, b.reason, b.raw) for b in chunk.broken] == [
        (2, "unreadable_row", "3"),
        (4, "unreadable_row", "6,7,8"),
    ]
    assert chunk.broken[1].detail == "3 cells under a heading of 2"


def test_bytes_that_are_not_utf8_are_spelled_out(tmp_path):
    (chunk,) = read(tmp_path, b"a,b\n1,caf\xe9\n2,caf\xc3\xa9\n")
    assert chunk.frame["b"].tolist() == ["café"]
    assert [(b.row, b.raw) for b in chunk.broken] == [(1, "1,caf\\xe9")]


def test_a_row_can_be_wrong_in_both_ways(tmp_path):
    (chunk,) = read(tmp_path, b"a,b\n\xff\n1,2\n")
    assert chunk.frame.index.tolist() == [2]
    assert chunk.broken[0].raw == "\\xff"


def test_numbers_hold_across_chunks(tmp_path):
    body = b"".join(b"x\n" if i % 3 == 0 else b"%d,y\n" % i for i in range(1, 31))
    chunks = read(tmp_path, b"a,b\n" + body, chunk_rows=7)
    for chunk in chunks:
        assert chunk.frame["a"].astype(int).tolist() == chunk.frame.index.tolist()
    assert [b.row for c in chunks for b in c.broken] == list(range(3, 31, 3))


def test_a_quotation_mark_left_open_at_the_end_takes_no_rows_silently(tmp_path):
    (chunk,) = read(tmp_path, b'a,b\n1,2\n3,"open\n4,5\n6,7\n')
    assert chunk.frame.index.tolist() == [1]
    assert "left open" in chunk.broken[0].detail
    assert "6,7" in chunk.broken[0].raw


def test_a_stray_quotation_mark_inside_text_is_only_text(tmp_path):
    (chunk,) = read(tmp_path, b'a,b\n1,5" pipe\n2,x\n')
    assert chunk.frame["b"].tolist() == ['5" pipe', "x"]
    assert not chunk.broken


def test_a_quotation_mark_open_for_megabytes_is_refused(tmp_path):
    with pytest.raises(ReadError, match="quotation mark left open"):
        read(tmp_path, b'a,b\n1,"' + b"x,y\n" * (BLOCK_BYTES // 2))


def test_a_file_of_nothing_but_broken_rows(tmp_path):
    (chunk,) = read(tmp_path, b"a,b\n1\n2\n")
    assert chunk.frame.empty
    assert [b.row for b in chunk.broken] == [1, 2]
