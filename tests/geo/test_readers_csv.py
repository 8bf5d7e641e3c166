"""CSV comes as text, in chunks, whatever its delimiter."""

import pytest

from geo.readers import ReadError, read_chunks


def read(folder, content, **more):
    path = folder / "pins.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_chunks(path, **more))


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_heading(tmp_path, mark):
    (chunk,) = read(tmp_path, f"id{mark}name\n1{mark}a b\n")
    assert chunk.frame.to_dict("records") == [{"id": "1", "name": "a b"}]


def test_a_delimiter_inside_quotation_marks_is_text(tmp_path):
    (chunk,) = read(tmp_path, '"a,b,c";d\n1;2\n')
    assert list(chunk.frame.columns) == ["a,b,c", "d"]


def test_text_stays_as_it_was_written(tmp_path):
    (chunk,) = read(tmp_path, "id,n,when,flag\n007,1.50,2026-03-01,NA\n")
    assert chunk.frame.iloc[0].tolist() == ["007", "1.50", "2026-03-01", "NA"]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    (chunk,) = read(tmp_path, "\ufeffid,name\n1,ș\n")
    assert chunk.frame.to_dict("records") == [{"id": "1", "name": "ș"}]


def test_a_quoted_cell_may_hold_line_breaks(tmp_path):
    (chunk,) = read(tmp_path, 'id,text\n1,"two\nlines"\n2,"a ""word"""\n')
    assert chunk.frame["text"].tolist() == ["two\nlines", 'a "word"']
    assert not chunk.broken


def test_chunks_keep_counting_rows_and_bytes(tmp_path):
    chunks = read(tmp_path, "id\n" + "".join(f"{i}\n" for i in range(1, 8)), chunk_rows=3)
    assert [c.frame.index.tolist() for c in chunks] == [[1, 2, 3], [4, 5, 6], [7]]
    assert [c.first_row for c in chunks] == [1, 4, 7]
    assert chunks[-1].bytes_done == chunks[-1].bytes_total


def test_only_the_columns_asked_for_are_kept(tmp_path):
    (chunk,) = read(tmp_path, "id,name,more\n1,a,x\n", columns=["more", "id", "absent"])
    assert list(chunk.frame.columns) == ["id", "more"]


def test_a_heading_alone_gives_no_rows(tmp_path):
    assert sum(len(c.frame) for c in read(tmp_path, "id,name\n")) == 0


@pytest.mark.parametrize(
    "content, told",
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"id,id\n1,2\n", "two columns are called 'id'"),
        (b"id,n\xe3me\n1,2\n", "heading is not UTF-8"),
        ("id,name\n1,2\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path, content, told):
    with pytest.raises(ReadError, match=rf"pins\.csv.*{told}"):
        read(tmp_path, content)
