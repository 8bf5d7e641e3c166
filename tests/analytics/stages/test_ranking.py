import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analytics.methods.cube import Chunk, count
from analytics.methods.grades import GRADES
from analytics.methods.units import Units
from analytics.results import digest
from analytics.stages import counts, ranking, reporting, waiting
from analytics.stages.city import city_of
from analytics.stages.waiting import Gaps
from tests import cubes, golden

SHY = "quarter-3-2"


def city(chunk=None, sets=None, categories=cubes.CATEGORIES):
    counted = cubes.cube() if chunk is None else count(chunk, cubes.plan())
    return city_of(counted, golden.units(1) if sets is None else sets, categories, cubes.QUICK, 7, cubes.WEEKS)


def ranked(town, gaps=None):
    found = ranking.families(town, counts.count(town), reporting.learn(town), gaps or {})
    return {family.res: family.body for family in found}


@cache
def town():
    """The rankings of the town; every fourth area waits ten days longer, the last is not known."""
    here = city()
    n = len(here.areas.ids)
    gap = np.where(np.arange(n) % 4 == 0, 10.0, 0.0) + np.random.default_rng(1).normal(0, 0.5, n)
    known = np.arange(n) < n - 1
    cells = len(here.set_of(10).ids)
    none = Gaps(np.zeros(cells), np.ones(cells), np.zeros(cells, bool), np.zeros(cells, np.int64))
    return ranked(here, {None: Gaps(gap, np.ones(n), known, np.full(n, 40)), 10: none})


def at(body, name):
    return body["ids"].index(name)


def with_exposure(kinds, only=None):
    """The sets of the town with other exposures, made of those they have."""
    return [
        Units(u.res, u.ids, u.names, kinds(u), u.neighbours, u.touching, u.x, u.y, u.area)
        for u in golden.units(1)
        if only is None or u.res in only
    ]


def least(chunk, rows):
    """Some incidents of a chunk, without their later reports."""
    columns = {name: value[rows] for name, value in vars(chunk).items() if name not in {"later", "reported"}}
    return Chunk(**columns, later=np.zeros(0, np.int64), reported=np.zeros(0, np.int64))


def test_what_was_planted_leads_the_excess():
    body = town()[None]
    first = {at(body, name) for name in (cubes.PLANT, cubes.GROWING)}
    assert set(np.argsort(body["excess"]["rank"])[:2].tolist()) == first
    assert [body["excess"]["tier"][i] for i in first] == ["A", "A"]
    assert [body["sides"][i] for i in first] == [[4, 4], [4, 4]]


def test_every_score_can_be_taken_apart_down_to_its_counts():
    here, bodies = city(), town()
    tables = counts.count(here)
    for res, body in bodies.items():
        rows = np.isin(here.set_of(res).ids, body["ids"])
        expected = {c.slug: t.expected[rows] for c, t in zip(here.categories, tables[res], strict=True)}
        ratio = {slug: np.array(column["corrected"], float) for slug, column in body["parts"].items()}
        parts = {slug: body["severity"][slug] * np.nan_to_num(ratio[slug]) * expected[slug] for slug in ratio}
        burden = sum(parts.values())
        explained = sum(body["severity"][slug] * body["mean"][slug] * expected[slug] for slug in ratio)
        assert burden == pytest.approx(body["burden"]["score"], rel=1e-4)
        assert burden / explained == pytest.approx(body["excess"]["score"], rel=1e-4)
        for slug, part in parts.items():
            assert part / burden == pytest.approx(np.array(body["parts"][slug]["share"]), rel=1e-4)


def test_only_units_of_which_something_is_expected_are_ranked():
    here = city()
    people = here.set_of(10).exposure["population"]
    body = town()[10]
    assert 0 < body["of"] < len(people)
    assert body["ids"] == here.set_of(10).ids[people >= 1e-3 * people[people > 0].mean()].tolist()
    assert body["k"] == 20
    assert town()[None]["k"] == 4


