"""Counts are true at every moment, whatever was written and whether or not it has been folded."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from geo import hexes
from issues import counts
from issues.actions import change_status
from issues.counts import Filters, Ground
from issues.models import Issue
from issues.rules import OPEN, State
from issues.tallies import STATE_CODES, fold_tallies
from tests.factories import instant, make_boundaries, make_category, make_issue

MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)

PIN = st.tuples(
    st.sampled_from(["lighting", "roads"]),
    st.floats(21.17, 21.25),
    st.floats(45.72, 45.76),
    st.integers(1, 5),
    st.booleans(),
    st.sampled_from(["lampă", "lampă stinsă", "groapă"]),
)
BOX = (21.185, 45.735, 21.215, 45.745)


class CountsAreTrue(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        pins=st.lists(PIN, max_size=12),
        folds=st.sets(st.integers(0, 12)),
        category=st.sampled_from([None, "lighting"]),
        only_open=st.booleans(),
        month=st.sampled_from([None, 3]),
        res=st.sampled_from([8, 9, 10]),
        text=st.sampled_from(["", "lamp", "stinsa lampa", "x"]),
    )
    def test_cells_areas_and_rows_agree(self, pins, folds, category, only_open, month, res, text):
        make_boundaries(["Fabric", "Iosefin"])
        for i, (slug, lng, lat, m, closed, said) in enumerate(pins):
            opened, done = instant(2026, m, 5), instant(2026, m, 9) if closed else None
            make_issue(slug, lng=lng, lat=lat, at=opened, closed=done, description=said)
            if i in folds:
                fold_tallies()
        filters = Filters(
            categories=[make_category(category).pk] if category else [],
            states=sorted(OPEN) if only_open else [],
            since=MARCH if month else None,
            until=APRIL if month else None,
            text=text,
        )
        rows = Issue.objects.public()
        rows = rows.filter(category__slug=category) if category else rows
        rows = rows.open() if only_open else rows
        rows = rows.during(MARCH, APRIL) if month else rows
        rows = [r for r in rows if all(f" {word}" in f" {r.words}" for word in text.split())]
        self._agree(rows, counts.by_neighborhood(filters), [r.neighborhood_id for r in rows])
        own = [int(hexes.parents(np.array([r.cell], np.uint64), res)[0]) for r in rows]
        self._agree(rows, counts.by_cell(filters, res), own)
        touched = set(hexes.within_box(BOX, res).astype(np.int64).tolist())
        self._agree(rows, counts.by_cell(filters, res, BOX), [c if c in touched else None for c in own])

        assert counts.by_category(filters) == Counter(r.category_id for r in rows)
        assert counts.by_state(filters) == Counter(r.state for r in rows)
        assert counts.by_month(filters) == Counter(r.opened_on.replace(day=1) for r in rows)

        for ground, held in self._grounds(rows, own, res):
            assert counts.in_ground(filters, ground) == held

    def _grounds(self, rows, own, res):
        """Grounds of every kind, and how many rows each holds."""
        areas = [r.neighborhood_id or 0 for r in rows]
        yield Ground(), len(rows)
        yield Ground(areas=(0,)), areas.count(0)
        for row, area, cell in zip(rows, areas, own, strict=True):
            yield Ground(areas=(area,)), areas.count(area)
            yield Ground(cell=cell), own.count(cell)
            yield Ground(view=(row.cell,)), sum(r.cell == row.cell for r in rows)
            yield Ground(areas=(area,), cell=cell), sum(pair == (area, cell) for pair in zip(areas, own, strict=True))

    def _agree(self, rows, found, units):
        held = [u for u in units if u]
        assert found.total == len(rows)
        assert int(found.n.sum()) + found.unplaced == found.total
        assert dict(zip(found.units.tolist(), found.n.tolist(), strict=True)) == {u: held.count(u) for u in held}


@pytest.mark.django_db
def test_hiding_an_issue_takes_it_out():
    make_boundaries(["Fabric"])
    issue = make_issue()
    fold_tallies()
    Issue.objects.filter(pk=issue.pk).update(hidden=True)
    assert counts.by_neighborhood(Filters()).total == 0


@pytest.mark.django_db
def test_a_change_of_state_moves_the_count():
    make_boundaries(["Fabric"])
    issue = make_issue()
    fold_tallies()
    change_status(by=None, issue=issue, to=State.IN_PROGRESS)
    assert counts.by_neighborhood(Filters(states=["received"])).total == 0
    assert counts.by_neighborhood(Filters(states=["in_progress"])).total == 1


@pytest.mark.django_db
def test_deleting_all_leaves_nothing():
    make_boundaries(["Fabric"])
    make_issue()
    fold_tallies()
    Issue.objects.all().delete()
    assert counts.by_cell(Filters(), 8).total == 0


def test_a_period_that_cuts_a_month_is_refused():
    with pytest.raises(ValueError, match="2026-03-02 is not the first"):
        Filters(since=dt.date(2026, 3, 2))


def test_a_state_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no such state: lost"):
        Filters(states=["lost"])


def test_codes_of_states_stay_what_they_are():
    # stored in every block: a new state goes to the end, none may move
    assert list(STATE_CODES) == ["received", "in_progress", "resolved", "refused", "transferred", "duplicate"]


def test_a_resolution_without_counts_is_refused():
    with pytest.raises(ValueError, match="not 7"):
        counts.by_cell(Filters(), 7)


def test_a_text_without_a_word_is_refused():
    with pytest.raises(ValueError, match="holds no word"):
        Filters(text="!?")


@pytest.mark.django_db(transaction=True)
def test_in_a_snapshot_nothing_moves_meanwhile():
    make_boundaries(["Fabric"])
    issue = make_issue(description="lampă")
    with ThreadPoolExecutor(1) as other, counts.snapshot():
        before = counts.by_neighborhood(Filters()).total
        other.submit(_hide, issue.pk).result()
        assert counts.by_neighborhood(Filters()).total == before == 1
        assert counts.by_neighborhood(Filters(text="lampa")).total == Issue.objects.public().count() == 1
    assert counts.by_neighborhood(Filters()).total == 0


def _hide(pk):
    try:
        Issue.objects.filter(pk=pk).update(hidden=True)
    finally:
        connection.close()
