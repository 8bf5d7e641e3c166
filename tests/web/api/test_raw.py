"""Hostile inputs 53 to 56, which only a real server meets: sent over a socket, byte by byte as they stand here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench._site import free_port

ROOT = Path(__file__).resolve().parents[3]
# No database answers here: what is asked must be refused before any.
NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=1"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    state, chosen = tmp_path_factory.mktemp("state"), free_port()
    (state / "static").mkdir()
    env = {**os.environ, "DATABASE_URL": NOWHERE, "ASCULT_STATE": str(state), "BASE_MAP": "0"}
    command = [sys.executable, "-m", "gunicorn", "web.wsgi:application", "--chdir", str(ROOT), "--no-control-socket"]
    command += ["--threads", "2", "--bind", f"127.0.0.1:{chosen}"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                if b" 200 " in sent(chosen, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"):
                    break
            except OSError:
                time.sleep(0.1)
        yield chosen
    finally:
        process.terminate()
        process.wait(timeout=30)


def sent(port: int, data: bytes) -> bytes:
    """The first of what comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(data)
        return line.recv(65_536)


def request(line: str, *headers: str) -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", *headers, "", ""]).encode()


def test_53_trace_gives_nothing_back(port):
    answer = sent(port, request("TRACE /api/v1/categories", "Host: localhost", "X-Secret: canary"))
    assert b" 405 " in answer.splitlines()[0]
    assert b"application/problem+json" in answer
    assert b"canary" not in answer


def test_54_an_unknown_host(port):
    answer = sent(port, request("GET /api/v1/categories", "Host: evil.example"))
    assert b" 400 " in answer.splitlines()[0]
    assert b"application/problem+json" in answer


def test_55_two_ways_of_telling_a_length(port):
    told = request("POST /api/v1/issues", "Host: localhost", "Content-Length: 5", "Transfer-Encoding: chunked")
    answer = sent(port, told + b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b" 400 " in answer.splitlines()[0]
    assert answer.count(b"HTTP/1.1 ") == 1


def test_56_a_header_of_64_kb(port):
    answer = sent(port, request("GET /api/v1/categories", "Host: localhost", f"X-Long: {'a' * 65_536}"))
    assert b" 431 " in answer.splitlines()[0]


def test_without_a_database_it_is_not_available_and_says_until_when(port):
    answer = sent(port, request("GET /api/v1/categories", "Host: localhost"))
    assert b" 503 " in answer.splitlines()[0]
    assert b"Retry-After: 30" in answer
    assert b"application/problem+json" in answer
