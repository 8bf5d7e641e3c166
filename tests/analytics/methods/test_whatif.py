import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.methods.checks import MethodError
from analytics.methods.rates import LIKELIHOOD, MOMENTS, empirical_bayes
from analytics.methods.whatif import Ranks, Settings, Subject, moves, score, weekly, weekly_from, what_if

NAN = float("nan")
LITTER, ROADS = Subject("litter", "people", 1.0), Subject("roads", "streets", 3.0)


def city(n=80, weeks=52, seed=4):
    """Two categories in n units, and the exposures they are measured by."""
    random = np.random.default_rng(seed)
    exposure = {"people": random.lognormal(5, 1, n), "streets": random.lognormal(3, 1, n)}
    risk = (
        random.lognormal(0, 0.7, (2, n, 1))
        * np.array([exposure["people"] * 5e-4, exposure["streets"] * 2e-3])[..., None]
    )
    return random.poisson(np.broadcast_to(risk, (2, n, weeks))).astype(np.int32), exposure


def ready(**wanted):
    cube, exposure = city(**wanted)
    return weekly(cube, exposure)


@pytest.mark.parametrize("method", [MOMENTS, LIKELIHOOD])
def test_without_decay_it_is_the_smoothed_rate_of_the_whole_time(method):
    cube, exposure = city()
    found = score(weekly(cube, exposure, method=method), [LITTER, ROADS], Settings())
    for row, (subject, counts) in enumerate(zip([LITTER, ROADS], cube.sum(axis=2), strict=True)):
        x = exposure[subject.exposure]
        theta = empirical_bayes(counts, x, method).theta
        assert found.parts[row] == pytest.approx(subject.severity * theta * x / 52, rel=1e-12)


def test_burden_is_the_sum_of_its_parts_and_excess_sets_it_beside_the_expected():
    cube, exposure = city()
    found = score(weekly(cube, exposure), [LITTER, ROADS], Settings())
    assert found.burden == pytest.approx(found.parts.sum(axis=0))
    usual = sum(
        s.severity * exposure[s.exposure] * counts.sum() / exposure[s.exposure].sum() / 52
        for s, counts in zip([LITTER, ROADS], cube, strict=True)
    )
    assert found.excess == pytest.approx(found.burden / usual)
    assert found.ranks.burden.tolist() == stats.rankdata(-found.burden).astype(int).tolist()
    assert found.ranks.excess[found.excess.argmax()] == 1


def test_a_half_life_brings_the_latest_to_the_front():
    cube = np.zeros((1, 30, 20), np.int32)
    cube[0, :, :] = 1
    cube[0, 3, 12:] = 6  # much, long ago
    cube[0, 7, :4] = 6  # somewhat less, now
    week = weekly(cube, {"people": np.ones(30)})
    then, now = (score(week, [LITTER], Settings(half_life_days=h)).ranks.burden for h in (None, 14))
    assert (then[3], then[7]) == (1, 2)
    assert (now[3], now[7]) == (2, 1)


def test_decayed_counts_weigh_as_many_incidents_as_they_are_worth():
    cube = np.zeros((1, 3, 4), np.int32)
    cube[0, 0] = [4, 0, 0, 0]
    cube[0, 1] = [2, 0, 2, 0]
    found = score(weekly(cube, {"people": np.ones(3)}), [LITTER], Settings(half_life_days=14))
    assert found.effective_n.tolist() == [4, pytest.approx((2 + 2 * 0.5) ** 2 / (2 + 2 * 0.25)), 0]


def test_scaled_decayed_counts_vary_like_counts():
    # 4,000 units of one risk: f D must have variance and mean alike, as whole counts have
    cube = np.random.default_rng(1).poisson(0.2, (1, 4_000, 60)).astype(np.int32)
    w = np.exp2(-7 * np.arange(60) / 30)
    decayed = cube[0] @ w
    f = decayed.sum() / (cube[0] @ w**2).sum()
    assert (f * decayed).var() / (f * decayed).mean() == pytest.approx(1, abs=0.08)
    found = score(weekly(cube, {"people": np.ones(4_000)}), [LITTER], Settings(half_life_days=30))
    assert found.excess == pytest.approx(1, abs=0.25)


