"""What an API answers when it refuses: application/problem+json (RFC 9457), naming the field where one is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse

PROBLEM_JSON = "application/problem+json"

# Title of each kind of refusal: the same words for the same status, in English as all of the API.
TITLES = {
    400: "The request is not as it should be",
    401: "No valid key",
    403: "Not allowed",
    404: "Not found",
    405: "Method not offered here",
    406: "No such format",
    408: "The request did not arrive whole",
    409: "Conflict",
    410: "Gone",
    412: "Not as you expected it",
    413: "Too large",
    415: "Content type not taken",
    416: "No such part",
    422: "The values cannot be",
    429: "Too many requests",
    500: "Our mistake",
    503: "Not available just now",
}


class RefusedError(Exception):
    """A request that is answered with a problem; takes what `problem` takes."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more

    def answer(self) -> JsonResponse:
        return problem(self.status, self.detail, **self.more)


def problem(
    status: int,
    detail: str,
    *,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JsonResponse:
    """One refusal. `fields` says of each field what is wrong with it; `more` are members beside it."""
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    if fields:
        body["errors"] = [{"field": name, "detail": said} for name, said in fields.items()]
    return JsonResponse(body | more, status=status, content_type=PROBLEM_JSON, headers=dict(headers or {}))


def refusal(request: HttpRequest, status: int) -> JsonResponse:
    """The gate's own refusals."""
    if status == 401:
        detail = "The key is unknown or revoked. Send it as: Authorization: Bearer ascult_…"
        return problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="ascult"'})
    return problem(status, "This key may not do that.")
