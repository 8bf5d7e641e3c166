"""An address is forgotten at the very moment at which somebody gives it again: nothing is lost, no error is seen."""

import uuid
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from issues.drafts import Draft
from issues.erasing import drop_lonely
from issues.models import Issue
from issues.submitting import submit
from neighborhoods import following
from neighborhoods.contacts import keep_contact
from neighborhoods.following import follow
from neighborhoods.models import Contact, Follow, Notice
from neighborhoods.models.notices import NEIGHBORHOOD
from tests.factories import make_boundaries, make_category

pytestmark = pytest.mark.django_db(transaction=True)

ANA = "ana@example.org"
LAMP = Draft("lighting", "The lamp is out.", 21.19, 45.74, email=ANA, language="en")


def meanwhile(work):
    """Do something on another connection, and wait for its end."""

    def run():
        try:
            work()
        finally:
            connection.close()

    other = Thread(target=run)
    other.start()
    other.join()


@pytest.fixture
def forgotten_once(monkeypatch):
    """An address that is known, and forgotten right after the first time it is looked up."""
    make_boundaries(["Fabric"])
    make_category()
    known = keep_contact(ANA, "en")
    looked_up = []

    def keep(email, language):
        found = keep_contact(email, language)
        if not looked_up:
            meanwhile(lambda: drop_lonely([found]))
        looked_up.append(found)
        return found

    monkeypatch.setattr(following, "keep_contact", keep)
    return known


def test_a_report_is_kept_with_its_address(forgotten_once):
    receipt = submit(key=uuid.uuid4(), draft=LAMP)
    assert not receipt.replay
    assert Issue.objects.get() == receipt.issue
    contact = Contact.objects.get()
    assert contact.pk != forgotten_once
    assert contact.email == ANA
    assert Follow.objects.get().contact == receipt.issue.submission.contact == contact


def test_a_wish_to_be_told_is_kept(forgotten_once):
    wish = follow(email=ANA, language="en", kind=NEIGHBORHOOD, slug="fabric")
    assert Follow.objects.get() == wish
    assert wish.contact_id == Contact.objects.get().pk != forgotten_once


def test_within_another_transaction_its_beginner_is_told(forgotten_once):
    with pytest.raises(IntegrityError), transaction.atomic():
        follow(email=ANA, language="en", kind=NEIGHBORHOOD, slug="fabric")
    assert not Follow.objects.exists()


def test_who_was_forgetting_leaves_an_address_that_is_needed_again():
    contact = keep_contact(ANA, "en")
    came = []

    def in_between(execute, sql, params, many, context):
        if sql.startswith("DELETE FROM neighborhoods_contact") and not came:
            came.append(sql)
            meanwhile(lambda: follow(contact=contact, language="en", kind=NEIGHBORHOOD, slug="fabric"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(in_between):
        assert drop_lonely([contact]) == 0
    assert came
    assert Follow.objects.get().contact_id == contact
    assert Notice.objects.get().contact_id == contact