def test_the_header_says_what_was_weighed_and_divided_by():
    body = town()[None]
    assert body["categories"] == ["lighting", "litter", "noise", "signs"]
    assert body["severity"] == {"lighting": 4.0, "litter": 2.0, "noise": 1.0, "signs": 3.0}
    assert body["life_days"]["signs"] == 90.0
    assert set(body["exposure"].values()) == {"population"}
    assert body["reporting_used"]
    assert body["reporting_why"] == ""


def test_where_people_report_less_readily_the_correction_raises_the_place():
    chunk = cubes.chunk()
    of = np.unique(golden.quarters().astype(str))[chunk.area]
    kept = (of[chunk.later] != SHY) | (np.arange(len(chunk.later)) % 6 == 0)
    body = ranked(city(replace(chunk, later=chunk.later[kept], reported=chunk.reported[kept])))[None]
    row = at(body, SHY)
    assert body["rho_high"][row] < 0.8
    assert body["parts"]["noise"]["reported"][row] < 0.7
    assert all(
        body["parts"][slug]["corrected"][row] > body["parts"][slug]["heard"][row] for slug in ("lighting", "litter")
    )
    assert body["excess"]["point_rank"][row] < body["excess"]["plain_rank"][row]


def test_without_later_reports_all_are_taken_to_report_alike():
    chunk = cubes.chunk()
    body = ranked(city(replace(chunk, later=chunk.later[:0], reported=chunk.reported[:0])))[None]
    assert (body["reporting_used"], body["reporting_why"]) == (False, "no later reports")
    for name in ("rho", "rho_low", "rho_high", "desert"):
        assert set(body[name]) == {None}
    assert body["graded_by"] == ["denominator", "incidents", "rank", "resolutions"]
    assert body["excess"]["point_rank"] == body["excess"]["plain_rank"]
    assert all(part["corrected"] == part["heard"] for part in body["parts"].values())


def test_the_kind_in_use_moves_nothing_and_another_does():
    body = town()[None]
    assert list(body["denominators"]) == ["area", "population"]
    assert body["denominators"]["population"]["rank"] == body["excess"]["point_rank"]
    assert body["denominators"]["population"]["burden_rank"] == body["burden"]["point_rank"]
    assert body["denominators"]["area"]["rank"] != body["excess"]["point_rank"]


def test_a_unit_without_a_kind_has_no_answer_by_it_and_the_lowest_grade():
    def kinds(u):
        gone = np.where(np.arange(len(u.ids)) == 5, 0.0, u.exposure["population"])
        return {"area": u.exposure["area"], "population": gone, "trees": np.zeros(len(u.ids))}

    categories = tuple(replace(c, exposure="area") for c in cubes.CATEGORIES)
    body = ranked(city(sets=with_exposure(kinds, only=(None,)), categories=categories))[None]
    assert list(body["denominators"]) == ["area", "population"]
    people = body["denominators"]["population"]
    assert [i for i, rank in enumerate(people["rank"]) if rank is None] == [5]
    assert [i for i, score in enumerate(people["excess"]) if score is None] == [5]
    assert sorted(set(people["burden_rank"]) - {None}) == list(range(1, body["of"]))


def test_with_one_kind_and_one_set_two_parts_of_the_grade_cannot_be_had():
    sets = with_exposure(lambda u: {"area": u.exposure["area"]}, only=(None,))
    body = ranked(city(sets=sets))[None]
    assert body["graded_by"] == ["incidents", "rank", "reporting"]
    assert list(body["denominators"]) == ["area"]
    assert set(map(tuple, body["sides"])) == {(1, 1)}


def test_a_grade_is_the_worst_of_its_parts():
    body = town()[10]
    for order in ("burden", "excess"):
        grades, decided = body[order]["grade"], body[order]["decided"]
        assert set(grades) <= set(GRADES)
        assert {name for names in decided for name in names} <= set(body["graded_by"])
        deserts = [i for i, desert in enumerate(body["desert"]) if desert]
        assert deserts
        assert all(grades[i] == "very low" and "reporting" in decided[i] for i in deserts)


def test_sides_never_agree_in_less_than_half():
    for body in town().values():
        agreeing, of = np.array(body["sides"]).T
        assert (2 * agreeing >= of).all()
        assert (agreeing <= of).all()
        assert of.max() == 4


