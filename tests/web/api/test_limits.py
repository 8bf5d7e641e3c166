"""Limits: told with every answer, counted for all processes together, and never for longer than said."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection
from django.test import Client

from neighborhoods.access import make_token
from neighborhoods.models import Attempt
from tests.web.api.conftest import API, fields
from web.api import categories
from web.api.throttling import Policy

FEW = Policy("requests", 3, 5, 60)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(categories.Categories, "policy", FEW)


@pytest.mark.django_db
def test_each_answer_tells_what_is_left(client, few):
    told = [client.get(f"{API}categories") for _ in range(4)]
    assert [a.status_code for a in told] == [200, 200, 200, 429]
    assert [a["RateLimit"].split(";")[1] for a in told] == ["r=2", "r=1", "r=0", "r=0"]
    assert {a["RateLimit-Policy"] for a in told} == {'"requests";q=3;w=60'}
    assert fields(told[3], 429) == {}
    assert told[3]["Access-Control-Allow-Origin"] == "*"
    assert told[3]["Retry-After"] == told[3]["RateLimit"].rpartition("t=")[2]


@pytest.mark.django_db
def test_what_was_too_much_is_not_counted_and_goes_by(client, few):
    for _ in range(5):
        client.get(f"{API}categories")
    assert Attempt.objects.count() == 3
    with connection.cursor() as cursor:
        cursor.execute("UPDATE neighborhoods_attempt SET at = at - interval '61 seconds'")
    assert client.get(f"{API}categories")["RateLimit"] == '"requests";r=2;t=60'
    assert Attempt.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "first, second, shared",
    [
        ({"REMOTE_ADDR": "10.1.2.3"}, {"REMOTE_ADDR": "10.1.2.99"}, True),
        ({"REMOTE_ADDR": "10.1.2.3"}, {"REMOTE_ADDR": "10.1.3.3"}, False),
        ({"REMOTE_ADDR": "10.1.2.3"}, {"REMOTE_ADDR": "10.1.2.3", "HTTP_X_FORWARDED_FOR": "9.9.9.9"}, True),
        ({"REMOTE_ADDR": "2001:db8::1"}, {"REMOTE_ADDR": "2001:db8::ffff:1"}, True),
        ({"REMOTE_ADDR": "2001:db8::1"}, {"REMOTE_ADDR": "2001:db8:0:1::1"}, False),
    ],
)
def test_a_block_of_addresses_is_one_sender(client, few, first, second, shared):
    for _ in range(3):
        client.get(f"{API}categories", **first)
    assert client.get(f"{API}categories", **second).status_code == (429 if shared else 200)


@pytest.mark.django_db
def test_a_program_has_its_own(client, few):
    _token, key = make_token(name="one", by=None)
    for _ in range(3):
        client.get(f"{API}categories")
    answer = client.get(f"{API}categories", headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer["RateLimit-Policy"]) == (200, '"requests";q=5;w=60')


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_let_in_as_often_as_said(monkeypatch):
    monkeypatch.setattr(categories.Categories, "policy", Policy("requests", 10, 10, 60))
    got: Counter[int] = Counter()

    def ask():
        for _ in range(5):
            got[Client().get(f"{API}categories").status_code] += 1
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {200: 10, 429: 20}
