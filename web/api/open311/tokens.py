"""The number of a report that waited for a person when it came in, by the token that was given instead."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

from issues.models import Submission
from issues.naming import tracking_number
from web.api.open311.asking import Values
from web.api.open311.formats import answer
from web.api.open311.resource import answering
from web.api.problems import RefusedError

_TOKEN = re.compile(r"[0-9a-f]{64}")


def token_of(submission: Submission) -> str:
    """The digest of the key of a report: it opens nothing, and no two reports share one."""
    return bytes(submission.key_digest).hex()


def _token(request: HttpRequest, wanted: str, values: Values, token: str) -> HttpResponse:
    """The number, once a person has looked; until then the token alone."""
    digest = bytes.fromhex(token) if _TOKEN.fullmatch(token) else b""
    held = Submission.objects.filter(key_digest=digest).select_related("issue").first()
    if held is None or held.issue is None or held.erased_at is not None:
        raise RefusedError(404, "token: there is no such token")
    told = {"token": token}
    if not held.issue.waiting:
        told = {"service_request_id": tracking_number(held.issue.pk), **told}
    return answer(wanted, "service_requests", [told])


token = answering(_token)
