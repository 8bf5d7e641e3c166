"""Erasing takes the person and leaves the count."""

import uuid
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from issues.actions import change_status
from issues.counts import Filters, by_cell
from issues.drafts import Draft
from issues.erasing import erase_again, erase_issue, erase_person, ledger, mentions
from issues.models import HeldReport, Issue, ModerationStep, Photo, StatusChange, Submission, Verdict
from issues.moderating import edit_text
from issues.naming import tracking_number
from issues.photos import add_photo
from issues.rules import Precision, State, TextState
from issues.submitting import KeyErasedError, submit
from issues.verdicts import give_verdict
from neighborhoods.following import confirm, follow
from neighborhoods.models import Contact, Follow, Notice, User
from neighborhoods.models.notices import ISSUE, NEIGHBORHOOD
from tests.factories import instant, make_boundaries, make_category
from tests.made_pictures import jpeg

pytestmark = pytest.mark.django_db

ION, ANA = "ion@example.ro", "ana@example.ro"
LAMP = Draft("lighting", "The lamp before number 128 is out.", 21.19, 45.74, "Zorilor 128", language="en", email=ION)


@pytest.fixture(autouse=True)
def city(settings, tmp_path):
    settings.MEDIA_ROOT, settings.STATE_DIR = tmp_path / "media", tmp_path
    make_boundaries(["Fabric"])
    make_category()


def send(key=None, **changes) -> Issue:
    return submit(key=key or uuid.uuid4(), draft=replace(LAMP, **changes), at=instant(2026, 3, 5)).issue


def row(issue: Issue) -> Issue:
    return Issue.objects.select_related("category").get(pk=issue.pk)


def test_the_words_the_place_and_the_key_of_an_issue_go():
    issue = send()
    edit_text(by=User.objects.create(username="mo"), issue=issue, text="The lamp is out.")
    erase_issue(issue=issue)
    left = row(issue)
    assert (left.description, left.edited_text, left.title, left.address, left.words, left.channel) == ("",) * 6
    assert (left.answers, left.text_state, left.public_text) == ({}, TextState.PRIVATE, "")
    assert left.key != issue.key
    assert left.external_id != issue.external_id
    assert left.point.distance(issue.point) > 0.00001
    assert left.precision == Precision.STREET


def test_what_counts_stays():
    issue = send()
    before = by_cell(Filters(), 10)
    erase_issue(issue=issue)
    left, after = row(issue), by_cell(Filters(), 10)
    assert (left.state, left.category, left.opened_on) == (issue.state, issue.category, issue.opened_on)
    assert (left.cell, left.neighborhood_id, left.hidden) == (issue.cell, issue.neighborhood_id, False)
    assert (after.units.tolist(), after.n.tolist()) == (before.units.tolist(), before.n.tolist())
    assert [step.state for step in left.history.all()] == [State.RECEIVED]


def test_the_receipt_becomes_a_tombstone_and_its_key_makes_no_issue_again():
    key = uuid.uuid4()
    issue = send(key)
    held = Submission.objects.get()
    erase_issue(issue=issue, at=instant(2026, 4, 1))
    left = Submission.objects.get()
    assert (left.erased_at, left.contact, left.issue_id) == (instant(2026, 4, 1), None, issue.pk)
    assert bytes(left.body_digest) != bytes(held.body_digest)
    with pytest.raises(KeyErasedError):
        send(key)
    assert Issue.objects.count() == 1


def test_an_address_nothing_else_needs_goes_with_the_issue():
    erase_issue(issue=send())
    assert [m.objects.count() for m in (Contact, Follow, Notice)] == [0, 0, 0]


def test_an_address_something_else_needs_stays_for_that_alone():
    issue, other = send(), send(text="Another lamp.", lng=21.195)
    follow(email=ION, language="en", kind=NEIGHBORHOOD, slug="fabric")
    erase_issue(issue=issue)
    assert Contact.objects.count() == 1
    assert sorted(f.subject or 0 for f in Follow.objects.all()) == [0, other.pk]
    assert issue.pk not in Notice.objects.values_list("subject", flat=True)


def test_who_else_follows_the_issue_goes_on_following():
    issue = send()
    theirs = follow(email=ANA, language="en", kind=ISSUE, subject=issue.pk)
    erase_issue(issue=issue)
    assert list(Follow.objects.all()) == [theirs]


def test_erasing_again_does_nothing_more():
    issue = send()
    assert erase_issue(issue=issue)["reports"] == 1
    once = row(issue)
    assert not erase_issue(issue=issue)
    assert row(issue).key == once.key
    assert len(ledger().read_text().splitlines()) == 1


def test_what_was_never_sent_in_is_not_erased():
    issue = send()
    Submission.objects.all().delete()
    with pytest.raises(Submission.DoesNotExist):
        erase_issue(issue=issue)
    assert row(issue).description == LAMP.text


def test_answers_that_quote_are_blanked_and_others_stay():
    issue = send()
    change_status(by=None, issue=issue, to=State.IN_PROGRESS, reason="Planned for next week.")
    change_status(by=None, issue=issue, to=State.RESOLVED, reason="We came to Zorilor and mended it.")
    erase_issue(issue=issue)
    assert [step.reason for step in issue.history.all()] == ["", "Planned for next week.", ""]


def test_one_answer_to_a_whole_incident_is_blanked_on_all_of_it():
    issue = send()
    beside = send(text="Dark here.", address="", lng=21.1901, email=ANA)
    assert beside.incident_id == issue.pk
    change_status(by=None, issue=issue, to=State.RESOLVED, reason="Mended at number 128.")
    assert row(beside).state == State.RESOLVED
    erase_issue(issue=issue)
    assert not StatusChange.objects.filter(reason__contains="128").exists()
    assert row(beside).description == "Dark here."


