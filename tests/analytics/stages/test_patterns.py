"""Gi* and Moran of a town whose hot places are known, and their silence where nothing is."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from analytics.methods.autocorrelation import HIGH_LOW, gi_star
from analytics.methods.cube import Cube, Sums, count
from analytics.methods.units import Parameters
from analytics.results import to_json
from analytics.stages import counts, patterns
from analytics.stages.city import city_of
from tests import cubes, golden

COLUMNS = ("gi", "gi_q", "local", "local_q", "quadrant")


def bodies(city):
    return {(f.category, f.res): f.body for f in patterns.families(city, counts.count(city))}


@pytest.fixture(scope="module")
def town():
    return bodies(cubes.town())


def only_some(keep):
    """The town with people in the first `keep` units of each set alone."""
    sets = [replace(u, exposure={"population": np.arange(len(u.ids)) < keep}) for u in golden.units(1)]
    return city_of(cubes.cube(), sets, cubes.CATEGORIES, cubes.QUICK, 7, cubes.WEEKS)


def test_one_family_for_each_category_at_the_resolutions_asked_for_and_the_areas(town):
    assert set(town) == {(c.slug, res) for c in cubes.CATEGORIES for res in (8, 9, None)}
    for body in town.values():
        assert {len(body[name]) for name in COLUMNS} == {len(body["ids"])}


def test_a_resolution_the_city_has_no_cells_of_is_left_out():
    assert {res for _, res in bodies(cubes.town(parameters=replace(cubes.QUICK, pattern_res=(7, 8))))} == {8, None}


def test_hot_cells_lie_in_the_planted_quarter_and_on_its_border(town):
    body, cells, areas = town["litter", 9], cubes.town().set_of(9), cubes.town().areas
    hot = np.array(body["ids"])[(np.array(body["gi_q"]) <= 0.05) & (np.array(body["gi"]) > 0)]
    at = np.searchsorted(cells.ids.astype(str), hot.astype(str))
    inside = areas.ids[cells.area[at]] == cubes.PLANT
    assert inside.sum() >= 15
    assert (cells.touching[at[~inside]] @ (areas.ids[cells.area] == cubes.PLANT) > 0).all()


def test_like_lies_beside_like_in_a_town_with_a_hot_quarter(town):
    found = town["litter", 9]["moran"]
    assert found["known"]
    assert found["z"] > 5
    assert found["p"] < 1e-6
    assert found["expected"] == pytest.approx(-1 / 684, rel=1e-5)


def test_a_hot_quarter_among_ordinary_ones_is_high_among_low(town):
    body = town["litter", None]
    assert body["quadrant"][body["ids"].index(cubes.PLANT)] == HIGH_LOW


def test_the_scores_are_those_of_the_shrunken_ratios_over_shared_borders(town):
    table = counts.count(cubes.town())[None][1]
    rows = table.exposed
    z = gi_star(table.theta, table.units.touching[rows][:, rows])
    assert town["litter", None]["gi"] == pytest.approx(z, rel=1e-5)


def test_without_borders_the_neighbours_of_the_exposure_test_are_taken():
    table = counts.count(cubes.town())[8][1]
    bare = replace(table, units=replace(table.units, touching=None))
    assert (patterns.pattern(bare).gi == patterns.pattern(table).gi).all()


@pytest.mark.parametrize("category, res", [("noise", 9), ("signs", 8), ("signs", 9), ("signs", None)])
def test_units_that_differ_no_more_than_chance_have_no_pattern(town, category, res):
    body = town[category, res]
    assert body["answer"] == patterns.ALIKE
    assert body["n"] > 30
    assert body["ids"] == []
    assert body["moran"] == {"known": False} | dict.fromkeys(("i", "expected", "variance", "z", "p"))


def test_a_city_of_constant_risk_has_next_to_no_patterns():
    called = [any(q <= 0.05 for q in body["gi_q"]) for seed in range(3) for body in bodies(constant(seed)).values()]
    assert len(called) == 3 * 16 * 3
    assert sum(called) <= 7


def constant(seed):
    found = golden.constant(seed)
    at = np.concatenate([np.flatnonzero(n) for n in found.values()])
    category = np.repeat(np.arange(len(found)), [np.count_nonzero(n) for n in found.values()])
    area = np.unique(golden.quarters().astype(str), return_inverse=True)[1]
    place = {"cell": golden.ground().cells[at], "area": area[at], "category": category}
    incidents = np.concatenate([n[n > 0] for n in found.values()])
    rows = Sums({**place, "now": np.ones(len(at), int), "week": np.zeros(len(at), int)}, {"incidents": incidents})
    cube = Cube(int(incidents.sum()), (0, 0), {"counts": rows})
    return city_of(cube, golden.units(seed), golden.categories(), Parameters(), seed, 52)


def test_a_neighborhood_with_a_handful_of_incidents_is_never_called():
    table = counts.count(cubes.town())[9][0]
    strict = patterns.pattern(table, 50)
    ring = table.units.touching @ table.observed
    called = strict.rows[(strict.gi_q <= 0.05) & (strict.gi > 0)]
    assert len(called)
    assert (ring[called] >= 50).all()
    assert (strict.gi == patterns.pattern(table).gi).all()


def test_a_unit_without_neighbours_is_in_no_quadrant():
    city = cubes.town()
    links = city.areas.touching.tolil()
    links[0], links[:, 0] = 0, 0
    links[0, 0] = 1
    table = counts.count(city)[None][1]
    alone = replace(table, units=replace(table.units, touching=sparse.csr_matrix(links)))
    body = patterns.pattern(alone).body(alone.units.ids)
    assert (body["quadrant"][0], body["local"][0], body["local_q"][0]) == (0, None, None)
    assert isinstance(body["gi"][0], float)
    assert None not in body["local"][1:]


@pytest.mark.parametrize("keep, answer", [(1, patterns.FEW_UNITS), (3, patterns.FEW_UNITS), (30, patterns.ENOUGH)])
def test_fewer_than_four_exposed_units_have_no_pattern(keep, answer):
    body = bodies(only_some(keep))["litter", None]
    assert (body["answer"], body["n"], len(body["ids"])) == (answer, keep, keep if answer == patterns.ENOUGH else 0)


def test_nothing_ever_said_is_answered():
    for body in bodies(cubes.empty()).values():
        assert body["answer"] == patterns.ALIKE
        assert not body["moran"]["known"]
        assert body["ids"] == []


def test_one_incident_is_answered():
    one = {
        name: value[:0] if name in ("later", "reported") else value[-1:] for name, value in vars(cubes.chunk()).items()
    }
    cube = count(type(cubes.chunk())(**one), cubes.plan())
    city = city_of(cube, golden.units(1), cubes.CATEGORIES, cubes.QUICK, 7, cubes.WEEKS)
    assert {body["answer"] for body in bodies(city).values()} == {patterns.ALIKE}


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


def test_the_audit_asks_only_about_what_is_high_and_stops_early():
    city = cubes.town()
    bodies = [f.body for f in patterns.families(city, counts.count(city)) if f.body["ids"]]
    assert any(body["audit"]["ids"] for body in bodies)
    for body in bodies:
        q = dict(zip(body["ids"], zip(body["gi"], body["gi_q"], strict=True), strict=True))
        audited = body["audit"]
        assert all(q[cell][0] > 0 and q[cell][1] <= patterns.AUDIT_Q for cell in audited["ids"])
        assert all(0 < p <= 1 for p in audited["p"])
        assert all(10 <= n <= 999 for n in audited["permutations"])
