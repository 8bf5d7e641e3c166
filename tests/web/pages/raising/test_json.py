"""The last press by a script: the same form, answered in JSON by every code there is."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from issues.models import Issue, Submission
from tests.factories import make_boundaries, make_category
from tests.filled_forms import as_json, filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client, address):
    make_boundaries()
    make_category()

    def sent(values, language="en"):
        answer = client.post(address("issue-new", language=language), values, headers={"Accept": "application/json"})
        assert not answer.cookies
        assert "json" in answer["Content-Type"]
        return answer

    return sent


@pytest.fixture
def post_json(client, address):
    make_boundaries()
    make_category()

    def sent(body, kind="application/json", **headers):
        body = body if isinstance(body, bytes | str) else json.dumps(body)
        answer = client.post(address("issue-new"), body, content_type=kind, headers=headers)
        assert not answer.cookies
        assert "json" in answer["Content-Type"]
        return answer

    return sent


def test_a_first_report_is_made(post):
    answer = post(filled())
    issue = Issue.objects.get()
    link = bytes(Submission.objects.get().link).hex()
    told = answer.json()
    assert answer.status_code == 201
    assert told["url"] == f"/en/issues/{told['number']}/"
    assert told["mine"] == f"/en/mine/{link}/"
    assert told["photos"] == f"/en/mine/{link}/photos/"
    assert told["promised_on"] == issue.promised_on.isoformat()
    assert told["promised_said"].startswith("By ")
    assert told["goes_to"] == "Timișoara City Hall, street lighting"


def test_it_is_told_in_the_language_of_the_page(post):
    assert post(filled(), language="ro").json()["goes_to"] == "Primăria Timișoara, iluminat public"


def test_a_replay_is_the_same_and_says_so(post):
    form = filled()
    first, second = post(form), post(form)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_where_the_form_stands_is_no_part_of_what_was_said(post):
    form = filled()
    assert post(form | {"step": "send", "go": ""}).status_code == 201
    assert post(form | {"step": "what", "go": "finish", "search": "mare"}).status_code == 200


def test_json_says_the_same_as_a_form(post, post_json):
    form = filled(**{"answer-lighting-lamps": "one"})
    post(form)
    again = post_json(as_json(key=form["key"], answers={"lamps": "one"}))
    assert again.status_code == 200


def test_another_report_under_the_key_learns_nothing_of_the_first(post):
    form = filled()
    post(form)
    answer = post(form | {"text": "Something else."})
    assert (answer.status_code, answer.json()["code"]) == (409, "key-used")
    assert set(answer.json()) == {"code", "message"}


def test_an_erased_report_is_gone(post):
    form = filled()
    post(form)
    Submission.objects.update(erased_at=timezone.now(), issue=None)
    assert post(form).status_code == 410


def test_every_problem_is_told_in_words_by_field(post):
    form = filled(text="", category="", lng="", lat="", email="nobody", website="x", address="a" * 301)
    answer = post(form)
    problems = answer.json()["problems"]
    assert answer.status_code == 422
    assert set(problems) == {"text", "category", "place", "email", "website", "address"}
    assert problems["text"] == "Write in a few words what is the matter."
    assert not Issue.objects.exists()


def test_an_answer_that_was_not_offered_is_told_at_its_field(post):
    answer = post(filled(**{"answer-lighting-lamps": "all of them"}))
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == {"answer-lighting-lamps"}


@pytest.mark.parametrize("key", ["", "1", "c4fefde8-e766-11f1-b2bb-02fc00000001"])
def test_a_key_is_a_uuid_of_version_4(post, key):
    answer = post(filled(key=key))
    assert (answer.status_code, answer.json()["code"]) == (400, "key")
    assert not Issue.objects.exists()


def test_a_place_chosen_only_by_its_address_counts(post):
    from tests.filled_forms import make_address

    entry = make_address("Strada Mare")
    assert post(filled(lng="", lat="", found=str(entry.pk))).status_code == 201
    assert Issue.objects.get().precision == "street"


@pytest.mark.parametrize("category, waits", [("noise", True), ("lighting", False)])
def test_what_a_person_must_see_first_waits(post, category, waits):
    assert post(filled(category=category)).status_code == 201
    assert Issue.objects.get().waiting is waits


@pytest.mark.parametrize(
    "place",
    [
        {"lng": 21.36, "lat": 45.84},  # a corner of the city's box
        {"lng": 21.195000000000001, "lat": 45.7420000000000049},  # more digits than a place has
    ],
)
def test_places_that_are_taken(post_json, place):
    assert post_json(as_json(**place)).status_code == 201
    point = Issue.objects.get().point
    assert (point.x, point.y) == (round(place["lng"], 6), round(place["lat"], 6))


@pytest.mark.parametrize(
    "place, problem",
    [
        ({"lng": 45.7537, "lat": 21.2257}, "look swapped"),
        ({"lng": 0, "lat": -0.0}, "outside the city"),
        ({"lng": 21.36001, "lat": 45.75}, "outside the city"),
        ({}, "Say where it is"),
    ],
)
def test_places_that_are_no_places_here(post_json, place, problem):
    body = {k: v for k, v in as_json().items() if k not in {"lng", "lat"}} | place
    answer = post_json(body)
    assert answer.status_code == 422
    assert problem in answer.json()["problems"]["place"]
