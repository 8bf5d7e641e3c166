"""Delivery: exactly one mail for each notice, whoever delivers and however often; none lost when the server fails."""

import datetime as dt
import logging
import smtplib
import threading
from email import message_from_bytes

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from issues.telling import tell_of_new
from neighborhoods.following import MOST_ATTEMPTS, stop, undelivered
from neighborhoods.models import Notice
from tests.factories import make_boundaries, make_issue
from tests.followers import follow_place, make_follow
from web import mailing
from web.mailing import WAITS, deliver, message_id

pytestmark = pytest.mark.django_db
ANA = "ana@example.org"


@pytest.fixture(autouse=True)
def place(settings):
    settings.SITE_URL = "https://ascult.example"
    settings.DEFAULT_FROM_EMAIL = "Ascult <city@ascult.example>"


@pytest.fixture
def issue():
    make_boundaries(["Fabric", "Iosefin"])
    return make_issue("lighting", lng=21.19, lat=45.74)


@pytest.fixture
def told(issue):
    follow_place()
    tell_of_new(issue)
    return Notice.objects.get()


def morning():
    """The daily news becomes due."""
    Notice.objects.filter(pace="daily").update(due_at=timezone.now())


def failing(monkeypatch, *problems):
    """The server fails so often, then it works."""
    left = list(problems)
    right = EmailBackend.send_messages

    def send(self, messages):
        if left:
            raise left.pop(0)
        return right(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)


def test_a_notice_becomes_one_mail_however_often_delivery_runs(told):
    assert deliver() == 1
    assert deliver() == 0
    assert [m.to for m in mail.outbox] == [[ANA]]
    told.refresh_from_db()
    assert told.sent_at is not None
    assert told.problem == ""


def test_a_mail_says_who_writes_how_to_stop_and_that_a_program_wrote_it(told):
    deliver()
    sent = mail.outbox[0].message()
    stop_address = f"<https://ascult.example/en/follow/{bytes(told.follow.secret).hex()}/stop/>"
    assert sent["From"] == "Ascult <city@ascult.example>"
    assert sent["List-Unsubscribe"] == stop_address
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Message-ID"] == message_id(told)
    assert sent.get_content_type() == "text/plain"


def test_each_person_reads_their_own_language(issue):
    follow_place(language="ro")
    follow_place(email="dan@example.org", language="en")
    follow_place(email="eve@example.org", language="xx")
    tell_of_new(issue)
    deliver()
    links = {m.to[0]: "en" if "/en/issues/" in m.body else "ro" for m in mail.outbox}
    assert links == {ANA: "ro", "dan@example.org": "en", "eve@example.org": "ro"}
    assert all(f"/{links[m.to[0]]}/follow/" in m.body for m in mail.outbox)


def test_a_wish_not_confirmed_gets_its_one_request_and_nothing_else(issue):
    make_follow(kind="neighborhood", slug="fabric", confirmed=False)
    tell_of_new(issue)
    assert deliver() == 1
    assert "confirm" in mail.outbox[0].subject


def test_what_is_void_leaves_the_outbox_without_a_mail(told):
    stop(told.follow.secret)
    assert deliver() == 0
    assert mail.outbox == []
    assert not Notice.objects.exists()


def test_what_is_not_due_waits(told):
    Notice.objects.update(due_at=timezone.now() + dt.timedelta(minutes=1))
    assert deliver() == 0


def test_after_a_crash_between_sending_and_marking_the_repeat_has_the_same_name(told, monkeypatch):
    right = mailing.Post.send

    def send_and_die(self, message):
        right(self, message)
        raise KeyboardInterrupt

    monkeypatch.setattr(mailing.Post, "send", send_and_die)
    with pytest.raises(KeyboardInterrupt):
        deliver()
    monkeypatch.undo()
    assert deliver() == 1
    first, second = (m.message()["Message-ID"] for m in mail.outbox)
    assert first == second


def test_two_notices_never_share_a_name(told):
    other = Notice(event="new:999", contact_id=told.contact_id)
    elsewhere = Notice(event=told.event, contact_id=follow_place(email="dan@example.org").contact_id)
    assert len({message_id(n) for n in (told, other, elsewhere)}) == 3


@pytest.mark.parametrize("attempts", range(6))
def test_a_failure_waits_longer_each_time(told, monkeypatch, attempts):
    Notice.objects.update(attempts=attempts)
    failing(monkeypatch, smtplib.SMTPServerDisconnected("gone"))
    before = timezone.now()
    assert deliver() == 0
    told.refresh_from_db()
    assert told.attempts == attempts + 1
    assert told.problem == "SMTPServerDisconnected"
    waited = told.due_at - before
    assert WAITS[min(attempts, 4)] <= waited < WAITS[min(attempts, 4)] + dt.timedelta(minutes=1)


