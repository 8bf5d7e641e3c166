"""Follows and the outbox: confirmed by a link, stopped by a link, one row for every person and event."""

import datetime as dt
import uuid

import pytest
from django.db import connection

from neighborhoods import following
from neighborhoods.following import MOST_ASKED_A_DAY, change_pace, confirm, next_morning, notify, stop, stop_daily
from neighborhoods.models import Contact, Follow, Notice
from neighborhoods.models.notices import AT_ONCE, DAILY, NEIGHBORHOOD
from tests.factories import instant, make_boundaries, make_issue
from tests.followers import follow_issue, follow_place, make_follow

pytestmark = pytest.mark.django_db


def ask(**more):
    return make_follow(kind=NEIGHBORHOOD, slug="fabric", confirmed=False, **more)


def test_a_wish_is_asked_about_and_not_yet_in_force():
    wish = ask(pace=DAILY)
    notice = Notice.objects.get()
    assert (notice.event, notice.follow, notice.pace) == (f"confirm:{wish.pk}", wish, AT_ONCE)
    assert wish.confirmed_at is None
    assert len(wish.secret) == 16


def test_the_same_wish_sent_twice_is_one():
    key = uuid.uuid4()
    assert ask(id=key).pk == ask(id=key).pk == key
    assert Follow.objects.count() == Notice.objects.count() == 1


def test_nobody_fills_another_s_mailbox_with_requests():
    for _ in range(MOST_ASKED_A_DAY + 3):
        ask(email="ana@example.org")
    ask(email="dan@example.org")
    assert Notice.objects.filter(contact__email="ana@example.org").count() == MOST_ASKED_A_DAY
    assert Notice.objects.filter(contact__email="dan@example.org").count() == 1


def test_confirming_twice_keeps_the_first_time():
    wish = ask()
    first = confirm(wish.secret).confirmed_at
    assert first is not None
    assert confirm(wish.secret).confirmed_at == first


def test_an_unknown_secret_confirms_and_stops_nothing():
    ask()
    assert confirm(b"x" * 16) is stop(b"x" * 16) is stop_daily(b"x" * 16) is None
    assert not Follow.objects.exclude(confirmed_at=None, stopped_at=None).exists()


def test_what_was_stopped_can_begin_again():
    wish = follow_place()
    assert stop(wish.secret).stopped_at is not None
    assert confirm(wish.secret).stopped_at is None


def test_the_way_out_of_the_daily_mail_stops_all_of_it_for_that_person_alone():
    mine = [follow_place("fabric", pace=DAILY), follow_place("iosefin", pace=DAILY)]
    quick, other = follow_place("mehala"), follow_place(email="dan@example.org", pace=DAILY)
    stop_daily(mine[0].secret)
    assert set(Follow.objects.filter(stopped_at=None)) == {quick, other}
    assert set(Follow.objects.exclude(stopped_at=None)) == set(mine)


def test_one_issue_is_always_told_at_once():
    make_boundaries(["Fabric"])
    wish = follow_issue(make_issue(), pace=DAILY)
    assert wish.pace == AT_ONCE
    assert change_pace(wish.secret, DAILY).pace == AT_ONCE
    assert change_pace(follow_place().secret, DAILY).pace == DAILY


def test_the_first_follow_of_a_person_counts_and_nobody_hears_twice():
    quick, slow = follow_place(), follow_place("iosefin", pace=DAILY)
    other = follow_place(email="dan@example.org", pace=DAILY)
    for _ in range(2):
        notify([quick, slow, other], event="new:7", kind="new", subject=7)
    rows = {(n.follow_id, n.pace, n.subject) for n in Notice.objects.all()}
    assert rows == {(quick.pk, AT_ONCE, 7), (other.pk, DAILY, 7)}


def test_daily_news_waits_for_the_morning_and_quick_news_does_not():
    notify([follow_place(), follow_place(email="dan@example.org", pace=DAILY)], event="new:7", kind="new", subject=7)
    due = {n.pace: n.due_at for n in Notice.objects.all()}
    assert due[DAILY].astimezone(instant(2026, 1, 1).tzinfo).time() == dt.time(7)
    assert dt.timedelta(0) < due[DAILY] - due[AT_ONCE] <= dt.timedelta(hours=25)


@pytest.mark.parametrize(
    "now, then",
    [
        (instant(2026, 3, 5, 6), instant(2026, 3, 5, 7)),
        (instant(2026, 3, 5, 7), instant(2026, 3, 6, 7)),
        (instant(2026, 3, 28, 8), instant(2026, 3, 29, 7)),  # the clocks go on in that night
        (instant(2026, 10, 24, 8), instant(2026, 10, 25, 7)),  # and back in that
    ],
)
def test_morning_is_seven_by_the_city_s_clock(now, then):
    assert next_morning(now.astimezone(dt.UTC)) == then


def test_telling_a_thousand_people_is_one_statement(django_assert_num_queries):
    contacts = Contact.objects.bulk_create(
        Contact(email=f"{i}@example.org", digest=i.to_bytes(32, "big"), language="ro") for i in range(1000)
    )
    follows = Follow.objects.bulk_create(
        Follow(contact=c, kind=NEIGHBORHOOD, slug="fabric", secret=c.pk.bytes) for c in contacts
    )
    with django_assert_num_queries(1):
        notify(follows, event="new:1", kind="new", subject=1)
    assert Notice.objects.count() == 1000


def test_after_the_commit_delivery_is_woken_and_its_failure_harms_nobody(django_capture_on_commit_callbacks, caplog):
    woken = []

    def wake(**named):
        woken.append(connection.in_atomic_block)
        raise RuntimeError("nobody listens")

    following.noticed.connect(wake)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            ask()
            assert woken == []
    finally:
        following.noticed.disconnect(wake)
    assert len(woken) == 1
    assert Follow.objects.count() == 1
