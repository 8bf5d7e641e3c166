"""Number plates are told from house numbers, roads and words."""

import pytest

from neighborhoods.personal_plates import plates


def found(text):
    return [text[start:end] for start, end in plates(text)]


@pytest.mark.parametrize(
    "text",
    ["TM 12 ABC", "TM12ABC", "tm-12-abc", "TM.12.ABC", "TM  12  ABC", "B 12 XYZ", "B 123 XYZ", "b123xyz", "CJ_05_WWW"],
)
def test_the_usual_plate_in_every_spelling(text):
    assert found(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "XX 12 ABC",  # no such county
        "ATM 12 ABC",  # the end of another word
        "TM 123 ABC",  # three digits are for Bucharest
        "B 1234 ABC",
        "B 1 ABC",
        "TM 12 ABCD",
        "TM 12 AB",
    ],
)
def test_nearly_a_plate_is_none(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text, plate", [("TM 012345", True), ("B-0456", True), ("tm 012345", False), ("TM 2345", False)]
)
def test_red_plates_are_capitals_and_digits_that_begin_with_a_nought(text, plate):
    assert found(text) == ([text] if plate else [])


@pytest.mark.parametrize("text", ["1-TM-2345", "1 TM 2345"])
def test_plates_of_before_1992_are_gone_from_the_streets_and_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text, plate",
    [
        ("blocul B 12 are geamurile sparte", ""),
        ("blocul B 12 ARE geamurile sparte", "B 12 ARE"),  # capitals in a quiet text are meant
        ("STRADA ESTE PLINA DE GROPI LA BLOCUL B 12 DIN CARTIER", ""),  # where all shout they say nothing
        ("mașina B-12-din", "B-12-din"),  # nobody joins words so
        ("blocul B 12 qrs", "B 12 qrs"),  # no word at all
        ("bloc B 12 etaj 3", ""),
    ],
)
def test_words_that_look_like_plates(text, plate):
    assert found(text) == ([plate] if plate else [])


def test_several_stand_in_the_order_of_the_text():
    assert found("TM 12 ABC a lovit AR-05-WWW lângă B 012") == ["TM 12 ABC", "AR-05-WWW", "B 012"]
