"""Personal codes, telephones and accounts are known by their own rules: right beside nearly right."""

import pytest

from neighborhoods.personal_numbers import cnps, ibans, is_cnp, phones, rows


def read(finder, text):
    return [text[start:end] for start, end in finder]


# --- personal codes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head, last",
    [
        ("185010135001", 9),
        ("285010135001", 0),
        ("600022935123", 3),
        ("500022935001", 0),  # 29 February 2000
        ("185010135006", 1),  # the sum leaves ten, which is written as one
    ],
)
def test_of_ten_last_digits_one_is_right(head, last):
    assert [digit for digit in range(10) if is_cnp(f"{head}{digit}")] == [last]


@pytest.mark.parametrize(
    "head, why",
    [
        ("185133135001", "no thirteenth month"),
        ("185010035001", "no day nought"),
        ("100022935001", "no 29 February in 1900"),
        ("085010135001", "nobody's sex and century is nought"),
    ],
)
def test_without_a_day_of_birth_no_last_digit_helps(head, why):
    assert not any(is_cnp(f"{head}{digit}") for digit in range(10)), why


@pytest.mark.parametrize("digits", ["", "185010135001", "18501013500190"])
def test_another_length_is_no_code(digits):
    assert not is_cnp(digits)


def test_a_code_is_found_however_it_is_parted():
    text = "CNP 1 850101 350019, apoi 185-01-01-350019 și 1850101350018"
    assert read(cnps(rows(text)), text) == ["1 850101 350019", "185-01-01-350019"]


# --- rows of digits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, found",
    [
        ("12345678", []),
        ("123456789", ["123456789"]),
        ("12 345-67.89", ["123456789"]),
        ("12, 3456789", []),  # a comma parts numbers
        ("12     3456789", []),  # and so does a wide gap
        ("1" * 17, ["1" * 17]),
        ("1" * 18, []),
        ("0722 123 456 112", ["0722123456", "0722123456112", "123456112"]),
    ],
)
def test_what_stands_close_together_may_be_one_number(text, found):
    assert [row.digits for row in rows(text)] == found


# --- telephones -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, found",
    [
        ("+40 722 123 456", ["+40 722 123 456"]),
        ("+36 20 123 4567 sau 0722123456", ["+36 20 123 4567", "0722123456"]),
        ("O722 123 456", ["O722 123 456"]),
        ("O256 123 456", ["O256 123 456"]),
        ("DO256 123 456", []),  # the letter ends a word
        ("07.03.2024 10.30", []),  # a day and an hour
        ("07.03.20.24.10", []),
        ("722 000 000 lei", []),  # a round sum
        ("0822 123 456", []),  # nobody's numbers begin so
    ],
)
def test_telephones(text, found):
    assert read(phones(text, rows(text)), text) == found


# --- accounts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, found",
    [
        ("RO49 AAAA 1B31 0075 9384 0000", True),
        ("ro49-aaaa-1b31-0075-9384-0000", True),
        ("RO48 AAAA 1B31 0075 9384 0000", False),  # the check digits are wrong
        ("RO49 AAAA 1B31 0075 9384 000", False),  # one is missing
        ("ZZ49 AAAA 1B31 0075 9384 0000", False),  # no such country
        ("xRO49AAAA1B31007593840000", False),  # in the middle of a word
    ],
)
def test_accounts(text, found):
    assert read(ibans(text), text) == ([text] if found else [])
