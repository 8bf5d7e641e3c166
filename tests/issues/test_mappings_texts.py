"""Texts come clean and no longer than a field holds; ids are needed."""

from issues.mappings import apply
from tests.tiny import SOURCE, tiny_apply, tiny_city, tiny_mapping, tiny_rows


def test_blanks_around_and_nul_inside_go(tmp_path):
    mapped = tiny_apply(tmp_path, {"id": " a\x00b ", "title": "\tGroapă\u00a0", "text": None})
    assert mapped.rows[["external_id", "title", "description"]].to_numpy().tolist() == [["ab", "Groapă", ""]]


def test_long_texts_are_cut_and_counted(tmp_path):
    mapped = tiny_apply(
        tmp_path,
        {"id": "a", "title": "ș" * 200, "text": "x" * 10_000},
        {"id": "b", "title": "ș" * 201, "text": "x" * 10_001},
        {"id": "c", "title": "ș" * 201, "lng": ""},
    )
    assert mapped.rows["title"].str.len().tolist() == [200, 200]
    assert mapped.rows["description"].str.len().tolist() == [10_000, 10_000]
    assert mapped.cut == {"title": 1, "description": 1}


def test_the_first_column_that_is_not_empty_counts(tmp_path):
    text = SOURCE.replace('title = "title"', 'title = ["absent", "title", "kind"]')
    rows = tiny_apply(tmp_path, {"id": "a", "title": "own"}, {"id": "b", "title": " "}, text=text).rows
    assert rows["title"].tolist() == ["own", "roads"]


def test_a_row_without_an_id_is_set_aside(tmp_path):
    mapped = tiny_apply(tmp_path, {"id": " "}, {"id": None}, {"id": "x" * 121}, {"id": "x" * 120})
    assert mapped.rejects["reason"].tolist() == ["missing_id", "missing_id", "overlong_id"]
    assert len(mapped.rows) == 1


def test_a_row_set_aside_keeps_its_number_and_its_words(tmp_path):
    mapped = tiny_apply(tmp_path, {"id": "a"}, {"id": "b", "lng": "", "title": "Groapă „mare”", "text": None})
    (reject,) = mapped.rejects.to_dict("records")
    assert (reject["row"], reject["external_id"]) == (2, "b")
    assert '"title": "Groapă „mare”"' in reject["raw"]
    assert '"text": null' in reject["raw"]


def test_a_column_the_source_does_not_have_stays_empty(tmp_path):
    assert tiny_apply(tmp_path, {}).rows[["address", "channel"]].to_numpy().tolist() == [["", ""]]


def test_no_rows_give_no_rows(tmp_path):
    mapped = apply(tiny_mapping(tmp_path), tiny_rows({}).iloc[:0], tiny_city())
    assert len(mapped.rows) == len(mapped.rejects) == 0
    assert str(mapped.rows["opened_at"].dtype) == "datetime64[us, UTC]"
