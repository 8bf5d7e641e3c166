"""A small city, and a program that asks for it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_analysed, make_boundaries, make_category
from tests.filled_forms import LAT, LNG
from web.api.problems import PROBLEM_JSON

API = "/api/v1/"


@pytest.fixture
def city(db: None) -> None:
    make_boundaries()
    make_category()


@pytest.fixture
def read(client: Client) -> Callable[..., Any]:
    """What an address answers with 200, as JSON."""

    def asked(address: str, **headers: Any) -> Any:
        answer = client.get(API + address, headers=headers)
        assert answer.status_code == 200, (address, answer.status_code, answer.content[:300])
        return json.loads(whole(answer))

    return asked


@pytest.fixture
def refused(client: Client) -> Callable[..., dict[str, str]]:
    """What is wrong with each parameter of a question that is refused with 400."""

    def asked(address: str) -> dict[str, str]:
        return fields(client.get(API + address), 400)

    return asked


@pytest.fixture
def send(client: Client) -> Callable[..., Any]:
    """Send a report: its members, or a raw body."""

    def sent(body: Any = None, *, key: Any = "", kind: str = "application/json", **headers: Any) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(report() if body is None else body).encode()
        named = {"Idempotency-Key": str(key or uuid.uuid4())} if key is not None else {}
        asked = {"content_type": kind, "CONTENT_TYPE": kind, "headers": {**named, **headers}}
        return client.generic("POST", f"{API}issues", raw, **asked)

    return sent


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A running server with a small analysed city."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
        assert connection.settings_dict["NAME"].startswith("test_")
        make_analysed()
        server = LiveServer("localhost")
        with override_settings(SITE_URL=server.url):
            yield server.url
        server.stop()
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)


def report(**changes: Any) -> dict[str, Any]:
    """A report about a lamp in the first square."""
    return {"category": "lighting", "text": "The lamp is out.", "lng": LNG, "lat": LAT} | changes


def whole(answer: Any) -> bytes:
    """The body of an answer, also of one that is streamed."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def fields(answer: Any, status: int) -> dict[str, str]:
    """What a problem says of each field; the answer must be one, with that status."""
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    assert answer["Content-Type"] == PROBLEM_JSON
    said = answer.json()
    assert said["status"] == status
    assert said["type"] == "about:blank"
    assert said["title"]
    assert said["detail"]
    return {one["field"]: one["detail"] for one in said.get("errors", [])}
