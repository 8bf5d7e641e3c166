"""A place taken apart on its page, the whole ranking so as JSON, and the ranking under other settings."""

import dataclasses

import pytest
from django.utils.translation import override

from analytics.found import ranked_areas
from analytics.ranked import Readiness
from tests.factories import make_analysed, make_boundaries
from web.pages import apart
from web.pages import apart as pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_analysed()


def json_of(client, address, name, **asked):
    answer = client.get(address(name), asked)
    return answer.status_code, answer.json()


def test_every_ranked_place_has_its_page(run, read, address):
    for one in ranked_areas(run):
        text = read(address("apart", "areas", one.subject))
        assert one.name in text
        assert f"{run.pk}" in text
        assert "Do the sum again" in text


@pytest.mark.parametrize("units", ["8", "9", "10"])
def test_hexagons_have_pages_too(run, client, read, address, units):
    (first, *_) = json_of(client, address, "ranking-json", units=units)[1]["places"]
    assert "Fabric" in read(address("apart", units, first["subject"])) or first["parts"]


def test_small_hexagons_say_that_waits_are_looked_at_elsewhere(run, client, read, address):
    for units, said in (("9", False), ("10", True)):
        (first, *_) = json_of(client, address, "ranking-json", units=units)[1]["places"]
        text = read(address("apart", units, first["subject"]))
        assert ("Waiting is looked at in larger hexagons and neighbourhoods." in text) is said


def test_the_bar_of_a_hexagon_bears_the_name_of_its_place(run, client, address):
    (first, *_) = json_of(client, address, "ranking-json", units="9")[1]["places"]
    html = client.get(address("apart", "9", first["subject"])).content.decode()
    assert "Likely rank of Fabric, " in html
    assert f"Likely rank of {first['subject']}" not in html
    assert "the bar holds 90% of the likely ones" in html


def test_the_page_says_what_the_grade_and_the_chances_are(run, read, address):
    text = read(address("apart", "areas", "fabric"))
    for said in ("Chance of being reported (city = 1)", "; decided by: ", "Graded by: ", "Not graded by"):
        assert said in text


def test_a_place_of_unknown_readiness_is_reckoned_with_its_doubt(run, read, address, monkeypatch):
    whole = pages.take_apart

    def uncertain(*asked):
        told = Readiness(1.0, 0.1, 5.0, 0, 1.0, True)
        return [dataclasses.replace(one, reporting=told, reporting_used=True) for one in whole(*asked)]

    monkeypatch.setattr(pages, "take_apart", uncertain)
    text = read(address("apart", "areas", "fabric"))
    assert "The ranking reckons with this, and with how little is known." in text
    assert "rank by point score: 1 with the correction, 1 without" in text


def test_the_page_says_where_nothing_is_ranked(run, client, address):
    assert client.get(address("apart", "areas", "nowhere")).status_code == 404
    assert client.get(address("apart", "7", "fabric")).status_code == 404


def test_before_any_analysis_there_is_nothing_to_take_apart(client, address):
    make_boundaries()
    assert client.get(address("apart", "areas", "fabric")).status_code == 404
    assert client.get(address("ranking-json")).status_code == 404
    assert client.get(address("what-if")).status_code == 404


def test_the_json_names_its_run_and_the_sums_of_the_city(run, client, address):
    code, answer = json_of(client, address, "ranking-json", units="areas", order="burden")
    assert (code, answer["run"]["id"], answer["run"]["findings_digest"]) == (200, run.pk, run.findings_digest)
    assert answer["of"] == len(answer["places"])
    assert sum(c["total"] for c in answer["city"].values()) == run.totals["incidents"]


def test_the_json_turns_pages_and_finds_one_place(run, client, address):
    _, first = json_of(client, address, "ranking-json", units="10")
    _, second = json_of(client, address, "ranking-json", units="10", page="2")
    assert len(first["places"]) == 25
    assert first["places"][0] != second["places"][0]
    wanted = second["places"][0]["subject"]
    _, alone = json_of(client, address, "ranking-json", units="10", unit=wanted)
    assert alone["places"] == [second["places"][0]]


@pytest.mark.parametrize(
    "asked, field",
    [
        ({"order": "beauty"}, "order"),
        ({"unit": "nowhere"}, "unit"),
        ({"units": "7"}, "units"),
        ({"units": "10", "unit": "x"}, "unit"),
    ],
)
def test_the_json_names_what_it_cannot_answer(run, client, address, asked, field):
    code, answer = json_of(client, address, "ranking-json", **asked)
    assert (code, answer["field"]) == (400, field)


def test_a_what_if_with_nothing_turned_moves_nobody(run, client, address):
    code, answer = json_of(client, address, "what-if")
    assert code == 200
    assert answer["run"]["id"] == run.pk
    assert {place["up"] for place in answer["excess"]["places"]} <= {0}
    assert answer["excess"]["entered"] == answer["excess"]["left"] == []


def test_a_what_if_echoes_what_was_turned(run, client, address):
    asked = {"half_life_days": "30", "severity.lighting": "5", "units": "9", "exposure": "area", "k": "3"}
    code, answer = json_of(client, address, "what-if", **asked)
    assert code == 200
    settings = answer["settings"]
    assert (settings["half_life_days"], settings["severity"]["lighting"], settings["k"]) == (30, 5, 3)
    assert set(settings["exposure"].values()) == {"area"}


@pytest.mark.parametrize(
    "asked, field",
    [
        ({"half_life_days": "0"}, "half_life_days"),
        ({"half_life_days": "nan"}, "half_life_days"),
        ({"severity.lighting": "-1"}, "severity.lighting"),
        ({"severity.nothing": "1"}, "settings"),
        ({"exposure": "gold"}, "settings"),
        ({"exposure": "area", "exposure.lighting": "area"}, "exposure"),
        ({"units": "7"}, "units"),
        ({"k": "many"}, "k"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_what_if_names_the_setting_that_cannot_be(run, client, address, asked, field):
    code, answer = json_of(client, address, "what-if", **asked)
    assert (code, answer["field"]) == (400, field)


@pytest.mark.parametrize("expected, said", [(0.0004, "<0.01"), (0.0376, "0.04"), (0.6, "0.60"), (12.34, "12.3")])
def test_what_is_expected_of_a_small_hexagon_is_no_nought(expected, said):
    with override("en"):
        assert apart._few(expected) == said
