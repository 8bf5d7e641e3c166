"""Does the map work? Foretold from what was known, beside last year's counts; where it loses, it says so."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analytics.methods.backtest import backtest
from analytics.methods.cube import COUNTS, Cube, Sums
from analytics.methods.units import CategoryParams, Units
from analytics.stages import check
from analytics.stages.city import city_of
from geo import hexes
from tests import cubes, golden

UNITS = golden.units(1)
NOTHING = cubes.empty().cube.sums
CELLS = next(u for u in UNITS if u.res == 9)
PEOPLE = CELLS.exposure["population"]
# One cell of the finest resolution below each, by id.
BELOW = golden.ground().cells[np.unique(hexes.parents(golden.ground().cells, 9), return_index=True)[1]]


def town_of(weekly, units=UNITS, shuffle=0, **parameters):
    """A city from counts, c x n x weeks (oldest first), of the res-9 cells by id; each counted in one cell below."""
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
    return city_of(cube, units, categories, replace(cubes.QUICK, **parameters), 3, weekly.shape[2])


def by_people(totals, weeks=65, seed=1):
    """Counts c x n x weeks where risk is the same for everybody; `totals` to be expected of each subject in a year."""
    rng, share = np.random.default_rng(seed), PEOPLE / PEOPLE.sum()
    return rng.poisson(np.repeat(np.array(totals)[:, None, None] / 52 * share[:, None], weeks, axis=2))


def with_area(change):
    """The sets of units, those of the resolution checked with `change` made to their square metres."""

    def turned(one):
        return replace(one, exposure={**one.exposure, "area": change(one.exposure["area"].copy())})

    return [turned(u) if u.res == 9 else u for u in UNITS]


def table_of(city):
    (family,) = check.families(city)
    assert (family.kind, family.category, family.res) == ("check", None, 9)
    return family.body


def rows_of(body, category):
    """The rows of one category, by budget."""
    rows = [i for i, name in enumerate(body["category"]) if name == category]
    return [{name: body[name][i] for name in check.COLUMNS} for i in rows]


def test_where_counts_are_few_our_map_foretells_better_and_never_loses():
    """300 incidents a year on 686 cells, ten towns: people tell more than where it happened to happen."""
    rows = [rows_of(table_of(town_of(by_people([300], seed=seed))), "subject-0")[1] for seed in range(10)]
    assert {row["budget"] for row in rows} == {0.05}
    assert sum(row["recall"] for row in rows) > 1.3 * sum(row["naive_recall"] for row in rows)
    assert {row["verdict"] for row in rows} == {"beats", "not told apart"}
    assert all(row["low"] > 0 for row in rows if row["verdict"] == "beats")


def test_where_counts_are_many_the_maps_are_not_told_apart():
    body = table_of(town_of(by_people([200_000])))
    assert {row["verdict"] for row in rows_of(body, "subject-0")} == {"not told apart"}


def test_our_map_loses_where_its_exposure_has_nothing_to_say():
    """All happens in a park nobody lives in."""
    weekly, nobody = np.zeros((1, len(PEOPLE), 65), np.int64), int(PEOPLE.argmin())
    people = PEOPLE.copy()
    people[nobody] = 0
    units = [replace(u, exposure={**u.exposure, "population": people}) if u.res == 9 else u for u in UNITS]
    weekly[0, nobody] = 2
    first = rows_of(table_of(town_of(weekly, units)), "subject-0")[0]
    assert (first["unexposed"], first["n_later"], first["left_out"]) == (26, 26, 0)
    assert (first["recall"], first["naive_recall"], first["verdict"]) == (pytest.approx(0.01, rel=0.1), 1.0, "loses")


def test_the_map_is_made_from_the_weeks_before_alone():
    weekly = by_people([400])
    other = weekly.copy()
    other[:, :, -13:] = other[:, ::-1, -13:]
    ours, same = (check.check(town_of(w)).rows[1].maps for w in (weekly, other))
    assert (ours.score == same.score).all()
    assert (ours.naive == same.naive).all()
    assert (ours.later != same.later).any()


def test_a_year_stands_before_the_weeks_foretold():
    weekly = by_people([400], weeks=104)
    (_, row), body = check.check(town_of(weekly)).rows, table_of(town_of(weekly))
    assert (body["weeks_before"], body["weeks_after"]) == (52, 13)
    assert row.maps.naive.sum() == weekly[:, :, 104 - 65 : 104 - 13].sum()
    assert row.maps.later.sum() == weekly[:, :, -13:].sum()
    assert row.maps.score.sum() == pytest.approx(row.maps.naive.sum(), rel=1e-3)


def test_the_figures_are_those_of_the_back_test():
    city = town_of(by_people([2_000]))
    maps, area = check.check(city).rows[1].maps, CELLS.exposure["area"]
    for row, ours, naive in zip(
        rows_of(table_of(city), "subject-0"),
        backtest(maps.score, maps.later, area),
        backtest(maps.naive, maps.later, area),
        strict=True,
    ):
        assert (row["recall"], row["naive_recall"]) == pytest.approx((ours.recall, naive.recall), rel=1e-5)
        assert (row["pai"], row["pei"], row["best"]) == pytest.approx((ours.pai, ours.pei, ours.best), rel=1e-5)
        assert row["difference"] == pytest.approx(ours.recall - naive.recall, rel=1e-3, abs=1e-6)
        assert row["low"] <= row["difference"] <= row["high"]


def test_all_together_is_the_sum_over_subjects():
    whole, *each = check.check(town_of(by_people([300, 5_000]))).rows
    assert whole.category == ""
    for name in ("score", "naive", "later"):
        assert getattr(whole.maps, name) == pytest.approx(sum(getattr(row.maps, name) for row in each))


def test_batches_widen_the_interval():
    single = by_people([2_000])
    rng = np.random.default_rng(4)
    share = (PEOPLE + 1) / (PEOPLE + 1).sum()
    mean = np.repeat(2_000 / 52 * share[None, :, None], 65, axis=2)
    batches = rng.poisson(rng.standard_gamma(mean / 7) * 7)
    alone, wide = (rows_of(table_of(town_of(w)), "subject-0")[1] for w in (single, batches))
    assert alone["phi"] < 1.2
    assert wide["phi"] > 4
    assert wide["high"] - wide["low"] > 1.5 * (alone["high"] - alone["low"])


@pytest.mark.parametrize(
    ("weeks", "answer", "before"),
    [(0, "too short", 0), (5, "too short", 0), (38, "too short", 25), (39, "enough", 26), (104, "enough", 52)],
)
def test_half_a_year_is_needed_before(weeks, answer, before):
    body = table_of(town_of(by_people([400], weeks=104)[:, :, 104 - weeks :]))
    assert (body["answer"], body["weeks_before"]) == (answer, before)
    assert len(body["category"]) == (4 if answer == "enough" else 0)
    assert body["cells"] == len(PEOPLE)


def test_without_ground_there_is_no_budget():
    body = table_of(town_of(by_people([400]), with_area(np.zeros_like)))
    assert (body["answer"], body["cells"], body["area_km2"], body["recall"]) == ("no ground", 0, 0, [])


def test_incidents_without_ground_are_said_to_be_left_out():
    def change(area):
        area[5], area[6] = 0.0, 1.0
        return area

    weekly = by_people([400])
    weekly[0, 5:7, -1] = 7
    body = table_of(town_of(weekly, with_area(change)))
    row = rows_of(body, "subject-0")[0]
    assert row["left_out"] == weekly[0, 5:7, -13:].sum()
    assert row["n_later"] + row["left_out"] == weekly[0, :, -13:].sum()
    assert body["cells"] == len(PEOPLE) - 2


def test_incidents_in_no_cell_of_the_set_are_left_out():
    weekly, kept = by_people([400]), np.arange(len(PEOPLE)) > 0
    weekly[0, 0, -1] = 9
    ring = CELLS.neighbours[kept][:, kept]
    columns = {name: getattr(CELLS, name)[kept] for name in ("ids", "names", "x", "y", "area")}
    exposure = {kind: values[kept] for kind, values in CELLS.exposure.items()}
    fewer = Units(res=9, exposure=exposure, neighbours=ring, **columns)
    body = table_of(town_of(weekly, [fewer, *(u for u in UNITS if u.res != 9)]))
    assert rows_of(body, "subject-0")[0]["left_out"] == weekly[0, 0, -13:].sum()


def test_nothing_said_has_no_figures():
    body = table_of(cubes.empty())
    assert body["answer"] == "enough"
    assert body["category"] == ["", "", *(c.slug for c in cubes.CATEGORIES for _ in range(2))]
    for name in ("recall", "pai", "pei", "naive_recall", "naive_pai", "naive_pei", "best", "difference", "low", "high"):
        assert set(body[name]) == {None}
    assert set(body["verdict"]) == {"not told apart"}
    assert set(body["n_later"]) == {0}


@pytest.mark.parametrize("week", [10, 64])
def test_one_incident_is_answered(week):
    weekly = np.zeros((1, len(PEOPLE), 65), np.int64)
    weekly[0, 3, week] = 1
    body = table_of(town_of(weekly))
    assert set(body["n_later"]) == {int(week == 64)}
    assert set(body["verdict"]) == {"not told apart"}
    assert json.dumps(body, allow_nan=False)


def test_a_city_without_open_subjects_is_answered():
    city = cubes.town(categories=tuple(replace(c, sensitive=True) for c in cubes.CATEGORIES))
    assert table_of(city)["category"] == ["", ""]


def test_the_order_of_incidents_changes_nothing():
    weekly = by_people([300, 2_000])
    assert table_of(town_of(weekly, shuffle=1)) == table_of(town_of(weekly))


def test_a_subject_more_leaves_the_others_as_they_are():
    weekly = by_people([300, 800, 2_000])
    less, more = (table_of(town_of(weekly[:n])) for n in (2, 3))
    assert rows_of(less, "subject-1") == rows_of(more, "subject-1")


def test_columns_have_one_length_and_budgets_are_the_parameter():
    body = table_of(town_of(by_people([300]), check_budgets=(0.02,)))
    assert body["budgets"] == [0.02]
    assert {len(body[name]) for name in check.COLUMNS} == {2}
    assert body["area_km2"] == pytest.approx(CELLS.exposure["area"].sum() / 1e6, rel=1e-5)
    assert json.loads(json.dumps(body, allow_nan=False)) == body
