"""What each area said: the cube's answer is that of the rows, and nothing small of a sensitive subject shows."""

import json
from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analytics.methods.checks import MethodError
from analytics.methods.cube import DAY, HOUR, NEVER, Chunk, count
from analytics.methods.survival import median_wait
from analytics.stages.heard import CITY, heard
from geo import hexes
from tests import cubes, golden

AREAS = np.unique(golden.quarters().astype(str)).tolist()
SLUGS = [c.slug for c in cubes.CATEGORIES]
HUSHED, THRESHOLD, RES = "noise", 5, 9


@cache
def chunk():
    """The town with one incident in twenty in no area."""
    c = cubes.chunk()
    return replace(c, area=np.where(np.arange(len(c.day)) % 20 == 0, -1, c.area))


def bodies(cube, sensitive=frozenset({HUSHED}), compared=True, areas=AREAS, slugs=SLUGS):
    found = heard(cube, areas, slugs, sensitive, THRESHOLD, RES, compared)
    assert [(f.kind, f.category, f.res) for f in found] == [
        ("totals", None, None),
        ("themes", None, None),
        ("issues", None, None),
        ("area_cells", None, RES),
        ("answered", None, None),
    ]
    json.dumps([f.body for f in found], allow_nan=False)
    return {f.kind: f.body for f in found}


@pytest.fixture(scope="module")
def said():
    return bodies(count(chunk(), cubes.plan()))


class Rows:
    """The incidents of one period one by one, and what may be shown of them area by area."""

    def __init__(self, now):
        c = chunk()
        period = c.day >= cubes.SINCE if now else (c.day < cubes.SINCE) & (c.day >= cubes.BEFORE)
        self.at = np.flatnonzero(period).tolist()
        placed = [i for i in self.at if c.area[i] >= 0]
        self.sizes = Counter((AREAS[c.area[i]], SLUGS[c.category[i]]) for i in placed)
        self.hidden = {p for p, n in self.sizes.items() if p[1] == HUSHED and n < THRESHOLD}
        self.shown = [i for i in placed if (AREAS[c.area[i]], SLUGS[c.category[i]]) not in self.hidden]
        away = [i for i in self.at if c.area[i] < 0]
        hushed = [i for i in away if SLUGS[c.category[i]] == HUSHED]
        self.away = [i for i in away if len(hushed) >= THRESHOLD or i not in hushed]

    def of(self, slug):
        """The rows shown of one area."""
        area = chunk().area
        return [i for i in self.shown if AREAS[area[i]] == slug]


@pytest.fixture(scope="module")
def now():
    return Rows(True)


@pytest.fixture(scope="module")
def before():
    return Rows(False)


def test_themes_are_those_of_the_rows(said, now, before):
    themes, expected = said["themes"], []
    assert now.hidden
    assert before.hidden - now.hidden
    for pair in ((a, c) for a in AREAS for c in SLUGS):
        if now.sizes[pair] or before.sizes[pair]:
            n = None if pair in now.hidden else now.sizes[pair]
            earlier = None if pair in now.hidden | before.hidden else before.sizes[pair]
            expected.append((*pair, n, earlier, pair in now.hidden))
    columns = ("area", "category", "n", "before", "withheld")
    assert tuple(themes) == columns
    assert list(zip(*(themes[name] for name in columns), strict=True)) == expected


def test_without_a_period_before_nothing_is_compared(now):
    themes = bodies(count(chunk(), cubes.plan()), compared=False)["themes"]
    assert set(themes["before"]) == {None}
    assert set(zip(themes["area"], themes["category"], strict=True)) == set(now.sizes)


def test_issues_are_those_of_the_incidents_shown(said, now):
    sums = [int(sum(chunk().issues[i] for i in now.of(slug))) for slug in AREAS]
    assert said["issues"] == {"area": AREAS, "n": sums}


def test_cells_are_those_of_the_rows_without_what_is_sensitive(said, now):
    c, expected = chunk(), []
    parents = hexes.parents(c.cell, RES)
    for slug in AREAS:
        every = Counter(int(parents[i]) for i in now.of(slug) if SLUGS[c.category[i]] != HUSHED)
        expected += [(slug, hexes.to_text(cell), every[cell]) for cell in sorted(every)]
    cells = said["area_cells"]
    assert list(zip(*(cells[name] for name in ("area", "cell", "n")), strict=True)) == expected


