"""Which pins speak of one thing: small pictures, one rule each. Places in metres, times in days."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from issues.linking import NEVER, Pins, first_issues

DAY = 86_400_000_000


def first(*pins, radius=50, days=30):
    """Each pin: x, opened day, then any of closed=day, cat=, parent=, marked=, alone=; y is 0."""
    rows = [{"x": p[0], "opened": p[1], **(p[2] if len(p) > 2 else {})} for p in pins]
    held = Pins(
        category=np.array([r.get("cat", 0) for r in rows], np.int64),
        x=np.array([r["x"] for r in rows], float),
        y=np.zeros(len(rows)),
        opened=np.array([r["opened"] * DAY for r in rows], np.int64),
        closed=np.array([r["closed"] * DAY if "closed" in r else NEVER for r in rows], np.int64),
        parent=np.array([r.get("parent", -1) for r in rows], np.int64),
        marked=np.array([r.get("marked", False) for r in rows], bool),
        alone=np.array([r.get("alone", False) for r in rows], bool),
    )
    return first_issues(held, np.array([radius, radius], float), np.array([days, days])).tolist()


def test_near_and_soon_is_one_incident():
    assert first((0, 0), (50, 30)) == [0, 0]


def test_farther_than_the_radius_is_another():
    assert first((0, 0), (50.01, 1)) == [0, 1]


def test_later_than_the_span_is_another():
    assert first((0, 0), (0, 30.01)) == [0, 1]


def test_the_span_and_the_radius_start_at_the_first_issue():
    assert first((0, 0), (40, 20), (80, 25), (0, 31)) == [0, 0, 2, 3]


def test_after_the_closing_of_the_first_issue_it_is_another():
    assert first((0, 0, {"closed": 5}), (0, 4.9), (0, 5)) == [0, 0, 2]


def test_another_category_is_another_incident():
    assert first((0, 0), (0, 1, {"cat": 1})) == [0, 1]


def test_of_two_that_fit_the_one_begun_first_is_taken():
    assert first((0, 0), (80, 1), (45, 2)) == [0, 1, 0]


def test_the_marker_wins_over_distance_and_time():
    assert first((0, 0, {"closed": 1}), (5000, 300, {"parent": 0})) == [0, 0]


def test_markers_are_followed_through_chains():
    assert first((0, 0), (900, 1, {"parent": 0}), (1800, 2, {"parent": 1})) == [0, 0, 0]


def test_a_ring_of_markers_is_one_incident():
    assert first((0, 0, {"parent": 1}), (900, 1, {"parent": 0})) == [0, 0]


def test_a_tail_into_a_ring_joins_the_ring():
    tail, ring = {"parent": 2}, {"parent": 3}
    assert first((0, 0, tail), (900, 1), (1800, 2, ring), (2700, 3, {"parent": 2})) == [2, 1, 2, 2]


def test_a_long_chain_costs_no_more_than_its_length():
    chain = [(i * 900, i, {"parent": i - 1} if i else {}) for i in range(5000)]
    assert set(first(*chain)) == {0}


def test_a_marker_may_point_forward():
    assert first((0, 0, {"parent": 1}), (900, 1)) == [1, 1]


def test_a_flag_without_a_parent_looks_past_the_closing():
    assert first((0, 0, {"closed": 1}), (10, 2, {"marked": True})) == [0, 0]


def test_pins_whose_place_says_nothing_stay_alone():
    assert first((0, 0, {"alone": True}), (0, 1, {"alone": True}), (0, 2)) == [0, 1, 2]


def test_no_pins_no_incidents():
    assert first() == []


def slow(pins, radius, days):
    """The rule, word for word, over all pairs."""
    out = []
    for i, (x, opened, _more) in enumerate(pins):
        fits = [
            j
            for j in range(i)
            if out[j] == j
            and abs(pins[j][0] - x) <= radius
            and opened - pins[j][1] <= days
            and ("closed" not in pins[j][2] or opened < pins[j][2]["closed"])
        ]
        out.append(min(fits, default=i))
    return out


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90), st.integers(-1, 40)), max_size=60))
def test_the_grid_finds_what_comparing_all_pairs_finds(rows):
    ordered = sorted(rows, key=lambda r: r[1])
    pins = [(x, day, {"closed": day + wait} if wait >= 0 else {}) for x, day, wait in ordered]
    assert first(*pins) == slow(pins, 50, 30)
