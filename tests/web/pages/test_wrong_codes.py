"""Wrong codes are counted, and the next try waits: by account, whatever the session."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from neighborhoods.models import Attempt
from neighborhoods.rules import Role
from neighborhoods.wrong_passwords import FREE
from tests.staff import PASSWORD, make_moderator, make_person
from tests.staff import sign_in as in_session
from web.accounts import secret_for
from web.codes import code_of

pytestmark = pytest.mark.django_db
DOOR, CODE, AGAIN = "/en/sign-in/", "/en/sign-in/code/", "/en/sign-in/again/code/"


def with_password(client, name="moderator"):
    return client.post(DOOR, {"username": name, "password": PASSWORD})


def with_code(client, code, at=CODE):
    return client.post(at, {"code": code})


def test_wrong_codes_are_counted_by_the_account_whatever_the_session():
    account = make_moderator()
    secret_for(account)
    for _ in range(FREE["both"]):
        client = Client()
        with_password(client)
        assert with_code(client, "000000").status_code == 422
    client = Client()
    assert with_password(client).status_code == 303
    answer = with_code(client, code_of(account))
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 15
    page = answer.content.decode()
    assert "Too many wrong codes. Please try again in" in page
    assert '<form method="post"' in page
    assert "site.css" in page
    Attempt.objects.update(at=timezone.now() - dt.timedelta(seconds=16))
    assert with_code(client, code_of(account)).status_code == 303


def test_somebody_else_does_not_wait():
    for name in ("moderator", "other"):
        secret_for(make_person(name, Role.MODERATOR))
    client = Client()
    with_password(client)
    for _ in range(FREE["both"] + 1):
        with_code(client, "000000")
    other = Client()
    with_password(other, "other")
    assert with_code(other, code_of(make_person("other"))).status_code == 303


def test_what_is_typed_at_the_door_makes_no_code_wait():
    account = make_moderator()
    secret_for(account)
    for k in range(FREE["account"] + 5):
        Client(REMOTE_ADDR=f"203.0.{k}.1").post(DOOR, {"username": str(account.pk), "password": "x"})
    client = Client(REMOTE_ADDR="198.51.100.1")
    with_password(client)
    assert with_code(client, code_of(account)).status_code == 303


def test_codes_once_more_are_counted_too(client):
    account = make_moderator()
    in_session(client, account)
    for _ in range(FREE["both"]):
        assert with_code(client, "000000", AGAIN).status_code == 422
    answer = with_code(client, code_of(account), AGAIN)
    assert answer.status_code == 429
    assert "Too many wrong codes" in answer.content.decode()


def test_passwords_once_more_are_counted_too(client):
    in_session(client, make_moderator(), second_factor=False)
    for _ in range(FREE["both"]):
        assert client.post("/en/sign-in/again/", {"password": "wrong"}).status_code == 422
    answer = client.post("/en/sign-in/again/", {"password": PASSWORD})
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()
