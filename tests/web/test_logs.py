"""Private links, keys of programs and places of visitors never reach a log."""

import logging
import sys
import uuid

import pytest

from web.logs import Lines, WithoutSecrets


def written(message, *args):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, args, None)
    assert WithoutSecrets().filter(record)
    return record.getMessage()


@pytest.mark.parametrize("path", ["/ro/mine/{}/", "/ro/follow/{}/stop/", "/en/held/{}/", "/ro/mine/{}/verdict/?x=1"])
def test_a_secret_is_left_out_of_the_line(path):
    secret = uuid.uuid4().hex
    line = written("%s: %s", "Unprocessable Content", path.format(secret))
    assert secret not in line
    assert path.split("{}")[0] in line


def test_a_place_is_left_out_too():
    assert written("GET lng=%s&lat=%s", 21.2257, 45.7537) == "GET lng=…&lat=…"


@pytest.mark.parametrize("address", ["ana.pop@example.org", "ana%40example.org", "Ana+1@mail.example.ro"])
def test_an_address_of_a_person_is_left_out(address):
    assert written("Not Found: /en/issues/%s/", address) == "Not Found: /en/issues/…@…/"


def test_who_sent_what_no_server_understands_is_left_out():
    assert written("Invalid request from ip=%s: %s", "2001:db8::1", "Bad") == "Invalid request from ip=…: Bad"


def test_what_was_asked_for_is_left_out():
    assert (
        written("Error handling request %s", "/en/issues/?q=Ion+Pop&page=2") == "Error handling request /en/issues/?…"
    )


KEY = "ascult_" + "aB3-_" * 8 + "xyz"


@pytest.mark.parametrize(
    "line, safe",
    [
        (f"the key {KEY} and page=2", "the key ascult_… and page=2"),
        (f"{{'Authorization': 'Bearer {KEY}', 'x': 1}}", "{'Authorization': 'Bearer …', 'x': 1}"),
        ("authorization: bearer of-another-site", "authorization: bearer …"),
    ],
)
def test_the_key_of_a_program_is_left_out(line, safe):
    assert written("%s", line) == safe


def test_a_secret_in_a_failure_is_left_out_too():
    try:
        raise ValueError(f"not taken: {KEY}, {'0a' * 16}")
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Broken", (), sys.exc_info())
    assert WithoutSecrets().filter(record)
    for formatter in (logging.Formatter(), Lines()):
        said = formatter.format(record)
        assert "ValueError" in said
        assert "test_a_secret_in_a_failure_is_left_out_too" in said
        assert "not taken" not in said
        assert KEY not in said


def test_everything_else_stays():
    digest = "a" * 64
    assert written("Run %d: digest %s, 5 of %s", 7, digest, "10") == f"Run 7: digest {digest}, 5 of 10"
    assert (
        written("database ascult_timisoara, cookie ascult_language")
        == "database ascult_timisoara, cookie ascult_language"
    )
