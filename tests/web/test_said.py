"""What the site writes into its log when something goes wrong: where and what kind, never who or which words."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import uuid

import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.utils import timezone

from issues.hooks import Event, make_webhook
from issues.models import Delivery
from neighborhoods.models import User
from tests.factories import make_boundaries, make_category
from web import hooks
from web.api import issues as api_issues

pytestmark = pytest.mark.django_db

WORDS, EMAIL, SECRET = "Vecinul Ion Pop face gălăgie", "ion.pop@example.org", "parola-lui-ion-1"
REPORT = {"category": "lighting", "text": WORDS, "lng": 21.195, "lat": 45.742, "email": EMAIL}
PERSONAL = (WORDS, "Ion", "ion.pop", EMAIL, SECRET, "21.195", "45.742")


@pytest.fixture
def log():
    """All that is logged, as the settings have it written; read by calling it."""
    written = io.StringIO()
    given = settings.LOGGING
    handler = logging.StreamHandler(written)
    made = logging.config.DictConfigurator(
        {"version": 1, "formatters": given["formatters"], "filters": given["filters"]}
    )
    handler.setFormatter(made.configure_formatter(dict(given["formatters"]["lines"])))
    handler.addFilter(made.configure_filter(dict(given["filters"]["without_secrets"])))
    loggers = [logging.getLogger(), logging.getLogger("django.request"), logging.getLogger("django.security")]
    held = [(one, one.level) for one in loggers]
    for one in loggers:
        one.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)
    for one, level in held:
        one.setLevel(level)


def nothing_personal(lines):
    said = json.dumps(lines, ensure_ascii=False)
    return not [word for word in PERSONAL if word in said]


def send(client, **changes):
    body = json.dumps(REPORT | changes)
    asked = {"content_type": "application/json", "headers": {"Idempotency-Key": str(uuid.uuid4())}}
    return client.post("/api/v1/issues", body, **asked)


def test_a_report_that_is_refused(client, log):
    make_boundaries()
    make_category()
    assert send(client, email="ion.pop@").status_code == 400
    assert send(client, lng=45.742, lat=21.195).status_code == 422
    lines = [line for line in log() if line["from"] == "django.request"]
    assert [(line["level"], line["status"]) for line in lines] == [("WARNING", 400), ("WARNING", 422)]
    assert lines[0]["said"] == "Bad Request: /api/v1/issues"
    assert nothing_personal(log())


def test_a_report_that_breaks_something(client, log, monkeypatch):
    def broken(request):
        with connection.cursor() as cursor:  # a failure of the database repeats the row
            cursor.execute("CREATE TEMP TABLE said (word text CHECK (word = ''))")
            cursor.execute("INSERT INTO said VALUES (%s)", [f"{WORDS} {EMAIL}"])

    monkeypatch.setattr(api_issues, "created", broken)
    client.raise_request_exception = False
    assert send(client).status_code == 500
    line = next(one for one in log() if "failure" in one)
    assert (line["level"], line["status"]) == ("ERROR", 500)
    assert any(one.startswith("psycopg.errors.CheckViolation 23514") for one in line["failure"])
    assert any(one.startswith(f"{IntegrityError.__module__}.IntegrityError") for one in line["failure"])
    assert any(one.endswith(" broken") for one in line["failure"])
    assert nothing_personal(log())


def test_a_request_of_open311_that_is_refused(client, log):
    make_boundaries()
    given = {"service_code": "lighting", "description": WORDS, "email": EMAIL, "lat": "21.195", "long": "45.742"}
    assert client.post("/open311/v2/requests.json", given).status_code >= 400
    assert log()
    assert nothing_personal(log())


def test_a_sign_in_that_fails(client, log):
    User.objects.create_user("ion.pop", password="another-secret-1")
    for name in ("ion.pop", EMAIL):
        answer = client.post("/en/sign-in/", {"login": name, "password": SECRET, "username": name})
        assert answer.status_code in {200, 403, 422, 429}
    assert nothing_personal(log())


def test_a_webhook_that_is_away(log, monkeypatch):
    made, _key = make_webhook(
        name="Ion", url=f"https://hooks.example.org/in?token={SECRET}", events=list(Event), by=None
    )
    delivery = Delivery.objects.create(webhook=made, event="x", kind=Event.RAISED, subject=1, due_at=timezone.now())

    def away(url, body, headers):
        raise OSError(f"no way to {url}: {WORDS}")

    monkeypatch.setattr(hooks, "post", away)
    assert hooks.deliver_hooks() == 0
    (line,) = log()
    assert line["said"] == f"delivery {delivery.pk} did not arrive (attempt 1): OSError"
    assert nothing_personal([line])


def test_every_line_is_one_object(log):
    logging.getLogger("anything").warning("two\nlines of %s", "text")
    (line,) = log()
    assert (line["level"], line["from"], line["said"]) == ("WARNING", "anything", "two\nlines of text")
    assert line["at"].endswith("+00:00")
