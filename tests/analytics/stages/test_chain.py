"""The chain from end to end: what was planted is found, order changes nothing, and whatever is missing is answered."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analytics.methods.change import ENOUGH as TRENDS_KNOWN
from analytics.methods.cube import DAY, NEVER, count, merge
from analytics.methods.units import CategoryParams, Units
from analytics.results import to_json
from analytics.stages import alarms, chain, check
from analytics.stages.city import city_of
from geo import hexes
from tests import cubes, golden
from tests.analytics.methods.test_cube import some

QUICKER = replace(cubes.QUICK, draws=50, hyper_draws=10, scan_replicas=99)
DRAWN = {"patterns", "ranking", "alarms", "check"}
SILENT = CategoryParams("graffiti", "population", 60.0, 5)


def families(city, since=cubes.SINCE):
    """Bodies by kind, category and resolution: each the plain values that its strict JSON gives back."""
    found = chain.families(city, since, cubes.UNTIL)
    bodies = {(f.kind, f.category, f.res): f.body for f in found}
    assert len(bodies) == len(found)
    assert all(json.loads(to_json(body)) == body for body in bodies.values())
    return bodies


@cache
def town():
    return families(cubes.town(parameters=QUICKER))


def city(chunk, weeks=cubes.WEEKS, sets=None, categories=cubes.CATEGORIES, **changes):
    plan = cubes.plan(**{"limits": (30.0,) * len(categories)} | changes)
    return city_of(count(chunk, plan), sets or golden.units(1), categories, QUICKER, seed=7, weeks=weeks)


def row(body, name):
    """The row of one unit, as a dictionary of the columns that run along the ids."""
    at = body["ids"].index(name)
    return {k: v[at] for k, v in body.items() if isinstance(v, list) and len(v) == len(body["ids"])}


def of(found, kind):
    """The bodies of one kind."""
    return [body for key, body in found.items() if key[0] == kind]


def turned(units):
    """The same units the other way round."""
    back = slice(None, None, -1)
    exposure = {kind: values[back] for kind, values in reversed(units.exposure.items())}
    links = [links[back][:, back] for links in (units.neighbours, units.touching)]
    return Units(
        units.res, units.ids[back], units.names[back], exposure, *links, units.x[back], units.y[back], units.area[back]
    )


# What was planted.


def test_the_plant_is_hot_persistent_and_first_for_its_subject():
    hot = row(town()["counts", "litter", None], cubes.PLANT)
    assert (hot["hot_at"], hot["hot_of"]) == (4, 4)
    assert hot["crude_low"] > 2
    assert row(town()["change", "litter", None], cubes.PLANT)["kind"] == "persistent"
    ranking = town()["ranking", None, None]
    at = ranking["ids"].index(cubes.PLANT)
    assert np.argmax(ranking["parts"]["litter"]["corrected"]) == at
    assert (ranking["excess"]["tier"][at], ranking["burden"]["tier"][at]) == ("A", "A")


def test_what_is_always_so_raises_no_alarm():
    assert not town()["alarms", "litter", 8]["alarms"]


def test_clusters_of_its_subject_inside_the_plant_pass_the_test():
    nine, areas = cubes.town().set_of(9), cubes.town().areas.ids
    inside = set(nine.ids[areas[nine.area] == cubes.PLANT])
    found = [c["q"] <= 0.05 for c in town()["clusters", "litter", None]["clusters"] if c["cell"] in inside]
    assert len(found) >= 5
    assert np.mean(found) >= 0.8


def test_what_fails_ever_more_often_rises_and_faster_than_the_city():
    lights = row(town()["change", "lighting", None], cubes.GROWING)
    assert (lights["kind"], lights["trend"], lights["against_city_trend"]) == ("rising", 1, 1)
    assert lights["percent"] > 50
    assert town()["change", "lighting", None]["kinds"]["rising"] == 1
    assert row(town()["change", "litter", None], cubes.GROWING)["trend"] == 0


def test_where_everybody_waits_is_slower_and_first_by_delay():
    slow = row(town()["waiting", None, None], cubes.SLOW)
    assert slow["logrank_q"] < 1e-9
    assert slow["observed_closings"] < slow["expected_closings"]
    assert slow["gap_days"] > 5 * slow["gap_error"]
    delay = town()["ranking", None, None]["delay"]
    at = town()["ranking", None, None]["ids"].index(cubes.SLOW)
    assert [delay[name][at] for name in ("rank_low", "rank", "rank_high", "tier")] == [1, 1, 1, "A"]


def test_a_quarter_too_small_to_tell_is_taken_to_report_like_the_others():
    quiet = row(town()["reporting", None, None], cubes.QUIET)
    assert quiet["later"] < 10
    assert quiet["rho_low"] < 1 < quiet["rho_high"]
    assert 0.9 < quiet["rho"] < 1


@pytest.mark.parametrize("seed", [2, 3])
def test_other_towns_give_their_plants_away_too(seed):
    found = families(cubes.town(seed, QUICKER))
    hot, ranking = found["counts", "litter", None], found["ranking", None, None]
    assert (row(hot, cubes.PLANT)["hot_at"], hot["ratio"].index(max(hot["ratio"]))) == (
        4,
        hot["ids"].index(cubes.PLANT),
    )
    assert ranking["excess"]["tier"][ranking["ids"].index(cubes.PLANT)] == "A"
    assert row(found["change", "lighting", None], cubes.GROWING)["trend"] == 1
    assert row(found["waiting", None, None], cubes.SLOW)["logrank_q"] < 1e-6


# What may not change it.


def test_shuffled_cut_renumbered_and_counted_apart_gives_the_same_bytes():
    chunk, rng = cubes.chunk(), np.random.default_rng(3)
    shuffled = some(chunk, rng.permutation(len(chunk.day)))
    other = replace(shuffled, category=len(cubes.CATEGORIES) - 1 - shuffled.category)
    parts = np.array_split(np.arange(len(chunk.day)), [10, 11, 4_000, 9_000])
    cube = merge([count(some(other, part), cubes.plan()) for part in parts[::-1]])
    sets = [turned(units) for units in golden.units(1)[::-1]]
    again = families(city_of(cube, sets, cubes.CATEGORIES[::-1], QUICKER, seed=7, weeks=cubes.WEEKS))
    assert {key: to_json(body) for key, body in again.items()} == {k: to_json(body) for k, body in town().items()}


def test_another_seed_moves_only_what_is_drawn():
    other = families(replace(cubes.town(parameters=QUICKER), seed=8))
    moved = {key for key, body in other.items() if to_json(body) != to_json(town()[key])}
    assert {kind for kind, *_ in moved} <= DRAWN
    assert {("ranking", None, None), ("check", None, 9)} <= moved
    assert all({**other[key], "audit": None} == {**town()[key], "audit": None} for key in moved if key[0] == "patterns")


def test_a_silent_subject_leaves_the_others_as_they_are():
    chunk = cubes.chunk()
    with_silent = (SILENT, *cubes.CATEGORIES)
    plan = cubes.plan(limits=(30.0,) * 5)
    cube = count(replace(chunk, category=chunk.category + 1), plan)
    found = families(city_of(cube, golden.units(1), with_silent, QUICKER, seed=7, weeks=cubes.WEEKS))
    same = [key for key in town() if key[1] is not None]
    assert {key: to_json(found[key]) for key in same} == {key: to_json(town()[key]) for key in same}
    assert {key[0] for key in found.keys() - town().keys()} == {key[0] for key in same}
    assert {category for _, category, _ in found.keys() - town().keys()} == {SILENT.slug}
    before, after = town()["ranking", None, None], found["ranking", None, None]
    for order in ("burden", "excess"):
        assert after[order]["score"] == before[order]["score"]
        assert after[order]["point_rank"] == before[order]["point_rank"]
    assert (after["parts"], after["categories"]) == (before["parts"], before["categories"])


def test_each_step_is_said_once():
    told = []
    chain.families(cubes.empty(QUICKER), cubes.SINCE, cubes.UNTIL, told.append)
    assert len(told) == len(set(told)) == 9
    assert (told[0].split(",")[0], told[-1]) == ("counts", "does the map work?")


# What may be missing.


def least(chosen):
    """The town with the first incident of a kind, and nothing else."""
    chunk = cubes.chunk()
    return city(some(chunk, np.flatnonzero((chunk.day >= cubes.SINCE) & chosen(chunk))[:1]))


def one_place(cell, area):
    """The town with everything in one place."""
    chunk = cubes.chunk()
    every = np.ones(len(chunk.day), np.int64)
    return city(replace(chunk, cell=np.full(len(every), cell), area=area * every, x=0.0 * every, y=0.0 * every))


def nobody_closes():
    return city(replace(cubes.chunk(), closed=np.full(len(cubes.chunk().day), NEVER)))


def with_exposure(kinds):
    return [replace(u, exposure={name: u.exposure[name] for name in kinds}) for u in golden.units(1)]


def first_place():
    return one_place(cubes.chunk().cell[0], cubes.chunk().area[0])


def nowhere():
    return one_place(hexes.cells_of(20.0, 44.0)[0], -1)


def at_once():
    """Everything said on one day, and answered the moment it was said."""
    chunk, day = cubes.chunk(), np.full(len(cubes.chunk().day), cubes.UNTIL - 3)
    return city(replace(chunk, day=day, opened=day * DAY, closed=day * DAY, ended=day, reported=0 * chunk.reported))


ODD = {
    "nothing ever said": lambda: cubes.empty(QUICKER),
    "a single incident, open": lambda: least(lambda c: c.closed == NEVER),
    "a single incident, closed": lambda: least(lambda c: c.closed != NEVER),
    "all in one cell": first_place,
    "all far outside": nowhere,
    "all at once": at_once,
    "nobody ever closed anything": nobody_closes,
    "no second exposure": lambda: city(cubes.chunk(), sets=with_exposure(["population"])),
}


@cache
def odd(name):
    return families(ODD[name]())


@pytest.mark.parametrize("name", list(ODD))
def test_every_stage_answers_for_an_odd_town(name):
    assert odd(name).keys() == town().keys()
    waits = odd(name)["waiting", None, None]["city"]["n"]
    for res in (8, 9, 10, None):
        each = [odd(name)["counts", c.slug, res] for c in cubes.CATEGORIES]
        assert sum(body["total"] for body in each) == waits
        assert all(sum(b["observed"]) + b["unexposed"] + b["outside"] == b["total"] for b in each)


@pytest.mark.parametrize("name", ["nothing ever said", "all far outside"])
def test_where_nothing_is_heard_of_any_place_none_is_ranked(name):
    for body in of(odd(name), "ranking"):
        assert (body["of"], body["ids"], body["categories"]) == (0, [], [])
    assert {body["answer"] for body in of(odd(name), "alarms")} == {alarms.NOTHING_BEFORE}
    assert not any(body["clusters"] for body in of(odd(name), "clusters"))
    assert not any(body["known"] for body in of(odd(name), "change"))


@pytest.mark.parametrize("name", ["a single incident, open", "a single incident, closed"])
def test_a_single_incident_proves_nothing(name):
    for body in of(odd(name), "counts"):
        assert set(body["q"]) == {1.0}
        assert not any(body["hot_at"])
    assert "A" not in odd(name)["ranking", None, None]["excess"]["tier"]
    assert not any(body["alarms"] for body in of(odd(name), "alarms"))
    assert not any(odd(name)["waiting", None, None]["gap_known"])


def test_all_in_one_cell_is_hot_there_and_nowhere_else():
    body = odd("all in one cell")["counts", "litter", 9]
    cell = body["ids"][int(np.argmax(body["observed"]))]
    hot = {name for name, q in zip(body["ids"], body["q"], strict=True) if q <= 0.05}
    assert body["observed"].count(0) == len(body["ids"]) - 1
    assert cell in hot
    assert hot <= {hexes.to_text(int(near)) for near in hexes.ring(hexes.from_text(cell))}


def test_where_nobody_closes_there_is_no_wait_to_tell():
    body = odd("nobody ever closed anything")["waiting", None, None]
    assert body["city"]["closed"] == 0
    assert {*body["median_days"], *body["p80_days"], *body["logrank_q"]} == {None}
    assert body["gap_days"] == [None] * len(body["ids"])
    ranking = odd("nobody ever closed anything")["ranking", None, None]
    assert ranking["of"] == len(ranking["ids"]) > 0
    assert "A" not in ranking["delay"]["tier"]


def test_without_a_second_exposure_the_grade_does_without():
    ranking = odd("no second exposure")["ranking", None, None]
    assert list(ranking["denominators"]) == ["population"]
    assert "denominator" not in ranking["graded_by"]
    assert odd("no second exposure")["check", None, 9]["answer"] == check.NO_GROUND


@cache
def of_weeks(weeks):
    """The town as far as `weeks` full weeks and three days go back, the whole of it the period."""
    if weeks == cubes.WEEKS:
        return town()
    since = max(cubes.SINCE, cubes.UNTIL - 7 * weeks - 3)
    chunk = some(cubes.chunk(), np.flatnonzero(cubes.chunk().day >= since))
    return families(city(chunk, weeks, since=since, before=since), since)


@pytest.mark.parametrize(
    "weeks, alarm, checked, trends",
    [
        (0, alarms.TOO_SHORT, check.TOO_SHORT, False),
        (5, alarms.TOO_SHORT, check.TOO_SHORT, False),
        (30, alarms.ENOUGH, check.TOO_SHORT, False),
        (104, alarms.ENOUGH, check.ENOUGH, True),
    ],
)
def test_a_short_history_is_said(weeks, alarm, checked, trends):
    found = of_weeks(weeks)
    assert found.keys() == town().keys()
    assert found["alarms", "litter", 8]["answer"] == alarm
    assert found["check", None, 9]["answer"] == checked
    assert (found["change", "litter", None]["answer"] == TRENDS_KNOWN) == trends
    assert found["ranking", None, None]["of"] == 37
    assert found["counts", "litter", None]["total"] > 0


def test_no_subject_that_may_be_told_leaves_the_families_without_one():
    hushed = tuple(replace(c, sensitive=True) for c in cubes.CATEGORIES)
    found = families(city(cubes.chunk(), categories=hushed))
    assert found.keys() == {key for key in town() if key[1] is None}
    assert found["ranking", None, None]["of"] == 0
    assert found["waiting", None, None]["city"]["n"] == 0
