"""What is personal is kept to its day and not a day longer."""

import datetime as dt
import uuid

import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.utils import timezone

from issues.actions import change_status
from issues.drafts import Draft
from issues.models import HeldReport, Issue, Submission, Verdict
from issues.retention import ATTEMPT_DAYS, NOTICE_DAYS, forget_personal
from issues.rules import Precision, State
from issues.submitting import submit
from issues.verdicts import give_verdict
from neighborhoods.following import confirm, follow, stop
from neighborhoods.models import Attempt, Category, Contact, Follow, Notice
from neighborhoods.models.notices import ISSUE, NEIGHBORHOOD
from tests.factories import make_boundaries, make_category, make_issue

pytestmark = pytest.mark.django_db

KEPT = site.CITY.retention
ION, ANA = "ion@example.ro", "ana@example.ro"
LONG = 10_000


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])
    make_category()


def days(n: float) -> dt.timedelta:
    return dt.timedelta(days=n)


def gone(count, since: dt.datetime, n: int) -> list[bool]:
    """Whether nothing is counted any more at n-1, n and n+1 days, asked for without forgetting and then in earnest."""
    answers = []
    for day in (n - 1, n, n + 1):
        would = forget_personal(now=since + days(day), dry_run=True)
        done = forget_personal(now=since + days(day))
        assert done == would
        assert not +forget_personal(now=since + days(day))
        answers.append(count() == 0)
    return answers


def sent(at: dt.datetime | None = None, *, confirmed: bool = True, email: str = ION) -> Issue:
    """A report with an address, received now."""
    draft = Draft("lighting", "The lamp is out.", 21.19, 45.74, language="en", email=email)
    issue = submit(key=uuid.uuid4(), draft=draft, at=at).issue
    if confirmed:
        confirm(bytes(Follow.objects.get(subject=issue.pk, contact__email=email).secret))
    return issue


def test_attempts_are_kept_for_a_day():
    row = Attempt.objects.create(block=b"b" * 16, cell=1)
    row.refresh_from_db()
    assert gone(Attempt.objects.count, row.at, ATTEMPT_DAYS) == [False, True, True]


def test_sent_notices_are_kept_for_a_month_and_unsent_ones_wait():
    wish = follow(email=ION, language="en", kind=NEIGHBORHOOD, slug="fabric")
    confirm(bytes(wish.secret))
    now = timezone.now()
    Notice.objects.update(sent_at=now)
    waits = Notice.objects.create(contact=wish.contact, event="new:1", kind="new")
    assert gone(Notice.objects.exclude(pk=waits.pk).count, now, NOTICE_DAYS) == [False, True, True]
    assert Notice.objects.get() == waits


def test_a_follow_never_confirmed_goes_with_its_address_and_what_it_asked():
    wish = follow(email=ION, language="en", kind=NEIGHBORHOOD, slug="fabric")
    wish.refresh_from_db()

    def left():
        return Follow.objects.count() + Contact.objects.count() + Notice.objects.count()

    assert gone(left, wish.created_at, KEPT.unconfirmed_days) == [False, True, True]


def test_a_report_held_for_a_link_goes_with_its_address():
    wish = follow(email=ION, language="en", kind=NEIGHBORHOOD, slug="fabric")
    held = HeldReport.objects.create(secret=b"s" * 16, report={"text": "x"}, contact=wish.contact)
    wish.delete()
    held.refresh_from_db()
    assert gone(HeldReport.objects.count, held.created_at, KEPT.unconfirmed_days) == [False, True, True]
    assert not Contact.objects.exists()


def test_a_follow_that_was_stopped_is_forgotten():
    wish = follow(email=ION, language="en", kind=NEIGHBORHOOD, slug="fabric")
    confirm(bytes(wish.secret))
    stopped = stop(bytes(wish.secret))
    assert gone(Follow.objects.count, stopped.stopped_at, KEPT.unconfirmed_days) == [False, True, True]
    assert not Contact.objects.exists()


def test_a_follow_of_a_place_in_force_has_no_end():
    confirm(bytes(follow(email=ION, language="en", kind=NEIGHBORHOOD, slug="fabric").secret))
    forget_personal(now=timezone.now() + days(LONG))
    assert Follow.objects.count() == Contact.objects.count() == 1


