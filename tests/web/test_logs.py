"""Private links and places of visitors never reach a log."""

import logging
import uuid

import pytest

from web.logs import WithoutSecrets


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
    assert written("GET %s", "/place.json?lng=21.2257&lat=45.7537") == "GET /place.json?lng=…&lat=…"


def test_everything_else_stays():
    digest = "a" * 64
    assert written("Run %d: digest %s, 5 of %s", 7, digest, "10") == f"Run 7: digest {digest}, 5 of 10"
