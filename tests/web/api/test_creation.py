"""A report comes in through the API: once for every key, and as it was written or not at all."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.test import Client

from issues.erasing import erase_issue
from issues.models import Issue
from neighborhoods.access import make_token
from neighborhoods.models import Attempt
from neighborhoods.models.access import READ, WRITE
from tests.filled_forms import LAT, LNG
from tests.web.api.conftest import API, fields, report
from web.pages.challenges import zero_bits

pytestmark = pytest.mark.usefixtures("city")


def test_a_report_is_kept_and_its_receipt_leads_on(client, send):
    answer = send(report(text="  Lampa e stinsă. ", answers={"lamps": "one"}, email="ana@example.org", language="en"))
    issue, said = Issue.objects.get(), answer.json()
    assert answer.status_code == 201
    assert (issue.description, issue.channel, issue.answers) == ("Lampa e stinsă.", "api", {"lamps": "one"})
    assert answer["Location"] == said["url"] == f"http://localhost:8000{API}issues/{said['number']}"
    assert client.get(said["url"].removeprefix("http://localhost:8000")).json()["number"] == said["number"]
    assert client.get(said["mine"].removeprefix("http://localhost:8000")).status_code == 200
    assert said["photos"] == f"{said['mine']}photos/"
    assert said["promised_on"] == issue.promised_on.isoformat()
    assert answer["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer


def test_the_same_again_is_answered_with_the_same_receipt(send):
    key = uuid.uuid4()
    first, again = send(key=key), send(key=f'"{str(key).upper()}"')
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Issue.objects.count() == 1


def test_another_report_under_the_key_is_told_nothing_of_the_first(send):
    key = uuid.uuid4()
    first = send(key=key).json()
    answer = send(report(text="Something else."), key=key)
    assert "Idempotency-Key" in fields(answer, 409)
    assert first["number"] not in answer.content.decode()


def test_an_erased_report_does_not_come_back(send, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    key = uuid.uuid4()
    send(key=key)
    erase_issue(issue=Issue.objects.get())
    assert "Idempotency-Key" in fields(send(key=key), 410)
    assert not Issue.objects.exclude(description="").exists()


@pytest.mark.parametrize("key", [None, "7", "x" * 36, "00000000-0000-0000-0000-000000000000", uuid.uuid1()])
def test_a_key_is_a_uuid_of_its_own(send, key):
    assert "Idempotency-Key" in fields(send(key=key), 400)
    assert not Issue.objects.exists()


@pytest.mark.parametrize("name", ["status", "owner", "is_public", "created", "id", "priority", "accuracy", "hidden"])
def test_what_no_report_has_is_refused(send, name):
    assert list(fields(send(report(**{name: 1})), 400)) == [name]
    assert not Issue.objects.exists()


def test_answers_to_questions_nobody_asked_are_refused(send):
    assert list(fields(send(report(answers={"colour": "red"})), 400)) == ["answers.colour"]
    assert list(fields(send(report(answers={"lamps": "purple"})), 400)) == ["answers.lamps"]
    assert list(fields(send(report(answers={"lamps": 1})), 400)) == ["answers.lamps"]
    assert list(fields(send(report(answers=["one"])), 400)) == ["answers"]


def test_swapped_degrees_are_offered_the_right_way_round(send):
    answer = send(report(lng=LAT, lat=LNG))
    assert set(fields(answer, 422)) == {"lng", "lat"}
    assert answer.json()["perhaps"] == {"lng": LNG, "lat": LAT}


def test_who_only_reads_may_not_send(send):
    _token, key = make_token(name="reads", scope=READ, by=None)
    assert fields(send(Authorization=f"Bearer {key}"), 403) == {}
    assert fields(send(Authorization="Bearer ascult_nothing"), 401) == {}
    assert not Issue.objects.exists()


def test_past_the_limit_work_is_asked_for_and_lifts_it(send, settings):
    few = replace(settings.CITY.reporting, per_block_hour=2, work_bits=4)
    settings.CITY = replace(settings.CITY, reporting=few)
    answers = [send() for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert '"reports";q=2;w=3600' in answers[0]["RateLimit-Policy"]
    assert ['"reports";r=1' in a["RateLimit"] for a in answers] == [True, False]
    key = uuid.uuid4()
    answer = send(key=key)
    assert fields(answer, 429) == {}
    assert answer["Retry-After"] == "600"
    assert '"reports";r=0;t=600' in answer["RateLimit"]
    challenge, bits = answer.json()["challenge"], answer.json()["bits"]
    number = next(n for n in range(10**6) if zero_bits(f"{challenge}:{n}") >= bits)
    assert send(report(work=f"{challenge}:{number}"), key=key).status_code == 201


def test_a_program_has_a_limit_of_its_own(send, settings):
    few = replace(settings.CITY.reporting, per_block_hour=1)
    settings.CITY = replace(settings.CITY, reporting=few)
    _token, key = make_token(name="desk", scope=WRITE, by=None)
    answers = [send(Authorization=f"Bearer {key}") for _ in range(3)]
    assert [a.status_code for a in answers] == [201] * 3
    assert '"reports";q=600;w=3600' in answers[0]["RateLimit-Policy"]
    assert Issue.objects.count() == 3


def test_a_limit_counts_nothing_that_was_refused(send):
    send(report(text=""))
    assert not Attempt.objects.exclude(cell=0).exists()


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_method_is_what_it_is(client: Client, name):
    answer = client.post(f"{API}categories", headers={name: "GET"})
    assert fields(answer, 405) == {}
    assert answer["Allow"] == "GET, HEAD"
