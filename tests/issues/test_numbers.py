"""Tracking numbers name one issue each, tell no order, and forgive how people write."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.numbers import ALPHABET, NotANumberError, number_of, pk_of

KEY = b"0123456789abcdef"
keys = st.integers(1, 2**40 - 1)


@given(keys, st.binary(min_size=1, max_size=16))
def test_there_and_back(pk, key):
    assert pk_of(number_of(pk, key), key) == pk


@given(st.integers(0, 2**40 - 1))
def test_every_number_comes_from_one_key(value):
    letters = "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(8)))
    pk = pk_of(letters, KEY)
    assert pk == 0 or number_of(pk, KEY).replace("-", "") == letters


def test_a_thousand_neighbours_share_no_number_and_no_order():
    numbers = [number_of(pk, KEY) for pk in range(1, 1001)]
    assert len(set(numbers)) == 1000
    rising = sum(a < b for a, b in pairwise(numbers))
    assert 430 < rising < 570  # a fair coin: within four deviations of the half
    assert len({n[0] for n in numbers}) == 32


def test_another_city_has_other_numbers():
    assert number_of(7, KEY) != number_of(7, b"another")


def test_numbers_are_as_they_were_told():
    assert [number_of(pk, KEY) for pk in (1, 2, 2**40 - 1)] == ["75MB-BCP1", "C9NG-1TYS", "CDXA-161X"]


@pytest.mark.parametrize("written", ["{}", " {} ", "{l}", "{f}", "{l} ", "{n}", "{s}"])
def test_a_number_is_read_however_it_is_written(written):
    number = number_of(12_345, KEY)
    spelled = written.format(
        number,
        l=number.lower(),
        f=number.replace("-", ""),
        n=number.replace("-", "\u2011"),
        s=number.replace("-", " \u2013 "),
    )
    assert pk_of(spelled, KEY) == 12_345


def test_look_alikes_are_read_as_meant():
    assert pk_of("OIL0-0000", KEY) == pk_of("0110-0000", KEY)


@pytest.mark.parametrize("text", ["", "K7QF-2M9", "K7QF-2M9XX", "K7QF-2M9U", "K7QF/2M9X", "٠١٢٣٤٥٦٧", "ß" * 8, "-" * 8])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotANumberError, match="is no tracking number"):
        pk_of(text, KEY)


@pytest.mark.parametrize("pk", [0, -1, 2**40])
def test_a_key_out_of_range_has_no_number(pk):
    with pytest.raises(ValueError, match="no tracking number for"):
        number_of(pk, KEY)