def test_the_half_life_in_days_not_in_weeks():
    cube = np.zeros((1, 3, 3), np.int32)
    cube[0, 0, 0], cube[0, 1, 2] = 100, 100
    found = score(weekly(cube, {"people": np.ones(3)}), [LITTER], Settings(half_life_days=14))
    raw = np.array([1, 0.5, 0])
    # firmly known rates: what is borrowed is little, and the ratio of the two is near that of their weights
    assert found.burden[1] / found.burden[0] == pytest.approx(raw[1] / raw[0], abs=0.02)


def test_severity_moves_the_place_that_has_more_of_it():
    cube = np.array([[[9], [1], [2]], [[1], [8], [2]]], np.int32)
    week = weekly(cube, {"people": np.ones(3), "streets": np.ones(3)})
    litter, roads = (
        score(week, [LITTER, ROADS], Settings(severity={"litter": a, "roads": b})) for a, b in ((5, 1), (1, 5))
    )
    assert litter.ranks.burden.tolist() == [1, 2, 3]
    assert roads.ranks.burden.tolist() == [2, 1, 3]


def test_a_category_of_no_weight_is_not_there():
    week = ready()
    alone = score(week, [LITTER, ROADS], Settings(severity={"roads": 0}))
    assert (alone.parts[1] == 0).all()
    assert alone.burden == pytest.approx(alone.parts[0])


@pytest.mark.parametrize("wanted", ["people", {"roads": "people"}])
def test_another_denominator_for_all_or_for_one(wanted):
    week = ready()
    usual, other = (score(week, [LITTER, ROADS], Settings(exposure=e)) for e in (None, wanted))
    as_if = score(week, [LITTER, Subject("roads", "people", 3.0)], Settings())
    assert other.excess.tolist() == as_if.excess.tolist()
    assert other.parts[0].tolist() == usual.parts[0].tolist()
    assert other.ranks.excess.tolist() != usual.ranks.excess.tolist()


def test_units_without_exposure_have_no_place_and_their_incidents_stand_apart():
    cube = np.array([[[3], [5], [2]], [[1], [4], [0]]], np.int32)
    week = weekly(cube, {"people": [10, 0, 10], "streets": [1, 0, 0]})
    found = score(week, [LITTER, ROADS], Settings())
    assert found.known.tolist() == [True, False, True]
    assert (found.burden[1], found.excess[1], found.ranks.burden[1], found.ranks.excess[1]) == (0, 1, 0, 0)
    assert found.unexposed.tolist() == [5, 4]


def test_a_sliver_of_exposure_counts_as_none():
    week = weekly(np.array([[[1], [2], [9]]], np.int32), {"people": [1.0, 1e-6, 1.0]})
    assert score(week, [LITTER], Settings()).known.tolist() == [True, False, True]


def test_equal_scores_share_a_place():
    found = score(weekly(np.array([[[2], [5], [2]]], np.int32), {"people": [1, 1, 1]}), [LITTER], Settings())
    assert found.ranks.burden.tolist() == [2, 1, 2]


def test_nothing_heard_is_no_burden_and_nothing_in_excess():
    found = score(weekly(np.zeros((1, 3, 5), np.int32), {"people": [1, 2, 3]}), [LITTER], Settings(half_life_days=30))
    assert (found.burden.tolist(), found.excess.tolist()) == ([0, 0, 0], [1, 1, 1])
    assert (found.ranks.burden.tolist(), found.effective_n.tolist()) == ([1, 1, 1], [0, 0, 0])


@pytest.mark.parametrize("shape", [(1, 0, 5), (0, 3, 5)])
def test_no_units_or_no_categories_no_places(shape):
    c, n, _ = shape
    found = what_if(
        weekly(np.zeros(shape, np.int32), {"people": np.ones(n)}),
        [LITTER][:c],
        Settings(),
        Ranks(*np.zeros((2, n), int)),
    )
    assert found.scores.known.sum() == 0
    assert (len(found.scores.burden), found.burden.tau) == (n, None)


