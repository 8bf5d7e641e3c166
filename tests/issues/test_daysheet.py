"""A crew's round: against every order there is for few stops, and what must hold for any number of them."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.daysheet import MOST, length_m, ordered

metres = st.integers(-50, 50).map(lambda v: v * 100.0)
place = st.tuples(metres, metres)
rounds = st.lists(st.tuples(place, st.booleans()), min_size=1, max_size=14)
starts = st.none() | place


def best_m(places, start):
    orders = itertools.permutations(range(len(places)))
    return min(length_m(places, order, start) for order in orders)


@pytest.mark.parametrize("n", range(1, 8))
def test_few_stops_are_visited_almost_as_shortly_as_can_be(n):
    chance = np.random.default_rng(n)
    for world in range(20 if n < 7 else 6):
        places = chance.uniform(0, 5000, (n, 2)) if world % 2 else chance.integers(0, 6, (n, 2)) * 100.0
        start = None if world % 3 else tuple(chance.uniform(0, 5000, 2))
        assert ordered(places, start).length_m <= 1.1 * best_m(places, start) + 1e-6


@pytest.mark.parametrize(
    "places",
    [
        [[2150, 2400], [1550, 950], [850, 1500], [100, 2850], [900, 2400], [950, 2150], [2200, 800]],
        [[1200, 1250], [2750, 2100], [1550, 2050], [400, 550], [1700, 950], [1550, 2050], [850, 2950]],
    ],
)
def test_the_worst_found_by_a_long_search_for_bad_ones(places):
    for start in (None, (1550.0, 950.0), (0.0, 0.0)):
        assert ordered(places, start).length_m <= 1.1 * best_m(places, start)


def test_stops_on_a_street_are_visited_along_it():
    street = [[300, 0], [0, 0], [500, 0], [100, 0], [400, 0]]
    assert ordered(street, (-50, 0)).order.tolist() == [1, 3, 0, 4, 2]
    assert ordered(street, (-50, 0)).length_m == 550
    assert ordered(street).length_m == 500


def test_a_crossing_of_ways_is_undone():
    square = [[0, 0], [1000, 1000], [1000, 0], [0, 1000]]
    assert ordered(square).length_m == 3000


def test_nothing_to_do_is_no_way():
    found = ordered([])
    assert (found.order.tolist(), found.length_m) == ([], 0.0)


def test_one_stop_is_as_far_as_it_is():
    assert ordered([[30, 40]], (0, 0)).length_m == 50
    assert ordered([[30, 40]]).length_m == 0


@given(rounds, starts)
def test_every_stop_is_visited_once_and_the_way_is_measured(stops, start):
    places, urgent = zip(*stops, strict=True)
    found = ordered(places, start, urgent)
    assert sorted(found.order.tolist()) == list(range(len(stops)))
    assert found.length_m == pytest.approx(length_m(places, found.order, start))


@given(rounds, starts, st.sampled_from([0.0, 100.0, 700.0]))
def test_what_is_by_the_way_makes_no_urgent_stop_much_later_and_no_round_longer(stops, start, tolerance):
    places, urgent = zip(*stops, strict=True)
    strict = ordered(places, start, urgent, 0.0)
    found = ordered(places, start, urgent, tolerance)
    assert found.length_m <= strict.length_m + 1e-6
    if any(urgent):
        reached = [length_m(places, way.order[: 1 + _last(way.order, urgent)], start) for way in (strict, found)]
        assert reached[1] <= reached[0] + tolerance + 1e-6


def _last(order, urgent):
    return max(i for i, stop in enumerate(order.tolist()) if urgent[stop])


def test_urgent_stops_come_first_and_what_lies_by_the_way_before_them():
    places = [[500, 100], [1000, 0], [1500, 0], [200, 0]]
    urgent = [False, True, False, False]
    assert ordered(places, (0, 0), urgent, 0).order.tolist() == [3, 1, 2, 0], "on the very way"
    assert ordered(places, (0, 0), urgent, 50).order.tolist() == [3, 0, 1, 2], "26 m out of the way"


def test_what_would_make_the_round_longer_is_left_for_later():
    places = [[500, 100], [1000, 0], [-300, 0]]
    assert ordered(places, (0, 0), [False, True, False], 50).order.tolist() == [1, 0, 2], "on the way back"


@given(rounds, starts)
def test_without_tolerance_what_is_urgent_is_as_soon_as_without_the_rest(stops, start):
    places, urgent = zip(*stops, strict=True)
    alone = [place for place, presses in stops if presses]
    if not alone:
        return
    found = ordered(places, start, urgent, 0.0)
    reached = length_m(places, found.order[: 1 + _last(found.order, urgent)], start)
    assert reached <= ordered(alone, start).length_m + 1e-6


@given(rounds, starts)
def test_the_same_stops_have_the_same_order(stops, start):
    places, urgent = zip(*stops, strict=True)
    assert ordered(places, start, urgent).order.tolist() == ordered(places, start, urgent).order.tolist()


def test_of_equal_stops_the_earlier_comes_first():
    assert ordered([[100, 0]] * 4, (0, 0)).order.tolist() == [0, 1, 2, 3]
    assert ordered([[100, 0], [-100, 0]], (0, 0)).order.tolist() == [0, 1]


@pytest.mark.parametrize(
    "places, urgent, told",
    [
        ([[0, 0]] * (MOST + 1), None, "at most 200 stops, not 201"),
        ([[0, float("nan")]], None, "has no place"),
        ([[0, 0]], [True, False], "1 stops and 2 words"),
    ],
)
def test_what_is_no_round_is_refused(places, urgent, told):
    with pytest.raises(ValueError, match=told):
        ordered(places, None, urgent)


def test_a_start_without_a_place_and_a_tolerance_below_none_are_refused():
    with pytest.raises(ValueError, match="start has no place"):
        ordered([[0, 0]], (float("inf"), 0))
    with pytest.raises(ValueError, match="0 m or more, not -1"):
        ordered([[0, 0]], tolerance_m=-1)


def test_two_hundred_stops_take_a_moment():
    chance = np.random.default_rng(5)
    places, urgent = chance.uniform(0, 8000, (MOST, 2)), chance.random(MOST) < 0.3
    spent = []
    for _ in range(3):
        begun = time.process_time()
        ordered(places, (4000, 4000), urgent)
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.2
