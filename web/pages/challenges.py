"""Limits, and what lifts them: work done by the sender's device, or a link sent by mail. Nobody is shut out."""

from __future__ import annotations

import hashlib
import math
import secrets
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import re_path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from geo import hexes
from issues.drafts import Draft, DraftError
from issues.holding import key_of, send_on
from issues.models import HeldReport
from issues.submitting import KeyErasedError, KeyUsedError, came_in
from neighborhoods import limits
from web.pages.links import SECRET, unshared
from web.pages.posting import anonymous_post

SALT = "ascult.challenge"
CHALLENGE_S = 900
RETRY_AFTER_S = 600
BURST_RES = 8
# Every doubling over the limit costs a bit more work, up to sixteen times as much.
MOST_EXTRA_BITS = 4
OTHER_ACTS_HOUR = 30
# A stranger's word reopens an issue and writes to all who follow it: few an hour are enough for who walks past.
STRANGERS_VERDICTS_HOUR = 5
LINK, VERDICT = "link", "verdict"


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
    if came_in(key):
        return None
    block = limits.block_of(client_address(request), timezone.now())
    cell = int(hexes.cells_of([draft.lng], [draft.lat], BURST_RES)[0])
    most = _most_an_hour()
    most_here = max(settings.CITY.reporting.per_area_hour, settings.REPORTS_PER_HOUR)
    from_block, in_cell = limits.last_hour_of_both(block, cell)
    over = max(from_block / most, in_cell / most_here)
    if over >= 1 and not done(work, key):
        bits = settings.CITY.reporting.work_bits + min(MOST_EXTRA_BITS, int(math.log2(over)))
        return Refusal(signing.dumps([key.hex, bits, secrets.token_hex(8)], salt=SALT), bits)
    limits.note(block, cell)
    return None


def reports_left(request: HttpRequest) -> tuple[int, int]:
    """How many reports an hour this sender's block may send before work is asked for, and how many are left of them."""
    most = _most_an_hour()
    return most, max(0, most - limits.last_hour(block=limits.block_of(client_address(request), timezone.now())))


def _most_an_hour() -> int:
    return settings.REPORTS_PER_HOUR or settings.CITY.reporting.per_block_hour


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


def may_act(request: HttpRequest, kind: str = "") -> bool:
    """Whether this sender may do one more thing that leaves a trace (a verdict, a follow); it is counted.

    What is of another `kind` is counted apart: LINK, as who is past the limit of reports still gets a link; VERDICT,
    what a stranger says of a closing.
    """
    most = STRANGERS_VERDICTS_HOUR if kind == VERDICT else OTHER_ACTS_HOUR
    block = limits.block_of(client_address(request), timezone.now(), kind)
    if limits.last_hour(block=block) >= max(most, settings.REPORTS_PER_HOUR):
        return False
    limits.note(block)
    return True


@never_cache
@anonymous_post
def release(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind the mailed link: a button sends the report (mail scanners open links, they press nothing)."""
    held = HeldReport.objects.filter(secret=bytes.fromhex(secret)).first()
    if held is None:
        raise Http404("no report waits under this link")
    key = key_of(held)
    if held.sent_at is not None:
        return _receipt(key)
    if request.method != "POST":
        return unshared(render(request, "challenges/held.html", {"text": held.report["text"]}))
    try:
        send_on(held=held)
    except (KeyUsedError, KeyErasedError):
        return unshared(render(request, "challenges/held.html", {"gone": True}, status=410))
    except DraftError:  # the form asks otherwise since: a subject went, or an answer
        values = {"changed": True, "text": held.report["text"]}
        return unshared(render(request, "challenges/held.html", values, status=422))
    return _receipt(key)


def _receipt(key: uuid.UUID) -> HttpResponse:
    """To the reporter's own page of what came in under a key; whoever opened the mail is the reporter."""
    came = came_in(key)
    if came is None or came.erased_at is not None:
        raise Http404("the report of this link was erased")
    return unshared(HttpResponseRedirect(f"{reverse('mine', args=[bytes(came.link).hex()])}?new=1"))


urlpatterns = [re_path(rf"^held/(?P<secret>{SECRET})/$", release, name="held")]
