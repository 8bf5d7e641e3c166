"""Limits, and what lifts them: work done by the sender's device, or a link sent by mail. Nobody is shut out."""

from __future__ import annotations

import hashlib
import math
import secrets
import uuid
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import re_path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from geo import hexes
from issues.drafts import Draft, draft_of
from issues.models import HeldReport, Submission
from issues.submitting import KeyErasedError, KeyUsedError, submit
from neighborhoods import limits
from neighborhoods.contacts import keep_contact
from neighborhoods.models import Notice
from web.pages.posting import anonymous_post

SALT = "ascult.challenge"
CHALLENGE_S = 900
RETRY_AFTER_S = 600
BURST_RES = 8
# Every doubling over the limit costs a bit more work, up to sixteen times as much.
MOST_EXTRA_BITS = 4
MOST_HELD = 3
OTHER_ACTS_HOUR = 30


@dataclass(frozen=True)
class Refusal:
    """Why a report is not taken yet: a challenge for the sender's device, `bits` zero bits of a SHA-256."""

    challenge: str
    bits: int
    retry_after_s: int = RETRY_AFTER_S


def client_address(request: HttpRequest) -> str:
    """The sender's IP address: as our own proxies (settings.PROXIES of them) tell it, else the connection's."""
    if settings.PROXIES:
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(told) >= settings.PROXIES:
            return told[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))


def guard(request: HttpRequest, draft: Draft, key: uuid.UUID, work: str = "") -> Refusal | None:
    """Whether this report may come in now; if so the attempt is counted. What came in before may always come again.

    `work` is "challenge:number", the answer to an earlier refusal of the same key.
    """
    if Submission.objects.filter(key_digest=hashlib.sha256(key.bytes).digest()).exists():
        return None
    block = limits.block_of(client_address(request), timezone.now())
    cell = int(hexes.cells_of([draft.lng], [draft.lat], BURST_RES)[0])
    most = settings.REPORTS_PER_HOUR or settings.CITY.reporting.per_block_hour
    most_here = max(settings.CITY.reporting.per_area_hour, settings.REPORTS_PER_HOUR)
    over = max(limits.last_hour(block=block) / most, limits.last_hour(cell=cell) / most_here)
    if over >= 1 and not done(work, key):
        bits = settings.CITY.reporting.work_bits + min(MOST_EXTRA_BITS, int(math.log2(over)))
        return Refusal(signing.dumps([key.hex, bits, secrets.token_hex(8)], salt=SALT), bits)
    limits.note(block, cell)
    return None


def done(work: str, key: uuid.UUID) -> bool:
    """Whether the work was done for a challenge of ours, for this key, not long ago."""
    challenge, _, number = work.rpartition(":")
    try:
        hexed, bits, _nonce = signing.loads(challenge, salt=SALT, max_age=CHALLENGE_S)
    except (signing.BadSignature, ValueError):
        return False
    return hexed == key.hex and number.isascii() and number.isdigit() and zero_bits(f"{challenge}:{number}") >= bits


def zero_bits(text: str) -> int:
    """With how many zero bits the SHA-256 of a text begins."""
    return 256 - int.from_bytes(hashlib.sha256(text.encode()).digest(), "big").bit_length()


def may_act(request: HttpRequest) -> bool:
    """Whether this sender may do one more thing that leaves a trace (a verdict, a follow); it is counted."""
    block = limits.block_of(client_address(request), timezone.now())
    if limits.last_hour(block=block) >= max(OTHER_ACTS_HOUR, settings.REPORTS_PER_HOUR):
        return False
    limits.note(block)
    return True


class TooManyHeldError(ValueError):
    """So many reports wait for this address's links that no more are taken."""


@transaction.atomic
def hold(key: uuid.UUID, draft: Draft, email: str) -> HeldReport:
    """Keep a whole report until the link we mail to `email` is opened. Raises TooManyHeldError."""
    contact = keep_contact(email, draft.language)
    if HeldReport.objects.filter(contact=contact, sent_at=None).count() >= MOST_HELD:
        raise TooManyHeldError(f"{MOST_HELD} reports wait for the links sent to this address")
    report = asdict(draft) | {"answers": dict(draft.answers), "key": key.hex}
    held = HeldReport.objects.create(secret=secrets.token_bytes(16), report=report, contact_id=contact)
    Notice.objects.create(contact_id=contact, event=f"lift:{held.pk}", kind="lift", details={"held": str(held.pk)})
    return held


@never_cache
@anonymous_post
def release(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind the mailed link: a button sends the report (mail scanners open links, they press nothing)."""
    held = HeldReport.objects.filter(secret=bytes.fromhex(secret)).first()
    if held is None:
        raise Http404("no report waits under this link")
    key = uuid.UUID(held.report["key"])
    if held.sent_at is not None:
        return _receipt(key)
    if request.method != "POST":
        return _private(render(request, "challenges/held.html", {"text": held.report["text"]}))
    try:
        submit(key=key, draft=draft_of(held.report))
    except (KeyUsedError, KeyErasedError):
        return _private(render(request, "challenges/held.html", {"gone": True}, status=410))
    held.sent_at, held.report = timezone.now(), {"key": key.hex}  # the words now stand in the issue alone
    held.save(update_fields=["sent_at", "report"])
    return _receipt(key)


def _receipt(key: uuid.UUID) -> HttpResponse:
    """To the reporter's own page of what came in under a key; whoever opened the mail is the reporter."""
    came = Submission.objects.filter(key_digest=hashlib.sha256(key.bytes).digest(), erased_at=None).first()
    if came is None:
        raise Http404("the report of this link was erased")
    return _private(HttpResponseRedirect(f"{reverse('mine', args=[bytes(came.link).hex()])}?new=1"))


def _private(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    return response


urlpatterns = [re_path(r"^held/(?P<secret>[0-9a-f]{32})/$", release, name="held")]
