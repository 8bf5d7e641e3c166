"""The offer of issues that may be the same, as the form asks for it."""

import pytest
from django.utils.translation import override

from issues.naming import tracking_number
from issues.rules import TextState
from tests.factories import instant, make_boundaries, make_issue
from web.pages.similar import distance_said, shortened

pytestmark = pytest.mark.django_db

LNG, LAT = 21.19, 45.74


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])


@pytest.fixture
def ask(client, address):
    def asked(**more):
        return client.post(address("issue-similar"), {"lng": LNG, "lat": LAT, "category": "roads"} | more)

    return asked


def test_an_offer_says_what_where_since_when_and_how_it_stands(ask):
    issue = make_issue("roads", lng=LNG + 0.0003, lat=LAT, at=instant(2026, 3, 5), description="A deep hole.")
    number = tracking_number(issue.pk)
    assert ask().json() == {
        "similar": [
            {
                "number": number,
                "url": f"/en/issues/{number}/",
                "title": "A deep hole.",
                "note": "Streets, pavements, bridges · 20 m away · reported on 5 March 2026 · received",
                "said": "A deep hole.",
                "category": "Streets, pavements, bridges",
                "distance_said": "20 m away",
                "opened_said": "reported on 5 March 2026",
                "state": "received",
            }
        ]
    }


def test_what_the_public_may_not_read_is_not_in_the_offer(ask):
    make_issue("roads", lng=LNG, lat=LAT, description="Call 0722 123 456", text_state=TextState.WITHHELD)
    answer = ask()
    assert b"0722" not in answer.content
    assert answer.json()["similar"][0]["title"] == "Streets, pavements, bridges"


def test_nothing_near_is_an_empty_offer(ask):
    assert ask(category="dragons", text="x" * 9000).json() == {"similar": []}


@pytest.mark.parametrize(
    "changes", [{"lng": ""}, {"lat": "nan"}, {"lng": "1e999"}, {"lng": LAT, "lat": LNG}, {"lat": "a"}]
)
def test_no_place_is_told_as_such(ask, changes):
    answer = ask(**changes)
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "message"}


def test_only_a_form_of_this_site_may_ask(client, address):
    assert client.get(address("issue-similar")).status_code == 405
    sent = client.post(address("issue-similar"), {}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403


def test_no_cookie_is_set_and_nothing_is_kept(ask):
    answer = ask()
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "metres, said", [(0.0, "right here"), (9.9, "right here"), (10.0, "10 m away"), (56, "60 m away")]
)
def test_distances_are_told_to_ten_metres(metres, said):
    with override("en"):
        assert distance_said(metres) == said


@pytest.mark.parametrize(
    "text, short",
    [
        ("A hole.", "A hole."),
        ("A hole\n\nin the  road", "A hole in the road"),
        ("A hole in the road, deep", "A hole in the road…"),
        ("Abcdefghijklmnopqrstuvwxyz", "Abcdefghijklmnopqrs…"),
        ("", ""),
    ],
)
def test_a_text_is_cut_between_words(text, short):
    assert shortened(text, 20) == short


def test_a_sign_that_no_subject_has_breaks_nothing(ask):
    make_issue("roads", lng=LNG + 0.0003, lat=LAT)
    assert len(ask(category="roads\0").json()["similar"]) == 1
