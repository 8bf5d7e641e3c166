"""While the database does not answer the form comes back with every word in it, and asks the database for nothing."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection

from issues.models import Issue
from tests.factories import make_boundaries, make_category
from tests.filled_forms import as_json, filled, page_of, words
from web.pages.raising import delivery, places

TYPED = filled(
    step="what",
    text='Two lines\nand "signs" <b>&amp; 😀',
    address="ș și ț",
    search="mare",
    email="me@example.org",
    **{"answer-lighting-lamps": "one", "answer-lighting-pole": "A-12"},
)


@pytest.fixture
def down(monkeypatch):
    """No connection comes about. Without the django_db mark, a test that reached the database would fail too."""

    def refuse():
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)


def test_the_form_opens_without_its_list_of_areas(client, address, down):
    answer = client.get(address("issue-new"))
    page = page_of(answer)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert {"search", "text", "finish"} <= set(page.ids)
    assert "area" not in page.ids
    assert page.values["key"]


@pytest.mark.parametrize("go", ["find", "streets", "what", "send", "where", "finish", "lift", "use", "swap"])
def test_every_word_comes_back(client, address, down, go):
    step = "where" if go in {"find", "streets", "swap"} else "send"
    form = TYPED | {"go": go, "step": step, "area": "fabric", "lift": "me@example.org", "found": "3"}
    answer = client.post(address("issue-new"), form)
    page = page_of(answer)
    if answer.status_code != 200:  # going back needs nothing
        assert (answer.status_code, answer["Retry-After"], page.view) == (503, "30", [step])
        assert "Nothing you wrote is lost" in words(answer.content.decode())
    for name in ("key", "text", "address", "search", "email", "lng", "lat", "place", "answer-lighting-pole"):
        assert page.values[name] == form[name], name
    assert (page.values["category"], page.values["answer-lighting-lamps"]) == ("lighting", "one")
    assert not answer.cookies


def test_photos_that_came_along_are_to_be_chosen_again(client, address, down):
    file = SimpleUploadedFile("a.jpg", b"picture", "image/jpeg")
    answer = client.post(address("issue-new"), TYPED | {"step": "send", "photos": [file]})
    assert "Please choose the photos again." in words(answer.content.decode())


def test_a_script_is_told_when_to_come_again(client, address, down):
    forms = client.post(address("issue-new"), TYPED, headers={"Accept": "application/json"})
    said = client.post(address("issue-new"), json.dumps(as_json()), content_type="application/json")
    for answer in (forms, said):
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert answer.json()["retry_after"] == 30
        assert answer.json()["message"]


def test_the_page_speaks_the_readers_language(client, address, down):
    assert 'lang="ro"' in client.post(address("issue-new", language="ro"), TYPED).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "problem",
    [
        OperationalError("canceling statement due to statement timeout"),
        OperationalError("canceling statement due to lock timeout"),
        OperationalError("could not extend file: No space left on device"),
        InterfaceError("connection already closed"),
    ],
)
def test_timeouts_and_lost_connections_are_the_same_to_a_reporter(client, address, monkeypatch, problem):
    make_boundaries()
    make_category()

    def fail(**values):
        raise problem

    monkeypatch.setattr(delivery, "submit", fail)
    answer = client.post(address("issue-new"), TYPED | {"step": "send"})
    assert answer.status_code == 503
    assert page_of(answer).values["text"] == TYPED["text"]
    assert not Issue.objects.exists()


@pytest.mark.django_db
def test_a_mistake_of_ours_is_not_called_the_databases(client, address, monkeypatch):
    make_boundaries()
    make_category()
    client.raise_request_exception = False

    def fail(**values):
        raise ValueError("a mistake")

    monkeypatch.setattr(delivery, "submit", fail)
    assert client.post(address("issue-new"), TYPED | {"step": "send"}).status_code == 500


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_is_cut_off_answers_503(client, address, monkeypatch):
    """The database's own time limit, not a made-up error."""
    make_boundaries()

    def slow(text):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '50ms'")
            try:
                cursor.execute("SELECT pg_sleep(5)")
            finally:
                cursor.execute("SET statement_timeout = 0")

    monkeypatch.setattr(places, "search", slow)
    answer = client.post(address("issue-new"), TYPED | {"step": "where", "go": "find"})
    assert answer.status_code == 503
    assert page_of(answer).values["text"] == TYPED["text"]
