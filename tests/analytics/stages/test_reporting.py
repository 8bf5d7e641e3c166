import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analytics.methods.cube import DAY, Chunk, count
from analytics.methods.reporting import MOST_HIDDEN
from analytics.results import digest
from analytics.stages import reporting
from analytics.stages.city import city_of
from tests import cubes, golden

SHY = "quarter-3-2"


def city(chunk, **plan):
    return city_of(count(chunk, cubes.plan(**plan)), golden.units(1), cubes.CATEGORIES, cubes.QUICK, 7, cubes.WEEKS)


def quarter(chunk):
    """The quarter of each incident."""
    return np.unique(golden.quarters().astype(str))[chunk.area]


def with_later(chunk, keep):
    """The same incidents with only some of their later reports."""
    return replace(chunk, later=chunk.later[keep], reported=chunk.reported[keep])


@cache
def shy():
    """The town with two of three later reports in one busy quarter never made."""
    chunk = cubes.chunk()
    kept = (quarter(chunk)[chunk.later] != SHY) | (np.arange(len(chunk.later)) % 3 == 0)
    return city(with_later(chunk, kept))


def bodies(town):
    return {f.res: f.body for f in reporting.families(town, reporting.learn(town))}


def test_a_quarter_that_reports_a_third_as_readily_is_found():
    body = bodies(shy())[None]
    row = body["ids"].index(SHY)
    assert min(body["rho"]) == body["rho"][row]
    assert body["rho"][row] < 0.6
    assert body["rho_high"][row] < 0.8 < np.median(body["rho_low"])
    assert body["later"][row] == 30


def test_its_cells_are_found_less_ready_too():
    town = shy()
    inside = town.set_of(8).area == town.areas.ids.tolist().index(SHY)
    rho = reporting.learn(town)[8].found.rho
    assert rho[inside].max() < np.quantile(rho[~inside], 0.2)


def test_the_rate_of_later_reports_is_recovered():
    rates = bodies(cubes.town())[None]["categories"]
    assert rates["category"] == ["lighting", "litter", "noise", "signs"]
    assert rates["per_day"][:2] == pytest.approx([cubes.READY] * 2, rel=0.05)
    assert all(low < cubes.READY < high for low, high in zip(rates["per_day_low"], rates["per_day_high"], strict=True))
    assert rates["delay_days"][1] == pytest.approx(1 / cubes.READY, rel=0.05)


def test_sums_are_those_of_the_windows():
    body = bodies(cubes.town())[None]
    assert sum(body["later"]) == sum(body["categories"]["later"])
    assert sum(body["watched_days"]) == pytest.approx(sum(body["categories"]["watched_days"]), rel=1e-5)


def test_where_no_later_report_was_recorded_nothing_is_known():
    chunk = cubes.chunk()
    for body in bodies(city(with_later(chunk, slice(0)))).values():
        assert (body["available"], body["usable"], body["why"]) == (False, False, "no later reports")
        assert set(body["rho"]) == {None}
        assert all(body["desert"])
        assert sum(body["watched_days"]) > 1000
        assert body["categories"]["used"] == [None] * 4


def test_reports_that_come_five_at_a_time_are_worth_one():
    chunk = cubes.chunk()
    crowd = replace(chunk, later=np.repeat(chunk.later, 5), reported=np.repeat(chunk.reported, 5))
    usual, found = bodies(cubes.town())[None], bodies(city(crowd))[None]
    assert usual["clumped"] < 1.2
    assert 4.5 < found["clumped"] < 7
    width = [body["categories"]["per_day_high"][0] / body["categories"]["per_day_low"][0] for body in (usual, found)]
    assert width[1] == pytest.approx(width[0], rel=0.01)


def test_where_nearly_all_incidents_must_be_hidden_readiness_is_not_for_use():
    chunk = cubes.chunk()
    seen = np.flatnonzero((chunk.day >= cubes.SINCE) & (chunk.closed - chunk.opened > 2 * DAY))[::200]
    row = np.repeat(seen, 30)
    found = bodies(city(replace(chunk, later=row, reported=chunk.opened[row] + DAY)))[None]
    assert (found["available"], found["usable"], found["why"]) == (True, False, "nearly all hidden")
    assert found["hidden"] == pytest.approx(MOST_HIDDEN, abs=1e-3)


def test_some_hidden_incidents_raise_what_chances_are_computed_with():
    chunk = cubes.chunk()
    found = bodies(city(with_later(chunk, chunk.later % 2 == 0)))[None]
    assert found["usable"]
    assert 0.2 < found["hidden"] < 0.7
    rates = found["categories"]
    assert rates["used"][1] == pytest.approx(rates["per_day"][1] / (1 - found["hidden"]), rel=0.01)


def test_a_place_that_was_never_watched_is_a_desert():
    body = bodies(cubes.town())[10]
    silent = body["known"].index(False)
    assert body["desert"][silent]
    assert body["later"][silent] == body["watched_days"][silent] == 0
    assert body["rho_low"][silent] < body["rho"][silent] == 1 < body["rho_high"][silent]


def test_incidents_outside_every_area_say_nothing_of_areas():
    chunk = cubes.chunk()
    lost = np.arange(len(chunk.area)) % 2 == 0
    found = bodies(city(replace(chunk, area=np.where(lost, -1, chunk.area))))
    assert found[None]["usable"]
    assert sum(found[None]["later"]) < 0.6 * sum(found[9]["later"])


def test_an_empty_city_is_answered():
    found = bodies(cubes.empty())
    assert list(found) == [8, 9, 10, None]
    assert all(body["why"] == "no later reports" and not any(body["known"]) for body in found.values())


@pytest.mark.parametrize("later", [0, 1])
def test_a_single_incident_is_answered(later):
    chunk = cubes.chunk()
    (row,) = np.flatnonzero((chunk.day > cubes.SINCE) & (chunk.closed - chunk.opened > 5 * DAY))[:1]
    columns = {name: value[[row]] for name, value in vars(chunk).items() if name not in {"later", "reported"}}
    alone = Chunk(**columns, later=np.zeros(later, np.int64), reported=np.full(later, chunk.opened[row] + DAY))
    found = bodies(city(alone))
    json.dumps(list(found.values()), allow_nan=False)
    assert [body["usable"] for body in found.values()] == [bool(later)] * 4
    assert sum(found[None]["known"]) == later


def test_the_order_of_incidents_and_units_changes_nothing():
    chunk = cubes.chunk()
    order = np.random.default_rng(2).permutation(len(chunk.day))
    mixed = {name: value[order] for name, value in vars(chunk).items() if name not in {"later", "reported"}}
    turned = Chunk(**mixed, later=np.argsort(order)[chunk.later], reported=chunk.reported)
    assert digest(list(bodies(city(turned)).values())) == digest(list(bodies(cubes.town()).values()))


def test_columns_have_one_row_per_unit():
    for town in (cubes.town(), cubes.empty()):
        for body in bodies(town).values():
            json.dumps(body, allow_nan=False)
            assert {len(v) for v in body.values() if isinstance(v, list)} == {len(body["ids"])}
            assert {len(v) for v in body["categories"].values()} == {4}
