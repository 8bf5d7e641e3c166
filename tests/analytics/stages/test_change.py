"""Trends and classes of a town whose growing and whose hot quarter are known, and what is said where none is known."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analytics.methods.change import ENOUGH, FEW_BINS, NONE, ONE_SEASON, PERSISTENT, RISING
from analytics.methods.cube import count
from analytics.methods.units import Parameters
from analytics.results import to_json
from analytics.stages import change, counts
from analytics.stages.city import city_of
from tests import cubes, golden

LITTER = 1
COLUMNS = ("kind", "trend", "q", "percent", "slope", "up", "down", "hot_bins", "hot_now")
AGAINST = ("against_city_trend", "against_city_q", "against_city_percent")


def bodies(city):
    return {(f.category, f.res): f.body for f in change.families(city, counts.count(city))}


@pytest.fixture(scope="module")
def town():
    return bodies(cubes.town())


@pytest.fixture(scope="module")
def table():
    return counts.count(cubes.town())[None][LITTER]


def row(body, unit):
    at = body["ids"].index(unit)
    return {name: body[name][at] for name in (*COLUMNS, *AGAINST)}


def test_one_family_for_each_category_at_the_resolutions_asked_for_and_the_areas(town):
    assert set(town) == {(c.slug, res) for c in cubes.CATEGORIES for res in (8, 9, None)}
    for body in town.values():
        assert {len(body[name]) for name in (*COLUMNS, *AGAINST)} == {len(body["ids"])}


def test_a_resolution_the_city_has_no_cells_of_is_left_out():
    assert {res for _, res in bodies(cubes.town(parameters=replace(cubes.QUICK, change_res=(7, 8))))} == {8, None}


def test_the_growing_quarter_is_rising_and_faster_than_the_city(town):
    found = row(town["lighting", None], cubes.GROWING)
    assert (found["kind"], found["trend"], found["against_city_trend"]) == (RISING, 1, 1)
    assert found["percent"] > found["against_city_percent"] > 30
    assert found["up"] > 40 > 5 > found["down"]
    assert found["q"] < 1e-4
    assert found["slope"] > 3
    assert found["hot_now"]
    assert found["hot_bins"] >= 13


def test_the_quarter_that_is_always_hot_is_persistent_without_a_trend(town):
    found = row(town["litter", None], cubes.PLANT)
    assert (found["kind"], found["trend"], found["hot_now"]) == (PERSISTENT, 0, True)
    assert found["hot_bins"] >= 23


def test_nowhere_else_is_anything_planted_and_found(town):
    for subject, quarter in (("lighting", cubes.GROWING), ("litter", cubes.PLANT)):
        body = town[subject, None]
        assert [unit for unit, kind in zip(body["ids"], body["kind"], strict=True) if kind != NONE] == [quarter]
    assert town["noise", None]["kinds"][NONE] == town["noise", None]["n"]


def test_rising_cells_lie_in_the_growing_quarter_or_beside_it(town):
    body, cells, areas = town["lighting", 9], cubes.town().set_of(9), cubes.town().areas
    rising = [unit for unit, kind in zip(body["ids"], body["kind"], strict=True) if kind == RISING]
    at = np.searchsorted(cells.ids.astype(str), rising)
    assert len(at)
    assert (cells.touching[at] @ (areas.ids[cells.area] == cubes.GROWING) > 0).all()


def test_the_whole_city_has_a_trend_of_its_own_the_same_in_every_set(town):
    assert town["lighting", 8]["city"] == town["lighting", 9]["city"] == town["lighting", None]["city"]
    assert town["lighting", 8]["city"]["trend"] == 1
    assert town["noise", 8]["city"]["trend"] == 0
    assert town["lighting", 8]["city"]["percent"] == pytest.approx(25, abs=10)
    assert (change.totals(cubes.town(), 104).sum(axis=1) == np.bincount(cubes.chunk().category)).all()


def test_the_columns_tell_of_some_units_and_the_header_of_all(town):
    for body in town.values():
        assert len(body["ids"]) + body["rest"] == body["n"] == sum(body["kinds"].values())
        assert sum(t is not None for t in body["trend"]) == body["known"]
        assert sum(t is not None for t in body["against_city_trend"]) == body["known_against_city"]
        assert all(body["kind"].count(kind) == n for kind, n in body["kinds"].items() if kind != NONE)


def test_a_place_that_grows_with_the_city_grows_but_not_faster(table):
    rng = np.random.default_rng(5)
    rate = np.linspace(10, 25, 104) * (1 + 0.3 * np.sin(2 * np.pi * np.arange(104) / 52))
    weekly = rng.poisson(rate, (len(table.exposed), 104))
    found = change.course(weekly, weekly.sum(axis=0), table, Parameters())
    assert (found.own.trend == 1).mean() > 0.9
    assert not found.against.trend.any()
    assert found.against.known.all()


def test_a_bin_is_tested_as_the_whole_period_is(table):
    whole = (table.observed + table.lost)[:, None].astype(float)
    flags, _ = counts.hot(table, cubes.QUICK.q_level, cubes.QUICK.least_observed)
    assert flags.any()
    assert (change.hot_bins(whole, table, cubes.QUICK)[:, 0] == flags).all()


def test_nothing_is_hot_in_a_bin_without_incidents_or_where_nobody_is_exposed(table):
    bins = np.zeros((len(table.exposed), 2))
    bins[~table.exposed, 1] = 40
    bins[0, 1] = 40 * table.exposed[0]
    flags = change.hot_bins(bins, table, cubes.QUICK)
    assert not flags[:, 0].any()
    assert not flags[~table.exposed].any()


def test_bins_end_with_the_newest_week():
    city = replace(cubes.town(), weeks=50)
    found = change.follow(city, counts.count(city))[None][LITTER]
    longer = replace(cubes.town(), weeks=52)
    assert found.hot.shape[1] == 12
    assert (found.hot == change.follow(longer, counts.count(longer))[None][LITTER].hot[:, 1:]).all()


def test_no_more_than_two_seasons_are_looked_at():
    assert change.weeks_used(replace(cubes.town(), weeks=300)) == 104


@pytest.mark.parametrize(
    "weeks, answer, classes",
    [
        (0, FEW_BINS, False),
        (3, FEW_BINS, False),
        (39, ONE_SEASON, False),
        (40, ONE_SEASON, True),
        (103, ONE_SEASON, True),
        (104, ENOUGH, True),
    ],
)
def test_too_short_a_past_is_said(weeks, answer, classes):
    city = replace(cubes.town(), weeks=weeks)
    for body in bodies(city).values():
        assert (body["answer"], body["weeks"], body["bins"]) == (answer, weeks, weeks // 4)
        assert (body["kinds"] is not None) == classes
        assert (None in body["kind"]) <= (not classes)
        if answer != ENOUGH:
            columns = ("trend", "q", "percent", "slope", "up", "down", *AGAINST)
            assert body["known"] == 0
            assert not any(v is not None for name in columns for v in body[name])
            assert body["city"] == {"known": False} | dict.fromkeys(("trend", "p", "q", "percent"))
        json.dumps(body, allow_nan=False)


@pytest.mark.parametrize("season, bin_weeks", [(52, 8), (13, 4), (4, 4), (26, 1)])
def test_bins_need_not_fill_a_season(season, bin_weeks):
    city = cubes.town(parameters=replace(cubes.QUICK, season_weeks=season, bin_weeks=bin_weeks))
    for body in bodies(city).values():
        assert body["bins"] == 2 * season // bin_weeks
        json.dumps(body, allow_nan=False)


@pytest.mark.parametrize("keep", [1, 3])
@pytest.mark.parametrize("kind", ["population", "area"])
def test_only_exposed_units_are_ever_hot(keep, kind):
    some = {"population": 0.0, "area": 1.0} | {kind: 1.0}
    sets = [
        replace(u, exposure={k: v * (np.arange(len(u.ids)) < keep) for k, v in some.items()}) for u in golden.units(1)
    ]
    city = city_of(cubes.cube(), sets, cubes.CATEGORIES, cubes.QUICK, 7, cubes.WEEKS)
    for (_, res), body in bodies(city).items():
        hot = {unit for unit, n in zip(body["ids"], body["hot_bins"], strict=True) if n}
        assert hot <= set(city.set_of(res).ids[:keep]), kind
        assert body["known"] == sum(t is not None for t in body["trend"])
        json.dumps(body, allow_nan=False)


def test_nothing_ever_said_is_answered():
    for body in bodies(cubes.empty()).values():
        assert (body["known"], body["ids"], body["rest"]) == (0, [], body["n"])
        assert not body["city"]["known"]


def test_one_incident_is_answered():
    one = {
        name: value[:0] if name in ("later", "reported") else value[-1:] for name, value in vars(cubes.chunk()).items()
    }
    cube = count(type(cubes.chunk())(**one), cubes.plan())
    for body in bodies(city_of(cube, golden.units(1), cubes.CATEGORIES, cubes.QUICK, 7, cubes.WEEKS)).values():
        assert body["ids"] == []
        assert body["kinds"][NONE] == body["n"]


def test_every_body_is_plain_json_and_the_order_of_incidents_changes_nothing(town):
    chunk = cubes.chunk()
    order = np.random.default_rng(3).permutation(len(chunk.day))
    back = np.argsort(order)
    mixed = {name: value[order] for name, value in vars(chunk).items() if name not in ("later", "reported")}
    cube = count(type(chunk)(**mixed, later=back[chunk.later], reported=chunk.reported), cubes.plan())
    again = bodies(city_of(cube, golden.units(1)[::-1], cubes.CATEGORIES, cubes.QUICK, 7, cubes.WEEKS))
    for key, body in town.items():
        assert to_json(body) == to_json(again[key])
        assert json.loads(to_json(body)) == body
