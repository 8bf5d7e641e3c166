"""One pass, additive: any cutting and any order of the incidents leave the same bytes."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.checks import MethodError
from analytics.methods.cube import COUNTS, DAY, HOUR, NEVER, REPEATS, SPOTS, WAITS, WATCHES, Chunk, Plan, count, merge
from geo import hexes

SINCE, UNTIL = 20_000, 20_364
PLAN = Plan(SINCE, UNTIL, SINCE - 200, UNTIL * DAY, (30.0, 7.0))


def incidents(n=400, seed=3):
    """n incidents of two categories in three areas over two periods, a third of them reported again."""
    rng = np.random.default_rng(seed)
    day = rng.integers(SINCE - 364, UNTIL, n)
    opened = day * DAY + rng.integers(0, DAY, n)
    closed = np.where(rng.random(n) < 0.7, opened + rng.integers(0, 60 * DAY, n), NEVER)
    later = np.sort(rng.integers(0, max(n, 1), n // 3)) if n else np.zeros(0, np.int64)
    return Chunk(
        cell=hexes.cells_of(21.2 + rng.random(n) / 100, 45.7 + rng.random(n) / 100),
        area=rng.integers(-1, 3, n),
        category=rng.integers(0, 2, n),
        day=day,
        opened=opened,
        closed=closed,
        ended=np.where(closed == NEVER, 0, closed // DAY),
        issues=1 + np.bincount(later, minlength=n),
        x=rng.uniform(0, 900, n),
        y=rng.uniform(0, 900, n),
        later=later,
        reported=opened[later] + rng.integers(0, 40 * DAY, len(later)),
    )


def some(chunk, rows):
    """The incidents of these rows, in this order, with their later reports."""
    new = np.full(len(chunk.day), -1)
    new[rows] = np.arange(len(rows))
    keep = new[chunk.later] >= 0
    columns = {f.name: getattr(chunk, f.name)[rows] for f in dataclasses.fields(chunk)[:-2]}
    return Chunk(**columns, later=new[chunk.later[keep]], reported=chunk.reported[keep])


def one(**changes):
    """A single incident, opened at noon of the first day of the period and open ever since."""
    values = {
        "cell": np.array([hexes.cells_of(21.2, 45.7)[0]]),
        "area": np.array([0]),
        "category": np.array([0]),
        "day": np.array([SINCE]),
        "opened": np.array([SINCE * DAY + 12 * HOUR]),
        "closed": np.array([NEVER]),
        "ended": np.array([0]),
        "issues": np.array([1]),
        "x": np.array([10.4]),
        "y": np.array([20.6]),
        "later": np.zeros(0, np.int64),
        "reported": np.zeros(0, np.int64),
    }
    return Chunk(**(values | changes))


@given(st.lists(st.integers(0, 400), max_size=6), st.integers(0, 99))
def test_any_cut_and_any_order_give_the_same_bytes(cuts, seed):
    chunk = incidents()
    shuffled = np.random.default_rng(seed).permutation(len(chunk.day))
    parts = [some(chunk, rows) for rows in np.split(shuffled, sorted(cuts))]
    assert merge(count(part, PLAN) for part in parts).digest() == count(chunk, PLAN).digest()


def test_counts_add_up_to_the_incidents_and_issues():
    chunk = incidents()
    table = count(chunk, PLAN).sums[COUNTS]
    assert table.values["incidents"].sum() == 400
    assert table.values["issues"].sum() == chunk.issues.sum()
    age = np.where(chunk.day >= SINCE, 1, np.where(chunk.day >= SINCE - 200, 0, -1))
    for now in (-1, 0, 1):
        rows = table.keys["now"] == now
        assert table.values["incidents"][rows].sum() == (age == now).sum()


def test_every_key_stands_once_and_in_order():
    for table in count(incidents(), PLAN).sums.values():
        rows = list(zip(*(column.tolist() for column in table.keys.values()), strict=True))
        assert rows == sorted(set(rows))


def test_weeks_are_counted_back_from_the_end_so_that_the_latest_is_whole():
    days = np.array([UNTIL - 1, UNTIL - 7, UNTIL - 8])
    chunk = incidents(3)
    moved = dataclasses.replace(chunk, day=days)
    assert sorted(count(moved, PLAN).sums[COUNTS].keys["week"].tolist()) == [0, 0, 1]


def test_an_open_incident_waits_until_the_data_end():
    waits = count(one(), PLAN).sums[WAITS]
    assert (waits.keys["hours"][0], waits.keys["closed"][0]) == ((UNTIL - SINCE) * 24 - 12, 0)


def test_a_closing_after_the_data_end_is_not_known_yet():
    beyond = one(closed=np.array([PLAN.as_of + 1]))
    assert count(beyond, PLAN).sums[WAITS].keys["closed"][0] == 0


def test_a_closed_incident_waited_whole_hours():
    closed = np.array([SINCE * DAY + 12 * HOUR + 5 * HOUR + 1])
    waits = count(one(closed=closed), PLAN).sums[WAITS]
    assert (waits.keys["hours"][0], waits.keys["closed"][0]) == (5, 1)


def test_later_reports_count_inside_the_watch_window_only():
    opened = SINCE * DAY + 12 * HOUR
    reported = np.array([opened + DAY, opened + 29 * DAY, opened + 31 * DAY])
    cube = count(one(later=np.zeros(3, np.int64), reported=reported, issues=np.array([4])), PLAN)
    assert cube.sums[REPEATS].values == {"later": np.array([2]), "minutes": np.array([30 * 24 * 60])}
    assert cube.sums[WATCHES].keys["later"][0] == 2


def test_the_period_before_is_counted_but_not_watched_or_drawn():
    cube = count(one(day=np.array([SINCE - 1])), PLAN)
    assert len(cube.sums[COUNTS]) == len(cube.sums[WAITS]) == 1
    assert len(cube.sums[REPEATS]) == len(cube.sums[SPOTS]) == 0


def test_spots_are_whole_metres():
    spots = count(one(), PLAN).sums[SPOTS]
    assert (spots.keys["x"][0], spots.keys["y"][0], spots.keys["quarter"][0]) == (10, 21, 3)


def test_cells_all_over_the_world_are_still_in_order():
    lng, lat = np.array([-170.0, 21.2, 151.2]), np.array([-60.0, 45.7, -33.9])
    table = count(dataclasses.replace(incidents(3), cell=hexes.cells_of(lng, lat)), PLAN).sums[COUNTS]
    assert (np.diff(table.keys["cell"].astype(np.float64)) >= 0).all()


def test_one_changed_word_changes_the_mark():
    assert count(one(), PLAN).mark != count(one(x=np.array([10.5])), PLAN).mark


def test_no_incidents_are_an_empty_cube():
    cube = count(incidents(0), PLAN)
    assert cube.rows == 0
    assert all(len(table) == 0 for table in cube.sums.values())
    assert merge([cube, count(incidents(), PLAN)]).digest() == count(incidents(), PLAN).digest()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: merge([]), "cubes: none given"),
        (lambda: count(one(), Plan(5, 5, 5, 0, (30.0,))), "days 5, 5, 5 are no period"),
        (lambda: count(one(day=np.array([UNTIL])), PLAN), f"day: row 0 is {UNTIL}"),
        (lambda: count(one(category=np.array([2])), PLAN), "category: row 0 is 2 of 2"),
        (lambda: count(one(x=np.array([np.nan])), PLAN), "x, y: not finite metres"),
        (lambda: one(y=np.zeros(2)), "different numbers of rows"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