def test_an_address_goes_so_long_after_the_closing():
    issue = sent()
    closed = change_status(by=None, issue=issue, to=State.RESOLVED).closed_at
    assert gone(Contact.objects.count, closed, KEPT.contact_days_after_closing) == [False, True, True]
    assert not Follow.objects.exists()
    assert Submission.objects.get().contact is None
    assert Issue.objects.get().description == "The lamp is out."


def test_an_address_goes_with_the_last_of_what_it_is_kept_for():
    first, second = sent(), sent()
    change_status(by=None, issue=first, to=State.RESOLVED, whole_incident=False)
    closed = timezone.now() + days(40)
    change_status(by=None, issue=second, to=State.RESOLVED, at=closed)
    forget_personal(now=closed + days(KEPT.contact_days_after_closing - 1))
    assert list(Follow.objects.values_list("subject", flat=True)) == [second.pk]
    assert Contact.objects.count() == 1
    forget_personal(now=closed + days(KEPT.contact_days_after_closing))
    assert not Contact.objects.exists()


def test_an_issue_opened_again_keeps_its_people():
    issue = sent()
    change_status(by=None, issue=issue, to=State.RESOLVED)
    change_status(by=None, issue=issue, to=State.IN_PROGRESS)
    forget_personal(now=timezone.now() + days(KEPT.contact_days_after_closing + 1))
    assert Contact.objects.count() == 1


def test_an_address_is_kept_at_most_so_long_though_the_issue_stays_open():
    issue = sent()
    received = Submission.objects.get(issue=issue).received_at
    wish = Follow.objects.get()
    begun = max(received, wish.created_at)
    assert gone(Contact.objects.count, begun, KEPT.contact_days) == [False, True, True]
    assert Issue.objects.get().state == State.RECEIVED


def test_an_address_never_confirmed_is_not_kept_with_the_report():
    sent(confirmed=False)
    assert gone(Contact.objects.count, timezone.now(), KEPT.unconfirmed_days) == [False, True, True]
    assert Submission.objects.get().contact is None


def test_the_address_of_a_verdict_goes_too():
    issue = sent()
    change_status(by=None, issue=issue, to=State.RESOLVED)
    give_verdict(issue=issue, fixed=True, said="Yes.", email=ANA, language="en")
    confirm(bytes(Follow.objects.get(contact__email=ANA).secret))
    closed = Issue.objects.get().closed_at
    ana = Contact.objects.filter(email=ANA)
    assert gone(ana.count, closed, KEPT.contact_days_after_closing) == [False, True, True]
    assert Verdict.objects.get().said == "Yes."


def test_a_follow_of_an_issue_that_is_gone_goes():
    issue = sent()
    issue.delete()
    forget_personal()
    assert not Follow.objects.exists()
    assert not Contact.objects.exists()


def test_exact_places_of_sensitive_issues_are_given_up_so_long_after_closing():
    Category.objects.filter(slug="lighting").update(sensitive=True)
    closed = timezone.now()
    issue = make_issue(lng=21.19, lat=45.74, closed=closed)
    still_open = make_issue(lng=21.195, lat=45.74)
    plain = make_issue("roads", lng=21.19, lat=45.745, closed=closed)
    exact = Issue.objects.filter(pk=issue.pk, precision=Precision.POINT)
    assert gone(exact.count, closed, KEPT.sensitive_point_days) == [False, True, True]
    blurred = Issue.objects.get(pk=issue.pk)
    assert blurred.point != issue.point
    assert blurred.public_point == issue.public_point
    for other in (still_open, plain):
        assert Issue.objects.get(pk=other.pk).point == other.point


def test_what_others_follow_is_theirs():
    issue = sent()
    confirm(bytes(follow(email=ANA, language="en", kind=ISSUE, subject=issue.pk).secret))
    Follow.objects.filter(contact__email=ION).update(created_at=timezone.now() - days(KEPT.contact_days))
    forget_personal()
    assert list(Follow.objects.values_list("contact__email", flat=True)) == [ANA]


def test_the_command_tells_what_it_would_do_and_what_it_did(capsys):
    Attempt.objects.create(block=b"b" * 16, cell=1)
    Attempt.objects.update(at=timezone.now() - days(2))
    call_command("forget_personal", dry_run=True)
    said = capsys.readouterr().out
    assert "attempts                                           1" in said
    assert "Nothing was forgotten" in said
    assert Attempt.objects.count() == 1
    call_command("forget_personal")
    assert "Forgotten." in capsys.readouterr().out
    assert not Attempt.objects.exists()
