"""Waiting times by place and subject: a slow quarter is found, a mix of slow subjects is not taken for one."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from analytics.methods.checks import MethodError
from analytics.methods.cube import DAY, HOUR, NEVER, Chunk, count
from analytics.methods.survival import median_wait
from analytics.stages import waiting
from analytics.stages.city import city_of
from tests import cubes, golden

PERIOD = cubes.SINCE, cubes.UNTIL
CLEANED = cubes.UNTIL - 100
LITTER = 1


def bodies(city):
    """Bodies by resolution, each fit for JSON."""
    found = waiting.families(city, waiting.wait(city, *PERIOD))
    assert {(f.kind, f.category) for f in found} == {("waiting", None)}
    json.dumps([f.body for f in found], allow_nan=False)
    return {f.res: f.body for f in found}


def rows(body, names=None):
    """The rows of a body by id, as dictionaries."""
    columns = [name for name, column in body.items() if isinstance(column, list)]
    assert len({len(body[name]) for name in columns}) == 1
    each = [dict(zip(columns, values, strict=True)) for values in zip(*(body[n] for n in columns), strict=True)]
    return {row["ids"]: row for row in each}


def city(chunk, categories=cubes.CATEGORIES, units=None, **parameters):
    return city_of(
        count(chunk, cubes.plan()),
        golden.units(1) if units is None else units,
        categories,
        replace(cubes.QUICK, **parameters),
        seed=7,
        weeks=cubes.WEEKS,
    )


def some(chunk, chosen):
    """The incidents of some rows, without later reports."""
    none = np.zeros(0, np.int64)
    own = {k: v[chosen] for k, v in vars(chunk).items() if k not in {"later", "reported"}}
    return Chunk(**own, later=none, reported=none)


@pytest.fixture(scope="module")
def town():
    return bodies(cubes.town())


@pytest.fixture(scope="module")
def cleaned():
    """The town with the books cleaned on one day: two in three of the litter cases of the two months before it."""
    c = cubes.chunk()
    old = (c.category == LITTER) & (c.opened < CLEANED * DAY) & (c.opened > (CLEANED - 60) * DAY)
    chosen = np.flatnonzero(old)[np.arange(old.sum()) % 3 > 0]
    closed, ended = c.closed.copy(), c.ended.copy()
    closed[chosen], ended[chosen] = CLEANED * DAY + 9 * HOUR, CLEANED
    return replace(c, closed=closed, ended=ended)


def test_the_slow_quarter_waits_longer_and_no_other(town):
    areas = rows(town[None])
    slow = areas.pop(cubes.SLOW)
    assert slow["logrank_q"] < 1e-6
    assert slow["observed_closings"] < 0.5 * slow["expected_closings"]
    assert slow["median_low"] > max(row["median_days"] for row in areas.values() if row["n"] > 40)
    assert slow["gap_days"] > 5 * slow["gap_error"]
    assert all(row["gap_days"] < 3 * row["gap_error"] for row in areas.values() if row["gap_known"])


def test_many_slow_subjects_are_no_slow_quarter(town):
    row = rows(town[None])[cubes.GROWING]
    assert row["logrank_q"] < 0.05
    assert row["explained_days"] > town[None]["city"]["mean_days"] + 1
    assert abs(row["gap_days"]) < 2 * row["gap_error"]


def test_cells_of_the_slow_quarter_wait_longer(town):
    units = next(u for u in golden.units(1) if u.res == 8)
    inside = set(units.ids[units.area == golden.units(1)[-1].ids.tolist().index(cubes.SLOW)].tolist())
    gaps = [(row["ids"] in inside, row["gap_days"]) for row in rows(town[8]).values() if row["gap_known"]]
    assert min(g for here, g in gaps if here) > 3
    assert np.median([g for here, g in gaps if not here]) < 1


def test_the_days_are_those_of_the_rows(town):
    c = cubes.chunk()
    rows_now = c.day >= cubes.SINCE
    hours = (np.minimum(c.closed, cubes.UNTIL * DAY) - c.opened) // HOUR
    expected = median_wait(hours[rows_now] / 24, c.closed[rows_now] < NEVER)
    whole = town[None]["city"]
    assert (whole["n"], whole["closed"]) == (expected.n, expected.closed)
    said = [whole[name] for name in ("median_days", "median_low", "median_high")]
    assert said == pytest.approx([expected.days, expected.low, expected.high], rel=1e-5)
    closed = np.flatnonzero(rows_now & (c.closed < NEVER) & (c.category == 2))
    noise = {k: v[2] for k, v in town[None]["categories"].items()}
    assert (noise["category"], noise["closed"]) == ("noise", len(closed))
    assert noise["p80_days"] == pytest.approx(np.quantile(hours[closed] / 24, 0.8, method="higher"), rel=1e-5)


def test_every_set_holds_every_case_once(town):
    for body in town.values():
        assert sum(body["n"]) + body["outside"] == town[None]["city"]["n"]
    assert sum(town[None]["categories"]["n"]) == town[None]["city"]["n"]
    assert len(town[None]["ids"]) == len(golden.units(1)[-1].ids)
    assert min(town[9]["n"]) == 1


def test_cases_in_no_area_are_the_citys_alone(town):
    c = cubes.chunk()
    away = np.arange(len(c.day)) % 5 == 0
    body = bodies(city(replace(c, area=np.where(away, -1, c.area))))[None]
    assert body["outside"] == int((away & (c.day >= cubes.SINCE)).sum())
    assert body["city"] == town[None]["city"]
    assert sum(body["n"]) == body["city"]["n"] - body["outside"]


def test_a_quiet_town_has_no_clean_up(town):
    body = town[None]
    assert body["bulk"] == {"day": [], "category": [], "closed": [], "usual": [], "p": []}
    assert body["bulk_tested"] > 0
    assert set(body["on_bulk_days"]) <= {0, None}


def test_a_clean_up_is_found_with_its_share_of_every_area(cleaned):
    body = bodies(city(cleaned))[None]
    on = (cleaned.ended == CLEANED) & (cleaned.category == LITTER) & (cleaned.closed < NEVER)
    day = (dt.date(1970, 1, 1) + dt.timedelta(days=CLEANED)).isoformat()
    assert (body["bulk"]["day"], body["bulk"]["category"]) == ([day], ["litter"])
    assert body["bulk"]["closed"] == [int(on.sum())]
    assert 3 * body["bulk"]["usual"][0] <= on.sum()
    assert 0 <= body["bulk"]["p"][0] < 1e-4
    within = (cleaned.closed < NEVER) & (cleaned.ended >= cubes.SINCE) & (cleaned.ended < cubes.UNTIL)
    slugs = golden.units(1)[-1].ids
    for slug, share in zip(body["ids"], body["on_bulk_days"], strict=True):
        own = cleaned.area == slugs.tolist().index(slug)
        wanted = (on & own).sum() / (within & own).sum() if (within & own).any() else None
        assert share == (wanted if wanted is None else pytest.approx(wanted, rel=1e-5))


def test_a_clean_up_outside_the_period_is_not_listed(cleaned):
    own = city(cleaned)
    later = waiting.wait(own, CLEANED + 1, cubes.UNTIL)
    assert len(later.clean_ups.days.day) == 0
    assert not later.clean_ups.on_bulk.any()
    assert len(waiting.wait(own, CLEANED, CLEANED + 1).clean_ups.days.day) == 1


def test_gaps_speak_of_every_unit_in_days(town):
    own = cubes.town()
    found = waiting.gaps(waiting.wait(own, *PERIOD))
    assert set(found) == {8, 9, None}
    for res, gaps in found.items():
        ids = own.set_of(res).ids
        assert {len(column) for column in (gaps.gap, gaps.error, gaps.known, gaps.n)} == {len(ids)}
        said = rows(town[res])
        for slug, gap, error, known, n in zip(ids, gaps.gap, gaps.error, gaps.known, gaps.n, strict=True):
            row = said.get(slug)
            assert n == (row["n"] - row["set_aside"] if row else 0)
            assert (gap, error) == (pytest.approx((row["gap_days"], row["gap_error"]), rel=1e-5) if known else (0, 0))


def test_nothing_said_is_answered():
    found = bodies(cubes.empty())
    assert found[8]["ids"] == found[9]["ids"] == []
    areas = found[None]
    assert set(areas["n"]) == set(areas["set_aside"]) == set(areas["expected_closings"]) == {0}
    assert set(areas["median_days"]) == set(areas["on_bulk_days"]) == set(areas["logrank_q"]) == {None}
    assert (areas["city"]["n"], areas["city"]["median_days"], areas["bulk"]["day"]) == (0, None, [])


@pytest.mark.parametrize("open_still", [True, False])
def test_one_incident_is_answered(open_still):
    c = cubes.chunk()
    pick = np.flatnonzero((c.day >= cubes.SINCE) & ((c.closed == NEVER) == open_still))[:1]
    found = bodies(city(some(c, pick)))
    for body in found.values():
        (row,) = (row for row in rows(body).values() if row["n"])
        assert (row["closed"], row["gap_known"], row["logrank_q"]) == (1 - open_still, False, None)
        assert (row["median_days"] is None) == open_still


def test_a_town_where_nothing_is_ever_closed_is_answered():
    c = cubes.chunk()
    body = bodies(city(replace(some(c, slice(None)), closed=np.full(len(c.day), NEVER))))[None]
    assert body["city"]["closed"] == 0
    assert set(body["median_days"]) == set(body["logrank_q"]) == set(body["on_bulk_days"]) == {None}


def test_a_town_with_sensitive_subjects_alone_is_answered():
    hushed = tuple(replace(c, sensitive=True) for c in cubes.CATEGORIES)
    body = bodies(city(cubes.chunk(), hushed))[None]
    assert (body["city"]["n"], body["categories"]["category"]) == (0, [])


def test_neither_rows_nor_numbering_nor_the_order_of_units_matter():
    c, rng = some(cubes.chunk(), slice(None)), np.random.default_rng(3)
    order = rng.permutation(len(c.day))
    turned = replace(some(c, order), category=3 - c.category[order])
    upside = tuple(reversed(cubes.CATEGORIES))
    assert bodies(city(turned, upside, golden.units(1)[::-1])) == bodies(city(c))


def test_a_resolution_without_units_is_named():
    with pytest.raises(MethodError, match="none of resolution 7"):
        waiting.wait(city(cubes.chunk(), wait_res=(7,)), *PERIOD)