@pytest.mark.parametrize("half_life", [1e-3, 1.0, 1e9])
def test_no_half_life_breaks_a_number(half_life):
    found = score(ready(), [LITTER, ROADS], Settings(half_life_days=half_life))
    for values in (found.burden, found.excess, found.effective_n):
        assert np.isfinite(values).all()


def test_an_endless_half_life_is_none():
    week = ready()
    never, endless = (score(week, [LITTER, ROADS], Settings(half_life_days=h)) for h in (None, 1e12))
    assert endless.excess == pytest.approx(never.excess, rel=1e-8)


def test_places_gained_entered_and_left():
    found = moves([1, 2, 3, 4, 0], [3, 1, 2, 4, 5], k=2)
    assert found.up.tolist() == [2, -1, -1, 0, 0]
    assert (found.entered.tolist(), found.left.tolist()) == ([0], [2])
    assert found.tau == pytest.approx(1 / 3)


def test_the_standing_settings_move_nothing():
    week = ready()
    standing = score(week, [LITTER, ROADS], Settings()).ranks
    found = what_if(week, [LITTER, ROADS], Settings(), standing)
    assert (found.burden.tau, found.excess.tau) == (pytest.approx(1), pytest.approx(1))
    assert not found.burden.up.any()
    assert not len(found.burden.entered)
    assert not len(found.excess.left)


ranks = st.integers(2, 30).flatmap(
    lambda n: st.tuples(st.permutations(range(1, n + 1)), st.permutations(range(1, n + 1)))
)


@given(ranks)
def test_tau_is_that_of_the_library_and_moves_cancel_out(pair):
    found = moves(*pair, k=1)
    assert found.tau == pytest.approx(stats.kendalltau(*pair).statistic)
    assert found.up.sum() == 0
    assert len(found.entered) == len(found.left)


@pytest.mark.parametrize("now, standing", [([], []), ([1], [1]), ([1, 1], [1, 2]), ([1, 0], [0, 1])])
def test_without_two_different_places_there_is_no_tau(now, standing):
    assert moves(now, standing, k=5).tau is None


@given(st.integers(0, 10_000))
def test_the_order_of_units_changes_no_place(seed):
    cube, exposure = city(n=30, weeks=8)
    order = np.random.default_rng(seed).permutation(30)
    settings = Settings(half_life_days=20)
    one = score(weekly(cube, exposure), [LITTER, ROADS], settings)
    other = score(weekly(cube[:, order], {k: v[order] for k, v in exposure.items()}), [LITTER, ROADS], settings)
    assert other.ranks.burden.tolist() == one.ranks.burden[order].tolist()
    assert other.excess == pytest.approx(one.excess[order], rel=1e-9)


def rows_of(cube, seed=None):
    """The rows of a cube that hold anything, each cut in two, in any order."""
    category, unit, week = np.nonzero(cube)
    found = {"category": category, "unit": unit, "week": week, "incidents": cube[category, unit, week]}
    twice = {k: np.concatenate([v, v]) for k, v in found.items()}
    twice["incidents"][: len(category)] -= 1
    twice["incidents"][len(category) :] = 1
    order = (
        np.arange(len(twice["week"])) if seed is None else np.random.default_rng(seed).permutation(len(twice["week"]))
    )
    return {k: v[order] for k, v in twice.items()}


@pytest.mark.parametrize("seed", [None, 2])
def test_rows_make_what_the_cube_makes(seed):
    cube, exposure = city(weeks=9)
    whole, parts = weekly(cube, exposure), weekly_from(rows_of(cube, seed), cube.shape, exposure)
    for name in ("data", "indices", "indptr"):
        assert getattr(parts.weeks, name).tolist() == getattr(whole.weeks, name).tolist()
    assert parts.weeks.shape == whole.weeks.shape
    assert parts.total.tolist() == whole.total.tolist()
    for kind in exposure:
        assert parts.exposure[kind].tolist() == whole.exposure[kind].tolist()
        assert parts.firmness[kind].tolist() == whole.firmness[kind].tolist()


