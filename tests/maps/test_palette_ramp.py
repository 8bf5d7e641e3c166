"""The classes of counts can be told apart in grey, and by those who see no red or no green."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from maps.palette import DARK, LIGHT, lightness, step_of

BOTH = pytest.mark.parametrize("colours, sign", [(LIGHT, -1), (DARK, 1)], ids=["light", "dark"])

# Full protanopia, deuteranopia and tritanopia on linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.0.
SIGHTS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def ramp(colours: Mapping[str, str]) -> list[str]:
    return [colours[f"class-{step}"] for step in range(1, 6)]


def seen(colour: str, sight: list[list[float]]) -> str:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    shifted = np.clip(np.array(sight) @ linear, 0, 1)
    again = np.where(shifted <= 0.0031308, 12.92 * shifted, 1.055 * shifted ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * c):02x}" for c in again)


@BOTH
def test_each_class_is_a_clear_step_in_grey(colours: Mapping[str, str], sign: int) -> None:
    steps = sign * np.diff([lightness(c) for c in ramp(colours)])
    assert steps.min() >= 10


@BOTH
@pytest.mark.parametrize("sight", SIGHTS)
def test_the_steps_stay_for_other_eyes(colours: Mapping[str, str], sign: int, sight: str) -> None:
    steps = sign * np.diff([lightness(seen(c, SIGHTS[sight])) for c in ramp(colours)])
    assert steps.min() >= 10


@pytest.mark.parametrize("classes", [1, 2, 3, 4, 5])
def test_fewer_classes_still_rise_along_the_ramp(classes: int) -> None:
    steps = [step_of(klass, classes) for klass in range(1, classes + 1)]
    assert steps == sorted(set(steps))
    assert 1 <= steps[0] <= steps[-1] <= 5
    assert step_of(0, classes) == 0