def test_steps_can_be_blanked_by_erasing_alone():
    issue = send()
    change_status(by=None, issue=issue, to=State.RESOLVED, reason="Mended.")
    with transaction.atomic():
        erase_issue(issue=issue)
        with pytest.raises(DatabaseError, match="added, never changed"), transaction.atomic():
            issue.history.exclude(reason="").update(reason="")


def test_photos_go_with_their_files(django_capture_on_commit_callbacks, settings):
    issue = send()
    add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    files = [p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()]
    assert len(files) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_issue(issue=issue)["photos"] == 1
    assert not Photo.objects.exists()
    assert not [p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()]


def test_a_person_is_erased_from_another_s_issue_too(django_capture_on_commit_callbacks):
    issue = send()
    change_status(by=None, issue=issue, to=State.RESOLVED)
    verdict = give_verdict(
        issue=issue, fixed=False, said="I live at 77, still dark.", photo=jpeg(), email=ANA, language="en"
    )
    done = erase_person(email=ANA.upper())
    verdict.refresh_from_db()
    assert (verdict.said, verdict.fixed, verdict.contact) == ("", False, None)
    assert (done["texts of verdicts"], done["photos"], done["contacts"], done["reports"]) == (1, 1, 1, 0)
    assert row(issue).description == LAMP.text
    assert list(Contact.objects.values_list("email", flat=True)) == [ION]


def test_a_report_sent_past_a_limit_is_found_by_the_address_its_link_went_to():
    key = uuid.uuid4()
    issue = send(key, email="")
    ana = follow(email=ANA, language="en", kind=NEIGHBORHOOD, slug="fabric").contact
    HeldReport.objects.create(secret=b"s" * 16, report={"key": key.hex}, contact=ana, sent_at=instant(2026, 3, 5))
    assert erase_person(email=ANA)["reports"] == 1
    assert row(issue).description == ""
    assert not HeldReport.objects.exists()


def test_a_dry_run_says_the_same_and_does_nothing():
    issue = send()
    confirm(bytes(Follow.objects.get().secret))
    would = erase_person(email=ION, dry_run=True)
    assert row(issue).description == LAMP.text
    assert not ledger().exists()
    assert would == erase_person(email=ION)
    assert would["contacts"] == would["reports"] == would["follows"] == 1


def test_nobody_is_erased_where_nobody_is_meant():
    issue = send()
    assert not erase_person(email="someone@example.ro")
    assert row(issue).description == LAMP.text


def test_what_an_older_copy_brings_back_is_erased_again():
    issue, other = send(), send(text="Another lamp.", lng=21.195, email=ANA)
    kept = {model: list(model.objects.all()) for model in (Contact, Follow, Notice)}
    older = {"issue": row(issue), "sent": Submission.objects.get(issue=issue)}
    erase_person(email=ION)
    erase_issue(issue=other)
    for model in (Contact, Follow, Notice):
        model.objects.bulk_create(kept[model])
    older["issue"].save()
    older["sent"].save()
    done = erase_again()
    assert (done["reports"], done["contacts"]) == (1, 1)
    assert row(issue).description == ""
    assert not Contact.objects.filter(email=ION).exists()
    assert not erase_again()["reports"]


def test_the_ledger_holds_nothing_personal_and_is_its_owner_s_alone():
    send()
    erase_person(email=ION)
    assert ION not in ledger().read_text()
    assert ledger().stat().st_mode & 0o077 == 0


def test_words_of_others_that_hold_the_address_are_named():
    mine = send()
    theirs = send(text=f"Ask {ION} about it.", email=ANA, lng=21.195)
    assert mentions(ION) == [theirs.pk]
    assert mine.pk not in mentions(ION)


def test_the_command_says_what_it_did_and_what_is_left(capsys):
    send()
    theirs = send(text=f"Ask {ION} about it.", email=ANA, lng=21.195)
    User.objects.create(username="ion", email=ION)
    call_command("erase_person", email=ION, dry_run=True)
    assert "this was a dry run" in capsys.readouterr().out
    call_command("erase_person", email=ION)
    said = capsys.readouterr().out
    assert "reports                      1" in said
    assert tracking_number(theirs.pk) in said
    assert "An account has this address." in said
    call_command("erase_person", again=True)
    assert "Erased again." in capsys.readouterr().out


@pytest.mark.parametrize("options", [{"email": "ion"}, {"again": True, "dry_run": True}])
def test_the_command_refuses_what_makes_no_sense(options):
    with pytest.raises(CommandError):
        call_command("erase_person", **options)


def test_reasons_of_moderation_go_whatever_they_say():
    issue = send()
    moderator = User.objects.create(username="mo")
    ModerationStep.objects.create(issue=issue, act="text_private", reason="Names a neighbour.", by=moderator)
    erase_issue(issue=issue)
    assert list(ModerationStep.objects.values_list("act", "reason")) == [("text_private", "")]


def test_what_waited_to_be_looked_at_waits_no_more():
    issue = send()
    Issue.objects.update(hidden=True, waiting=True)
    erase_issue(issue=issue)
    assert (row(issue).hidden, row(issue).waiting) == (True, False)


def test_verdicts_of_the_reporter_lose_their_words():
    issue = send()
    change_status(by=None, issue=issue, to=State.RESOLVED)
    give_verdict(issue=issue, fixed=True, said="Thanks from number 128.", by_reporter=True)
    assert erase_issue(issue=issue)["texts of verdicts"] == 1
    assert [v.said for v in Verdict.objects.all()] == [""]
