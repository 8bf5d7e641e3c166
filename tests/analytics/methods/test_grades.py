import numpy as np
import pytest

from analytics.methods.checks import MethodError
from analytics.methods.grades import GRADES, LIMITS, grade, judge


def test_a_unit_is_as_good_as_the_worst_it_rests_on():
    found = grade({"incidents": [0, 1, 3], "rank": [0, 2, 3], "placing": [0, 0, 0]})
    assert found.code.tolist() == [0, 2, 3]
    assert found.word == ("high", "low", "very low")


def test_it_says_which_part_decided():
    found = grade({"rank": [2, 0], "incidents": [1, 0]})
    assert found.decided == (("rank",), ("incidents", "rank"))


@pytest.mark.parametrize("part", list(LIMITS))
def test_a_value_at_its_limit_still_earns_the_better_grade(part):
    assert judge(part, LIMITS[part]).tolist() == [0, 1, 2]


def test_many_incidents_are_better_and_wide_ranks_are_worse():
    assert judge("incidents", [100, 29, 9, 0]).tolist() == [0, 1, 2, 3]
    assert judge("rank", [0.0, 0.11, 0.3, 0.9]).tolist() == [0, 1, 2, 3]


def test_what_is_not_known_is_worst_and_not_read():
    assert judge("reporting", [1.2, np.nan], [True, False]).tolist() == [0, 3]


def test_no_units_no_grades():
    found = grade({"rank": []})
    assert (found.code.tolist(), found.word, found.decided) == ([], (), ())


def test_there_is_one_word_for_each_code():
    assert len(GRADES) == 4
    assert all(len(limits) == len(GRADES) - 1 for limits in LIMITS.values())


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: judge("weather", [1]), "part: 'weather' is not one of incidents"),
        (lambda: judge("rank", [np.nan]), "rank: row 0 is nan"),
        (lambda: judge("rank", [[0.1]]), "one value and one flag per row"),
        (lambda: judge("rank", [0.1, 0.2], [True]), "one value and one flag per row"),
        (lambda: grade({}), "parts: 0 of lengths"),
        (lambda: grade({"rank": [1], "placing": [1, 2]}), "one length wanted"),
        (lambda: grade({"rank": [4]}), "rank: row 0 is 4, outside 0 to 3"),
        (lambda: grade({"rank": [0.5]}), "whole numbers"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
