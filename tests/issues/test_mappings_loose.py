"""Columns told by the words of their names, where a mapping says so."""

import pandas as pd
import pytest

from issues.mappings import MappingError, apply, check_columns
from issues.mappings.rules import loosely
from tests.tiny import SOURCE, tiny_city, tiny_mapping, tiny_rows

LOOSE = SOURCE.replace("dates =", "loose_names = true\ndates =").replace('"opened"', '"created_date"')


def chunk(heading) -> pd.DataFrame:
    return tiny_rows({}).rename(columns={"opened": heading, "kind": "KIND"})


@pytest.mark.parametrize("heading", ["created_date", "Created Date", "CREATED DATE", "created-date_"])
def test_spellings_of_one_name(tmp_path, heading):
    mapping = tiny_mapping(tmp_path, LOOSE)
    check_columns(mapping, chunk(heading).columns)
    assert apply(mapping, chunk(heading), tiny_city()).rows["category"].tolist() == ["roads"]


def test_other_words_are_another_column(tmp_path):
    with pytest.raises(MappingError, match="no column created_date"):
        check_columns(tiny_mapping(tmp_path, LOOSE), chunk("Created").columns)


def test_a_mapping_that_does_not_say_so_is_exact(tmp_path):
    mapping = tiny_mapping(tmp_path)
    assert "kind" in check_columns(mapping, chunk("opened").columns)
    assert apply(mapping, chunk("opened"), tiny_city()).rows["category"].tolist() == ["other"]


def test_the_exact_name_wins(tmp_path):
    rows = tiny_rows({"kind": "roads"}).rename(columns={"opened": "created_date"})
    both = pd.concat([pd.DataFrame({"Kind": ["lighting"]}, index=rows.index), rows], axis=1)
    assert apply(tiny_mapping(tmp_path, LOOSE), both, tiny_city()).rows["category"].tolist() == ["roads"]


def test_what_is_set_aside_keeps_the_file_s_own_headings(tmp_path):
    (raw,) = apply(tiny_mapping(tmp_path, LOOSE), chunk("Created Date").assign(lng=""), tiny_city()).rejects["raw"]
    assert '"Created Date": "2026-03-01T10:00:00Z"' in raw


def test_nested_names_keep_their_dots():
    assert loosely("Location (Borough)") == "location_borough"
    assert loosely("location.lat") != loosely("location_lat")


def test_a_rule_may_name_a_column_for_each_age_of_a_file(tmp_path):
    text = SOURCE.replace('column = "kind"', 'column = ["newer", "kind"]')
    rows = tiny_rows({"id": "a"}, {"id": "b"}, {"id": "c", "kind": "?"}).assign(newer=["lighting", "", ""])
    assert apply(tiny_mapping(tmp_path, text), rows, tiny_city()).rows["category"].tolist() == [
        "lighting",
        "roads",
        "other",
    ]


def test_a_column_another_stands_in_for_is_not_missed(tmp_path):
    text = SOURCE.replace('title = "title"', 'title = ["heading", "title"]')
    assert check_columns(tiny_mapping(tmp_path, text), tiny_rows({}).columns) == []
    assert check_columns(tiny_mapping(tmp_path, text), tiny_rows({}).columns.drop("title")) == ["heading", "title"]
