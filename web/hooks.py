"""Deliveries to webhooks: composed from what is public now, signed, sent, and kept until they have arrived.

A message carries its id, the time and a signature over both and the body, as Standard Webhooks has it: the receiver
drops what it has had already (`webhook-id`) and what is too old. A process killed between sending and keeping sends the
same id again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
import uuid
from http.client import HTTPException
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from issues.hooks import Event, delivered, due, failed, key_of, queued
from issues.models import Delivery, Issue, StatusChange
from issues.naming import tracking_number
from web.outgoing import AddressRefusedError, post

log = logging.getLogger(__name__)
# One call works no longer than this, and then lets another go on.
WORK_S = 15.0


def deliver_hooks(*, work_s: float = WORK_S) -> int:
    """Send what is due; gives how many messages arrived. May run any number of times at once.

    A receiver that does not take one message is asked no more in this run; the others are told all that is due.
    """
    until, arrived = time.monotonic() + work_s, 0
    slow: set[uuid.UUID] = set()
    while keys := due(timezone.now()):
        before = arrived
        for key in keys:
            if time.monotonic() > until:
                queued.send(sender=Delivery)
                return arrived
            arrived += _one(key, slow)
        if arrived == before:
            break
    return arrived


@transaction.atomic
def _one(key: uuid.UUID, slow: set[uuid.UUID]) -> bool:
    """Send one delivery; whether it arrived."""
    rows = Delivery.objects.select_related("webhook").select_for_update(skip_locked=True, of=("self",))
    delivery = rows.filter(pk=key, delivered_at=None, webhook__ended_at=None).first()
    if delivery is None or delivery.webhook_id in slow:
        return False
    problem = _sent(delivery)
    if problem:
        slow.add(delivery.webhook_id)
        log.warning("delivery %s did not arrive (attempt %s): %s", delivery.pk, delivery.attempts + 1, problem)
        failed(delivery, problem, timezone.now())
        return False
    delivered(delivery)
    return True


def _sent(delivery: Delivery) -> str:
    """What went wrong; nothing where it arrived."""
    body = json.dumps(composed(delivery), ensure_ascii=False, separators=(",", ":")).encode()
    try:
        status = post(delivery.webhook.url, body, headers(delivery, body, int(time.time())))
    except AddressRefusedError as refused:
        return str(refused)
    except (HTTPException, OSError) as problem:
        return type(problem).__name__
    return "" if 200 <= status < 300 else f"status {status}"


def headers(delivery: Delivery, body: bytes, at: int) -> dict[str, str]:
    """The headers of a message: `webhook-signature` is v1, and base64 of HMAC-SHA256 over id.time.body."""
    signed = f"{delivery.pk}.{at}.".encode() + body
    mark = hmac.new(bytes.fromhex(key_of(delivery.webhook)), signed, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Ascult-Webhooks/1",
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }


def composed(delivery: Delivery) -> dict[str, Any]:
    """What is told: of what is not public any more nothing but its number."""
    number = tracking_number(delivery.subject)
    body: dict[str, Any] = {"type": delivery.kind, "id": str(delivery.pk), "at": delivery.created_at.isoformat()}
    issue = Issue.objects.public().select_related("category", "neighborhood").filter(pk=delivery.subject).first()
    if delivery.kind == Event.WITHDRAWN or issue is None or issue.category.sensitive:
        return body | {"issue": {"number": number}}
    step = StatusChange.objects.filter(pk=delivery.step, issue=issue).first() if delivery.step else None
    return body | {"issue": _public(issue, number)} | ({"change": _change(step)} if step else {})


def _public(issue: Issue, number: str) -> dict[str, Any]:
    with translation.override(settings.LANGUAGE_CODE):
        page = settings.SITE_URL + reverse("issue", args=[number])
    return {
        "number": number,
        "page": page,
        "category": issue.category.slug,
        "area": issue.neighborhood.slug if issue.neighborhood else None,
        "state": issue.state,
        "opened_at": issue.opened_at.isoformat(),
        "closed_at": issue.closed_at.isoformat() if issue.closed_at else None,
        "title": issue.public_title,
        "text": issue.public_text,
        "address": issue.public_address,
        "lng": round(issue.public_point.x, 6),
        "lat": round(issue.public_point.y, 6),
    }


def _change(step: StatusChange) -> dict[str, Any]:
    return {"state": step.state, "at": step.at.isoformat(), "reason": step.reason}
