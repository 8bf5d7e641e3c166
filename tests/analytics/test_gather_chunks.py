"""The pages of the counting pass hold every incident once, whatever their size."""

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from analytics import gather
from analytics.executors import Serial
from analytics.methods.cube import CLOSINGS, COUNTS, REPEATS, WAITS
from geo.hexes import to_text
from issues.models import Incident, Issue
from neighborhoods.models import Category
from tests.factories import instant, make_boundaries, make_issue

NUMBERS = ("position", "incident_radius_m", "incident_days", "eps_m", "min_points", "severity", "life_days")
SINCE, UNTIL = dt.date(2026, 1, 1), dt.date(2026, 4, 1)


def cube(size=100_000, since=SINCE, until=UNTIL):
    areas = gather.areas_of(gather.boundary_set(until))
    subjects = gather.subjects()
    chunks = gather.chunks(since, until, areas, subjects, size)
    return Serial().total(chunks, gather.plan(since, until, since, subjects, gather.span().last)), areas


def test_counts_are_those_of_the_rows(small_city):
    table, areas = cube()[0].sums[COUNTS], cube()[1]
    slugs = gather.subjects().slugs
    wanted: Counter[tuple[str, str, str]] = Counter()
    for one in Incident.objects.select_related("first_issue__neighborhood", "first_issue__category"):
        first = one.first_issue
        area = first.neighborhood.slug if first.neighborhood else ""
        wanted[to_text(first.cell), area, first.category.slug] += 1
    found: Counter[tuple[str, str, str]] = Counter()
    keys = (table.keys[k] for k in ("cell", "area", "category"))
    for cell, area, category, n in zip(*keys, table.values["incidents"], strict=True):
        found[to_text(cell), areas["slug"][area] if area >= 0 else "", slugs[category]] += int(n)
    assert found == wanted
    assert table.values["issues"].sum() == Issue.objects.count()


@pytest.mark.parametrize("size", [7, 20, 59])
def test_pages_of_any_size_give_the_same_bytes(small_city, size):
    assert cube(size)[0].digest() == cube()[0].digest()


def test_as_many_come_as_were_announced(small_city):
    assert cube()[0].rows == gather.how_many(SINCE, UNTIL)


def test_a_later_report_is_counted_beside_its_incident(db):
    make_boundaries(["Fabric"])
    make_issue("lighting", place="fabric", at=instant(2026, 1, 5))
    make_issue("lighting", place="fabric", at=instant(2026, 1, 9))
    make_issue("roads", place="fabric", i=7, at=instant(2026, 3, 20))
    sums = cube()[0].sums
    assert sorted(sums[COUNTS].values["issues"].tolist()) == [1, 2]
    assert sums[REPEATS].values["later"].sum() == 1


def test_hidden_and_default_pins_stay_out(small_city):
    before = cube()[0].rows
    first = Issue.objects.filter(founded__isnull=False).order_by("pk")[:2]
    Issue.objects.filter(pk=first[0].pk).update(hidden=True)
    Issue.objects.filter(pk=first[1].pk).update(default_pin=True)
    assert cube()[0].rows == before - 2


def test_an_empty_period_is_an_empty_cube(small_city):
    assert cube(since=dt.date(2010, 1, 1), until=dt.date(2010, 2, 1))[0].rows == 0


def test_weeks_end_with_the_last_day_known_not_with_the_period(small_city):
    edge = gather.plan(SINCE, dt.date(2027, 1, 1), SINCE, gather.subjects(), gather.span().last).until
    assert dt.date(1970, 1, 1) + dt.timedelta(days=edge) == gather.span().last + dt.timedelta(days=1)


def test_waits_hold_every_incident_once(small_city):
    found = cube()[0]
    assert found.sums[WAITS].values["n"].sum() == found.rows
    assert np.isin(found.sums[WAITS].keys["closed"], (0, 1)).all()


def test_a_closing_counts_on_its_local_day(db):
    make_boundaries(["Fabric"])
    late = dt.datetime(2026, 1, 10, 22, 30, tzinfo=dt.UTC)  # half past midnight in Timișoara
    make_issue("lighting", place="fabric", at=instant(2026, 1, 5), closed=late)
    make_issue("roads", place="fabric", i=7, at=instant(2026, 3, 20))
    days = cube()[0].sums[CLOSINGS].keys["day"].tolist()
    assert days == [(dt.date(2026, 1, 11) - dt.date(1970, 1, 1)).days]


def test_a_category_added_while_the_rows_are_read_is_refused_not_shifted(small_city):
    areas, subjects = gather.areas_of(gather.boundary_set(UNTIL)), gather.subjects()
    newest = Category.objects.create(slug="aaa", names={"en": "A"}, **dict.fromkeys(NUMBERS, 1), exposure="area")
    Issue.objects.filter(category__slug="roads").update(category=newest)
    with pytest.raises(gather.NothingToAnalyseError, match="a category was added"):
        list(gather.chunks(SINCE, UNTIL, areas, subjects))


def test_what_is_hidden_or_long_before_a_silence_is_no_history(small_city):
    first = gather.span().first
    old = make_issue("roads", i=90, at=instant(2025, 12, 1))
    Issue.objects.filter(pk=old.pk).update(hidden=True)
    assert gather.span().first == first
    make_issue("roads", i=91, at=instant(2020, 3, 1))
    assert gather.span().first == first
    make_issue("roads", i=92, at=instant(2025, 11, 1))
    assert gather.span().first == dt.date(2025, 11, 1)
