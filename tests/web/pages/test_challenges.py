"""Limits: who sends much is asked for work, whoever has no script for a mail; nobody is shut out."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.core import mail
from django.test import RequestFactory, override_settings

from issues.drafts import Draft
from issues.holding import hold
from issues.models import HeldReport, Issue
from issues.submitting import came_in, submit
from neighborhoods.models import Attempt, Notice
from tests.factories import inside, make_boundaries, make_category
from web.pages import challenges

pytestmark = pytest.mark.django_db
LIMIT = 3


@pytest.fixture
def draft(settings):
    settings.CITY = replace(
        settings.CITY, reporting=replace(settings.CITY.reporting, per_block_hour=LIMIT, per_area_hour=8, work_bits=6)
    )
    make_boundaries()
    make_category()
    lng, lat = inside("fabric")
    return Draft(category="lighting", text="A lamp is out.", lng=lng, lat=lat, language="en")


def ask(draft, *, address="10.1.2.3", key=None, work="", **headers):
    request = RequestFactory().post("/en/issues/new/", REMOTE_ADDR=address, **headers)
    return challenges.guard(request, draft, key or uuid.uuid4(), work)


def work_for(refusal):
    number = next(n for n in range(10**6) if challenges.zero_bits(f"{refusal.challenge}:{n}") >= refusal.bits)
    return f"{refusal.challenge}:{number}"


def test_work_is_asked_for_past_the_limit_and_lifts_it(draft):
    assert [ask(draft) for _ in range(LIMIT)] == [None] * LIMIT
    key = uuid.uuid4()
    refusal = ask(draft, key=key)
    assert refusal.bits == 6
    work = work_for(refusal)
    assert ask(draft, key=uuid.uuid4(), work=work) is not None  # done for another report
    assert ask(draft, key=key, work=work[:-1] + "x") is not None
    assert ask(draft, key=key, work=work) is None


def test_a_neighbour_s_block_has_its_own_count(draft):
    for _ in range(LIMIT):
        ask(draft)
    assert ask(draft, address="10.1.2.99") is not None
    assert ask(draft, address="10.1.3.3") is None


def test_a_burst_in_one_place_asks_everybody_for_work(draft):
    assert all(ask(draft, address=f"10.0.{i}.1") is None for i in range(8))
    assert ask(draft, address="10.99.0.1") is not None
    lng, lat = inside("mehala")
    assert ask(replace(draft, lng=lng, lat=lat), address="10.99.0.1") is None


def test_far_over_the_limit_the_work_grows(draft):
    Attempt.objects.bulk_create(
        Attempt(block=challenges.limits.block_of("10.1.2.3", challenges.timezone.now()), cell=1)
        for _ in range(LIMIT * 4)
    )
    assert ask(draft).bits == 6 + 2


def test_what_came_in_before_comes_again_whatever_the_limit(draft):
    key = uuid.uuid4()
    submit(key=key, draft=draft)
    for _ in range(LIMIT):
        ask(draft)
    assert ask(draft, key=key) is None


def test_a_forwarded_address_is_believed_from_our_own_proxy_alone(draft):
    forged = {"HTTP_X_FORWARDED_FOR": "9.9.9.9, 8.8.8.8"}
    request = RequestFactory().post("/", REMOTE_ADDR="10.1.2.3", **forged)
    assert challenges.client_address(request) == "10.1.2.3"
    with override_settings(PROXIES=1):
        assert challenges.client_address(request) == "8.8.8.8"
    with override_settings(PROXIES=3):
        assert challenges.client_address(request) == "10.1.2.3"


def test_a_held_report_is_sent_by_the_mailed_link_once(draft, client):
    key = uuid.uuid4()
    held = hold(key=key, draft=draft, email="ana@example.org")
    assert Notice.objects.get(event=f"lift:{held.pk}").kind == "lift"
    address = f"/en/held/{bytes(held.secret).hex()}/"
    assert draft.text in client.get(address).content.decode()
    assert not Issue.objects.exists()
    first, again = client.post(address), client.post(address)
    assert came_in(key).issue.description == draft.text
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    assert draft.text not in str(HeldReport.objects.get().report)
    assert not mail.outbox


@pytest.mark.parametrize("change", [{"category": "gone"}, {"lng": 0.0}, {"text": ""}])
def test_a_held_report_that_the_form_no_longer_takes_comes_back_with_its_words(draft, client, change):
    held = hold(key=uuid.uuid4(), draft=replace(draft, text="The lamp <is> out."), email="ana@example.org")
    HeldReport.objects.update(report=held.report | change)
    answer = client.post(f"/en/held/{bytes(held.secret).hex()}/")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "The form has changed since" in html
    assert ("The lamp &lt;is&gt; out." in html) is ("text" not in change)
    assert not Issue.objects.exists()
    assert HeldReport.objects.get().sent_at is None


def test_an_unknown_link_holds_nothing(client):
    assert client.get(f"/en/held/{'0' * 32}/").status_code == 404
