"""Words and marks can be told from the ground they stand on, in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from maps.palette import DARK, LIGHT, MARK_PAIRS, TEXT_PAIRS, contrast

BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def test_the_formula_gives_the_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#b01950", "#b01950") == 1


@BOTH
def test_text_holds_four_and_a_half_to_one(colours: Mapping[str, str]) -> None:
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@BOTH
def test_marks_hold_three_to_one(colours: Mapping[str, str]) -> None:
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in MARK_PAIRS}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 3} == {}


@BOTH
def test_a_hot_spot_or_its_casing_stands_out_from_every_class(colours: Mapping[str, str]) -> None:
    for step in range(1, 6):
        ground = colours[f"class-{step}"]
        assert max(contrast(colours["rose"], ground), contrast(colours["paper"], ground)) >= 2.5, step
    assert contrast(colours["rose"], colours["paper"]) >= 3


def test_light_and_dark_name_the_same_colours() -> None:
    assert list(LIGHT) == list(DARK)
