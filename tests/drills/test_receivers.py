"""Whoever judges the worker must see what is wrong: a mail twice, or half, a message with another's signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import smtplib
import socket
import time
import uuid
from email.message import EmailMessage

import pytest

from bench._receivers import BROKEN, DOWN, GARBAGE, WELL, MailServer, Receiver

KEY = "0f" * 32


def mail(server, name):
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "a@example.org", "b@example.org", f"<{name}@example.org>"
    message.set_content("A line.\n.\nA line after a dot.")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as line:
        line.send_message(message)


def test_a_mail_that_comes_twice_is_counted():
    server = MailServer()
    for name in ("first", "second", "first"):
        mail(server, name)
    assert server.got == {"<first@example.org>": 2, "<second@example.org>": 1}
    assert server.doubles == 1


def test_a_mail_that_is_cut_off_is_none():
    server = MailServer()
    with socket.create_connection(("127.0.0.1", server.port)) as line, line.makefile("rwb", buffering=0) as talk:
        talk.readline()
        talk.write(b"DATA\r\n")
        talk.readline()
        talk.write(b"Message-ID: <half@example.org>\r\n\r\nHal")
    time.sleep(0.2)
    assert not server.got


def tell(receiver, *, key=KEY, at=None, body_id=None):
    """Send one message; the status of the answer."""
    name, at = str(uuid.uuid4()), str(int(at or time.time()))
    body = json.dumps({"id": body_id or name}).encode()
    mark = hmac.new(bytes.fromhex(key), f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mark).decode()}"
    headers = {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": signature}
    line = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)
    try:
        line.request("POST", "/told", body, headers)
        return line.getresponse().status
    finally:
        line.close()


@pytest.fixture
def receiver():
    made = Receiver()
    made.told.key = KEY
    return made


def test_a_message_that_is_right_is_taken(receiver):
    assert tell(receiver) == 204
    assert (receiver.told.taken.total(), receiver.told.wrong) == (1, [])


@pytest.mark.parametrize("wrong", [{"key": "1e" * 32}, {"at": 1_000_000_000}, {"body_id": "another"}])
def test_a_message_that_is_not_is_told(receiver, wrong):
    tell(receiver, **wrong)
    assert len(receiver.told.wrong) == 1


def test_moods(receiver):
    receiver.mood = BROKEN
    assert tell(receiver) == 500
    receiver.mood = GARBAGE
    with pytest.raises((http.client.HTTPException, OSError)):
        tell(receiver)
    receiver.mood = DOWN
    with pytest.raises(OSError, match=r"refused|reset"):
        tell(receiver)
    receiver.mood = WELL
    assert tell(receiver) == 204
    assert receiver.told.taken.total() == 1
    assert receiver.told.refused == {BROKEN: 1, GARBAGE: 1}
