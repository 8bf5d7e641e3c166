"""A file is told by its ending; one that is not there, or of an unknown kind, is refused by name."""

import pytest

from geo.readers import ReadError, read_chunks, read_table


def test_an_unknown_ending_tells_the_known_ones(tmp_path):
    path = tmp_path / "pins.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(ReadError, match=r"\.xlsx.*\.csv.*\.parquet"):
        read_chunks(path)


@pytest.mark.parametrize("name", ["gone.csv", "gone.json", "gone.parquet"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(ReadError, match=f"{name}: no such file"):
        list(read_chunks(tmp_path / name))


def test_a_table_is_read_whole(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("slug,people\na,10\nb,20\n")
    assert read_table(path)["people"].tolist() == ["10", "20"]


def test_a_table_with_a_broken_row_is_refused(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("slug,people\na,10\nb\n")
    with pytest.raises(ReadError, match=r"row 2 cannot be read: b"):
        read_table(path)


def test_an_empty_table_is_refused(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("slug,people\n")
    with pytest.raises(ReadError, match="no rows"):
        read_table(path)
