"""Alarms: a planted outbreak is heard, what is always so is not, and quiet towns stay quiet as often as promised."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analytics.methods.checks import MethodError
from analytics.methods.cube import COUNTS, Cube, Sums
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.stages import alarms
from analytics.stages.city import city_of
from geo import hexes
from tests import cubes, golden

UNITS = golden.units(1)
NOTHING = cubes.empty().cube.sums
CELLS = next(u for u in UNITS if u.res == 8)
PEOPLE = CELLS.exposure["population"]
# One cell of the finest resolution below each, by id.
BELOW = golden.ground().cells[np.unique(hexes.parents(golden.ground().cells, 8), return_index=True)[1]]


def town_of(weekly, parameters=cubes.QUICK, seed=3, units=UNITS, shuffle=0):
    """A city from counts, c x n x weeks (oldest first), of the res-8 cells by id; each counted in one cell below."""
    weekly = np.asarray(weekly, np.int64)
    category, cell, week = np.nonzero(weekly)
    order = np.random.default_rng(shuffle).permutation(len(cell)) if shuffle else np.arange(len(cell))
    keys = {
        "cell": BELOW[cell],
        "area": np.zeros(len(cell), np.int64),
        "category": category,
        "now": np.ones(len(cell), np.int64),
        "week": weekly.shape[2] - 1 - week,
    }
    values = weekly[category, cell, week]
    counted = Sums({k: v[order] for k, v in keys.items()}, {"incidents": values[order], "issues": values[order]})
    cube = Cube(int(values.sum()), (0, 0), {**NOTHING, COUNTS: counted})
    categories = [CategoryParams(f"subject-{i}", "population", 60.0, 5) for i in range(len(weekly))]
    return city_of(cube, units, categories, parameters, seed, weekly.shape[2])


def quiet(totals, weeks, seed, batch=1.0):
    """Counts c x n x weeks around risks that never change, `totals` to be expected of each subject in four weeks; in
    batches of that variance over the mean."""
    rng = np.random.default_rng(seed)
    share = PEOPLE[np.argsort(CELLS.ids.astype(str))] * rng.gamma(4, 1 / 4, (len(totals), len(PEOPLE)))
    mean = np.repeat((np.array(totals) / 4 / share.sum(axis=1) * share.T).T[:, :, None], weeks, axis=2)
    return rng.poisson(mean if batch == 1 else rng.standard_gamma(mean / (batch - 1)) * (batch - 1))


def body_of(city, row=0):
    return alarms.families(city)[row].body


def busiest():
    """The row by id of the cell with most people, and its id."""
    ids = sorted(CELLS.ids)
    most = str(CELLS.ids[PEOPLE.argmax()])
    return ids.index(most), most


def test_towns_without_change_alarm_as_seldom_as_promised():
    """180 towns of two subjects; from 30 weeks what is usual is known badly, and batches look like outbreaks."""
    loud = [
        any(
            f.body["alarms"] for f in alarms.families(town_of(quiet((40, 600), weeks, [seed, weeks], batch), seed=seed))
        )
        for batch, weeks in ((1.0, 104), (1.0, 30), (3.0, 56))
        for seed in range(60)
    ]
    assert np.mean(loud) <= 0.08


def test_an_outbreak_is_heard_where_it_is():
    weekly = quiet((200,), 104, 1)
    row, cell = busiest()
    weekly[0, row, -4:] += [5, 12, 12, 11]
    body = body_of(town_of(weekly))
    (found,) = body["alarms"]
    assert cell in found["cells"]
    assert found["p"] <= 0.01
    assert found["observed"] > 1.5 * found["expected"]
    assert found["ratio"] > 1.5
    assert body["strongest"] is None
    assert (body["answer"], body["weeks"], body["usual_weeks"]) == ("enough", 4, 100)


def test_what_is_always_so_raises_no_alarm():
    """Litter in the planted quarter is three times what people explain, today as ever."""
    body = next(f.body for f in alarms.families(cubes.town()) if f.category == "litter")
    assert body["answer"] == "enough"
    assert body["alarms"] == []


def test_a_season_that_is_the_same_everywhere_raises_no_alarm():
    weekly = quiet((600,), 104, 4)
    weekly[:, :, -4:] *= 2
    assert body_of(town_of(weekly, replace(cubes.QUICK, least_observed=1)))["alarms"] == []


def test_an_outbreak_long_past_does_not_deafen_for_the_next():
    weekly = quiet((200,), 56, 6)
    row, cell = busiest()
    weekly[0, row, 20:24] += 40
    weekly[0, row, -4:] += 12
    (found,) = body_of(town_of(weekly))["alarms"]
    assert cell in found["cells"]


def test_batches_are_seen_for_what_they_are():
    alone, batches = (body_of(town_of(quiet((600,), 104, 8, batch)))["phi"] for batch in (1.0, 4.0))
    assert alone < 1.2
    assert batches == pytest.approx(4, rel=0.2)


def test_a_quiet_subject_shows_what_came_closest():
    body = body_of(town_of(quiet((300,), 104, 2)))
    assert body["alarms"] == []
    assert body["strongest"]["p"] > body["p_level"] == 0.05
    assert body["strongest"]["cells"]
    assert body["circles"] > 1_000


def test_fewer_than_five_incidents_are_no_outbreak():
    weekly = np.zeros((1, len(PEOPLE), 104), np.int64)
    weekly[0, :, :90] = 1
    weekly[0, busiest()[0], -1] = 4
    body = body_of(town_of(weekly))
    assert (body["observed"], body["alarms"], body["strongest"]) == (4, [], None)


@pytest.mark.parametrize(("weeks", "answer"), [(0, "too short"), (3, "too short"), (29, "too short"), (30, "enough")])
def test_half_a_year_is_needed_to_know_what_is_usual(weeks, answer):
    body = body_of(town_of(quiet((200,), 104, 1)[:, :, 104 - weeks :]))
    assert body["answer"] == answer
    assert (body["weeks"], body["usual_weeks"]) == (min(weeks, 4), max(weeks - 4, 0))
    assert (body["circles"] > 0) == (answer == "enough")


def test_a_subject_never_heard_before_has_no_usual():
    weekly = np.zeros((1, len(PEOPLE), 104), np.int64)
    weekly[0, 3, -2] = 9
    body = body_of(town_of(weekly))
    assert (body["answer"], body["total"], body["alarms"], body["strongest"]) == ("nothing before", 9, [], None)


def test_nothing_said_and_one_incident_are_answered():
    assert {f.body["answer"] for f in alarms.families(cubes.empty())} == {"nothing before"}
    for week in (103, 50):
        weekly = np.zeros((1, len(PEOPLE), 104), np.int64)
        weekly[0, 3, week] = 1
        body = body_of(town_of(weekly))
        assert (body["alarms"], body["strongest"], body["phi"]) == ([], None, 1)


def test_incidents_without_exposure_and_outside_are_counted_apart():
    weekly = quiet((200,), 104, 1)
    row, cell = busiest()
    weekly[0, row, -1] = 30
    nobody = [replace(u, exposure={**u.exposure, "population": u.exposure["population"] * 1.0}) for u in UNITS]
    eight = next(u for u in nobody if u.res == 8)
    eight.exposure["population"][eight.ids == cell] = 0
    body = body_of(town_of(weekly, units=nobody))
    assert body["unexposed"] == weekly[0, row, -4:].sum()
    assert body["total"] == body["observed"] + body["unexposed"] + body["outside"] == weekly[0, :, -4:].sum()
    assert all(cell not in one["cells"] for one in (*body["alarms"], body["strongest"]) if one)


def test_incidents_in_no_cell_of_the_set_are_outside():
    weekly, (row, cell) = quiet((200,), 104, 1), busiest()
    eight = next(u for u in UNITS if u.res == 8)
    kept = eight.ids != cell
    ring = eight.neighbours[kept][:, kept]
    exposure = {kind: values[kept] for kind, values in eight.exposure.items()}
    columns = {name: getattr(eight, name)[kept] for name in ("ids", "names", "x", "y", "area")}
    fewer = Units(res=8, exposure=exposure, neighbours=ring, **columns)
    body = body_of(town_of(weekly, units=[fewer, *(u for u in UNITS if u.res != 8)]))
    assert body["outside"] == weekly[0, row, -4:].sum()
    assert body["total"] == body["observed"] + body["outside"]


def test_area_stands_in_for_an_exposure_that_is_not_loaded():
    city = cubes.town(categories=tuple(replace(c, exposure="street_m") for c in cubes.CATEGORIES))
    body = body_of(city)
    assert (body["exposure"], body["exposure_wanted"]) == ("area", "street_m")


def test_the_order_of_incidents_changes_nothing():
    weekly = quiet((40, 200), 56, 3)
    bodies = [[f.body for f in alarms.families(town_of(weekly, shuffle=shuffle))] for shuffle in (0, 1)]
    assert bodies[0] == bodies[1]


def test_a_subject_more_leaves_the_others_as_they_are():
    weekly = quiet((40, 200, 80), 56, 3)
    less, more = (alarms.families(town_of(weekly[:n])) for n in (2, 3))
    assert [f.body["strongest"] for f in less] == [f.body["strongest"] for f in more[:2]]


def test_the_more_subjects_are_watched_the_less_likely_a_circle_must_be():
    weekly = quiet((40, 200, 80), 56, 3)
    levels = [alarms.families(town_of(weekly[:n]))[0].body["p_level"] for n in (1, 2, 3)]
    assert levels == pytest.approx([0.05, 0.025, 0.05 / 3])


def test_without_centres_there_are_no_circles():
    units = [replace(u, x=None, y=None) for u in UNITS]
    with pytest.raises(MethodError, match="without centres there are no circles"):
        alarms.families(town_of(quiet((40,), 56, 3), units=units))


def test_families_are_named_and_plain_json():
    found = alarms.families(cubes.town())
    assert [(f.kind, f.category, f.res) for f in found] == [("alarms", c.slug, 8) for c in cubes.CATEGORIES]
    bodies = [f.body for f in found]
    assert json.loads(json.dumps(bodies, allow_nan=False)) == bodies


def test_the_number_of_replicas_is_the_parameter():
    weekly, (row, _) = quiet((200,), 56, 1), busiest()
    weekly[0, row, -4:] += 20
    (found,) = body_of(town_of(weekly, Parameters(scan_replicas=99)))["alarms"]
    assert (found["replicas"], found["exceeded"], found["p"]) == (99, 0, 0.01)
