"""Webhooks hear of everything public, once each, signed; nothing is lost while the receiver is away."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid
from http.client import BadStatusLine

import pytest
from django.utils import timezone

from issues.actions import change_status, raise_issue
from issues.erasing import erase_issue
from issues.hooks import KEPT, Event, due, end_webhook, forget_deliveries, key_of, make_webhook, queued, secret_of
from issues.models import Delivery, Issue, Submission
from issues.moderating import edit_text, hide, keep_private, publish
from issues.naming import tracking_number
from issues.rules import State, TextState
from issues.telling import tell_of_new
from tests.factories import inside, make_boundaries, make_category
from tests.staff import make_moderator
from web import hooks
from web.hooks import deliver_hooks
from web.outgoing import AddressRefusedError

pytestmark = pytest.mark.django_db


class Receiver:
    """Another system: what it got, and how it answers."""

    def __init__(self):
        self.got, self.answers = [], []

    def __call__(self, url, body, headers):
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        if 200 <= answer < 300:
            self.got.append((url, json.loads(body), headers, body))
        return answer


@pytest.fixture
def receiver(monkeypatch):
    made = Receiver()
    monkeypatch.setattr(hooks, "post", made)
    return made


@pytest.fixture
def hook():
    make_boundaries(["Fabric"])
    return make_webhook(name="Dispatch", url="https://hooks.example.org/in", events=list(Event), by=None)[0]


def raised(category="roads", **more):
    lng, lat = inside("fabric")
    issue = raise_issue(by=None, category=make_category(category), lng=lng, lat=lat, description="A deep hole.", **more)
    tell_of_new(issue)
    return issue


def later():
    """Every delivery is due at once."""
    Delivery.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1))


def test_the_course_of_an_issue_is_told_in_order_and_once(hook, receiver):
    issue = raised()
    change_status(by=None, issue=issue, to=State.RESOLVED, reason="Filled.")
    assert deliver_hooks() == 2
    assert deliver_hooks() == 0
    first, second = (body for _url, body, *_more in receiver.got)
    assert (first["type"], first["issue"]["number"]) == ("issue.raised", tracking_number(issue.pk))
    assert first["issue"]["text"] == "A deep hole."
    assert (second["type"], second["change"]["state"], second["change"]["reason"]) == (
        "issue.changed",
        "resolved",
        "Filled.",
    )


def test_a_message_is_signed_over_id_time_and_body(hook, receiver):
    raised()
    deliver_hooks()
    _url, _parsed, headers, body = receiver.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mark = base64.b64encode(hmac.new(bytes.fromhex(key_of(hook)), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mark}"


@pytest.mark.parametrize(
    "away",
    [503, 404, 302, TimeoutError("slow"), BadStatusLine("garbage"), OSError("down"), AddressRefusedError("not public")],
)
def test_while_the_receiver_is_away_nothing_is_lost(hook, receiver, away):
    raised()
    receiver.answers = [away] * 3
    for attempt in range(1, 4):
        assert deliver_hooks() == 0
        held = Delivery.objects.get()
        assert (held.attempts, held.delivered_at) == (attempt, None)
        assert held.problem
        assert held.due_at > timezone.now()
        assert "hole" not in held.problem
        later()
    assert deliver_hooks() == 1
    assert Delivery.objects.get().delivered_at


def test_the_wait_grows_and_never_ends(hook, receiver):
    raised()
    Delivery.objects.update(attempts=500)
    receiver.answers = [500]
    deliver_hooks()
    assert dt.timedelta(hours=5) < Delivery.objects.get().due_at - timezone.now() <= dt.timedelta(hours=6)


def test_one_that_does_not_answer_does_not_hold_up_another(hook, receiver):
    make_webhook(name="Other", url="https://other.example.org/in", events=[Event.RAISED], by=None)
    for _ in range(3):
        raised()
    calls = []

    def answer(url, body, headers):
        calls.append(url)
        if "hooks" in url:
            raise OSError("down")
        return 204

    hooks.post = answer
    assert deliver_hooks() == 3
    assert sum("hooks" in url for url in calls) == 1


def test_what_is_not_public_is_not_told(hook, receiver):
    raised("social")
    raised(waiting=True)
    assert deliver_hooks() == 0
    assert not Delivery.objects.exists()


def test_a_text_that_waits_and_a_place_that_does_not_are_told_as_the_public_reads_them(hook, receiver):
    raised(text_state=TextState.WITHHELD, title="Ion", address="la Ion")
    deliver_hooks()
    told = receiver.got[0][1]["issue"]
    assert (told["text"], told["title"], told["address"]) == ("", "", "")


def test_what_was_published_hidden_and_published_again(hook, receiver):
    issue, who = raised(waiting=True), make_moderator()
    publish(by=who, issue=issue)
    hide(by=who, issue=issue, reason="Names a neighbour.")
    publish(by=who, issue=issue)
    deliver_hooks()
    kinds = [body["type"] for _url, body, *_more in receiver.got]
    assert kinds == ["issue.raised", "issue.withdrawn", "issue.raised"]
    assert set(receiver.got[1][1]["issue"]) == {"number"}


def test_when_the_public_reads_another_text_it_is_told(hook, receiver):
    issue, who = raised(), make_moderator()
    edit_text(by=who, issue=issue, text="A hole.")
    keep_private(by=who, issue=issue, reason="Names a neighbour.")
    deliver_hooks()
    assert [body["type"] for _url, body, *_more in receiver.got] == ["issue.raised", "issue.changed", "issue.changed"]
    assert receiver.got[2][1]["issue"]["text"] == ""
    assert "change" not in receiver.got[2][1]


def test_the_text_of_what_is_hidden_is_nobodys_news(hook, receiver):
    issue, who = raised(waiting=True), make_moderator()
    edit_text(by=who, issue=issue, text="A hole.")
    assert not Delivery.objects.exists()


def test_what_is_erased_is_withdrawn(hook, receiver):
    issue = raised()
    Submission.objects.create(issue=issue, key_digest=b"k" * 32, body_digest=b"b" * 32, link=uuid.uuid4().bytes)
    deliver_hooks()
    erase_issue(issue=issue)
    deliver_hooks()
    last = receiver.got[-1][1]
    assert (last["type"], set(last["issue"])) == ("issue.withdrawn", {"number"})


def test_hidden_before_it_was_sent_only_the_number_is_told(hook, receiver):
    issue = raised()
    Issue.objects.update(hidden=True)
    deliver_hooks()
    assert receiver.got[0][1]["issue"] == {"number": tracking_number(issue.pk)}


def test_an_ended_webhook_and_one_that_did_not_ask_hear_nothing(hook, receiver):
    make_webhook(name="Changes", url="https://other.example.org/", events=[Event.CHANGED], by=None)
    end_webhook(webhook=hook)
    raised()
    assert deliver_hooks() == 0


def test_one_that_has_long_been_away_keeps_no_other_waiting(hook, receiver):
    """However much waits for it, and however long."""
    other = make_webhook(name="Other", url="https://other.example.org/in", events=[Event.RAISED], by=None)[0]
    raised()
    Delivery.objects.filter(webhook=hook).delete()
    long_ago = timezone.now() - dt.timedelta(days=1)
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, event=str(i), kind=Event.RAISED, subject=1, due_at=long_ago) for i in range(600)
    )
    assert due(timezone.now())[1] in Delivery.objects.filter(webhook=other).values_list("pk", flat=True)


def test_the_secret_is_the_key_as_receivers_libraries_take_it(hook):
    kind, _line, written = secret_of(hook).partition("_")
    assert (kind, base64.b64decode(written, validate=True)) == ("whsec", bytes.fromhex(key_of(hook)))


def test_when_its_time_is_over_another_run_is_woken(hook, receiver):
    raised()
    woken = []

    def wake(**named):
        woken.append(named["sender"])

    queued.connect(wake)
    try:
        assert deliver_hooks(work_s=-1) == 0
        assert woken == [Delivery]
        assert deliver_hooks() == 1
        assert woken == [Delivery]
    finally:
        queued.disconnect(wake)


def test_a_run_goes_on_until_nothing_is_due(hook, receiver, monkeypatch):
    """However few are looked up at once."""
    for _ in range(3):
        raised()
    monkeypatch.setattr(hooks, "due", lambda now: due(now)[:1])
    assert deliver_hooks() == 3


def test_one_that_ended_while_its_messages_were_going_out_hears_no_more(hook, receiver, monkeypatch):
    for _ in range(2):
        raised()

    def end_after_the_first(url, body, headers):
        end_webhook(webhook=hook)
        return 204

    monkeypatch.setattr(hooks, "post", end_after_the_first)
    assert deliver_hooks() == 1
    assert Delivery.objects.filter(delivered_at=None).count() == 1


def test_what_arrived_is_forgotten_after_a_month(hook, receiver):
    raised()
    deliver_hooks()
    waiting = Delivery.objects.create(webhook=hook, event="issue.raised:0:", kind=Event.RAISED, subject=1)
    assert forget_deliveries(now=timezone.now() + KEPT - dt.timedelta(hours=1)) == 0
    assert forget_deliveries(now=timezone.now() + KEPT + dt.timedelta(hours=1)) == 1
    assert list(Delivery.objects.all()) == [waiting]
    end_webhook(webhook=hook)
    assert forget_deliveries(now=timezone.now() + KEPT + dt.timedelta(hours=1)) == 1
