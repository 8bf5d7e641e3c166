"""What residents say of a closing: who may, what follows, how often it is disputed."""

from __future__ import annotations

import datetime as dt
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from issues.actions import change_status
from issues.models import Issue, Photo, StatusChange, Verdict
from issues.retention import forget_personal
from issues.rules import State, TextState
from issues.verdicts import (
    DISPUTED,
    Closings,
    VerdictRefusedError,
    closing_of,
    closings_and_disputes,
    give_verdict,
)
from neighborhoods.limits import block_of
from neighborhoods.models import Attempt, Follow
from tests.factories import instant, make_boundaries, make_issue
from tests.made_pictures import jpeg

pytestmark = pytest.mark.django_db

CLOSED = instant(2026, 3, 9)


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def closed():
    make_boundaries(["Fabric", "Iosefin"])
    return make_issue("roads", place="fabric", closed=CLOSED)


def problems_of(**values):
    with pytest.raises(VerdictRefusedError) as refused:
        give_verdict(**values)
    return refused.value.problems


def test_a_dispute_reopens_at_once(closed):
    verdict = give_verdict(issue=closed, fixed=False, said="The hole is there.", photo=jpeg())
    closed.refresh_from_db()
    assert (closed.state, closed.closed_at) == (State.IN_PROGRESS, None)
    last = closed.history.last()
    assert (last.state, last.reason, last.by) == (State.IN_PROGRESS, DISPUTED, None)
    assert verdict.closing.state == State.RESOLVED
    assert Issue.objects.open().filter(pk=closed.pk).exists()


def test_its_photo_belongs_to_the_verdict(closed):
    verdict = give_verdict(issue=closed, fixed=False, said="The hole is there.", photo=jpeg())
    assert Photo.objects.get().verdict == verdict


def test_fixed_is_counted_and_changes_nothing(closed):
    give_verdict(issue=closed, fixed=True)
    give_verdict(issue=closed, fixed=True)
    closed.refresh_from_db()
    assert closed.state == State.RESOLVED
    assert closed.verdicts.filter(fixed=True).count() == 2


def test_the_reporter_says_fixed_once(closed):
    give_verdict(issue=closed, fixed=True, by_reporter=True)
    assert problems_of(issue=closed, fixed=True, by_reporter=True) == {"issue": "said-already"}


def test_strangers_of_one_address_block_say_fixed_once_for_a_closing(closed):
    give_verdict(issue=closed, fixed=True, sender="10.1.2.3")
    assert problems_of(issue=closed, fixed=True, sender="10.1.2.200") == {"issue": "said-here"}
    give_verdict(issue=closed, fixed=True, sender="10.9.9.9")
    give_verdict(issue=closed, fixed=True, sender="10.1.2.3", by_reporter=True)
    give_verdict(issue=make_issue("roads", place="fabric", i=1, closed=CLOSED), fixed=True, sender="10.1.2.3")
    assert closed.verdicts.filter(fixed=True).count() == 3


def test_closed_again_the_same_block_may_say_fixed_again(closed):
    give_verdict(issue=closed, fixed=True, sender="10.1.2.3")
    give_verdict(issue=closed, fixed=False, said="No.", photo=jpeg(), sender="10.1.2.3")
    change_status(by=None, issue=closed, to=State.RESOLVED)
    give_verdict(issue=closed, fixed=True, sender="10.1.2.3")
    assert closed.verdicts.filter(fixed=True).count() == 2


def test_what_is_kept_of_a_sender_is_a_digest_that_lives_a_day(closed):
    give_verdict(issue=closed, fixed=True, sender="10.1.2.3")
    kept = Attempt.objects.get()
    assert bytes(kept.block) == block_of("10.1.2.3", timezone.now(), f"fixed:{closing_of(closed).pk}:")
    forget_personal(now=timezone.now() + dt.timedelta(days=1))
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("to", [State.REFUSED, State.TRANSFERRED, State.DUPLICATE])
def test_every_closing_may_be_disputed(to):
    make_boundaries(["Fabric"])
    issue = change_status(by=None, issue=make_issue("roads"), to=to, reason="Not ours.", at=CLOSED)
    give_verdict(issue=issue, fixed=False, said="It is yours.", by_reporter=True)
    issue.refresh_from_db()
    assert issue.state == State.IN_PROGRESS


def test_what_is_open_has_no_closing():
    make_boundaries(["Fabric"])
    issue = make_issue("roads")
    assert closing_of(issue) is None
    assert problems_of(issue=issue, fixed=True) == {"issue": "not-closed"}


def test_a_stranger_brings_words_and_a_photo(closed):
    assert problems_of(issue=closed, fixed=False, said=" \u200b ") == {"said": "missing", "photo": "missing"}
    assert problems_of(issue=closed, fixed=False, said="x" * 2001, photo=b"") == {"said": "too-long"}
    assert not Verdict.objects.exists()


