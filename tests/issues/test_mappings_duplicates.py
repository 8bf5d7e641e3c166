"""The source's own marker of a duplicate, with or without the first one's id."""

from tests.tiny import SOURCE, tiny_apply

MARKER = """
[duplicate]
column = "text"
matches = '(?i)\\bduplicate'
parent = [{ matches = '\\b(?P<id>101\\d{3})\\b' }, { matches = '#(?P<id>\\d{3})\\b', prefix = "101" }]
"""


def marked(folder, *rows, text=SOURCE):
    rows = tiny_apply(folder, *rows, text=text).rows
    return list(zip(rows["duplicate_of"], rows["is_duplicate"], strict=True))


def test_a_column_may_name_the_parent(tmp_path):
    assert marked(tmp_path, {"id": "b", "parent": " a "}, {"id": "c"}) == [("a", True), ("", False)]


def test_no_issue_repeats_itself(tmp_path):
    assert marked(tmp_path, {"id": "a", "parent": "a"}) == [("", False)]


def test_a_word_marks_and_a_number_names(tmp_path):
    texts = ["Duplicate of 101234", "duplicate, see #567", "A duplicate.", "see 101234", ""]
    told = marked(tmp_path, *({"id": str(i), "text": t} for i, t in enumerate(texts)), text=SOURCE + MARKER)
    assert told == [("101234", True), ("101567", True), ("", True), ("", False), ("", False)]


def test_the_column_wins_over_the_text(tmp_path):
    assert marked(tmp_path, {"id": "b", "parent": "a", "text": "duplicate of 101234"}, text=SOURCE + MARKER) == [
        ("a", True)
    ]


def test_a_state_may_be_the_marker(tmp_path):
    text = SOURCE.replace('"done" = "resolved"', '"done" = "resolved", "dup" = "duplicate"')
    assert marked(tmp_path, {"status": "dup"}, text=text) == [("", True)]
