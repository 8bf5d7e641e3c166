"""Labels do not cover each other."""

from __future__ import annotations

import pytest

from maps.badges import Plate, apart, hotspot_plates, joined


@pytest.mark.parametrize(
    "numbers, text", [([4], "4"), ([1, 2], "1, 2"), ([3, 1, 2], "1–3"), ([1, 2, 3, 7, 9, 10], "1–3, 7, 9, 10")]
)
def test_numbers_of_one_plate_are_drawn_together(numbers: list[int], text: str) -> None:
    assert joined(numbers) == text


def test_a_number_that_would_cover_another_joins_it() -> None:
    plates = hotspot_plates([((10, 10), "1"), ((30, 10), "2"), ((11, 11), "3")])
    assert [p.text for p in plates] == ["1, 3", "2"]
    assert (plates[0].x, plates[0].y) == (10, 10)


def test_a_label_stands_above_unless_something_is_there() -> None:
    hull, sides = (40.0, 40.0, 50.0, 50.0), (0.0, 100.0)
    free = apart("A", hull, sides, [], [])
    assert free.y < 40
    below = apart("A", hull, sides, [free.box], [])
    assert below.y > 50
    beside = apart("A", hull, sides, [free.box, below.box], [(30.0, 40.0, 39.0, 50.0)])
    assert beside.x > 50


def test_it_would_rather_cover_a_hull_than_a_label() -> None:
    hull, sides = (40.0, 40.0, 50.0, 50.0), (0.0, 100.0)
    everywhere = (0.0, 0.0, 100.0, 100.0)
    above = Plate(45, 37, "1")
    assert apart("A", hull, sides, [above.box], [everywhere]).y > 50


def test_it_stays_on_the_sheet() -> None:
    plate = apart("A · q = 0,03", (1.0, 40.0, 3.0, 42.0), (2.0, 100.0), [], [])
    assert plate.box[0] == pytest.approx(2)
