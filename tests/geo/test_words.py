import pytest

from geo.words import folded


@pytest.mark.parametrize(
    "text, words",
    [
        ("Strada Mureș", "strada mures"),
        ("ŞOSEAUA, Ţării!", "soseaua tarii"),
        ("  12/A \n", "12 a"),
        ("Jókai Mór", "jokai mor"),
        ("…", ""),
    ],
)
def test_words_are_small_letters_without_marks(text, words):
    assert folded(text) == words


def test_a_letter_and_its_mark_typed_apart_are_the_same():
    assert folded("Mures\u0326") == folded("Mureș")
