"""What is said of the last weeks: how many subjects were watched, and at which budget which map was better."""

import datetime as dt

import pytest
from django.utils.translation import override

from analytics.methods.backtest import BEATS, LOSES, NOT_TOLD_APART
from analytics.ranked import Alarm, AlarmsWatched, Foretold, MapCheck
from web.pages.watched import alarms_said, check_said


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


UNTIL = dt.date(2026, 4, 1)
ALARM = Alarm("roads", (26.1, 44.4), 300.0, ("a", "b"), 9, 12, 3.0, 4.0, 0.001, 4)
HELD = "there was more here than these places usually have."


def watched(*answers, alarms=()):
    named = {f"subject-{i}": answer for i, answer in enumerate(answers)}
    return AlarmsWatched(alarms, sum(answer == "enough" for answer in answers), 4, named)


@pytest.mark.parametrize(
    "found, said",
    [
        (watched(), "Nothing was reported before the newest weeks, so there is nothing to hold them against."),
        (watched("nothing before"), "Nothing was reported before the newest weeks, so there is nothing to hold them"),
        (watched("too short", "too short"), "There are too few weeks of data to know what is usual"),
        (
            watched("enough"),
            "No alarm in 1 subject: nothing in the newest 4 weeks, up to 31 March 2026, stood out beyond chance.",
        ),
        (watched("enough", "enough"), "No alarm among 2 subjects: nothing in the newest 4 weeks, up to 31 March 2026"),
        (watched("enough", "nothing before"), "1 subject could not be watched: it was never reported before."),
        (watched("enough", alarms=(ALARM,)), f"In the newest 4 weeks, up to 31 March 2026, {HELD}"),
    ],
)
def test_calm_is_never_said_of_what_was_not_watched(found, said):
    text = alarms_said(found, UNTIL)
    assert said in text
    assert ("No alarm" in text) == (found.scanned > 0 and not found.alarms)


def foretold(budget, verdict, n=50, left_out=0, unexposed=0, category=""):
    figures = (0.1, 10.0, 0.5, 0.1, 10.0, 0.0, -0.1, 0.1)
    return Foretold(category, budget, n, left_out, unexposed, *figures, verdict)


def check(*rows, answer="enough"):
    return MapCheck(answer, 52, 4, 9, 100, 12.5, rows)


@pytest.mark.parametrize(
    "verdicts, lead",
    [
        ((BEATS, BEATS), "The map foretold the last weeks better than last year's counts."),
        ((LOSES, LOSES), "The map did not beat last year's counts: counting was better."),
        ((BEATS, LOSES), "Counting was better at 5% of the ground."),
        ((LOSES, NOT_TOLD_APART), "Counting was better at 1% of the ground."),
        ((BEATS, NOT_TOLD_APART), "The map beat last year's counts only in part."),
        ((NOT_TOLD_APART, NOT_TOLD_APART), "The map did not beat last year's counts: the two cannot be told apart."),
    ],
)
def test_the_lead_claims_no_more_than_all_budgets_do(verdicts, lead):
    said = check_said(check(*map(foretold, (0.01, 0.05), verdicts)), {})["said"]
    assert said.startswith(lead)
    words = {BEATS: "the map was better", LOSES: "counting was better", NOT_TOLD_APART: "no telling"}
    for share, verdict in zip(("1%", "5%"), verdicts, strict=True):
        assert f"At {share} of the ground: {words[verdict]}." in said


def test_each_reason_for_no_check_has_its_own_sentence():
    few = "There are too few weeks of data to try the map on."
    assert check_said(None, {})["said"] == check_said(check(answer="too short"), {})["said"] == few
    assert check_said(check(answer="no ground"), {})["said"].startswith("No hexagon has ground to share out")
    assert check_said(check(foretold(0.01, NOT_TOLD_APART, n=0)), {})["said"].startswith("Nothing happened")


def test_what_fell_off_the_map_is_told_once_for_all_budgets():
    rows = [foretold(b, BEATS, left_out=3, unexposed=1) for b in (0.01, 0.05)]
    said = check_said(check(*rows, foretold(0.01, BEATS, left_out=9, category="roads")), {})["fallen"]
    assert said == (
        "3 later problems lie outside every hexagon and are not counted in the table. "
        "1 of those counted lies where the map could expect nothing."
    )
    assert check_said(check(foretold(0.01, BEATS)), {})["fallen"] == ""
