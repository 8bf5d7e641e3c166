"""How often somebody sends: counted by address block under a key of the day, and by place; kept for a day."""

from __future__ import annotations

import datetime as dt
import ipaddress

from django.utils import timezone
from django.utils.crypto import salted_hmac

from neighborhoods.models import Attempt

HOUR = dt.timedelta(hours=1)
NOWHERE = 0
# What one person or household gets is one block: a /24 of IPv4, a /64 of IPv6.
IPV4_BITS, IPV6_BITS = 24, 64


def block_of(address: str, now: dt.datetime, kind: str = "") -> bytes:
    """16 bytes for the block of an IP address; the key changes with the (UTC) day, so that days cannot be joined.

    What is no address (a unix socket has none) shares one block. What is of another `kind` is counted apart.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        network = "none"
    else:
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        network = str(ipaddress.ip_network((ip, IPV4_BITS if ip.version == 4 else IPV6_BITS), strict=False))
    day = now.astimezone(dt.UTC).date().isoformat()
    return salted_hmac(f"ascult.block.{kind}{day}", network, algorithm="sha256").digest()[:16]


def note(block: bytes, cell: int = NOWHERE) -> None:
    """Count one attempt from now."""
    Attempt.objects.create(block=block, cell=cell)


def once_a_day(block: bytes) -> bool:
    """Whether nothing was counted yet from a block, which lives a day; it is counted now."""
    if Attempt.objects.filter(block=block).exists():
        return False
    note(block)
    return True


def last_hour(*, block: bytes | None = None, cell: int | None = None) -> int:
    """Attempts of the last hour from a block, or in a cell."""
    chosen = Attempt.objects.filter(at__gt=timezone.now() - HOUR)
    chosen = chosen.filter(block=block) if block is not None else chosen.filter(cell=cell)
    return chosen.count()
