"""How webhooks stand: what has arrived, what waits and since when, and what their receivers said last."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, Subquery

from issues.models import Delivery, Webhook


class Condition(StrEnum):
    """How a webhook is, in a word."""

    ENDED = "ended"
    QUIET = "quiet"
    WELL = "well"
    SENDING = "sending"
    PARTLY = "partly"
    FAILING = "failing"


@dataclass(frozen=True)
class Standing:
    """What came of a webhook's messages. `since` is when the oldest was written that was sent in vain."""

    ended: bool = False
    arrived: int = 0
    last_at: dt.datetime | None = None
    waiting: int = 0
    in_vain: int = 0
    since: dt.datetime | None = None
    next_at: dt.datetime | None = None
    problem: str = ""

    @property
    def condition(self) -> Condition:
        """Failing where nothing has arrived since; partly where other messages did."""
        if self.ended:
            return Condition.ENDED
        if self.since:
            return Condition.PARTLY if self.last_at and self.last_at > self.since else Condition.FAILING
        if self.waiting:
            return Condition.SENDING
        return Condition.WELL if self.arrived else Condition.QUIET


_WAITS = Q(delivered_at=None)
_IN_VAIN = _WAITS & Q(attempts__gt=0)


def standings(webhooks: Sequence[Webhook]) -> Mapping[uuid.UUID, Standing]:
    """How each stands, by its key; all in one question."""
    newest = Delivery.objects.filter(_IN_VAIN, webhook=OuterRef("webhook")).order_by("-created_at")
    rows = Delivery.objects.filter(webhook__in=webhooks).order_by().values("webhook")
    counted = rows.annotate(
        arrived=Count("pk", filter=~_WAITS),
        last_at=Max("delivered_at"),
        waiting=Count("pk", filter=_WAITS),
        in_vain=Count("pk", filter=_IN_VAIN),
        since=Min("created_at", filter=_IN_VAIN),
        next_at=Min("due_at", filter=_WAITS),
        problem=Subquery(newest.values("problem")[:1]),
    )
    found = {row.pop("webhook"): row for row in counted}
    return {hook.pk: _standing(hook, found.get(hook.pk, {})) for hook in webhooks}


def _standing(webhook: Webhook, row: dict[str, Any]) -> Standing:
    return Standing(ended=webhook.ended_at is not None, **row | {"problem": row.get("problem") or ""})
