import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborhoods.street_words import begins_with_slip, clean, kind_of, number_key, readings, street_key


@pytest.mark.parametrize(
    "spelling", ["Strada Mureș", "MURES", "str. Mures", "Str.Mureş", "  strada   MUREȘ ", "Strada Mures\u0326"]
)
def test_spellings_of_one_street_share_a_key(spelling):
    assert street_key(spelling) == "mures"


@pytest.mark.parametrize(
    "spelling", ["B-dul Cetății", "BV.CETATII", "bd. Cetatii", "Bulevardul Cetății", "Bul. Cetății"]
)
def test_a_kind_however_shortened_is_one(spelling):
    assert street_key(spelling) == "bulevardul cetatii"
    assert kind_of(street_key(spelling)) == "bulevardul"


def test_a_street_and_a_boulevard_of_one_name_are_two():
    assert street_key("Strada Cetății") != street_key("Bulevardul Cetății")


def test_a_kind_that_is_also_the_beginning_of_a_name_is_not_cut_off():
    assert street_key("Calan") == "calan"
    assert street_key("Strelitz") == "strelitz"


@pytest.mark.parametrize("spelling", ["12 A", "12/a", "12a", "12-A", " 12 A "])
def test_spellings_of_one_number_share_a_key(spelling):
    assert number_key(spelling) == "12a"


def test_numbers_that_differ_keep_apart():
    assert len({number_key(n) for n in ("12", "12A", "12-14", "1214", "121", "bloc 3")}) == 6


def meant(text):
    return [(one.kind, " ".join(one.words), one.number, one.kept) for one in readings(text)]


def test_a_number_after_a_name_may_be_a_house():
    assert meant("Strada Mureș 12/A, bl. 3") == [
        ("strada", "mures 12 a bl 3", "", ""),
        ("strada", "mures 12 a bl", "3", "3"),
        ("strada", "mures", "12a", "12/A, bl. 3"),
    ]


def test_a_number_in_a_name_is_read_as_such_first():
    assert meant("16 Decembrie 1989 nr. 4")[0] == ("", "16 decembrie 1989 nr 4", "", "")
    assert ("", "16 decembrie 1989", "4", "4") in meant("16 Decembrie 1989 nr. 4")


@pytest.mark.parametrize("text", ["", "  ", "?!", "nr 12"])
def test_what_names_no_street_is_never_a_number_alone(text):
    assert all(one.words and not one.number for one in readings(text))


@pytest.mark.parametrize("typed", ["mutes", "mres", "muures", "mrues", "mures", "nures"])
def test_one_slip_is_forgiven(typed):
    assert begins_with_slip("muresului", typed)


@pytest.mark.parametrize("typed", ["mutas", "mrs", "semur", "1848"])
def test_two_slips_three_letters_and_numbers_are_not(typed):
    assert not begins_with_slip("muresului", typed)


LETTERS = st.text("abcd", min_size=4, max_size=8)


def slips(word):
    """Every text that one slip makes of a word."""
    for i in range(len(word) + 1):
        yield word[:i] + word[i + 1 :]
        for letter in "abcde":
            yield word[:i] + letter + word[i + 1 :]
            yield word[:i] + letter + word[i:]
        yield word[:i] + word[i : i + 2][::-1] + word[i + 2 :]


@given(LETTERS, LETTERS)
def test_a_slip_is_what_turning_one_letter_finds(word, typed):
    beginnings = {word[:n] for n in range(len(word) + 1)}
    assert begins_with_slip(word, typed) is bool(beginnings & {typed, *slips(typed)})


def test_signs_that_nobody_sees_are_dropped():
    assert clean("Strada\u202e \x00 Mureș\n") == "Strada Mureș"
