"""Only public addresses are connected to, whatever a name or a number looks like; nobody is led elsewhere."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from web import outgoing
from web.outgoing import AddressRefusedError, check_url, post, public_address


@pytest.fixture(autouse=True)
def over_http(settings):
    """A listener on this machine has no certificate."""
    settings.HOOKS_OVER_HTTP = True


@pytest.fixture
def trap():
    """A listener on this machine: its port, and who came."""
    came = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append((self.path, self.headers["Host"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(302 if self.path == "/elsewhere" else 204)
            self.send_header("Location", "/taken")
            self.end_headers()

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, came
    server.shutdown()
    server.server_close()


@pytest.fixture
def any_port(monkeypatch):
    monkeypatch.setattr(outgoing, "PORTS", range(1, 65536))


HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
]


@pytest.mark.parametrize("host", HOSTS)
def test_this_machine_is_never_connected_to(trap, any_port, host):
    port, came = trap
    with pytest.raises(AddressRefusedError):
        post(f"http://{host}:{port}/", b"{}", {})
    assert came == []


PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "fe80::1",
    "fd00::1",
    "::",
    "64:ff9b:1::1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(monkeypatch, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **named: found)
    with pytest.raises(AddressRefusedError, match="not public"):
        public_address("hooks.example.org", 443)


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 443)) for text in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **named: found)
    with pytest.raises(AddressRefusedError):
        public_address("hooks.example.org", 443)


def test_a_name_that_changes_its_mind_is_connected_to_as_it_was_looked_up(monkeypatch, trap, any_port):
    """The second look-up of a rebinding name would lead here; there is no second look-up of the name."""
    port, came = trap
    asked, real = [], socket.getaddrinfo

    def rebinding(host, *more, **named):
        if host == "hooks.example.org":
            asked.append(host)
            text = "192.0.2.1" if len(asked) == 1 else "127.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port))]
        return real(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(outgoing, "_public", lambda address: True)
    monkeypatch.setattr(outgoing, "CONNECT_S", 0.2)
    with pytest.raises((HTTPException, OSError)):
        post(f"http://hooks.example.org:{port}/", b"{}", {})
    assert (len(asked), came) == (1, [])


def test_a_body_arrives_under_the_name_that_was_given(monkeypatch, trap, any_port):
    port, came = trap
    monkeypatch.setattr(outgoing, "public_address", lambda host, port: "127.0.0.1")
    assert post(f"http://hooks.example.org:{port}/in?a=1", b'{"a":1}', {"Content-Type": "application/json"}) == 204
    assert came == [("/in?a=1", f"hooks.example.org:{port}", b'{"a":1}')]


def test_nobody_is_led_elsewhere(monkeypatch, trap, any_port):
    port, came = trap
    monkeypatch.setattr(outgoing, "public_address", lambda host, port: "127.0.0.1")
    assert post(f"http://hooks.example.org:{port}/elsewhere", b"{}", {}) == 302
    assert [path for path, *_more in came] == ["/elsewhere"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://",
        "https://user:secret@example.org/",
        "https://example.org:22/",
        "https://example.org:99999/",
        "//example.org/",
        "https://[",
        "https://[::1/",
        "https://example.org/a b",
        "https://example.org/\r\nHost: other.example",
        "https://example.org/\x00",
        "https://timi\u0219oara.example/",
    ],
)
def test_what_can_be_no_webhook(url):
    with pytest.raises(AddressRefusedError):
        check_url(url)


@pytest.mark.parametrize("url", ["https://example.org/in", "http://example.org:8080/", "https://[2001:db8::1]/"])
def test_what_can_be_one(url):
    check_url(url)


def test_without_the_setting_only_https_goes_out(settings):
    settings.HOOKS_OVER_HTTP = False
    check_url("https://example.org/in")
    with pytest.raises(AddressRefusedError, match="https"):
        check_url("http://example.org/in")


def test_a_number_of_the_new_kind_is_named_in_brackets(monkeypatch, trap, any_port):
    port, came = trap
    monkeypatch.setattr(outgoing, "public_address", lambda host, port: "127.0.0.1")
    post(f"http://[2001:db8::1]:{port}/", b"{}", {})
    assert came[0][1] == f"[2001:db8::1]:{port}"


@pytest.fixture
def says(monkeypatch, any_port):
    """A listener that answers everybody with these parts, a moment apart; gives its address."""
    monkeypatch.setattr(outgoing, "public_address", lambda host, port: "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen(parts, pause_s):
            def answer():
                line, _address = server.accept()
                with line, suppress(OSError):
                    line.recv(65536)
                    for part in parts:
                        line.sendall(part)
                        time.sleep(pause_s)

            Thread(target=answer, daemon=True).start()
            return f"http://hooks.example.org:{server.getsockname()[1]}/"

        yield listen


HALVES = [
    [],
    [b"\0\xff" * 5_000],
    [b"x" * 70_000],
    [b"HTTP/1.1 OK\r\n\r\n"],
    [b"HTTP/1.1 20"],
    [b"HTTP/1.1 200 OK"],
    [b"HTTP/1.1 200 OK\r\n"],
    [b"HTTP/1.1 200 OK\r\nServer: x\r\n"],
    [b"HTTP/1.1 103 Early Hints\r\n\r\n"],
]


@pytest.mark.parametrize("parts", HALVES)
def test_garbage_is_no_answer(says, parts):
    with pytest.raises((HTTPException, OSError)):
        post(says(parts, 0), b"{}", {})


def test_who_answers_letter_by_letter_is_not_waited_for(says, monkeypatch):
    monkeypatch.setattr(outgoing, "WHOLE_S", 0.5)
    address, started = says([b"H"] * 100, 0.1), time.monotonic()
    with pytest.raises((HTTPException, OSError)):
        post(address, b"{}", {})
    assert 0.4 < time.monotonic() - started < 3


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk"],
        [b"HTTP/1.1 200\r\n\r\n"],
        [b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", b"HTTP/1.0 200 ", b"OK\r\nA: b\r\n\r\n"],
    ],
)
def test_an_answer_counts_by_its_status(says, parts):
    assert post(says(parts, 0.05), b"{}", {}) == 200
