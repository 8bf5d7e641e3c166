"""The report of an area says what its run found, and nothing that must be withheld."""

import datetime as dt
import json

import pytest
from django.utils.translation import override

from analytics.listening import compose, release, released
from analytics.models import Release
from analytics.results import ListeningReport, digest, from_json, to_json
from analytics.runs import analyse
from issues.models import Issue
from neighborhoods.models import Category, Neighborhood
from tests.factories import instant, make_boundaries, make_issue, make_issues
from web.reporting.sentences import heard

pytestmark = pytest.mark.django_db
PERIOD = {"since": dt.date(2026, 1, 1), "until": dt.date(2026, 4, 1)}


def report(slug="fabric", **more):
    run = analyse(**(PERIOD | more))
    return compose(Neighborhood.objects.filter(slug=slug).latest("pk"), run)


def test_themes_tie_with_the_total_and_the_map(small_city):
    one = report()
    assert one.incidents == sum(t.n for t in one.themes) == sum(c.n for c in one.cells)
    assert one.issues >= one.incidents
    assert sum(t.share for t in one.themes) == pytest.approx(1)
    assert all(t.share_low <= t.share <= t.share_high for t in one.themes)


def test_areas_tie_with_the_city(small_city):
    run = analyse(**PERIOD)
    reports = [compose(n, run) for n in Neighborhood.objects.all()]
    assert sum(r.incidents for r in reports) + run.totals["outside"] == run.totals["incidents"]
    assert {r.city_incidents for r in reports} == {run.totals["incidents"]}


def test_an_area_where_nothing_was_said(small_city):
    one = report("mehala")
    assert (one.incidents, one.issues, one.themes, one.cells, one.hotspots) == (0, 0, (), (), ())
    assert one.answered.median_days is None
    assert "few_incidents" in one.doubts


def test_closed_and_open_tie_with_the_total(small_city):
    answered = report().answered
    assert answered.closed + answered.still_open == answered.opened == report().incidents


def test_change_is_on_the_period_before():
    make_boundaries(["Fabric"])
    make_issues(3, "lighting", at=instant(2025, 11, 5))
    make_issues(5, "lighting", at=instant(2026, 2, 5))
    make_issue("roads", i=7, at=instant(2025, 10, 4))
    themes = {t.category: (t.n, t.n_before) for t in report().themes}
    assert themes == {"lighting": (5, 3), "roads": (0, 1)}


@pytest.mark.parametrize(
    "then, now, incidents, before",
    [
        (9, 12, 14, 10),  # both shown
        (3, 12, 14, None),  # withheld then: twelve would be taken for a rise
        (9, 3, 2, 1),  # withheld now, and so in both
        (3, 0, 2, None),
        (3, 3, 2, 1),
    ],
)
def test_totals_are_compared_over_the_same_themes(then, now, incidents, before):
    make_boundaries(["Fabric"])
    make_issue("roads", i=7, at=instant(2025, 10, 4))
    make_issues(2, "roads", at=instant(2026, 1, 8))
    make_issues(then, "social", at=instant(2025, 11, 5))
    make_issues(now, "social", at=instant(2026, 2, 5))
    one = report()
    assert (one.incidents, one.incidents_before) == (incidents, before)
    assert ("counts_withheld" in one.doubts) == (3 in (then, now))
    assert "no_previous_period" not in one.doubts
    with override("en"):
        said = heard(one)
    assert ("The earlier number is withheld." in said) == (before is None)
    assert "no earlier period" not in said


def test_without_an_earlier_period_no_change_is_claimed(small_city):
    one = report()
    assert one.previous is None
    assert {t.n_before for t in one.themes} == {None}
    assert "no_previous_period" in one.doubts


def test_few_sensitive_incidents_are_withheld_everywhere(small_city):
    Category.objects.filter(slug="lighting").update(sensitive=True)
    kept = Issue.objects.filter(category__slug="lighting", neighborhood__slug="fabric").values_list("pk", flat=True)[:3]
    Issue.objects.filter(category__slug="lighting", neighborhood__slug="fabric").exclude(pk__in=list(kept)).delete()
    one = report()
    lighting = next(t for t in one.themes if t.category == "lighting")
    assert (lighting.withheld, lighting.n, lighting.share) == (True, None, None)
    assert one.incidents == sum(t.n for t in one.themes if not t.withheld) == one.answered.opened
    assert sum(c.n for c in one.cells) == one.incidents
    assert not any(h.category == "lighting" for h in one.hotspots)
    assert "counts_withheld" in one.doubts


def test_what_is_sensitive_is_counted_but_on_no_hexagon(small_city):
    Category.objects.filter(slug="lighting").update(sensitive=True)
    one = report()
    lighting = next(t for t in one.themes if t.category == "lighting")
    assert one.off_map == lighting.n >= one.threshold
    assert sum(c.n for c in one.cells) == one.incidents - one.off_map


def test_a_report_frozen_before_a_figure_was_added_is_still_read(small_city):
    one = report()
    held = json.loads(to_json(one))
    del held["off_map"], held["ranking"]["tier"]
    old = from_json(ListeningReport, json.dumps(held))
    assert (old.off_map, old.ranking.tier, old.incidents) == (0, "", one.incidents)


def test_json_and_back_is_the_same_report(small_city):
    one = report()
    assert from_json(ListeningReport, to_json(one)) == one


def test_a_release_is_frozen(small_city):
    run = analyse(**PERIOD)
    fabric = Neighborhood.objects.get(slug="fabric")
    first = release(fabric, run)
    make_issues(4, "roads", place="fabric", at=instant(2026, 2, 2))
    assert release(fabric, run) == first
    assert Release.objects.count() == 1
    held = released(run, fabric)
    assert digest(held) == first.digest
    assert to_json(held) == first.report


def test_an_area_of_another_set_is_refused(small_city):
    run = analyse(**PERIOD)
    make_boundaries(["Fabric"], valid_from=dt.date(2030, 1, 1))
    with pytest.raises(ValueError, match="fabric belongs to another boundary set"):
        compose(Neighborhood.objects.filter(slug="fabric").latest("pk"), run)
