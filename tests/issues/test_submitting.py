"""A report comes in once for every key, with everything that follows from it, or not at all."""

import hashlib
import uuid
from dataclasses import replace
from importlib import import_module

import pytest
from django.db import DatabaseError, transaction

from issues import submitting
from issues.drafts import Draft, DraftError, checked, draft_of
from issues.models import Issue, StatusChange, Submission
from issues.naming import issue_of
from issues.rules import State, TextState
from issues.submitting import KeyErasedError, KeyUsedError, body_digest_of, submit
from neighborhoods.models import Category, Contact, Follow, Notice
from tests.factories import instant, make_boundaries, make_category, make_issue

pytestmark = pytest.mark.django_db

LAMP = Draft(category="lighting", text="The lamp is out.", lng=21.19, lat=45.74, language="en")


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])
    make_category()


def test_a_report_becomes_an_issue_with_number_link_and_receipt():
    receipt = submit(key=uuid.uuid4(), draft=LAMP, at=instant(2026, 3, 5))
    assert not receipt.replay
    assert issue_of(receipt.number) == receipt.issue
    assert len(receipt.link) == 32
    assert receipt.issue.submission.link == bytes.fromhex(receipt.link)
    assert receipt.issue.neighborhood.slug == "fabric"
    assert receipt.issue.promised_on is not None
    assert [step.state for step in receipt.issue.history.all()] == [State.RECEIVED]


def test_the_same_again_gives_the_same_receipt():
    key = uuid.uuid4()
    first = submit(key=key, draft=LAMP)
    again = submit(key=key, draft=LAMP)
    assert (again.number, again.link, again.replay) == (first.number, first.link, True)
    assert Issue.objects.count() == StatusChange.objects.count() == Submission.objects.count() == 1


def test_the_same_from_a_page_in_another_language_is_the_same():
    key = uuid.uuid4()
    first = submit(key=key, draft=LAMP)
    assert submit(key=key, draft=replace(LAMP, language="ro")).number == first.number


def test_a_draft_not_checked_before_is_checked_here():
    key = uuid.uuid4()
    submit(key=key, draft=replace(LAMP, text=" The lamp is out.\u200b "))
    assert submit(key=key, draft=LAMP).replay
    assert Issue.objects.get().description == "The lamp is out."


@pytest.mark.parametrize("change", [{"text": "Another lamp."}, {"lng": 21.195}, {"email": "ion@example.ro"}])
def test_another_report_under_a_used_key_is_refused_and_told_nothing(change):
    key = uuid.uuid4()
    receipt = submit(key=key, draft=LAMP)
    with pytest.raises(KeyUsedError) as refused:
        submit(key=key, draft=replace(LAMP, **change))
    assert receipt.number not in str(refused.value)
    assert Issue.objects.count() == 1
    assert not Contact.objects.exists()


def test_without_the_sites_key_no_guess_can_be_tried_against_a_digest(settings):
    submit(key=uuid.uuid4(), draft=LAMP)
    kept = bytes(Submission.objects.get().body_digest)
    said = checked(LAMP, settings.CITY)
    assert kept == body_digest_of(said) != said.digest()
    settings.SECRET_KEY = "of somebody else"
    assert kept != body_digest_of(said)


def test_what_came_in_before_digests_were_keyed_is_known_again(settings):
    key = uuid.uuid4()
    first = submit(key=key, draft=LAMP)
    Submission.objects.update(body_digest=checked(LAMP, settings.CITY).digest())
    import_module("issues.migrations.0009_keyed_digests").key_digests()
    assert submit(key=key, draft=LAMP).number == first.number
    with pytest.raises(KeyUsedError):
        submit(key=key, draft=replace(LAMP, text="Another lamp."))


def test_an_erased_report_does_not_come_back():
    key = uuid.uuid4()
    submit(key=key, draft=LAMP)
    Submission.objects.update(erased_at=instant(2026, 3, 9))
    for draft in (LAMP, replace(LAMP, text="Another lamp.")):
        with pytest.raises(KeyErasedError):
            submit(key=key, draft=draft)


def test_a_report_whose_issue_is_gone_does_not_come_back():
    key = uuid.uuid4()
    submit(key=key, draft=LAMP).issue.delete()
    with pytest.raises(KeyErasedError):
        submit(key=key, draft=LAMP)


