"""What is typed becomes words, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.searching import LONGEST_WORD, tsquery, words_of


def test_words_lose_case_marks_and_repetition():
    assert words_of(" Lămpi,  LAMPI roșii! ") == ["lampi", "rosii"]


def test_every_word_must_begin_one():
    assert tsquery("lamp roș") == "'lamp':* & 'ros':*"


@pytest.mark.parametrize("text", ["", "  ", "!?", "'&|!:*"])
def test_a_text_without_a_word_asks_nothing(text):
    assert words_of(text) == []
    with pytest.raises(ValueError, match="holds no word"):
        tsquery(text)


@given(st.text(max_size=200))
def test_no_sign_of_a_text_becomes_an_operator(text):
    for word in words_of(text):
        assert word.replace("_", "").isalnum() or set(word) == {"_"}
        assert len(word) <= LONGEST_WORD