def test_answers_are_those_of_the_rows(said, now):
    c, found = chunk(), said["answered"]
    assert found["area"] == [CITY, *AREAS]
    for row, own in enumerate([sorted(now.shown + now.away), *(now.of(slug) for slug in AREAS)]):
        hours = (np.minimum(c.closed[own], cubes.UNTIL * DAY) - c.opened[own]) // HOUR
        half = median_wait(hours / 24, c.closed[own] < NEVER)
        assert (found["opened"][row], found["closed"][row]) == (half.n, half.closed)
        wanted = [v if v is None else pytest.approx(v, rel=1e-5) for v in (half.days, half.low, half.high)]
        assert [found[name][row] for name in ("median_days", "low", "high")] == wanted


def test_open_subjects_hide_nothing(said):
    found = bodies(count(chunk(), cubes.plan()), frozenset())
    assert not any(found["themes"]["withheld"])
    assert sum(found["themes"]["n"]) == sum(found["area_cells"]["n"]) == sum(found["answered"]["opened"][1:])
    assert found["totals"]["incidents"] == found["answered"]["opened"][0] > said["answered"]["opened"][0]
    assert found["totals"]["withheld"] == 0


def test_what_is_withheld_cannot_be_read_off_the_totals(said):
    shown, cells, opened = (
        Counter(),
        Counter(),
        dict(zip(*(said["answered"][k] for k in ("area", "opened")), strict=True)),
    )
    for area, n in zip(said["themes"]["area"], said["themes"]["n"], strict=True):
        shown[area] += n or 0
    for area, n in zip(said["area_cells"]["area"], said["area_cells"]["n"], strict=True):
        cells[area] += n
    assert all(opened[slug] == shown[slug] >= cells[slug] for slug in AREAS)
    totals = said["totals"]
    assert totals["incidents"] == opened[CITY] == sum(shown.values()) + totals["outside"]
    assert totals["withheld"] >= sum(said["themes"]["withheld"]) > 0


def test_what_is_older_counts_for_nothing(said):
    c = chunk()
    older = np.full(len(c.day), cubes.BEFORE - 1)
    twice = {name: np.concatenate([v, v]) for name, v in vars(c).items() if name not in {"later", "reported", "day"}}
    none = np.zeros(0, np.int64)
    history = Chunk(**twice, day=np.concatenate([c.day, older]), later=none, reported=none)
    assert bodies(count(history, cubes.plan())) == said


def test_the_order_of_incidents_changes_nothing(said):
    c = chunk()
    order = np.random.default_rng(5).permutation(len(c.day))
    none = np.zeros(0, np.int64)
    turned = {name: v[order] for name, v in vars(c).items() if name not in {"later", "reported"}}
    assert bodies(count(Chunk(**turned, later=none, reported=none), cubes.plan())) == said


@pytest.mark.parametrize("compared", [True, False])
def test_nothing_heard_is_answered(compared):
    found = bodies(cubes.empty().cube, compared=compared)
    assert set(map(len, [*found["themes"].values(), *found["area_cells"].values()])) == {0}
    assert found["issues"]["n"] == [0] * len(AREAS)
    assert found["answered"]["opened"] == found["answered"]["closed"] == [0] * (1 + len(AREAS))
    assert set(found["answered"]["median_days"]) == {None}


def test_without_areas_or_subjects_the_city_is_answered():
    found = bodies(cubes.empty().cube, areas=[], slugs=[])
    assert found["answered"]["area"] == [CITY]
    outside = replace(cubes.chunk(), area=np.full(len(cubes.chunk().day), -1))
    found = bodies(count(outside, cubes.plan()), areas=[])
    assert found["answered"]["opened"] == [int((outside.day >= cubes.SINCE).sum())]
    assert found["area_cells"]["cell"] == []


def test_rows_that_name_nothing_are_refused():
    with pytest.raises(MethodError, match="area: rows 0 to 36 in counts, 3 given"):
        bodies(cubes.cube(), areas=AREAS[:3])
    with pytest.raises(MethodError, match="category: rows 0 to 3 in counts, 2 given"):
        bodies(cubes.cube(), slugs=SLUGS[:2])


def test_not_even_a_lone_small_number_shows_in_a_total():
    area = np.repeat([0, 1, 1], [2, 6, 9])
    some, rows = chunk(), np.arange(len(area))
    columns = {name: getattr(some, name)[rows] for name in vars(some) if name not in {"later", "reported"}}
    none = np.zeros(0, np.int64)
    here = {"area": area, "category": 0 * area, "day": 0 * area + cubes.SINCE}
    one = Chunk(**columns | here, later=none, reported=none)
    found = bodies(count(one, cubes.plan()), frozenset({cubes.CATEGORIES[0].slug}))
    assert dict(zip(found["themes"]["area"], found["themes"]["n"], strict=True)) == {AREAS[0]: None, AREAS[1]: 15}
    assert (found["totals"]["incidents"], found["answered"]["opened"][0]) == (15, 15)
