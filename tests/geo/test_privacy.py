import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.privacy import suppressed

COUNTS = st.lists(st.integers(0, 30), max_size=30)


@given(COUNTS)
def test_no_small_count_is_shown(counts):
    hidden = suppressed(counts, 5)
    assert all(h for h, n in zip(hidden, counts, strict=True) if 0 < n < 5)


@given(COUNTS)
def test_a_single_hidden_count_cannot_be_read_off_the_total(counts):
    hidden = suppressed(counts, 5)
    shown_other = np.asarray(counts)[~hidden] > 0
    assert hidden.sum() != 1 or not shown_other.any()


def test_the_smallest_other_count_is_hidden_with_it():
    assert suppressed([3, 9, 7, 0], 5).tolist() == [True, False, True, False]