def test_the_key_of_an_issue_that_was_there_opens_nothing():
    other = make_issue("roads", lng=21.185, lat=45.735, source="imported")
    receipt = submit(key=other.key, draft=LAMP)
    assert receipt.issue != other
    assert (receipt.issue.category.slug, receipt.replay) == ("lighting", False)
    assert submit(key=other.key, draft=LAMP).issue == receipt.issue


def test_the_key_stands_nowhere_in_what_was_made_of_it():
    key = uuid.uuid4()
    issue = submit(key=key, draft=LAMP).issue
    held = Submission.objects.get()
    assert held.key_digest == hashlib.sha256(key.bytes).digest()
    assert key not in (issue.key, issue.external_id)
    assert hashlib.sha256(key.bytes).hexdigest()[:32] != issue.external_id


def test_who_leaves_an_address_follows_the_issue_and_is_asked_to_confirm():
    receipt = submit(key=uuid.uuid4(), draft=replace(LAMP, email="ion@example.ro"))
    wish = Follow.objects.get()
    assert (wish.subject, wish.reporter, wish.confirmed_at) == (receipt.issue.pk, True, None)
    assert receipt.issue.submission.contact == wish.contact
    assert [n.kind for n in Notice.objects.filter(contact=wish.contact)] == ["confirm"]


@pytest.mark.parametrize("step", ["follow", "tell_of_new", "raise_issue"])
def test_what_fails_midway_leaves_nothing(monkeypatch, step):
    key = uuid.uuid4()

    def broken(*_args, **_named):
        raise DatabaseError("the line went dead")

    monkeypatch.setattr(submitting, step, broken)
    with pytest.raises(DatabaseError):
        submit(key=key, draft=replace(LAMP, email="ion@example.ro"))
    left = [m.objects.count() for m in (Submission, Issue, StatusChange, Contact, Follow, Notice)]
    assert left == [0] * 6
    monkeypatch.undo()
    assert not submit(key=key, draft=LAMP).replay


def test_personal_words_are_kept_from_the_public_until_somebody_has_looked():
    issue = submit(key=uuid.uuid4(), draft=replace(LAMP, text="Call me: 0722 123 456.")).issue
    assert issue.text_state == TextState.WITHHELD
    assert (issue.public_text, issue.words) == ("", "")
    assert issue.description == "Call me: 0722 123 456."


def test_a_subject_looked_at_first_waits_hidden(settings):
    spec = settings.CITY.spec("lighting")
    others = tuple(c for c in settings.CITY.categories if c.slug != "lighting")
    settings.CITY = replace(settings.CITY, categories=(*others, replace(spec, moderation="before")))
    issue = submit(key=uuid.uuid4(), draft=LAMP).issue
    assert issue.hidden
    assert issue.waiting


def test_nothing_but_a_draft_s_fields_is_taken_from_what_was_sent():
    sent = {"category": "lighting", "text": "The lamp is out.", "lng": 21.19, "lat": 45.74}
    sent |= {"hidden": True, "state": "resolved", "id": 7, "owner": "me", "created": "1999-01-01"}
    issue = submit(key=uuid.uuid4(), draft=draft_of(sent)).issue
    issue.refresh_from_db()
    assert (issue.state, issue.hidden) == (State.RECEIVED, False)


def test_a_draft_with_a_problem_is_refused_and_its_key_stays_free():
    key = uuid.uuid4()
    with pytest.raises(DraftError) as refused:
        submit(key=key, draft=replace(LAMP, lng=45.74, lat=21.19, text=" "))
    assert refused.value.problems == {"place": "swapped", "text": "missing"}
    assert not Submission.objects.exists()


def test_a_subject_the_tables_do_not_have_yet_is_a_problem_not_a_fault():
    Category.objects.filter(slug="noise").delete()
    with pytest.raises(DraftError) as refused:
        submit(key=uuid.uuid4(), draft=replace(LAMP, category="noise"))
    assert refused.value.problems == {"category": "unknown"}
    assert not Submission.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_never_given_before_the_commit():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        submit(key=uuid.uuid4(), draft=LAMP)
