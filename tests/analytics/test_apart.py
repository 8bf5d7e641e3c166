"""A figure taken apart ends in the counts of the rows, and put together again it is the figure."""

import pytest

from analytics.apart import NoSuchUnitError, city_parts, take_apart
from analytics.found import DELAY, EXCESS, ranked_areas, ranked_cells
from analytics.results import Apart, from_json, to_json
from issues.models import Incident
from tests.factories import make_analysed

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_analysed()


def everything(run, res):
    ranked = ranked_areas(run) if res is None else ranked_cells(run, res)
    return take_apart(run, res, [one.subject for one in ranked])


@pytest.mark.parametrize("res", [None, 8, 9, 10])
def test_excess_and_burden_follow_from_their_parts(run, res):
    for apart in everything(run, res):
        standing = {s.order: s.score for s in apart.standings}
        burden = sum(p.severity * p.corrected * p.expected for p in apart.parts)
        explained = sum(p.severity * p.mean * p.expected for p in apart.parts)
        assert standing["burden"] == pytest.approx(burden, rel=1e-4)
        assert standing["excess"] == pytest.approx(burden / explained, rel=1e-4)
        assert sum(p.share for p in apart.parts) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("res", [None, 8, 9, 10])
def test_the_counts_of_all_places_are_those_of_the_rows(run, res):
    counted: dict[str, int] = {}
    for apart in everything(run, res):
        assert apart.observed == sum(p.observed for p in apart.parts)
        for part in apart.parts:
            counted[part.category] = counted.get(part.category, 0) + part.observed
    for category, whole in city_parts(run, res).items():
        rows = Incident.objects.filter(first_issue__category__slug=category, first_issue__opened_on__gte=run.since)
        assert whole["total"] == rows.count()
        assert whole["total"] == whole["observed"] + whole["outside"] + whole["unexposed"]
        assert counted.get(category, 0) == whole["observed"]


def test_what_was_counted_lies_within_its_exact_limits(run):
    for apart in everything(run, None):
        for part in apart.parts:
            assert part.crude == pytest.approx(part.observed / part.expected, rel=1e-4)
            assert part.crude_low <= part.crude <= part.crude_high


def test_a_place_comes_back_from_json_as_it_was(run):
    for apart in everything(run, 9):
        assert from_json(Apart, to_json(apart)) == apart


def test_the_standing_is_the_ranking_s(run):
    ranked = {r.subject: r for r in ranked_areas(run)}
    for apart in everything(run, None):
        (own,) = [s for s in apart.standings if s.order == EXCESS]
        one = ranked[apart.subject]
        assert (own.rank, own.rank_low, own.rank_high, own.tier) == (one.rank, one.rank_low, one.rank_high, one.tier)


def test_small_hexagons_have_no_order_by_delay(run):
    assert ranked_cells(run, 10, DELAY) == ()
    assert all(s.order != DELAY for apart in everything(run, 10) for s in apart.standings)


def test_a_place_that_is_not_ranked_is_said(run):
    with pytest.raises(NoSuchUnitError, match="no unit 'nowhere' is ranked"):
        take_apart(run, None, ["nowhere"])
