"""From a file of pins to placed issues: what is kept, what is set aside, what a second run does."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from geo.readers import ReadError
from issues.importing import import_file
from issues.mappings import load_mapping
from issues.models import Issue, StatusChange
from neighborhoods.actions import sync_categories
from tests.factories import make_boundaries

pytestmark = pytest.mark.django_db

HEADER = "external_id,category,state,opened_at,closed_at,lng,lat,title,description,address,channel,duplicate_of"
MAPPING = load_mapping("ascult", settings.FIXTURES / "mappings")


def row(external_id, lng=21.19, lat=45.74, state="received", opened="2026-03-01T10:00:00Z", closed="", title="Bec ars"):
    return f"{external_id},lighting,{state},{opened},{closed},{lng},{lat},{title},Nu arde becul.,Strada Lungă 1,app,"


def load(folder: Path, *rows, header=HEADER, **more):
    make_boundaries(["Fabric", "Iosefin"])
    sync_categories(settings.CITY)
    path = folder / "pins.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return import_file(path=path, mapping=MAPPING, city=settings.CITY, **more)


def test_a_pin_is_placed_with_history(tmp_path):
    quality = load(tmp_path, row("a", state="resolved", closed="2026-03-04T10:00:00Z"))
    issue = Issue.objects.get()
    assert quality.new == quality.kept == quality.read == 1
    assert (issue.neighborhood.slug, issue.place_state, issue.state) == ("fabric", "inside", "resolved")
    assert [(s.state, s.at.day, s.reason) for s in issue.history.all()] == [("received", 1, ""), ("resolved", 4, "")]


def test_the_same_door_as_a_pin_dropped_by_hand(tmp_path):
    from tests.factories import make_issue

    load(tmp_path, row("a"))
    by_hand = make_issue("lighting", lng=21.19, lat=45.74)
    from_file = Issue.objects.get(external_id="a")
    assert (by_hand.cell, by_hand.neighborhood, by_hand.place_state) == (
        from_file.cell,
        from_file.neighborhood,
        from_file.place_state,
    )


def test_the_same_file_twice_changes_nothing(tmp_path):
    load(tmp_path, row("a"), row("b"))
    before = list(Issue.objects.order_by("external_id").values())
    again = load(tmp_path, row("a"), row("b"))
    assert (again.new, again.updated, again.unchanged) == (0, 0, 2)
    assert list(Issue.objects.order_by("external_id").values()) == before
    assert StatusChange.objects.count() == 2


def test_a_changed_row_is_updated_with_history(tmp_path):
    load(tmp_path, row("a"))
    key = Issue.objects.get().key
    again = load(tmp_path, row("a", state="resolved", closed="2026-03-09T10:00:00Z", lng=21.21))
    issue = Issue.objects.get()
    assert (again.new, again.updated, again.unchanged) == (0, 1, 0)
    assert (issue.key, issue.state, issue.neighborhood.slug) == (key, "resolved", "iosefin")
    step = issue.history.last()
    assert step.state == "resolved"
    assert step.reason == "changed at the source: state, closed_at, point"


def test_bad_rows_are_set_aside_with_their_reason(tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    quality = load(
        tmp_path,
        row("good"),
        row("no-place", lng=""),
        row("swapped", lng=45.74, lat=21.19),
        row("far", lng=25.0),
        row("no-day", opened="yesterday"),
        rejects=rejects,
    )
    told = {r["external_id"]: r["reason"] for r in map(json.loads, rejects.read_text(encoding="utf-8").splitlines())}
    assert told == {
        "no-place": "missing_coordinates",
        "swapped": "swapped_coordinates",
        "far": "outside_city_box",
        "no-day": "unreadable_opening_date",
    }
    assert quality.adds_up
    assert (quality.read, quality.kept, sum(quality.set_aside.values())) == (5, 1, 4)


def test_a_bad_closing_date_is_blanked_and_the_pin_stays(tmp_path):
    quality = load(tmp_path, row("a", state="resolved", closed="soon"))
    issue = Issue.objects.get()
    assert issue.closed_at is None
    assert quality.blanked["closing date unreadable or in the future"] == 1
    assert issue.history.last().reason == "date not given by the source"


def test_what_has_not_happened_is_not_believed(tmp_path):
    quality = load(tmp_path, row("a", opened="2199-12-31T10:00:00Z"), row("b", state="resolved", closed="2099-01-01"))
    assert quality.set_aside == {"opening_in_the_future": 1}
    assert (Issue.objects.get().external_id, Issue.objects.get().closed_at) == ("b", None)


def test_the_rejects_are_never_written_over_the_file(tmp_path):
    with pytest.raises(ReadError, match="would be written over the file they come from"):
        load(tmp_path, row("a"), rejects=tmp_path / "pins.csv")
    assert (tmp_path / "pins.csv").read_text(encoding="utf-8").startswith("external_id")


def test_rejects_that_cannot_be_written_are_said_before_anything_is_stored(tmp_path):
    with pytest.raises(ReadError, match="is a folder"):
        load(tmp_path, row("a"), rejects=tmp_path)
    assert not Issue.objects.exists()


def test_a_file_that_breaks_while_read_is_not_blamed_on_the_rejects(tmp_path, monkeypatch):
    def broken(*_args, **_options):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("issues.importing.read_chunks", broken)
    with pytest.raises(OSError, match="Input/output error"):
        load(tmp_path, row("a"), rejects=tmp_path / "rejects.jsonl")
    assert not list(tmp_path.glob("rejects*"))


def test_a_repeated_id_that_says_the_same_is_counted(tmp_path):
    quality = load(tmp_path, row("a"), row("a"))
    assert (quality.new, quality.repeated, quality.adds_up) == (1, 1, True)


def test_a_repeated_id_that_says_something_else_is_set_aside(tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    quality = load(tmp_path, row("a"), row("a", title="Altceva"), rejects=rejects)
    assert quality.set_aside == {"repeated_id": 1}
    assert json.loads(json.loads(rejects.read_text(encoding="utf-8"))["raw"])["title"] == "Altceva"


def test_a_dry_run_stores_nothing(tmp_path):
    assert load(tmp_path, row("a"), dry_run=True).new == 1
    assert not Issue.objects.exists()


def test_a_dry_run_tells_what_is_there_already(tmp_path):
    load(tmp_path, row("a"), row("b"))
    again = load(tmp_path, row("a"), row("b", title="Altceva"), row("c"), dry_run=True)
    assert (again.new, again.updated, again.unchanged) == (1, 1, 1)
    assert Issue.objects.count() == 2


def test_quotes_line_breaks_and_romanian_letters_survive(tmp_path):
    load(tmp_path, row("a", title='"Un ""bec"", ars\nși spart"'))
    assert Issue.objects.get().title == 'Un "bec", ars\nși spart'


def test_a_point_in_no_area_is_outside(tmp_path):
    load(tmp_path, row("a", lng=21.30))
    issue = Issue.objects.get()
    assert (issue.neighborhood, issue.place_state) == (None, "outside")
