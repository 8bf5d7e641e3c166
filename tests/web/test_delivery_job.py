"""What is put into the outbox wakes the worker after the commit, and never twice for nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from neighborhoods import following
from neighborhoods.models.notices import NEIGHBORHOOD
from web import tasks

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def listening():
    """As in the running site; in other tests nobody is woken."""
    following.noticed.connect(tasks.deliver_soon, dispatch_uid="deliver_soon")
    yield
    following.noticed.disconnect(dispatch_uid="deliver_soon")


def ask(email):
    following.follow(email=email, language="en", kind=NEIGHBORHOOD, slug="fabric")


def waiting():
    return ProcrastinateJob.objects.filter(task_name="deliver_notices", status="todo").count()


def test_a_commit_puts_one_delivery_into_the_queue(listening, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask("ana@example.org")
        ask("dan@example.org")
        assert waiting() == 0
    assert waiting() == 1
    tasks.deliver_soon()
    assert waiting() == 1


def test_the_running_site_listens():
    """In a process of its own: tests switch it off."""
    code = "import django; django.setup(); from neighborhoods.following import noticed; print(len(noticed.receivers))"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "web.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said.strip() == "1"


def test_the_job_delivers():
    ask("ana@example.org")
    assert tasks.deliver_notices() == 1
    assert tasks.deliver_notices() == 0
    assert [m.to for m in mail.outbox] == [["ana@example.org"]]
