"""The report form as it opens: whole, without cookie or script, and good for one report."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import make_boundaries
from tests.filled_forms import page_of

pytestmark = pytest.mark.django_db

HIDDEN = {"key", "step", "lng", "lat", "precision", "place", "work"}


@pytest.fixture
def page(client, address):
    make_boundaries()
    return page_of(client.get(address("issue-new")))


def test_all_three_sections_stand_in_one_form_and_the_first_is_in_view(page):
    assert {"step-where", "step-what", "step-send"} <= set(page.ids)
    assert page.view == ["where"]


def test_what_a_script_needs_is_there(page):
    assert {at["name"] for at in page.named if at.get("type") == "hidden"} >= HIDDEN
    ids = "raise search found locate area pick place-said address text categories category-search suggestion similar"
    ids += " photos photo-list email finish waiting draft-said drafts problems steps website"
    assert set(ids.split()) <= set(page.ids)
    assert page.ids["website"]["tabindex"] == "-1"


def test_every_button_of_the_three_sections_is_there(page):
    assert page.buttons == {"next", "find", "streets", "what", "where", "send", "finish"}


def test_every_subject_of_the_city_with_its_questions_is_there(page):
    assert page.offers("category") == [c.slug for c in settings.CITY.categories]
    asked = {f"answer-{c.slug}-{q.id}" for c in settings.CITY.categories for q in c.questions}
    assert asked
    assert asked <= {at["name"] for at in page.named}


def test_every_neighbourhood_can_be_chosen(client, address):
    make_boundaries(["Fabric", "Iosefin"])
    text = client.get(address("issue-new")).content.decode()
    assert '<option value="fabric">Fabric</option>' in text
    assert '<option value="iosefin">Iosefin</option>' in text


def test_each_opening_has_a_key_of_its_own(client, address):
    first, second = (page_of(client.get(address("issue-new"))).values["key"] for _ in range(2))
    assert first != second


def test_no_cookie_is_set_and_no_cache_keeps_it(client, address):
    answer = client.get(address("issue-new"))
    assert not answer.cookies
    assert "private" in answer["Cache-Control"]
    assert "no-cache" in answer["Cache-Control"]


def test_the_policy_stays_strict_and_the_page_obeys_it(client, address):
    answer = client.get(address("issue-new"))
    assert "unsafe" not in answer["Content-Security-Policy"]
    text = answer.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_other_methods_are_refused(client, address, method):
    assert getattr(client, method)(address("issue-new")).status_code == 405


def test_a_method_in_a_header_changes_nothing(client, address):
    assert client.get(address("issue-new"), headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200


def test_it_begins_at_a_place_of_the_map_and_about_a_subject(client, address):
    make_boundaries()
    page = page_of(client.get(address("issue-new"), {"lng": "21.195", "lat": "45.742", "category": "roads"}))
    assert (page.values["lng"], page.values["lat"], page.values["category"]) == ("21.195", "45.742", "roads")
    assert "Fabric" in page.values["place"]


@pytest.mark.parametrize("query", [{"lng": "nan", "lat": "1"}, {"lng": "21.2"}, {"lng": "0", "lat": "0"}])
def test_a_place_that_is_none_is_left_out(client, address, query):
    page = page_of(client.get(address("issue-new"), query | {"category": "no-such", "text": "words from a link"}))
    assert (page.values["lng"], page.values["text"]) == ("", "")
    assert "category" not in page.values


def test_another_site_may_not_send_it(client, address):
    refused = client.post(address("issue-new"), headers={"Origin": "https://elsewhere.example"})
    assert refused.status_code == 403


def test_both_languages_name_the_steps(client, address):
    assert "1 of 3: Where" in client.get(address("issue-new")).content.decode()
    assert 'lang="ro"' in client.get(address("issue-new", language="ro")).content.decode()


def test_page_styles_and_scripts_weigh_less_than_sixty_kilobytes(client, address):
    """Before the map, each file packed by itself."""
    make_boundaries()
    static = Path(__file__).resolve().parents[4] / "web/static/ascult"
    sheets = [static / f"{name}.css" for name in ("palette", "site", "raising", "raising_map")]
    scripts = [static / "raising.js", *(static / "raising").glob("*.js")]
    bodies = [client.get(address("issue-new", language="ro")).content, *(p.read_bytes() for p in [*sheets, *scripts])]
    assert sum(len(gzip.compress(body)) for body in bodies) < 60 * 1024