def test_the_reporter_needs_no_photo_but_words(closed):
    assert problems_of(issue=closed, fixed=False, by_reporter=True) == {"said": "missing"}
    assert give_verdict(issue=closed, fixed=False, said="Still there.", by_reporter=True).by_reporter


def test_a_bad_photo_keeps_nothing(closed):
    with pytest.raises(ValueError, match="JPEG"):
        give_verdict(issue=closed, fixed=False, said="Still there.", photo=b"<svg>")
    closed.refresh_from_db()
    assert closed.state == State.RESOLVED
    assert not Verdict.objects.exists()


def test_personal_data_waits_for_a_person(closed):
    verdict = give_verdict(issue=closed, fixed=False, said="Call me: 0722 123 456.", by_reporter=True)
    assert verdict.text_state == TextState.WITHHELD
    assert verdict.public_said == ""


@pytest.mark.parametrize("change", [{"hidden": True}, {"category": "social"}])
def test_of_what_is_not_public_only_the_reporter_speaks(closed, change):
    if "hidden" in change:
        Issue.objects.filter(pk=closed.pk).update(hidden=True)
    else:
        closed = make_issue("social", place="fabric", closed=CLOSED)
    assert problems_of(issue=closed, fixed=False, said="No.", photo=jpeg()) == {"issue": "private"}
    assert give_verdict(issue=closed, fixed=False, said="No.", by_reporter=True)


def test_an_address_asks_to_be_told(closed):
    verdict = give_verdict(issue=closed, fixed=False, said="No.", photo=jpeg(), email="ana@example.org", language="en")
    wish = Follow.objects.get()
    assert (wish.subject, wish.contact_id, wish.reporter) == (closed.pk, verdict.contact_id, False)


def test_a_step_of_the_source_after_the_closing_is_no_second_closing(closed):
    closing = closed.history.get(state=State.RESOLVED)
    StatusChange.objects.create(issue=closed, state=State.RESOLVED, at=instant(2026, 3, 20), reason="title")
    assert closing_of(closed) == closing


def test_a_dispute_never_comes_before_its_closing(closed):
    verdict = give_verdict(issue=closed, fixed=False, said="No.", by_reporter=True, at=instant(2026, 1, 1))
    assert verdict.at == CLOSED
    assert closed.history.last().reason == DISPUTED


def test_each_closing_may_be_disputed_anew(closed):
    give_verdict(issue=closed, fixed=False, said="No.", by_reporter=True)
    closed = change_status(by=None, issue=closed, to=State.RESOLVED)
    give_verdict(issue=closed, fixed=False, said="No again.", by_reporter=True)
    assert Verdict.objects.filter(fixed=False).count() == 2


def test_the_database_knows_one_dispute_of_a_closing(closed):
    closing = closing_of(closed)
    Verdict.objects.create(issue=closed, closing=closing, fixed=False, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.create(issue=closed, closing=closing, fixed=False, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_disputes_and_one_is_told(closed):
    told = []

    def dispute(said):
        try:
            give_verdict(issue=closed, fixed=False, said=said, by_reporter=True)
            told.append("kept")
        except VerdictRefusedError as refused:
            told.append(refused.problems["issue"])
        finally:
            connection.close()

    both = [Thread(target=dispute, args=[said]) for said in ("No.", "Not at all.")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told) == ["kept", "not-closed"]
    assert closed.history.filter(reason=DISPUTED).count() == 1


MARCH = (dt.date(2026, 3, 1), dt.date(2026, 4, 1))


def test_closings_and_disputes_of_a_place_and_a_period(closed):
    make_issue("roads", place="fabric", i=1, closed=instant(2026, 3, 31, 23))
    make_issue("roads", place="fabric", i=2, closed=instant(2026, 4, 1, 0))
    make_issue("roads", place="iosefin", i=1, closed=CLOSED)
    make_issue("roads", place="iosefin", i=2)
    give_verdict(issue=closed, fixed=False, said="No.", by_reporter=True)
    assert closings_and_disputes(*MARCH) == Closings(closed=3, disputed=1)
    assert closings_and_disputes(*MARCH, "fabric") == Closings(closed=2, disputed=1)
    assert closings_and_disputes(*MARCH, "iosefin") == Closings(closed=1, disputed=0)


def test_closed_again_it_counts_again(closed):
    give_verdict(issue=closed, fixed=False, said="No.", by_reporter=True, at=instant(2026, 3, 10))
    change_status(by=None, issue=closed, to=State.RESOLVED, at=instant(2026, 3, 12))
    assert closings_and_disputes(*MARCH) == Closings(closed=2, disputed=1)


def test_what_is_hidden_or_sensitive_is_left_out(closed):
    give_verdict(issue=closed, fixed=False, said="No.", by_reporter=True)
    Issue.objects.filter(pk=closed.pk).update(hidden=True)
    social = make_issue("social", place="fabric", closed=CLOSED)
    give_verdict(issue=social, fixed=False, said="No.", by_reporter=True)
    make_issue("social", place="fabric", i=2, closed=CLOSED)
    assert closings_and_disputes(*MARCH) == Closings(closed=0, disputed=0)
