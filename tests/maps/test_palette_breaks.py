"""Counts become at most five classes, and equal counts never part."""

from __future__ import annotations

import numpy as np
import pytest

from maps.palette import breaks, class_of, ranges


@pytest.mark.parametrize(
    "values, expected",
    [
        ([], ()),
        ([0, 0, None], ()),
        ([7], (7,)),
        ([0, 4, 4, 4], (4,)),
        ([1, 5, 5, 5, 5, 5, 5], (1, 5)),
        ([1, 2] + [3] * 10 + [4], (1, 2, 3, 4)),
        ([1] * 90 + [2, 3, 4, 5, 60], (1, 2, 3, 4, 60)),
        (list(range(1, 11)), (2, 4, 6, 8, 10)),
    ],
)
def test_breaks_of_small_cities(values: list[int | None], expected: tuple[int, ...]) -> None:
    assert breaks(values) == expected


def test_breaks_rise_end_at_the_largest_and_fill_evenly_whatever_the_order() -> None:
    values = np.random.default_rng(3).negative_binomial(1.2, 0.05, 900).tolist()
    found = breaks(values)
    assert found == breaks(sorted(values)) == breaks(values[::-1])
    assert len(found) == 5
    assert list(found) == sorted(set(found))
    assert found[-1] == max(values)
    sizes = np.bincount([class_of(v, found) for v in values if v], minlength=6)[1:]
    assert sizes.min() > 0.7 * sizes.max()


def test_classes_and_the_ranges_of_the_legend_agree() -> None:
    found = (1, 4, 9)
    assert ranges(found) == ((1, 1), (2, 4), (5, 9))
    for klass, (low, high) in enumerate(ranges(found), start=1):
        assert class_of(low, found) == class_of(high, found) == klass


def test_none_withheld_and_unheard_of_counts_have_an_answer() -> None:
    assert class_of(0, (1, 4)) == class_of(None, (1, 4)) == class_of(3, ()) == 0
    assert class_of(99, (1, 4)) == 2
    assert ranges(()) == ()