def test_places_that_wait_longer_lead_the_delay():
    body = town()[None]
    delay = body["delay"]
    late = (np.arange(body["of"]) % 4 == 0) & np.array(delay["known"])
    assert late.sum() == 9
    assert max(np.array(delay["rank"])[late]) < min(np.array(delay["rank"])[~late])
    assert np.array(delay["score"])[late].min() > 5
    assert delay["graded_by"] == ["incidents", "rank"]


def test_where_everybody_waits_three_times_as_long_the_delay_is_longest():
    here = cubes.town()
    body = ranked(here, waiting.gaps(waiting.wait(here, cubes.SINCE, cubes.UNTIL)))[None]
    row, delay = at(body, cubes.SLOW), body["delay"]
    assert (delay["rank"][row], delay["rank_high"][row], delay["tier"][row]) == (1, 1, "A")
    assert delay["score"][row] > 0.8 * delay["gap_days"][row]


def test_a_place_whose_delay_is_not_known_may_have_any_rank():
    delay = town()[None]["delay"]
    assert (delay["known"][-1], delay["gap_days"][-1], delay["error_days"][-1]) == (False, None, None)
    assert delay["rank_high"][-1] - delay["rank_low"][-1] > 20
    assert (delay["grade"][-1], delay["decided"][-1]) == ("very low", ["incidents", "rank"])


def test_delay_is_ranked_over_the_same_units_or_not_at_all():
    bodies = town()
    assert len(bodies[10]["delay"]["rank"]) == bodies[10]["of"]
    assert not any(bodies[10]["delay"]["known"])
    assert bodies[8]["delay"] is bodies[9]["delay"] is None


def test_nothing_heard_gives_no_rank_to_anyone():
    for body in ranked(cubes.empty()).values():
        json.dumps(body, allow_nan=False)
        assert (body["of"], body["k"], body["ids"], body["categories"], body["parts"]) == (0, 1, [], [], {})
        assert body["burden"]["rank"] == body["excess"]["rank"] == body["sides"] == []


def test_a_single_incident_is_answered():
    body = ranked(city(least(cubes.chunk(), [len(cubes.chunk().day) - 1])))[None]
    json.dumps(body, allow_nan=False)
    assert sum(body["observed"]) == 1
    assert len(body["categories"]) == 1
    assert body["excess"]["score"] == pytest.approx([1] * body["of"], abs=1e-3)


def test_a_city_whose_subjects_are_all_sensitive_ranks_nobody():
    bodies = ranked(city(categories=tuple(replace(c, sensitive=True) for c in cubes.CATEGORIES)))
    assert [body["of"] for body in bodies.values()] == [0] * 4
    json.dumps(list(bodies.values()), allow_nan=False)


def test_a_subject_that_adds_no_weight_leaves_the_side_open():
    body = ranked(city(categories=tuple(replace(c, severity=float(c.slug == "signs")) for c in cubes.CATEGORIES)))[9]
    json.dumps(body, allow_nan=False)
    assert set(body["parts"]["litter"]["share"]) == {0.0}


def test_the_order_of_incidents_and_units_changes_nothing():
    chunk = cubes.chunk()
    order = np.random.default_rng(2).permutation(len(chunk.day))
    mixed = {name: value[order] for name, value in vars(chunk).items() if name not in {"later", "reported"}}
    turned = Chunk(**mixed, later=np.argsort(order)[chunk.later], reported=chunk.reported)
    assert digest(ranked(city(turned, sets=golden.units(1)[::-1]))[9]) == digest(ranked(city())[9])


def test_columns_have_one_row_per_ranked_unit():
    for body in town().values():
        json.dumps(body, allow_nan=False)
        orders = [body["burden"], body["excess"], body["delay"] or {}]
        nested = [*orders, *body["denominators"].values(), *body["parts"].values()]
        columns = [c for b in (body, *nested) for name, c in b.items() if isinstance(c, list)]
        headers = [body["graded_by"], body["categories"], (body["delay"] or {}).get("graded_by")]
        assert {len(c) for c in columns if not any(c is h for h in headers)} == {body["of"]}
