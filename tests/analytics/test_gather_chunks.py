"""The pages of the counting pass hold the very incidents that the frame holds, whatever their size."""

import datetime as dt

import numpy as np
import pytest

from analytics import gather
from analytics.executors import Serial
from analytics.methods.cube import COUNTS, REPEATS, WAITS
from geo.hexes import to_text
from tests.factories import instant, make_boundaries, make_issue

SINCE, UNTIL = dt.date(2026, 1, 1), dt.date(2026, 4, 1)


def cube(size=100_000):
    areas = gather.areas_of(gather.boundary_set(UNTIL))
    return Serial().total(gather.chunks(SINCE, UNTIL, areas, size), gather.plan(SINCE, UNTIL)), areas


def test_counts_are_those_of_the_frame(small_city):
    table, areas = cube()[0].sums[COUNTS], cube()[1]
    frame = gather.incidents(SINCE, UNTIL, areas)
    slugs = [c.slug for c in gather.categories()]
    wanted = frame.groupby([frame["cell"].map(to_text), frame["neighborhood"].fillna(""), "category"]).size()
    found: dict[tuple[str, str, str], int] = {}
    for cell, area, category, n in zip(
        *(table.keys[k] for k in ("cell", "area", "category")), table.values["incidents"], strict=True
    ):
        key = (to_text(cell), areas["slug"][area] if area >= 0 else "", slugs[category])
        found[key] = found.get(key, 0) + int(n)
    assert found == wanted.to_dict()
    assert table.values["issues"].sum() == frame["issues"].sum()


@pytest.mark.parametrize("size", [7, 20, 59])
def test_pages_of_any_size_give_the_same_bytes(small_city, size):
    assert cube(size)[0].digest() == cube()[0].digest()


def test_a_later_report_is_counted_beside_its_incident(db):
    make_boundaries(["Fabric"])
    make_issue("lighting", place="fabric", at=instant(2026, 1, 5))
    make_issue("lighting", place="fabric", at=instant(2026, 1, 9))
    make_issue("roads", place="fabric", i=7, at=instant(2026, 3, 20))
    sums = cube()[0].sums
    assert sums[COUNTS].values["issues"].tolist() == [2, 1] or sums[COUNTS].values["issues"].tolist() == [1, 2]
    assert sums[REPEATS].values["later"].sum() == 1


def test_hidden_and_default_pins_stay_out(small_city):
    from issues.models import Issue

    before = cube()[0].rows
    first = Issue.objects.filter(founded__isnull=False).order_by("pk")[:2]
    Issue.objects.filter(pk=first[0].pk).update(hidden=True)
    Issue.objects.filter(pk=first[1].pk).update(default_pin=True)
    assert cube()[0].rows == before - 2


def test_an_empty_period_is_an_empty_cube(small_city):
    areas = gather.areas_of(gather.boundary_set(UNTIL))
    since, until = dt.date(2010, 1, 1), dt.date(2010, 2, 1)
    empty = Serial().total(gather.chunks(since, until, areas), gather.plan(since, until))
    assert empty.rows == 0


def test_waits_hold_every_incident_once(small_city):
    found = cube()[0]
    assert found.sums[WAITS].values["n"].sum() == found.rows
    assert np.isin(found.sums[WAITS].keys["closed"], (0, 1)).all()
