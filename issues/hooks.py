"""Webhooks: made, ended, and told of events in the transaction of the event, so that none is lost."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q, Window
from django.db.models.functions import Now, RowNumber
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import salted_hmac

from issues.models import Delivery, Issue, StatusChange, Webhook
from neighborhoods.models import User

# So long one may look up what a receiver was told.
KEPT = dt.timedelta(days=31)

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


def end_webhook(*, webhook: Webhook, by: User | None = None, now: dt.datetime | None = None) -> bool:
    """Send it nothing more; False where it had ended."""
    running = Webhook.objects.filter(pk=webhook.pk, ended_at=None)
    return bool(running.update(ended_at=now or timezone.now(), ended_by=by))


def key_of(webhook: Webhook) -> str:
    """The key of a webhook's signatures, 64 hexadecimal digits."""
    return salted_hmac("ascult.webhook", webhook.pk.hex, algorithm="sha256").hexdigest()


def secret_of(webhook: Webhook) -> str:
    """The same key as receivers' libraries take it (Standard Webhooks): whsec_ and base64."""
    return f"whsec_{base64.b64encode(bytes.fromhex(key_of(webhook))).decode()}"


def tell_raised(issue: Issue, moment: object = "") -> None:
    """An issue is public; `moment` names the act where it became so once more."""
    _tell(Event.RAISED, [(issue, f"{Event.RAISED}:{issue.pk}:{moment}", None)])


def tell_changed(steps: Iterable[tuple[Issue, StatusChange]]) -> None:
    """Public issues took steps of their course."""
    _tell(Event.CHANGED, [(issue, f"{Event.CHANGED}:{step.pk}", step.pk) for issue, step in steps if not issue.hidden])


def tell_text(issue: Issue, moment: object) -> None:
    """What the public reads of an issue is another text, or none."""
    if not issue.hidden:
        _tell(Event.CHANGED, [(issue, f"{Event.CHANGED}:text:{moment}", None)])


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
    """What is to be sent now, the longest due first, of each webhook in turn: one that has long been away keeps no
    other waiting. Of ended webhooks nothing."""
    waiting = Delivery.objects.filter(delivered_at=None, due_at__lte=now, webhook__ended_at=None)
    turn = Window(RowNumber(), partition_by=F("webhook"), order_by=("due_at", "pk"))
    return list(waiting.annotate(turn=turn).order_by("turn", "due_at", "pk").values_list("pk", flat=True)[:500])


@transaction.atomic
def send_again(*, webhook: Webhook, only: uuid.UUID | None = None, now: dt.datetime | None = None) -> int:
    """Let what waits, or one message of it, be due now; gives how many. What is just being sent is left alone."""
    waiting = Delivery.objects.filter(webhook=webhook, webhook__ended_at=None, delivered_at=None)
    named = waiting.filter(pk=only) if only else waiting
    keys = list(named.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    if keys:
        Delivery.objects.filter(pk__in=keys).update(due_at=now or timezone.now())
        transaction.on_commit(lambda: queued.send(sender=Delivery))
    return len(keys)


def forget_deliveries(*, now: dt.datetime | None = None) -> int:
    """Forget what arrived more than KEPT ago, and what an ended webhook was never told; gives how many rows."""
    before = (now or timezone.now()) - KEPT
    old = Q(delivered_at__lt=before) | Q(delivered_at=None, webhook__ended_at__lt=before)
    return Delivery.objects.filter(old).delete()[0]


def delivered(delivery: Delivery) -> None:
    """Keep that it has arrived."""
    Delivery.objects.filter(pk=delivery.pk).update(delivered_at=Now(), problem="")


def failed(delivery: Delivery, problem: str, now: dt.datetime) -> None:
    """Keep why it has not arrived, and when it is sent again: ever more patiently, and at least every six hours."""
    wait = min(dt.timedelta(hours=6), dt.timedelta(seconds=15) * 2 ** min(delivery.attempts, 12))
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=delivery.attempts + 1, problem=problem[:100], due_at=now + wait
    )
