"""Too many reports at once: a script is asked to work, a person without one gets a link by mail; nobody is shut out."""

from __future__ import annotations

import pytest
from django.utils import timezone

from issues.models import HeldReport, Issue
from neighborhoods.limits import block_of
from neighborhoods.models import Attempt, Contact, Notice
from tests.factories import make_boundaries, make_category
from tests.filled_forms import filled, page_of, words
from web.pages import challenges
from web.pages.challenges import Refusal
from web.pages.raising import delivery

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limited(monkeypatch):
    make_boundaries()
    make_category()
    monkeypatch.setattr(delivery, "guard", lambda *args: Refusal("challenge", 18, 600))


@pytest.fixture
def post(client, address):
    return lambda values, **headers: client.post(address("issue-new"), values, headers=headers)


def test_a_script_is_asked_to_work(post):
    answer = post(filled(), Accept="application/json")
    told = answer.json()
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert (told["challenge"], told["bits"], told["retry_after"]) == ("challenge", 18, 600)
    assert told["message"]


def test_what_was_worked_out_is_given_to_the_guard(post, monkeypatch):
    heard = []
    monkeypatch.setattr(delivery, "guard", lambda *args: heard.append(args[1:]))
    form = filled(work="challenge:7")
    assert post(form, Accept="application/json").status_code == 201
    [(draft, key, work)] = heard
    assert (draft.text, str(key), work) == (form["text"], form["key"], "challenge:7")


def test_a_page_comes_back_filled_with_a_way_out(post):
    form = filled(email="me@example.org", address="by the school")
    answer = post(form)
    page = page_of(answer)
    assert (answer.status_code, answer["Retry-After"], page.view) == (429, "600", ["send"])
    assert "lift" in page.buttons
    assert page.values["lift"] == "me@example.org"
    assert (page.values["text"], page.values["address"], page.values["key"]) == (
        form["text"],
        "by the school",
        form["key"],
    )
    assert not Issue.objects.exists()


def test_the_way_out_is_a_link_by_mail(post):
    form = filled(go="lift", lift=" me@example.org ", **{"answer-lighting-lamps": "one"})
    answer = post(form)
    held = HeldReport.objects.get()
    assert answer.status_code == 200
    assert "Your report waits for you" in words(answer.content.decode())
    assert "me@example.org" not in answer.content.decode()
    assert held.report["text"] == form["text"]
    assert held.report["answers"] == {"lamps": "one"}
    assert Notice.objects.get().kind == "lift"
    assert not Issue.objects.exists()


def test_enter_in_its_field_asks_for_the_link(post):
    assert post(filled(go="next", lift="me@example.org")).status_code == 200
    assert HeldReport.objects.exists()


@pytest.mark.parametrize("lift, said", [("", "Write the e-mail address"), ("nobody", "This is not an e-mail address")])
def test_the_link_needs_an_address(post, lift, said):
    answer = post(filled(go="lift", lift=lift))
    page = page_of(answer)
    assert (answer.status_code, page.view, page.values["text"]) == (422, ["send"], filled()["text"])
    assert said in words(answer.content.decode())
    assert page.ids["lift"]["aria-invalid"] == "true"
    assert not Contact.objects.exists()


def test_a_report_that_is_not_whole_is_not_held(post):
    answer = post(filled(go="lift", lift="me@example.org", text=""))
    assert (answer.status_code, page_of(answer).view) == (422, ["what"])
    assert not HeldReport.objects.exists()


def test_so_many_links_and_no_more(post):
    for _ in range(3):
        assert post(filled(go="lift", lift="me@example.org")).status_code == 200
    answer = post(filled(go="lift", lift="me@example.org"))
    assert answer.status_code == 422
    assert "already wait" in words(answer.content.decode())


def test_one_sender_mails_links_to_so_many_strangers_and_no_more(post, monkeypatch):
    monkeypatch.setattr(challenges, "OTHER_ACTS_HOUR", 2)
    form = filled(go="lift", address="by the school")
    for name in ("ana", "dan"):
        assert post(form | {"lift": f"{name}@example.org"}).status_code == 200
    answer = post(form | {"lift": "ion@example.org"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert "Many requests come from here" in words(answer.content.decode())
    assert page_of(answer).values["address"] == "by the school"
    assert HeldReport.objects.count() == 2


def test_who_is_past_the_limit_of_other_acts_still_gets_a_link(post, monkeypatch):
    monkeypatch.setattr(challenges, "OTHER_ACTS_HOUR", 2)
    Attempt.objects.bulk_create(Attempt(block=block_of("127.0.0.1", timezone.now()), cell=1) for _ in range(9))
    assert post(filled(go="lift", lift="ana@example.org")).status_code == 200
