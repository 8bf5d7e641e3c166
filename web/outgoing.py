"""The one way out to other systems: only to public addresses, looked up once and connected to as looked up.

A name that points to this machine, to the city's own network or to a cloud's inner address is refused before anything
connects, however the name is written; redirects are not followed. Only https goes out, unless a setting allows http.
Nobody is waited for longer than a moment, also who answers letter by letter.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

CONNECT_S, READ_S = 5.0, 10.0
# The whole exchange, once connected: whoever sends a letter every few seconds is never silent.
WHOLE_S = 15.0
# Of an answer only the status counts, and that its head came whole.
MOST_READ = 32 * 1024
_HEAD = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?\r?\n(?:[^\r\n]+\r?\n)*\r?\n")
PORTS = frozenset({80, 443, 8080, 8443})
# Why an address is refused.
NOT_WRITTEN_SO, NOT_HTTPS, NOT_NAMED = "no address is written so", "only https goes out", "a name, and no user in it"
WRONG_PORT, UNKNOWN = "the port is none of those allowed", "the name is unknown"
NOT_PUBLIC = "the name leads to an address that is not public"


class AddressRefusedError(ValueError):
    """An address that nothing is sent to; the message is one of those above."""


def check_url(url: str) -> None:
    """Raise AddressRefusedError for what can be no webhook, without looking the name up."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressRefusedError(NOT_WRITTEN_SO) from None
    # Signs that an address is not written with would end the line of a header, or be no letter of one.
    if not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefusedError(NOT_WRITTEN_SO)
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.HOOKS_OVER_HTTP):
        raise AddressRefusedError(NOT_HTTPS)
    if not host or parts.username or parts.password:
        raise AddressRefusedError(NOT_NAMED)
    if (port or 443) not in PORTS:
        raise AddressRefusedError(WRONG_PORT)


def public_address(host: str, port: int) -> str:
    """The address to connect to. Raises AddressRefusedError where any address of the name is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefusedError(UNKNOWN) from None
    addresses = [str(entry[4][0]) for entry in found]
    for text in addresses:
        if not _public(ipaddress.ip_address(text.partition("%")[0])):
            raise AddressRefusedError(NOT_PUBLIC)
    return addresses[0]


def _public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if mapped is not None:
        return _public(mapped)
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body; gives the status of the answer.

    Raises AddressRefusedError, OSError for a line that fails or takes too long, and http.client.HTTPException for an
    answer that is none.
    """
    check_url(url)
    parts = urlsplit(url)
    host, usual = str(parts.hostname), 443 if parts.scheme == "https" else 80
    port = parts.port or usual
    line = socket.create_connection((public_address(host, port), port), CONNECT_S)
    with line, _ended_after(WHOLE_S, line):
        line.settimeout(READ_S)
        if parts.scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
        with line:
            return _asked(line, parts, body, {"Host": _named(host, port, usual), **headers})


def _asked(line: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    talk = http.client.HTTPConnection(str(parts.hostname))
    talk.sock = line
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    talk.request("POST", path, body, {**headers, "Connection": "close"})
    return _status(line)


def _status(line: socket.socket) -> int:
    """The status of an answer whose head came whole: Python's own reader takes half a line for one."""
    read = b""
    while len(read) < MOST_READ:
        part = line.recv(4_096)
        if not part:
            break
        read += part
        while head := _HEAD.match(read):
            if (status := int(head[1])) >= 200:
                return status
            read = read[head.end() :]  # news on the way, such as 103
    raise http.client.BadStatusLine("no answer" if not read else "no whole answer")


def _named(host: str, port: int, usual: int) -> str:
    """The name as the Host header has it."""
    name = f"[{host}]" if ":" in host else host
    return name if port == usual else f"{name}:{port}"


@contextmanager
def _ended_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """Cut a line off after so many seconds, in the middle of whatever is read from it: that then fails as from a
    broken one. A second handle on the line, since the first passes into other hands for TLS."""
    with line.dup() as handle:

        def cut() -> None:
            with suppress(OSError):  # it is gone already
                handle.shutdown(socket.SHUT_RDWR)

        timer = Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
