"""Mails written as files go when sent notices do, and with the person they were written to."""

import datetime as dt
import os

import pytest
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from issues.erasing import erase_person
from issues.retention import NOTICE_DAYS, forget_personal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.EMAIL_FILE_PATH, settings.STATE_DIR, settings.MEDIA_ROOT = tmp_path / "mail", tmp_path, tmp_path
    return tmp_path / "mail"


@pytest.fixture
def write(folder):
    lines = []  # kept, as a file is named after the second and the number that its connection has while it lives

    def mail(to, *, days=0):
        """One mail as a file, so many days old."""
        before = set(folder.glob("*"))
        lines.append(get_connection("django.core.mail.backends.filebased.EmailBackend"))
        with lines[-1] as line:
            line.send_messages([EmailMessage("Știre", "Groapă", "ascult@example.org", [to])])
        (made,) = set(folder.glob("*")) - before
        at = (timezone.now() - dt.timedelta(days=days)).timestamp()
        os.utime(made, (at, at))
        return made

    return mail


def test_where_there_are_none_nothing_happens():
    assert forget_personal()["mails as files"] == 0
    assert erase_person(email="ana@example.org")["mails as files"] == 0


def test_old_ones_go_and_a_dry_run_tells_of_them(write):
    old, young = write("ana@example.org", days=NOTICE_DAYS + 1), write("ana@example.org", days=NOTICE_DAYS - 1)
    assert forget_personal(dry_run=True)["mails as files"] == 1
    assert old.exists()
    assert forget_personal()["mails as files"] == 1
    assert not old.exists()
    assert young.exists()


def test_erasing_a_person_takes_theirs_and_leaves_those_of_others(write):
    theirs, others = write("Ana@Example.org"), write("ion@example.org")
    assert erase_person(email="ana@example.org", dry_run=True)["mails as files"] == 1
    assert theirs.exists()
    assert erase_person(email="ana@example.org")["mails as files"] == 1
    assert not theirs.exists()
    assert others.exists()
    assert not erase_person(email="ana@example.org")
