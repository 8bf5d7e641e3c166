"""Ground that visitors draw: checked before it costs anything, refused by name, never mended."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from geo.crs import to_metric, to_store
from geo.drawn import LARGEST_KM2, MOST_CORNERS, GroundError, area, circle, corners_of, km2

BOX = (21.08, 45.65, 21.36, 45.84)
METRIC = 3844
SQUARE = [(21.2, 45.7), (21.21, 45.7), (21.21, 45.71), (21.2, 45.71)]


def code(call, *given_values):
    with pytest.raises(GroundError) as refused:
        call(*given_values)
    return refused.value.code


def test_corners_are_read_line_by_line():
    assert corners_of("21.2, 45.7\r\n\n 21.21,45.7 \n21.2,45.71") == [(21.2, 45.7), (21.21, 45.7), (21.2, 45.71)]


def test_corners_of_an_address_stand_between_semicolons():
    assert corners_of("21.2,45.7;21.21,45.7", ";") == SQUARE[:2]


@pytest.mark.parametrize(
    "text, problem",
    [
        ("21.2 45.7", "not-a-number"),
        ("21.2, 45.7, 3", "not-a-number"),
        ("nan, 45.7", "not-a-number"),
        ("21.2, inf", "not-a-number"),
        ("\x00, 1", "not-a-number"),
        ("1,1\n" * (MOST_CORNERS + 2), "too-many"),
        ("9" * 70_000, "too-long"),
    ],
)
def test_what_is_no_list_of_corners_is_refused(text, problem):
    assert code(corners_of, text) == problem


@pytest.mark.parametrize(
    "corners, problem",
    [
        ([], "too-few"),
        ([(21.2, 45.7)], "too-few"),
        ([(21.2, 45.7), (21.21, 45.7), (21.2, 45.7)], "too-few"),
        ([(21.2, 45.7), (21.21, 45.71), (21.22, 45.72)], "crossed"),
        ([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]], "crossed"),
        ([(45.7, 21.2), (45.7, 21.21), (45.71, 21.21)], "swapped"),
        ([(25.0, 45.7), *SQUARE[1:]], "outside"),
        ([(21.09, 45.66), (21.35, 45.66), (21.35, 45.83), (21.09, 45.83)], "too-large"),
    ],
)
def test_an_impossible_area_is_refused(corners, problem):
    assert code(area, corners, BOX, METRIC) == problem


def test_an_area_may_repeat_its_first_corner_and_keeps_every_other():
    closed = area([*SQUARE, SQUARE[0]], BOX, METRIC)
    assert list(closed.exterior.coords)[:-1] == SQUARE
    assert 0.5 < km2(closed, METRIC) < 1 < LARGEST_KM2


def test_the_most_crossed_ring_is_refused_at_once():
    star = [(21.2 + 0.001 * (i * 7919 % 97), 45.7 + 0.001 * (i * 104729 % 89)) for i in range(MOST_CORNERS)]
    started = time.monotonic()
    assert code(area, star, BOX, METRIC) == "crossed"
    assert time.monotonic() - started < 1


@given(st.floats(21.15, 21.3), st.floats(45.7, 45.8), st.integers(100, 2000), st.floats(0, 6.3), st.floats(0, 1.2))
def test_a_circle_holds_what_is_near_and_nothing_else(lng, lat, radius_m, turn, share):
    x, y = to_metric(lng, lat, METRIC)
    away = share * radius_m
    there = to_store(float(x) + away * math.cos(turn), float(y) + away * math.sin(turn), METRIC)
    held = circle(lng, lat, radius_m, BOX, METRIC).covers(Point(float(there[0]), float(there[1])))
    if abs(share - 1) > 0.001:
        assert held == (share < 1)


def test_a_circle_outside_the_city_is_refused():
    assert code(circle, 25.0, 45.7, 300, BOX, METRIC) == "outside"
    assert code(circle, 45.7, 21.2, 300, BOX, METRIC) == "swapped"
    assert code(circle, float("nan"), 45.7, 300, BOX, METRIC) == "not-a-number"
