"""Wrong passwords and codes are counted, and the next try waits: by account, by sender, and by both together.

One sender on one account waits soonest. An account alone, and a sender alone, have more tries: nobody should be shut
out for long by others who try their name. The counts are attempts as any other (neighborhoods.limits): digests under a
key of the day, kept for a day.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.crypto import salted_hmac

from neighborhoods.limits import HOUR, NOWHERE, block_of
from neighborhoods.models import Attempt

# How many may be wrong within an hour before the next one waits.
FREE = {"both": 5, "account": 20, "sender": 30}
FIRST_S, LONGEST_S = 15, 900


def delay_s(wrong: int, free: int) -> int:
    """How long to wait after the last of so many wrong tries: nothing, then ever twice as long."""
    if wrong < free:
        return 0
    return min(LONGEST_S, FIRST_S * 2 ** min(wrong - free, 16))


@dataclass(frozen=True)
class Try:
    """One try to sign in, counted as wrong from its beginning, so that many at once are no way around.

    `wait_s` above nothing: it may not be made now, and is not counted.
    """

    wait_s: int
    kinds: dict[str, bytes]
    rows: list[int]

    def was_right(self) -> None:
        """Forget it, and what was wrong before on the account."""
        Attempt.objects.filter(pk__in=self.rows).delete()
        Attempt.objects.filter(block__in=[self.kinds["both"], self.kinds["account"]]).delete()


def begin(name: str, address: str, *, door: str = "sign-in", now: dt.datetime | None = None) -> Try:
    """A try for the account of that name from an IP address; unknown names are treated as any other.

    Each door counts for itself: a right password forgets no wrong codes.
    """
    at = now or timezone.now()
    kinds = _kinds(name, address, door, at)
    rows = [Attempt.objects.create(block=block, cell=NOWHERE, at=at).pk for block in kinds.values()]
    before = Attempt.objects.filter(block__in=list(kinds.values()), at__gt=at - HOUR).exclude(pk__in=rows)
    counts = {bytes(c["block"]): c for c in before.values("block").annotate(n=Count("pk"), last=Max("at")).order_by()}
    wait_s = 0
    for kind, block in kinds.items():
        if count := counts.get(block):
            free_at = count["last"] + dt.timedelta(seconds=delay_s(count["n"], FREE[kind]))
            wait_s = max(wait_s, int((free_at - at).total_seconds()))
    if wait_s > 0:
        Attempt.objects.filter(pk__in=rows).delete()
    return Try(max(0, wait_s), kinds, rows)


def _kinds(name: str, address: str, door: str, at: dt.datetime) -> dict[str, bytes]:
    account = unicodedata.normalize("NFKC", name).strip().casefold()
    day, sender = at.astimezone(dt.UTC).date().isoformat(), block_of(address, at).hex()
    texts = {"both": f"{account} {sender}", "account": account, "sender": sender}
    return {
        kind: salted_hmac(f"ascult.{door}.{kind}.{day}", text, algorithm="sha256").digest()[:16]
        for kind, text in texts.items()
    }
