"""Past a limit: a whole report waits for its mailed link, and a few at most for one address."""

import uuid
from dataclasses import replace

import pytest
from django.dispatch import receiver

from issues.drafts import Draft
from issues.holding import MOST_HELD, TooManyHeldError, hold, send_on
from issues.models import HeldReport, Issue, Submission
from issues.submitting import came_in
from neighborhoods.following import noticed
from neighborhoods.models import Follow, Notice
from tests.factories import make_boundaries, make_category

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Draft:
    make_boundaries(["Fabric"])
    make_category()
    return Draft("lighting", "The lamp is out.", 21.19, 45.74, language="en")


def test_the_link_is_mailed_at_once(draft, django_capture_on_commit_callbacks):
    heard = []
    receiver(noticed, weak=False, dispatch_uid="test")(lambda **named: heard.append(named))
    try:
        with django_capture_on_commit_callbacks(execute=True):
            held = hold(key=uuid.uuid4(), draft=draft, email="ana@example.org")
    finally:
        noticed.disconnect(dispatch_uid="test")
    told = Notice.objects.get()
    assert (told.event, told.kind, told.details) == (f"lift:{held.pk}", "lift", {"held": str(held.pk)})
    assert heard
    assert not Issue.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_on_stands_in_the_issue_alone(draft):
    key = uuid.uuid4()
    send_on(held=hold(key=key, draft=draft, email="ana@example.org"))
    assert came_in(key).issue.description == draft.text
    held = HeldReport.objects.get()
    assert held.sent_at is not None
    assert held.report == {"key": key.hex}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked, told", [("ana@example.org", 1), ("", 0)])
def test_no_address_waits_beside_the_words(draft, asked, told):
    held = hold(key=uuid.uuid4(), draft=replace(draft, email=asked), email="ana@example.org")
    assert "example" not in str(held.report)
    send_on(held=held)
    assert Follow.objects.filter(contact=held.contact, reporter=True).count() == told
    assert Submission.objects.get().contact == (held.contact if told else None)


def test_at_most_a_few_wait_for_one_address(draft):
    for _ in range(MOST_HELD):
        hold(key=uuid.uuid4(), draft=draft, email="ana@example.org")
    with pytest.raises(TooManyHeldError):
        hold(key=uuid.uuid4(), draft=draft, email="ANA@example.org")
    hold(key=uuid.uuid4(), draft=draft, email="ion@example.org")
