"""The one way out to other systems: only to public addresses, looked up once and connected to as looked up.

A name that points to this machine, to the city's own network or to a cloud's inner address is refused before anything
connects, however the name is written; redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3
from urllib3.util import Timeout

CONNECT_S, READ_S = 5.0, 10.0
# Of an answer only the status counts.
MOST_READ = 1024
PORTS = frozenset({80, 443, 8080, 8443})


class AddressRefusedError(ValueError):
    """An address that nothing is sent to; the message says why, in English."""


def check_url(url: str) -> None:
    """Raise AddressRefusedError for what can be no webhook, without looking the name up."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise AddressRefusedError("the port is no number") from None
    if parts.scheme not in {"https", "http"}:
        raise AddressRefusedError("only https and http addresses are taken")
    if not parts.hostname or parts.username or parts.password:
        raise AddressRefusedError("the address needs a name, and no user in it")
    if (port or 443) not in PORTS:
        raise AddressRefusedError(f"port {port} is none of {sorted(PORTS)}")


def public_address(host: str, port: int) -> str:
    """The address to connect to. Raises AddressRefusedError where any address of the name is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefusedError("the name is unknown") from None
    addresses = [str(entry[4][0]) for entry in found]
    for text in addresses:
        if not _public(ipaddress.ip_address(text.partition("%")[0])):
            raise AddressRefusedError("the name leads to an address that is not public")
    return addresses[0]


def _public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if mapped is not None:
        return _public(mapped)
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body; gives the status of the answer.

    Raises AddressRefusedError, and urllib3.exceptions.HTTPError for a line that fails or an answer that is none.
    """
    check_url(url)
    parts = urlsplit(url)
    host, secure = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = public_address(host, port)
    timeout = Timeout(connect=CONNECT_S, read=READ_S)
    named = host if port == (443 if secure else 80) else f"{host}:{port}"
    pool: urllib3.HTTPConnectionPool
    if secure:
        pool = urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, retries=False, assert_hostname=host, server_hostname=host
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with pool:
        answer = pool.request(
            "POST", path, body=body, headers={**headers, "Host": named}, redirect=False, preload_content=False
        )
        try:
            answer.read(MOST_READ, decode_content=False)
        finally:
            answer.close()
        return int(answer.status)
