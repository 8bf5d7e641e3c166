import pytest

from analytics import suggesting
from analytics.methods.grams import Suggested
from issues.drafts import LONGEST_TEXT
from web.pages import suggestions

URL = "/en/issues/new/suggestion.json"


@pytest.fixture
def sure(monkeypatch):
    """A model that is as sure as one says, of the subject one says."""
    found = {"label": "lighting", "confidence": 0.8799}
    monkeypatch.setattr(suggestions, "suggest", lambda text: Suggested(**found) if text else None)
    return found


def test_a_subject_is_suggested_with_how_sure_it_is(client, sure):
    response = client.post(URL, {"text": "Becul este ars"})
    assert response.json() == {
        "slug": "lighting",
        "name": "Street lighting",
        "confidence": 0.87,
        "said": "Street lighting (87% sure)",
    }
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_in_romanian_the_subject_has_its_romanian_name(client, sure):
    response = client.post(URL.replace("/en/", "/ro/"), {"text": "Becul este ars"})
    assert response.json()["name"] == "Iluminat public"
    assert "87%" in response.json()["said"]


def test_nothing_is_ever_quite_sure(client, sure):
    sure["confidence"] = 1.0
    assert client.post(URL, {"text": "Becul"}).json()["confidence"] == 0.99


def test_where_it_is_not_sure_nothing_is_said(client, sure):
    assert client.post(URL, {"text": ""}).json() == {}
    assert client.post(URL).json() == {}


def test_a_subject_the_city_no_longer_has_is_not_suggested(client, sure):
    sure["label"] = "snow"
    assert client.post(URL, {"text": "Becul"}).json() == {}


def test_a_text_too_long_is_refused(client, sure):
    assert client.post(URL, {"text": "a" * LONGEST_TEXT}).status_code == 200
    response = client.post(URL, {"text": "a" * (LONGEST_TEXT + 1)})
    assert (response.status_code, response.json()["code"]) == (422, "too-long")


def test_it_is_only_posted_and_only_from_this_site(client, sure):
    assert client.get(URL).status_code == 405
    assert client.post(URL, {"text": "Becul"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(URL, {"text": "Becul"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_without_a_model_and_without_a_database_the_answer_is_empty(client, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    suggesting._loaded.cache_clear()
    assert client.post(URL, {"text": "Becul este ars pe strada noastră"}).json() == {}
