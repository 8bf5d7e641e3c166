import datetime as dt

import pytest
from django.contrib.gis.geos import Point

from geo import hexes
from issues.counts import Filters, Ground
from issues.models import Issue, SearchRow
from tests.factories import instant, make_boundaries, make_category, make_issue

pytestmark = pytest.mark.django_db


def test_near_measures_on_the_ground_and_sorts():
    make_boundaries(["Fabric"])
    near = make_issue(lng=21.1901, lat=45.74)
    nearer = make_issue(lng=21.19, lat=45.74)
    make_issue(lng=21.195, lat=45.74)
    found = Issue.objects.near(Point(21.19, 45.74, srid=4326), 50)
    assert list(found) == [nearer, near]
    assert found[1].distance.m == pytest.approx(7.8, abs=0.1)


def test_during_takes_the_local_day():
    make_boundaries(["Fabric"])
    late = make_issue(at=dt.datetime(2026, 2, 28, 22, 30, tzinfo=dt.UTC))  # 00:30 on 1 March in the city
    assert list(Issue.objects.during(dt.date(2026, 3, 1), dt.date(2026, 4, 1))) == [late]


def test_hidden_issues_are_not_public():
    make_boundaries(["Fabric"])
    shown, hidden = make_issue(), make_issue(i=3)
    Issue.objects.filter(pk=hidden.pk).update(hidden=True)
    assert list(Issue.objects.public()) == [shown]


def test_open_leaves_out_the_closed():
    make_boundaries(["Fabric"])
    opened, _closed = make_issue(), make_issue(i=3, closed=instant(2026, 3, 9))
    assert list(Issue.objects.open()) == [opened]


def test_filters_and_their_words_are_asked_of_issues_as_of_the_search():
    make_boundaries(["Fabric"])
    wanted = make_issue("roads", description="Groapă adâncă", at=instant(2026, 3, 5))
    make_issue("roads", i=1, description="Groapă mică", at=instant(2026, 3, 5))
    make_issue("lighting", i=2, description="Groapă adâncă", at=instant(2026, 3, 5))
    make_issue("roads", i=3, description="Groapă adâncă", at=instant(2026, 4, 5))
    filters = Filters(
        [make_category("roads").pk], ["received"], dt.date(2026, 3, 1), dt.date(2026, 4, 1), text="groapa adanc"
    )
    assert list(Issue.objects.asked(filters)) == [wanted]
    assert list(SearchRow.objects.asked(filters).values_list("pk", flat=True)) == [wanted.pk]


def test_ground_is_areas_a_cell_or_a_view():
    make_boundaries(["Fabric", "Iosefin"])
    fabric, iosefin = make_issue(place="fabric"), make_issue(place="iosefin")
    outside = make_issue(lng=21.30, lat=45.70)
    rows = Issue.objects.order_by("pk")
    assert list(rows.within(Ground())) == [fabric, iosefin, outside]
    assert list(rows.within(Ground(areas=(fabric.neighborhood_id,)))) == [fabric]
    assert list(rows.within(Ground(areas=(0, iosefin.neighborhood_id)))) == [iosefin, outside]
    for res in hexes.ANALYSIS_RES:
        assert list(rows.within(Ground(cell=int(hexes.cells_of(21.30, 45.70, res)[0])))) == [outside]
    assert list(rows.within(Ground(view=(fabric.cell, outside.cell)))) == [fabric, outside]
    assert list(rows.within(Ground(view=()))) == []


@pytest.mark.parametrize("walk", [{}, {"few": True}, {"few": False}])
def test_the_newest_come_first_and_a_row_goes_on_where_it_stopped(walk):
    make_boundaries(["Fabric"])
    days = [instant(2026, 3, day) for day in (5, 7, 5, 9, 5)]
    keys = [make_issue(i=i, at=at, description="lampă").pk for i, at in enumerate(days)]
    wanted = [keys[i] for i in (3, 1, 4, 2, 0)]

    def ask(after=None):
        rows = SearchRow.objects.asked(Filters(text="lampa")) if walk else Issue.objects.public()
        return list(rows.newest(after, **walk).values_list("pk", flat=True))

    assert ask() == wanted
    assert ask((dt.date(2026, 3, 5), keys[4])) == wanted[3:]
