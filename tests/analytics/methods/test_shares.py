import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from analytics.methods.shares import wilson


def test_bounds_of_four_in_ten():
    low, high = wilson([4], [10])
    assert (low[0], high[0]) == (pytest.approx(0.168180, abs=1e-6), pytest.approx(0.687326, abs=1e-6))


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_same_bounds_as_scipy(hits, others):
    low, high = wilson([hits], [hits + others])
    known = binomtest(hits, hits + others).proportion_ci(method="wilson")
    assert (low[0], high[0]) == (pytest.approx(known.low, abs=1e-12), pytest.approx(known.high, abs=1e-12))


def test_none_and_all_touch_the_ends():
    low, high = wilson([0, 7], [7, 7])
    assert (low[0], high[1]) == (0, 1)
    assert high[0] == pytest.approx(1 - low[1])


def test_nobody_asked_is_anything_possible():
    low, high = wilson([0], [0])
    assert (low.tolist(), high.tolist()) == ([0.0], [1.0])


def test_no_rows_no_bounds():
    assert [len(bound) for bound in wilson([], np.array([]))] == [0, 0]
