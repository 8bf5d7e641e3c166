"""What an import says of rows whose source tells days, and of the source's own areas; nothing is invented or moved."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils import translation

from issues.importing import import_file
from issues.management.commands.import_issues import quality_table
from issues.mappings import load_mapping
from issues.models import Issue
from issues.writing import CHANGED, DAY_ONLY
from neighborhoods.actions import sync_categories
from tests.factories import make_boundaries
from web.pages.course import steps

pytestmark = pytest.mark.django_db

MAPPING = """
source = "days"
dates = ["iso", "%d.%m.%Y"]
[columns]
external_id = "id"
opened_at = "opened"
closed_at = "closed"
lng = "lng"
lat = "lat"
[[state]]
column = "status"
values = { "open" = "received", "done" = "resolved" }
[area]
column = "area"
names = { "1" = "fabric", "2" = "Iosefin" }
"""
OPEN = {"id": "a", "opened": "03.03.2026", "closed": "", "lng": "21.19", "lat": "45.74", "status": "open", "area": "1"}


def load(folder, *rows):
    if not Issue.objects.exists():
        make_boundaries(["Fabric", "Iosefin"])
        sync_categories(settings.CITY)
    told = [",".join(OPEN), *(",".join({**OPEN, **row}.values()) for row in rows)]
    (folder / "rows.csv").write_text("\n".join(told), encoding="utf-8")
    (folder / "days.toml").write_text(MAPPING, encoding="utf-8")
    mapping = load_mapping(folder / "days.toml", folder)
    return import_file(path=folder / "rows.csv", mapping=mapping, city=settings.CITY)


def reasons():
    return list(Issue.objects.get().history.values_list("state", "reason"))


def test_the_history_says_that_the_hour_is_not_known(tmp_path):
    quality = load(tmp_path, {"status": "done", "closed": "05.03.2026"})
    assert reasons() == [("received", DAY_ONLY), ("resolved", DAY_ONLY)]
    assert Issue.objects.get().opened_on == dt.date(2026, 3, 3)
    assert quality.day_only == 1


def test_it_says_nothing_where_the_hour_is_told(tmp_path):
    quality = load(tmp_path, {"opened": "2026-03-03T10:00:00", "status": "done", "closed": "2026-03-05T10:00:00"})
    assert reasons() == [("received", ""), ("resolved", "")]
    assert quality.day_only == 0


def test_a_row_closed_later_by_its_day_says_so_too(tmp_path):
    load(tmp_path, {})
    load(tmp_path, {"status": "done", "closed": "05.03.2026"})
    assert reasons()[-1] == ("resolved", f"{CHANGED}state, closed_at, {DAY_ONLY}")


def test_the_same_file_twice_changes_nothing(tmp_path):
    load(tmp_path, {})
    again = load(tmp_path, {})
    assert (again.unchanged, reasons()) == (1, [("received", DAY_ONLY)])


def test_the_page_tells_the_day_and_not_our_note(tmp_path):
    load(tmp_path, {})
    with translation.override("en"):
        (step,) = steps(Issue.objects.get())
    assert (step.iso, step.reason) == ("2026-03-03", "")


def test_the_source_s_area_is_compared_and_places_nothing(tmp_path):
    rows = [{"id": "a"}, {"id": "b", "area": "2"}, {"id": "c", "area": "2", "lng": "21.21"}, {"id": "d", "area": "9"}]
    quality = load(tmp_path, *rows, {"id": "e", "area": ""}, {"id": "f", "lng": "21.30"})
    assert quality.areas.agrees == 2
    assert quality.areas.differs == {("Iosefin", "Fabric"): 1, ("fabric", "(none of ours)"): 1}
    assert quality.areas.unknown == {"9": 1}
    assert Issue.objects.get(external_id="b").neighborhood.name == "Fabric"


def test_the_table_tells_both(tmp_path):
    quality = load(tmp_path, {"id": "a"}, {"id": "b", "area": "2"})
    table = [" ".join(line.split()) for line in quality_table(quality, [], stored=False)]
    assert "day of opening told, without the hour 2" in table
    assert "area as the source says: the same as ours 1" in table
    assert "Iosefin, ours Fabric 1 first b" in table
