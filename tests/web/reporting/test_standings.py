"""What is said of one place: never a wait without its number and limits, never a grade without its parts."""

import pytest
from django.utils.translation import override

from analytics.ranked import Readiness, Standing, Waited
from web.reporting import standings as s


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def waited(n, closed, median=(None,) * 3, p80=(None,) * 3, q=None, gap=(None, None)):
    return Waited(n, closed, *median, *p80, q, *gap, None)


@pytest.mark.parametrize(
    "found, said",
    [
        (None, "There was nothing to wait for."),
        (waited(0, 0), "There was nothing to wait for."),
        (waited(20, 18, (9, 7, 12)), "Half of 20 problems were closed within 9 days (7 to 12)."),
        (waited(20, 11, (9, 7, None)), "Half of 20 problems were closed within 9 days (7 or more)."),
        (waited(2, 2, (9, None, None)), "Half of 2 problems were closed within 9 days (limits not known)."),
        (waited(20, 18, (9, 7, 12), (20, 15, 33)), "Eight of ten were closed within 20 days (15 to 33)."),
        (waited(20, 11, (9, 7, 12)), "Fewer than eight of ten are closed."),
        (waited(20, 4), "Fewer than half of 20 problems are closed (4), so there is no median time yet."),
        (waited(1, 0), "The one problem is still open."),
        (waited(1, 1, (9, None, None)), "The one problem was closed within 9 days (limits not known)."),
        (waited(20, 4), "Too few are closed to compare with the city."),
        (waited(20, 4, q=0.2), "No clear difference from the rest of the city."),
        (waited(20, 4, q=0.01), "This differs from the rest of the city."),
        (
            waited(20, 18, (9, 7, 12), gap=(4, 1.5)),
            "Beside what the mix of subjects explains: 4 days longer (standard error 1.5 days).",
        ),
        (waited(20, 18, (9, 7, 12), gap=(0, 2)), "explains: no difference (standard error 2 days)."),
    ],
)
def test_waits_carry_their_number_and_limits(found, said):
    assert said in s.waited_said(found, 0.05)


def test_where_waits_are_not_looked_at_the_page_says_so():
    elsewhere = "Waiting is looked at in larger hexagons and neighbourhoods."
    assert s.waited_said(None, 0.05, kept=False) == elsewhere


@pytest.mark.parametrize(
    "why, said",
    [
        ("no later reports", "too few problems are reported twice."),
        ("nearly all hidden", "Nearly all problems seem to be seen by one person only"),
        ("", "Readiness to report is not known here."),
    ],
)
def test_each_reason_for_not_knowing_has_its_own_words(why, said):
    assert said in s.reporting_said(None, why)


def test_readiness_is_said_with_its_limits():
    assert "1.4× (1.1 to 1.8)" in s.reporting_said(Readiness(1.4, 1.1, 1.8, 9, 100.0, False))
    assert "Go and ask" in s.reporting_said(Readiness(1.4, 0.2, 1.8, 1, 10.0, True))


def standing(order="excess", point=4, plain=7, graded=("incidents", "rank", "resolutions")):
    ranks = (3.0, 1.0, 9.0, 32, 10, 0.6)
    return Standing(order, 1.5, 1.2, 1.9, *ranks, "B", "low", ("rank",), point, plain, 0.9, graded)


def test_the_rank_without_the_correction_stands_beside_one_of_its_kind():
    assert s.point_ranks(standing()) == "rank by point score: 4 with the correction, 7 without"
    assert s.point_ranks(standing("delay", None, None)) == ""


def test_a_grade_names_what_it_was_made_from_and_what_was_not_to_be_had():
    assert s.grade_said(standing()) == "low; decided by: width of the rank interval"
    assert s.graded_said(standing()) == (
        "Graded by: number of problems, width of the rank interval and other sizes of unit. "
        "Not graded by, as it could not be had: how well reporting is known and other denominators."
    )
    whole = ("denominator", "incidents", "rank", "reporting", "resolutions")
    assert "Not graded" not in s.graded_said(standing(graded=whole))
    assert "Not graded" not in s.graded_said(standing("delay", graded=("incidents", "rank")))


def test_tiers_are_those_of_the_ranking(monkeypatch):
    assert s.tiers_said(10) == (
        "Tiers, by the chance of being among the first 10: A from 80%, B from 50% and C from 20%."
    )
    monkeypatch.setattr(s, "TIERS", (("A", 0.75),))
    assert s.tiers_said(3) == "Tiers, by the chance of being among the first 3: A from 75%."