def test_no_weeks_are_a_city_of_which_nothing_was_heard():
    rows = rows_of(np.zeros((1, 3, 0), int))
    found = score(weekly_from(rows, (1, 3, 0), {"people": [1, 2, 0]}), [LITTER], Settings(half_life_days=9))
    assert (found.burden.tolist(), found.excess.tolist()) == ([0, 0, 0], [1, 1, 1])
    assert found.ranks.burden.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"category": [1]}, "category: row 0 is 1, outside 0 to 0"),
        ({"unit": [2]}, "unit: row 0 is 2, outside 0 to 1"),
        ({"week": [3]}, "week: row 0 is 3, outside 0 to 2"),
        ({"week": [-1]}, "week: row 0 is -1"),
        ({"incidents": [0.5]}, "incidents: row 0 is 0.5, not a whole number"),
        ({"incidents": [1, 2]}, "different numbers of rows"),
    ],
)
def test_bad_rows_are_refused_by_name(changed, message):
    rows = {"category": [0], "unit": [1], "week": [2], "incidents": [1], **changed}
    with pytest.raises(MethodError, match=message):
        weekly_from(rows, (1, 2, 3), {"people": [1, 1]})


ONE = np.ones((1, 2, 3), np.int32)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: weekly(ONE[0], {"people": [1, 1]}), "categories x units x weeks of whole numbers wanted"),
        (lambda: weekly(ONE * 1.0, {"people": [1, 1]}), "whole numbers wanted, got float64"),
        (lambda: weekly(-ONE, {"people": [1, 1]}), "cube: a count is below zero"),
        (lambda: weekly(ONE[..., :0], {"people": [1, 1]}), "cube: 0 weeks, at least one wanted"),
        (lambda: weekly(ONE, {}), "exposure: 0 kinds"),
        (lambda: weekly(ONE, {"people": [1, -1]}), "exposure people: row 1 is -1"),
        (lambda: weekly(ONE, {"people": [1, NAN]}), "exposure people: row 1 is nan"),
        (lambda: weekly(ONE, {"people": [1, 1, 1]}), "exposure people: 3 rows for 2 units"),
    ],
)
def test_a_bad_cube_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()


@pytest.mark.parametrize(
    "subjects, settings, message",
    [
        ([], Settings(), "subjects: 0 slugs for 1 categories"),
        ([LITTER, LITTER], Settings(), "or one twice"),
        ([ROADS], Settings(), "exposure: 'streets' is not loaded"),
        ([LITTER], Settings(exposure="jobs"), "exposure: 'jobs' is not loaded"),
        ([LITTER], Settings(exposure={"noise": "people"}), "settings: no category 'noise'"),
        ([LITTER], Settings(severity={"noise": 1}), "settings: no category 'noise'"),
        ([LITTER], Settings(severity={"litter": -1}), "severity: row 0 is -1"),
        ([LITTER], Settings(severity={"litter": NAN}), "severity: row 0 is nan"),
        ([LITTER], Settings(half_life_days=0), "half_life_days: 0 is not above zero"),
        ([LITTER], Settings(half_life_days=NAN), "half_life_days: nan"),
        ([LITTER], Settings(k=0), "k 0 must be above zero"),
    ],
)
def test_bad_settings_are_refused_by_name(subjects, settings, message):
    week = weekly(ONE, {"people": [1, 1]})
    with pytest.raises(MethodError, match=message):
        what_if(week, subjects, settings, Ranks(np.ones(2, int), np.ones(2, int)))


@pytest.mark.parametrize("now, standing", [([1, 2], [1]), ([1, -1], [1, 2]), ([[1]], [[1]])])
def test_ranks_that_do_not_match_are_refused(now, standing):
    with pytest.raises(MethodError, match="ranks: n numbers of 0 or more wanted twice"):
        moves(now, standing, k=1)
