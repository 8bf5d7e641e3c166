"""Many texts at once are read exactly as one by one."""

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.words import folded
from issues.texts import folded_rows, personal_rows
from neighborhoods.personal import personal_kinds

ALL_SIGNS = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
HINTING = "07@.-/ ()+abTMB12\u200b٣\nion[]atgmil＠ｇ\xad\u2028ăȘ²①\u0300\u0345"


def column(texts):
    return pa.array(texts, pa.large_string())


def test_every_sign_there_is_folds_as_in_one_text():
    texts = [f"a{sign}B" for sign in ALL_SIGNS]
    assert folded_rows(column(texts)).to_pylist() == [folded(text) for text in texts]


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1, max_size=5))
@example([("Străzi  și", "ȘCOALĂ „Nouă”"), ("", "…"), ("ß ŉ ﬁ", "№ 5 ½")])
def test_the_words_of_a_row_are_those_of_its_texts_together(rows):
    first, second = zip(*rows, strict=True)
    assert folded_rows(column(first), column(second)).to_pylist() == [folded(" ".join(row)) for row in rows]


@given(st.lists(st.text(alphabet=HINTING, max_size=40) | st.text(max_size=40), min_size=1, max_size=4))
@example(["ion＠exemplu.ro", "g\xadmail ion at g\xadmail.com", "x"])
def test_personal_data_is_found_in_rows_as_in_one_text(texts):
    found = personal_rows(column(texts), column([""] * len(texts)))
    assert found.tolist() == [bool(personal_kinds(text)) for text in texts]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_personal_data_in_any_text_of_a_row_is_found(place):
    row = ["Groapă", "Pe Strada Mare 12", "Fabric"]
    assert not personal_rows(*(column([text]) for text in row)).any()
    row[place] = "sunați la 0722 123 456"
    assert personal_rows(*(column([text]) for text in row)).all()


def test_no_rows_have_no_words():
    nothing = column([])
    assert folded_rows(nothing, nothing).to_pylist() == []
    assert personal_rows(nothing).tolist() == []
