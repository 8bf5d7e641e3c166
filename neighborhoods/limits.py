"""How often somebody sends: counted by address block under a key of the day, and by place; kept for a day."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q
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


def last_hour_of_both(block: bytes, cell: int) -> tuple[int, int]:
    """Attempts of the last hour from a block, and in a cell; asked at once."""
    recent = Attempt.objects.filter(Q(block=block) | Q(cell=cell), at__gt=timezone.now() - HOUR)
    found = recent.aggregate(block=Count("pk", filter=Q(block=block)), cell=Count("pk", filter=Q(cell=cell)))
    return found["block"], found["cell"]


@dataclass(frozen=True)
class Spent:
    """Whether one more was let in, how many of the window are left, and in how many seconds the next is free again."""

    let_in: bool
    left: int
    frees_in_s: int


def spend(block: bytes, most: int, window: dt.timedelta) -> Spent:
    """Count one more of a block where fewer than `most` came within the window, however many processes ask at once.

    What is too much is not counted, so that whoever goes on asking is let in again when the first one falls out.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, frees_in_s, added FROM neighborhoods_spend(%s, %s, %s)", [block, most, window])
        n, frees_in_s, added = cursor.fetchone()
    return Spent(added, max(0, most - int(n) - int(added)), max(1, math.ceil(frees_in_s)))
