"""Staff see what was not done by itself, without anybody's address."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from neighborhoods.following import MOST_ATTEMPTS, follow
from neighborhoods.models import Notice
from neighborhoods.models.notices import NEIGHBORHOOD
from tests.factories import make_boundaries
from tests.staff import make_moderator, make_officer, sign_in
from tests.web.pages.conftest import words
from web import roles

pytestmark = pytest.mark.django_db
HEAD = "What did not work by itself"


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])


@pytest.fixture
def seen(client):
    def page(account=make_moderator) -> str:
        sign_in(client, account())
        return words(client.get("/en/moderation/").content.decode())

    return page


def letter(email="ana@example.org", *, days=0, **values):
    """A letter in the outbox that asks to confirm, written so many days ago."""
    wish = follow(email=email, language="en", kind=NEIGHBORHOOD, slug="fabric")
    at = timezone.now() - dt.timedelta(days=days)
    Notice.objects.filter(follow=wish).update(**{"created_at": at, "due_at": at} | values)


def failed_job(task, at):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES (%s, %s, %s) RETURNING id",
            ["default", task, "failed"],
        )
        job = cursor.fetchone()[0]
        cursor.execute("INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, %s, %s)", [job, "failed", at])


def test_where_all_went_out_nothing_is_said(seen):
    letter(sent_at=timezone.now())
    letter("ion@example.org")
    assert HEAD not in seen()


@pytest.mark.parametrize("account", [make_moderator, make_officer])
def test_mail_that_never_went_out_is_told_without_an_address(seen, account):
    gone = {"attempts": MOST_ATTEMPTS, "problem": "SMTPRecipientsRefused 550"}
    letter(days=3, **gone)
    letter("ion@example.org", days=2, **gone)
    text = seen(account)
    assert "2 mails could not be sent, the oldest for 3 days." in text
    assert "Asks to confirm an address. Written 3 days ago, tried 20 times. SMTPRecipientsRefused 550" in text
    assert "late" not in text.split(HEAD)[1].split("Which")[0]
    assert "@" not in text


def test_mail_that_nobody_delivers_is_told(seen):
    letter(days=1)
    assert "1 mail is late, for 1 day. Does the worker run?" in seen()


def test_mail_that_waits_for_its_next_attempt_is_no_matter_yet(seen):
    letter(days=1, attempts=4, due_at=timezone.now() + dt.timedelta(hours=2))
    assert HEAD not in seen()


def test_jobs_that_failed_lately_are_told_by_task(seen):
    now = timezone.now()
    for task, days in (("analyse_city", 1), ("analyse_city", 2), ("write_reports", 9)):
        failed_job(task, now - dt.timedelta(days=days))
    text = seen()
    assert "analyse_city 2 times, last on" in text
    assert "write_reports" not in text


def test_the_web_may_ask_all_of_this(seen):
    roles.make()
    letter(days=3, attempts=MOST_ATTEMPTS)
    failed_job("analyse_city", timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{roles.name_of(roles.WEB)}"')
    assert HEAD in seen()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_what_to_do_about_approximate_boundaries_is_said_to_staff_alone(seen, client):
    make_boundaries(["Fabric"], approximate=True, valid_from=dt.date(2025, 1, 1))
    assert "load_boundaries" in seen()
    client.logout()
    public = words(client.get("/en/issues/").content.decode())
    assert "The neighbourhoods are approximate." in public
    assert "load_boundaries" not in public
