"""A figure taken apart ends in the counts of the rows, and put together again it is the figure."""

import pytest

from analytics.apart import NoSuchUnitError, city_parts, take_apart
from analytics.found import DELAY, EXCESS, alarms, map_check, ranked_areas, ranked_cells
from analytics.models import Finding
from analytics.ranked import Apart
from analytics.results import from_json, to_json
from analytics.stages.check import COLUMNS
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


def test_waits_are_kept_apart_from_sets_where_nobody_asks(run):
    assert all(apart.waits_kept for apart in everything(run, 9))
    assert not any(apart.waits_kept or apart.waited for apart in everything(run, 10))


def test_both_places_of_the_point_score_are_the_ranking_s(run):
    body = Finding.objects.get(run=run, kind="ranking", res=None).body
    for apart in everything(run, None):
        i = body["ids"].index(apart.subject)
        for one in apart.standings:
            own = body[one.order]
            if one.order == DELAY:
                assert (one.point_rank, one.plain_rank, one.graded_by) == (None, None, ("incidents", "rank"))
                continue
            assert (one.point_rank, one.plain_rank) == (own["point_rank"][i], own["plain_rank"][i])
            assert (one.graded_by, one.interval) == (tuple(body["graded_by"]), body["interval"])


def test_why_reporting_is_not_known_is_handed_on(run):
    wanted = Finding.objects.get(run=run, kind="reporting", res=None).body
    assert {apart.reporting_why for apart in everything(run, None)} == {wanted["why"]}
    assert all((apart.reporting is None) is not wanted["usable"] for apart in everything(run, None))


def test_the_sums_of_the_city_are_read_once(run, django_assert_num_queries):
    take_apart(run, 9, [])
    with django_assert_num_queries(0):
        city_parts(run, 9)


def test_alarms_come_with_what_was_watched(run):
    watched, families = alarms(run), Finding.objects.filter(run=run, kind="alarms")
    assert watched.answers == {family.category: family.body["answer"] for family in families}
    assert watched.scanned == sum(answer == "enough" for answer in watched.answers.values())
    assert watched.weeks == families[0].body["weeks"]


def test_the_check_of_the_map_keeps_what_fell_off_it(run):
    family = Finding.objects.get(run=run, kind="check")
    row = {"category": "", "budget": 0.01, "n_later": 9, "left_out": 4, "unexposed": 2, "verdict": "beats"}
    family.body = {**family.body, "answer": "enough", **{name: [None] for name in family.body if name in COLUMNS}}
    family.body |= {name: [value] for name, value in row.items()}
    family.save()
    (found,) = map_check(run).rows
    assert (found.n_later, found.left_out, found.unexposed) == (9, 4, 2)
