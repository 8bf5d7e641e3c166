"""The answers to a script that sends the report form: JSON, whatever happens."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext

from issues.drafts import DraftError
from issues.submitting import KeyErasedError, KeyUsedError, Receipt
from web.pages.challenges import Refusal
from web.pages.errors import RETRY_AFTER_S
from web.pages.raising.delivery import RefusedError, deliver
from web.pages.raising.reading import UnreadableError
from web.pages.raising.typed import Typed
from web.pages.raising.words import by, in_words
from web.spoken import spoken


def answer(request: HttpRequest, typed: Typed) -> JsonResponse:
    """Keep the report of a final POST, and say what became of it."""
    try:
        return _received(deliver(request, typed)[1])
    except DraftError as problem:
        return JsonResponse(
            {"message": gettext("Please look at this again."), "problems": in_words(problem.problems)}, status=422
        )
    except RefusedError as problem:
        return _refused(problem.refusal)
    except KeyUsedError:
        return _coded(409, "key-used", gettext("Another report was sent under this key already."))
    except KeyErasedError:
        return _coded(410, "erased", gettext("This report was erased."))
    except UnreadableError as problem:
        return problem.answer()


def _coded(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)


def _received(receipt: Receipt) -> JsonResponse:
    issue = receipt.issue
    mine = reverse("mine", args=[receipt.link])
    spec = settings.CITY.spec(issue.category.slug)
    told: dict[str, Any] = {
        "number": receipt.number,
        "url": reverse("issue", args=[receipt.number]),
        "mine": mine,
        "promised_on": issue.promised_on.isoformat() if issue.promised_on else None,
        "promised_said": by(issue.promised_on) if issue.promised_on else "",
        "goes_to": spoken(spec.goes_to) if spec else "",
        "photos": f"{mine}photos/",
    }
    return JsonResponse(told, status=200 if receipt.replay else 201)


def _refused(refusal: Refusal) -> JsonResponse:
    response = JsonResponse(
        {
            "challenge": refusal.challenge,
            "bits": refusal.bits,
            "message": gettext("Many reports come from here just now. Yours is taken after a short proof of work."),
            "retry_after": refusal.retry_after_s,
        },
        status=429,
    )
    response["Retry-After"] = str(refusal.retry_after_s)
    return response


def unavailable() -> JsonResponse:
    """The database does not answer."""
    response = JsonResponse(
        {
            "code": "unavailable",
            "message": gettext("The report cannot be kept just now."),
            "retry_after": RETRY_AFTER_S,
        },
        status=503,
    )
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response
