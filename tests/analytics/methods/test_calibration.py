"""The chain on areas whose true risk is known: each stage comes nearer to it, and intervals hold what they promise.

The short form; `bench calibration` has the full one. The seeds are not those the methods were tuned on.
"""

from functools import cache

import numpy as np
import pytest

from tests import areas400

SHORT = areas400.SEEDS[:30]
OTHER_TRUTHS = {
    "risk hardly differs": {"risk_sd": 0.3},
    "risk differs much": {"risk_sd": 1.0},
    "all report nearly alike": {"reporting_sd": 0.2},
    "reporting differs much": {"reporting_sd": 0.8},
    "others see half of it": {"unseen_twice": 0.5},
}


@cache
def trials(truth):
    """The short run where `truth` is None; another truth on fewer cities, which are not those of the short run."""
    seeds = SHORT if truth is None else areas400.SEEDS[30:42]
    return [areas400.trial(seed, draws=1_000, **OTHER_TRUTHS.get(truth, {})) for seed in seeds]


def mean(figure, truth=None):
    return np.mean([getattr(trial, figure) for trial in trials(truth)])


def found(stage, truth=None):
    return np.mean([trial.found[stage] for trial in trials(truth)])


@pytest.mark.parametrize("before, after", list(zip(areas400.STAGES, areas400.STAGES[1:], strict=False)))
def test_each_stage_finds_more_of_the_truly_worst_than_the_one_before(before, after):
    assert found(after) > found(before)


def test_the_whole_chain_beats_empirical_bayes_alone():
    assert found(areas400.STAGES[4]) >= found(areas400.STAGES[3]) + 0.01


def test_ninety_percent_rank_intervals_hold_about_ninety_percent_of_the_true_ranks():
    assert 0.88 <= mean("held") <= 0.94


def test_intervals_that_take_all_to_report_alike_promise_too_much():
    assert mean("held_alike") < 0.86


def test_places_of_tier_a_are_among_the_truly_worst_eight_times_in_ten():
    named, right = np.sum([trial.sure for trial in trials(None)], axis=0)
    assert right / named >= 0.8


@pytest.mark.parametrize("truth", list(OTHER_TRUTHS))
def test_it_holds_where_the_truth_is_another(truth):
    assert 0.86 <= mean("held", truth) <= 0.94
    assert found(areas400.STAGES[4], truth) >= found(areas400.STAGES[3], truth)


def test_the_true_rate_of_reports_is_recovered_when_windows_end_by_rule():
    assert mean("rate") == pytest.approx(1, abs=0.05)
    assert mean("rate_everywhere") == pytest.approx(1, abs=0.05)


def test_windows_that_end_at_the_last_report_are_wrong_by_45_percent():
    assert mean("naive_rate") == pytest.approx(1.45, abs=0.05)


def test_a_seed_is_a_city_forever():
    first, again = areas400.draw(3), areas400.draw(3)
    assert (first.opened == again.opened).all()
    assert (first.later_at == again.later_at).all()
    assert (first.risk != areas400.draw(4).risk).all()


def test_the_areas_are_as_stated():
    cities = [areas400.draw(seed) for seed in SHORT]
    assert np.mean([np.log(city.people).std() for city in cities]) == pytest.approx(1, abs=0.05)
    assert np.mean([np.log(city.risk).std() for city in cities]) == pytest.approx(0.5, abs=0.05)
    assert np.mean([np.median(city.rate) for city in cities]) == pytest.approx(0.05, abs=0.005)
    chance = np.mean([-np.expm1(-city.rate * areas400.LIFE_DAYS).mean() for city in cities])
    assert chance == pytest.approx(0.7, abs=0.03)
    risk_mean = np.exp(0.5**2 / 2)
    assert np.mean([city.heard.mean() for city in cities]) == pytest.approx(20 * risk_mean * chance, rel=0.05)
