"""The what-if of a Run: every value used is named, places move as the settings say, and nothing is invented."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from django.utils import timezone
from scipy import sparse

from analytics import what_if
from analytics.methods.checks import MethodError
from analytics.methods.whatif import Settings, score
from analytics.models import Run, WeeklyCounts
from analytics.results import to_json
from analytics.stages.weekly import DamagedCountsError, pack, unpack
from tests import cubes
from tests.factories import make_boundaries

LITTER = {"lighting": 0.0, "litter": 1.0, "noise": 0.0, "signs": 0.0}


@pytest.fixture(scope="module")
def kept():
    return unpack(pack(cubes.town(), None, cubes.WEEKS))


@pytest.fixture
def run(db):
    what_if._kept.cache_clear()
    run = Run.objects.create(
        since=dt.date(2025, 1, 1),
        until=dt.date(2026, 1, 1),
        parameters={},
        seed=7,
        code_version="1",
        input_digest="i" * 64,
        findings_digest="f" * 64,
        boundary_set=make_boundaries(["Fabric"]),
        totals={},
        started_at=timezone.now(),
        finished_at=timezone.now(),
    )
    for res in (9, None):
        WeeklyCounts.objects.create(run=run, res=res, body=pack(cubes.town(), res, cubes.WEEKS))
    yield run
    what_if._kept.cache_clear()


def ids(order):
    return [place["id"] for place in order["places"]]


def test_nothing_turned_moves_nothing_and_names_every_value(kept):
    told = what_if.told(kept, Settings(k=5))
    assert told["settings"] == {
        "half_life_days": None,
        "severity": {"lighting": 4.0, "litter": 2.0, "noise": 1.0, "signs": 3.0},
        "exposure": dict.fromkeys(LITTER, "population"),
        "k": 5,
    }
    assert told["standing"] == {k: told["settings"][k] for k in ("severity", "exposure")}
    assert (told["weeks"], told["exposures"], told["wanted"]) == (
        104,
        ["area", "population"],
        told["standing"]["exposure"],
    )
    for order in (told["excess"], told["burden"]):
        assert (order["tau"], order["entered"], order["left"], order["tied"]) == (1.0, [], [], 0)
        assert [p["rank"] for p in order["places"]] == [p["before"] for p in order["places"]] == [1, 2, 3, 4, 5]
        assert not any(p["up"] for p in order["places"])


def test_what_weighs_alone_brings_its_place_to_the_front(kept):
    excess = what_if.told(kept, Settings(severity=LITTER, k=5))["excess"]
    assert ids(excess)[0] == cubes.PLANT
    assert excess["places"][0]["score"] > 2
    assert excess["tau"] < 1


def test_a_short_memory_brings_what_grows_forward(kept):
    lights = {**dict.fromkeys(LITTER, 0.0), "lighting": 1.0}
    told = what_if.told(kept, Settings(half_life_days=30, severity=lights, k=3))
    assert ids(told["excess"])[0] == cubes.GROWING
    place = told["excess"]["places"][0]
    assert place["effective_n"] < kept.week.total[0, kept.ids == cubes.GROWING][0]


def test_places_scores_and_moves_are_those_of_the_method(kept):
    settings = Settings(half_life_days=60, exposure="area", k=10)
    found, told = score(kept.week, kept.subjects, settings), what_if.told(kept, settings)
    assert set(told["settings"]["exposure"].values()) == {"area"}
    for name in ("burden", "excess"):
        ranks, before = getattr(found.ranks, name), getattr(kept.standing, name)
        for place in told[name]["places"]:
            (i,) = np.flatnonzero(kept.ids == place["id"])
            assert (place["rank"], place["before"], place["up"]) == (ranks[i], before[i], before[i] - ranks[i])
            assert place["score"] == pytest.approx(getattr(found, name)[i], rel=1e-5)
        entered, left = ({p["id"] for p in told[name][side]} for side in ("entered", "left"))
        assert entered == set(ids(told[name])) - set(kept.ids[before.argsort()[:10]])
        assert left == set(kept.ids[before.argsort()[:10]]) - set(ids(told[name]))


def test_unexposed_incidents_are_counted_apart():
    cells = unpack(pack(cubes.town(), 10, cubes.WEEKS))
    told = what_if.told(cells, Settings())
    expected = [int(row[cells.week.exposure["population"] == 0].sum()) for row in cells.week.total]
    assert list(told["unexposed"].values()) == expected
    assert told["of"] == (cells.week.exposure["population"] > 0).sum() < told["units"]


def test_nothing_heard_has_no_first_places():
    told = what_if.told(unpack(pack(cubes.empty(), 9, 104)), Settings(half_life_days=30))
    assert told["excess"] == told["burden"] == {"places": [], "tied": 0, "entered": [], "left": [], "tau": None}
    assert not sum(told["unexposed"].values())


def test_no_full_week_is_said():
    told = what_if.told(unpack(pack(replace(cubes.town(), weeks=0), 9, 0)), Settings())
    assert (told["weeks"], told["excess"]["places"], told["excess"]["tau"]) == (0, [], None)


def test_no_weight_at_all_leaves_no_place(kept):
    told = what_if.told(kept, Settings(severity=dict.fromkeys(LITTER, 0.0), k=3))
    assert (told["of"], told["burden"]["places"], told["burden"]["tau"]) == (0, [], None)
    assert [p["before"] for p in told["burden"]["left"]] == [1, 2, 3]
    assert {(p["rank"], p["up"]) for p in told["burden"]["left"]} == {(None, None)}


def test_equals_beyond_the_last_place_are_counted(kept):
    once = np.zeros((4 * len(kept.ids), 104))
    once[:, 0] = 1
    week = replace(kept.week, weeks=sparse.csr_matrix(once), exposure={"population": np.ones(len(kept.ids))})
    burden = what_if.told(replace(kept, week=week), Settings(k=4))["burden"]
    assert (ids(burden), burden["tied"]) == (kept.ids[:4].tolist(), len(kept.ids) - 4)


@pytest.mark.parametrize(
    "settings, message",
    [
        (Settings(exposure="jobs"), "exposure: 'jobs' is not loaded"),
        (Settings(severity={"snow": 1}), "no category 'snow'"),
        (Settings(half_life_days=0), "half_life_days: 0"),
        (Settings(k=0), "k 0 must be above zero"),
    ],
)
def test_impossible_settings_are_refused_by_name(kept, settings, message):
    with pytest.raises(MethodError, match=message):
        what_if.told(kept, settings)


@pytest.mark.parametrize("res", [9, None])
def test_an_answer_says_which_analysis_it_comes_from(run, res):
    answer = what_if.answer(run, res, Settings(half_life_days=90))
    assert answer["run"] == {
        "id": run.pk,
        "findings_digest": "f" * 64,
        "input_digest": "i" * 64,
        "code_version": "1",
        "since": "2025-01-01",
        "until": "2026-01-01",
        "synthetic": False,
    }
    assert (answer["res"], answer["settings"]["half_life_days"]) == (res, 90)
    assert to_json(answer)
    assert answer["excess"]["places"]


def test_the_second_answer_asks_the_database_nothing(run, django_assert_num_queries):
    what_if.answer(run, 9, Settings())
    with django_assert_num_queries(0):
        what_if.answer(run, 9, Settings(half_life_days=30))


def test_a_set_that_was_not_kept_is_not_made_up(run):
    with pytest.raises(WeeklyCounts.DoesNotExist):
        what_if.answer(run, 8, Settings())


def test_damaged_counts_are_named(run):
    WeeklyCounts.objects.filter(run=run, res=9).update(body=b"PK nothing")
    with pytest.raises(DamagedCountsError):
        what_if.answer(run, 9, Settings())