def test_where_the_server_is_down_one_notice_waits_and_the_others_stay_due(issue, monkeypatch):
    for i in range(3):
        follow_place(email=f"{i}@example.org")
    tell_of_new(issue)
    failing(monkeypatch, ConnectionRefusedError(111, "refused"))
    assert deliver() == 0
    assert sorted(Notice.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert Notice.objects.get(attempts=1).problem == "ConnectionRefusedError 111"
    assert deliver() == 2


def test_one_refused_mailbox_holds_up_nobody(issue, monkeypatch):
    for i in range(3):
        follow_place(email=f"{i}@example.org")
    tell_of_new(issue)
    failing(monkeypatch, smtplib.SMTPRecipientsRefused({"0@example.org": (450, b"later")}))
    assert deliver() == 2
    assert Notice.objects.get(sent_at=None).problem == "SMTPRecipientsRefused 450"


def test_a_mailbox_that_is_none_is_not_tried_again_and_a_person_sees_it(told, monkeypatch):
    failing(monkeypatch, smtplib.SMTPRecipientsRefused({ANA: (550, b"no such user")}))
    deliver()
    Notice.objects.update(due_at=timezone.now())
    assert deliver() == 0
    assert list(undelivered()) == [told]


def test_after_so_many_attempts_a_person_sees_it(told, monkeypatch):
    Notice.objects.update(attempts=MOST_ATTEMPTS - 1)
    assert not undelivered().exists()
    failing(monkeypatch, smtplib.SMTPDataError(451, b"busy"))
    deliver()
    assert [n.problem for n in undelivered()] == ["SMTPDataError 451"]


def test_no_address_stands_in_log_or_table(told, monkeypatch, caplog):
    failing(
        monkeypatch,
        smtplib.SMTPRecipientsRefused({ANA: (450, f"{ANA} is busy".encode())}),
        ValueError(f"bad header {ANA}"),
    )
    with caplog.at_level(logging.DEBUG):
        for _ in range(2):
            deliver()
            Notice.objects.update(due_at=timezone.now())
    assert "450" in caplog.text
    assert "ValueError" in caplog.text
    assert ANA not in caplog.text
    assert not Notice.objects.filter(problem__contains="@").exists()


def test_a_letter_that_cannot_be_written_holds_up_nobody(told, issue, monkeypatch):
    right = mailing.letter

    def broken(notice):
        if notice.pk == told.pk:
            raise KeyError("state")
        return right(notice)

    monkeypatch.setattr(mailing, "letter", broken)
    make_follow("dan@example.org", kind="neighborhood", slug="fabric", confirmed=False)
    assert deliver() == 1
    told.refresh_from_db()
    assert (told.sent_at, told.problem, told.attempts) == (None, "KeyError", 1)


def test_daily_news_is_one_mail_of_all_there_is(issue):
    follow_place(pace="daily")
    follow_place(email="dan@example.org", pace="daily")
    for one in (issue, make_issue("roads", place="fabric")):
        tell_of_new(one)
    assert deliver() == 0
    morning()
    assert deliver() == 2
    assert deliver() == 0
    assert {m.to[0]: m.subject for m in mail.outbox} == {
        ANA: "Ascult Timișoara: 2 pieces of news",
        "dan@example.org": "Ascult Timișoara: 2 pieces of news",
    }
    assert "stop/?daily=1>" in mail.outbox[0].message()["List-Unsubscribe"]
    assert not Notice.objects.filter(sent_at=None).exists()


def test_a_daily_mail_that_fails_is_one_mail_with_the_same_name_later(issue, monkeypatch):
    follow_place(pace="daily")
    for one in (issue, make_issue("roads", place="fabric")):
        tell_of_new(one)
    morning()
    names = []
    monkeypatch.setattr(mailing.Post, "send", lambda self, m: names.append(m.message()["Message-ID"]) or _broken())
    deliver()
    monkeypatch.undo()
    assert set(Notice.objects.values_list("attempts", flat=True)) == {1}
    morning()
    assert deliver() == 1
    assert names == [mail.outbox[0].message()["Message-ID"]]


def _broken():
    raise smtplib.SMTPServerDisconnected("gone")


def test_what_is_told_at_once_goes_before_the_daily_mails(told):
    follow_place(email="dan@example.org", pace="daily")
    tell_of_new(make_issue("roads", place="fabric"))
    morning()
    deliver()
    assert mail.outbox[-1].to == ["dan@example.org"]
    assert len(mail.outbox) == 3


def test_work_ends_after_its_time_and_the_rest_waits(issue):
    for i in range(3):
        follow_place(email=f"{i}@example.org")
    tell_of_new(issue)
    assert deliver(work_s=0) == 0
    assert deliver() == 3


def test_a_name_with_signs_of_other_letters_arrives_whole(issue):
    make_follow(kind="address", confirmed=False, label="Strada Mureș", radius_m=300, reach=issue.point.buffer(0.01))
    deliver()
    read = message_from_bytes(mail.outbox[0].message().as_bytes())
    assert "Strada Mureș" in read.get_payload(decode=True).decode()


@pytest.mark.django_db(transaction=True)
def test_deliverers_at_the_same_time_send_each_mail_once(monkeypatch):
    make_boundaries(["Fabric"])
    one = make_issue("lighting", lng=21.19, lat=45.74)
    for i in range(12):
        follow_place(email=f"{i}@example.org", pace="daily" if i % 2 else "once")
    tell_of_new(one)
    tell_of_new(make_issue("roads", lng=21.19, lat=45.74))
    morning()
    sent, counts = [], []
    right = mailing.Post.send

    def slowly(self, message):
        threading.Event().wait(0.02)
        sent.append(message.message()["Message-ID"])
        right(self, message)

    monkeypatch.setattr(mailing.Post, "send", slowly)

    def work():
        try:
            counts.append(deliver())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == len(set(sent)) == sum(counts) == 6 * 2 + 6
    assert sum(1 for count in counts if count) > 1
    assert not Notice.objects.filter(sent_at=None).exists()
