"""Webhooks: made, ended, and told of events in the transaction of the event, so that none is lost."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from enum import StrEnum

from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import salted_hmac

from issues.models import Delivery, Issue, StatusChange, Webhook
from neighborhoods.models import User

# Sent once deliveries were written, when their transaction is committed.
queued = Signal()


class Event(StrEnum):
    """What a webhook may be told of."""

    RAISED = "issue.raised"
    CHANGED = "issue.changed"
    WITHDRAWN = "issue.withdrawn"


def make_webhook(*, name: str, url: str, events: Sequence[Event], by: User | None) -> tuple[Webhook, str]:
    """A webhook and the key its messages are signed with, which is told this once."""
    made = Webhook.objects.create(name=name, url=url, events=sorted(events), made_by=by)
    return made, key_of(made)


def end_webhook(*, webhook: Webhook, now: dt.datetime | None = None) -> bool:
    """Send it nothing more; False where it had ended."""
    return bool(Webhook.objects.filter(pk=webhook.pk, ended_at=None).update(ended_at=now or timezone.now()))


def key_of(webhook: Webhook) -> str:
    """The key of a webhook's signatures, 64 hexadecimal digits."""
    return salted_hmac("ascult.webhook", webhook.pk.hex, algorithm="sha256").hexdigest()


def tell_raised(issue: Issue, moment: object = "") -> None:
    """An issue is public; `moment` names the act where it became so once more."""
    _tell(Event.RAISED, [(issue, f"{Event.RAISED}:{issue.pk}:{moment}", None)])


def tell_changed(steps: Iterable[tuple[Issue, StatusChange]]) -> None:
    """Public issues took steps of their course."""
    _tell(Event.CHANGED, [(issue, f"{Event.CHANGED}:{step.pk}", step.pk) for issue, step in steps if not issue.hidden])


def tell_withdrawn(issue: Issue, moment: object) -> None:
    """An issue that was public is public no longer. `moment` names the act, so that each is told once."""
    _tell(Event.WITHDRAWN, [(issue, f"{Event.WITHDRAWN}:{issue.pk}:{moment}", None)])


def _tell(kind: Event, told: Sequence[tuple[Issue, str, int | None]]) -> None:
    """One row for each webhook and event; of sensitive subjects there are none."""
    hooks = Webhook.objects.filter(ended_at=None, events__contains=[kind.value]).values_list("pk", flat=True)
    rows = [
        Delivery(webhook_id=hook, event=event, kind=kind, subject=issue.pk, step=step)
        for hook in hooks
        for issue, event, step in told
        if not issue.category.sensitive
    ]
    if rows:
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(lambda: queued.send(sender=Delivery))


def due(now: dt.datetime) -> Sequence[uuid.UUID]:
    """What is to be sent now, the longest due first; of ended webhooks nothing."""
    waiting = Delivery.objects.filter(delivered_at=None, due_at__lte=now, webhook__ended_at=None)
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:500])


def delivered(delivery: Delivery) -> None:
    """Keep that it has arrived."""
    Delivery.objects.filter(pk=delivery.pk).update(delivered_at=Now(), problem="")


def failed(delivery: Delivery, problem: str, now: dt.datetime) -> None:
    """Keep why it has not arrived, and when it is sent again: ever more patiently, and at least every six hours."""
    wait = min(dt.timedelta(hours=6), dt.timedelta(seconds=15) * 2 ** min(delivery.attempts, 12))
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=delivery.attempts + 1, problem=problem[:100], due_at=now + wait
    )
