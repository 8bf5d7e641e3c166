"""What receivers read in the docs is what is sent: the example of a check, the fields, the headers, the waits."""

from __future__ import annotations

import datetime as dt
import json
import re
import time

import pytest
from django.conf import settings
from django.utils import timezone

from issues.actions import change_status
from issues.hooks import Event, failed, make_webhook, secret_of
from issues.models import Delivery
from issues.rules import State
from issues.telling import tell_of_new
from tests.factories import make_boundaries, make_issue
from web.hooks import composed, headers

pytestmark = pytest.mark.django_db
DOC = (settings.ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")


def block(language):
    return re.search(rf"```{language}\n(.*?)```", DOC, re.DOTALL)[1]


@pytest.fixture
def told():
    """A delivery of each kind that says something of an issue."""
    make_boundaries(["Fabric"])
    make_webhook(name="Dispatch", url="https://hooks.example.org/", events=list(Event), by=None)
    issue = make_issue("roads", place="fabric")
    tell_of_new(issue)
    change_status(by=None, issue=issue, to=State.RESOLVED, reason="Filled.")
    return {delivery.kind: delivery for delivery in Delivery.objects.select_related("webhook")}


@pytest.fixture
def is_ours():
    """The example, as a receiver would copy it."""
    space = {}
    exec(compile(block("python"), "docs/webhooks.md", "exec"), space)
    return space["is_ours"]


@pytest.fixture
def message(told):
    """A message as it is sent now: its headers and its body."""
    delivery = told["issue.raised"]
    body = json.dumps(composed(delivery)).encode()
    return headers(delivery, body, int(time.time())), body


@pytest.fixture
def secret(told):
    return secret_of(told["issue.raised"].webhook)


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def test_the_example_knows_our_message(is_ours, secret, message):
    found, body = message
    assert is_ours(secret, lower(found), body)


def test_the_example_refuses_what_was_changed_or_signed_by_another(is_ours, secret, message):
    found, body = message
    assert not is_ours(secret, lower(found), body + b" ")
    assert not is_ours(secret, lower(found) | {"webhook-id": "another"}, body)
    assert not is_ours("whsec_" + "A" * 43 + "=", lower(found), body)


def test_the_example_refuses_what_is_old(is_ours, secret, told):
    found = headers(told["issue.raised"], b"{}", int(time.time()) - 301)
    assert not is_ours(secret, lower(found), b"{}")


def test_the_fields_are_those_of_the_example(told):
    example, sent = json.loads(block("json")), composed(told["issue.changed"])
    assert list(sent) == list(example)
    assert list(sent["issue"]) == list(example["issue"])
    assert list(sent["change"]) == list(example["change"])
    assert {f"`{event}`" for event in Event} <= set(re.findall(r"`issue\.\w+`", DOC))


def test_every_header_is_described(message):
    found, _body = message
    assert all(f"| `{name}` |" in DOC for name in found)


def test_the_waits_are_those_of_the_docs(told):
    delivery, now = told["issue.raised"], timezone.now()
    waits = []
    for attempts in range(20):
        delivery.attempts = attempts
        failed(delivery, "status 500", now)
        waits.append(Delivery.objects.get(pk=delivery.pk).due_at - now)
    said = [dt.timedelta(seconds=int(n) * {"s": 1, "min": 60, "h": 3600}[u]) for n, u in written()]
    assert waits[: len(said)] == said
    assert set(waits[len(said) :]) == {said[-1]}


def written():
    """The numbers and units of the schedule."""
    sentence = re.search(r"as the webhook lasts: (.*?)\. The times", DOC, re.DOTALL)[1]
    return re.findall(r"(\d+)\s(s|min|h)\b", sentence)
