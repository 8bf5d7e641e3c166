"""Clumps beside their exposure test: planted ones found where they lie, a busy subject not one single cluster."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analytics.methods.cube import DAY, NEVER, Chunk, count
from analytics.methods.units import CategoryParams
from analytics.stages import clusters, counts
from analytics.stages.city import city_of
from geo import hexes
from tests import cubes, golden

NOISE = [c.slug for c in cubes.CATEGORIES].index("noise")
LAST_DAY = cubes.UNTIL - 1


def families_of(chunk, categories=cubes.CATEGORIES, weeks=cubes.WEEKS, since=cubes.SINCE):
    cube = count(chunk, cubes.plan(since=since, limits=(30.0,) * len(categories)))
    city = city_of(cube, golden.units(1), categories, cubes.QUICK, seed=7, weeks=weeks)
    found = clusters.families(city, counts.count(city), since, cubes.UNTIL)
    return {f.category: f.body for f in found}


@pytest.fixture(scope="module")
def town():
    return families_of(cubes.chunk())


def rows_of(n, row=2_000, category=NOISE, day=LAST_DAY, spread=20.0, shift=(0.0, 0.0)):
    """n incidents within `spread` metres of the centre of a res-10 cell of the ground, moved by `shift` metres."""
    rng, place = np.random.default_rng(5), golden.ground()
    days = np.broadcast_to(np.asarray(day, np.int64), n)
    return Chunk(
        cell=np.repeat(place.cells[row], n),
        area=np.zeros(n, np.int64),
        category=np.full(n, category),
        day=days.copy(),
        opened=days * DAY,
        closed=np.full(n, NEVER),
        ended=np.zeros(n, np.int64),
        issues=np.ones(n, np.int64),
        x=place.x[row] + shift[0] + rng.uniform(-spread, spread, n),
        y=place.y[row] + shift[1] + rng.uniform(-spread, spread, n),
        later=np.zeros(0, np.int64),
        reported=np.zeros(0, np.int64),
    )


def joined(*chunks):
    """Several chunks in one, the later reports of the first alone."""
    first = chunks[0]
    columns = {name: np.concatenate([getattr(c, name) for c in chunks]) for name in vars(first)}
    return Chunk(**{**columns, "later": first.later, "reported": first.reported})


def shuffled(chunk, seed=3):
    order = np.random.default_rng(seed).permutation(len(chunk.day))
    back = np.argsort(order)
    columns = {name: value[order] for name, value in vars(chunk).items() if name not in {"later", "reported"}}
    return Chunk(**columns, later=back[chunk.later], reported=chunk.reported)


def nothing():
    return Chunk(**{name: value[:0] for name, value in vars(cubes.chunk()).items()})


def table_of(expected, area):
    """A table of the first cells of the town, with what is expected in them and their ground, all else as it is."""
    city = cubes.town()
    table, n = counts.count(city)[9][0], len(expected)
    ground, wanted = np.zeros(len(table.expected)), np.zeros(len(table.expected))
    ground[:n], wanted[:n] = area, expected
    return replace(table, units=replace(table.units, exposure={"area": ground}), expected=wanted)


def test_every_category_has_one_family_and_every_incident_is_accounted_for(town):
    assert list(town) == ["lighting", "litter", "noise", "signs"]
    for body in town.values():
        assert body["untested"] == 0
        assert body["total"] == body["noise"] + sum(c["n"] for c in body["clusters"])


def test_the_planted_quarter_holds_the_litter_clusters_that_mean_something(town):
    place, plant = golden.ground(), golden.quarters() == cubes.PLANT
    inside = {hexes.to_text(int(c)) for c in hexes.parents(place.cells[plant], 9)}
    meant = [c for c in town["litter"]["clusters"] if c["q"] <= 0.01 and c["ratio"] >= 2]
    assert len(meant) >= 5
    assert all(c["cell"] in inside for c in meant)


def test_a_clump_is_found_where_it_lies():
    row, place = 2_000, golden.ground()
    body = families_of(joined(cubes.chunk(), rows_of(40, row)))["noise"]
    (found,) = body["clusters"]
    assert found["n"] >= 40
    assert math.hypot(found["x"] - place.x[row], found["y"] - place.y[row]) < 15
    assert found["cell"] == hexes.to_text(int(hexes.parents(place.cells[[row]], 9)[0]))
    assert found["q"] < 1e-6
    assert found["ratio"] > 5


def test_the_hull_is_a_closed_ring_around_the_members():
    body = families_of(rows_of(40))["noise"]
    (found,) = body["clusters"]
    ring = np.array(found["hull"])
    assert (ring[0] == ring[-1]).all()
    away = np.hypot(ring[:, 0] - found["x"], ring[:, 1] - found["y"])
    assert away.max() == pytest.approx(found["radius_m"])


def test_incidents_on_one_spot_make_a_cluster_that_can_be_drawn():
    body = families_of(rows_of(6, spread=0.0))["noise"]
    (found,) = body["clusters"]
    assert (found["n"], found["radius_m"]) == (6, 0)
    assert len(found["hull"]) > 4


def test_most_incidents_come_first(town):
    for body in town.values():
        keys = [(-c["n"], c["x"], c["y"]) for c in body["clusters"]]
        assert keys == sorted(keys)


def test_quarters_run_from_the_oldest_and_tell_a_passing_clump():
    old, new = rows_of(9, day=cubes.SINCE + 1), rows_of(30, day=LAST_DAY)
    (found,) = families_of(joined(old, new))["noise"]["clusters"]
    assert found["quarters"] == [9, 0, 0, 30]
    assert found["quarters_held"] == 2


@pytest.mark.parametrize(("n", "held"), [(1, 1), (2, 2)])
def test_a_quarter_holds_what_kept_up_would_make_a_cluster(n, held):
    """Five are wanted: two a quarter would be enough, one would not."""
    chunk = joined(rows_of(n, day=cubes.SINCE + 1), rows_of(5, day=LAST_DAY))
    (found,) = families_of(chunk)["noise"]["clusters"]
    assert (found["quarters"][0], found["quarters_held"]) == (n, held)


def test_only_full_quarters_are_listed():
    """365 days hold four quarters and a day."""
    chunk = joined(rows_of(7, day=cubes.SINCE - 1), rows_of(5))
    body = families_of(chunk, since=cubes.SINCE - 1)["noise"]
    assert body["quarters"] == 4
    assert body["clusters"][0]["n"] == 12
    assert body["clusters"][0]["quarters"] == [0, 0, 0, 5]


@pytest.mark.parametrize(("weeks", "quarters"), [(0, 0), (12, 0), (13, 1), (40, 3), (104, 4)])
def test_quarters_reach_no_further_than_the_data(weeks, quarters):
    body = families_of(rows_of(8), weeks=weeks)["noise"]
    assert body["quarters"] == len(body["clusters"][0]["quarters"]) == quarters


def test_a_busy_subject_is_not_one_single_cluster():
    """70,000 incidents a year. With a fixed number nearly all of them would be one cluster."""
    rng, place, share = np.random.default_rng(2), golden.ground(), golden.people(1) / golden.PEOPLE
    index = rng.choice(len(share), 70_000, p=share)
    x, y = rng.uniform(-60, 60, (2, len(index)))
    some = rows_of(len(index), category=0)
    chunk = replace(some, cell=place.cells[index], x=place.x[index] + x, y=place.y[index] + y)
    body = families_of(chunk, (CategoryParams("litter", "population", 60.0, 5),))["litter"]
    assert body["min_points"] > 4 * body["min_points_wanted"]
    assert max(c["n"] for c in body["clusters"]) < 0.2 * body["total"]


def test_a_rare_subject_keeps_the_number_wanted(town):
    assert (town["signs"]["min_points"], town["signs"]["min_points_wanted"]) == (5, 5)


def test_the_number_follows_from_density_where_incidents_are_expected():
    """30 and 10 expected on 0.1 and 0.2 km2 are 300 and 50 to the km2, and (30 * 300 + 10 * 50) / 40 = 237.5."""
    table = table_of([30.0, 10.0], [1e5, 2e5])
    usual = 237.5e-6 * math.pi * 120**2
    wanted = 1 + int(stats.poisson.ppf(0.999, usual))
    assert clusters.crowd(table, 120.0, cubes.QUICK) == wanted == 23


def test_a_sliver_of_ground_has_no_density():
    whole = clusters.crowd(table_of([30.0], [1e5]), 120.0, cubes.QUICK)
    assert clusters.crowd(table_of([30.0, 30.0, 30.0], [1e5, 1.0, 0.0]), 120.0, cubes.QUICK) == whole


@pytest.mark.parametrize(("expected", "area"), [([0.0], [1e5]), ([30.0], [0.0])])
def test_without_expectation_or_ground_one_is_a_crowd(expected, area):
    assert clusters.crowd(table_of(expected, area), 120.0, cubes.QUICK) == 1


def test_a_clump_outside_every_tested_cell_is_counted_not_shown():
    away = rows_of(9, shift=(90_000.0, 0.0))
    far = replace(away, cell=np.repeat(hexes.cells_of(22.4, 45.7, 10), 9))
    body = families_of(joined(rows_of(9), far))["noise"]
    assert (len(body["clusters"]), body["untested"], body["total"], body["noise"]) == (1, 1, 18, 0)


def test_of_two_cells_with_as_many_the_first_by_id_is_tested():
    nine = hexes.parents(golden.ground().cells, 9)
    border = next(i for i in range(2_000, 3_000) if nine[i] != nine[i + 1])
    pair = [rows_of(3, border), rows_of(3, border + 1)]
    same = [replace(c, x=pair[0].x, y=pair[0].y) for c in pair]
    (found,) = families_of(joined(*same))["noise"]["clusters"]
    assert found["cell"] == min(hexes.to_text(int(nine[i])) for i in (border, border + 1))


def test_the_order_of_incidents_changes_nothing(town):
    assert families_of(shuffled(cubes.chunk())) == town


def test_nothing_said_and_one_incident_are_answered():
    for chunk, n in ((nothing(), 0), (rows_of(1), 1)):
        body = families_of(chunk)["noise"]
        assert (body["total"], body["noise"], body["clusters"], body["untested"]) == (n, n, [], 0)
        assert body["quarters"] == 4


def test_the_bodies_are_plain_json(town):
    assert json.loads(json.dumps(town, allow_nan=False)) == town
