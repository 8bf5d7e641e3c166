"""Forms that anybody may send, without a cookie: what protects signed-in people has nothing to protect here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def anonymous_post(view: View) -> View:
    """A view whose POST carries no session: no token is asked for, but other sites may not send it for a visitor."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if request.method not in {"GET", "HEAD", "OPTIONS"} and from_elsewhere(request):
            return JsonResponse({"code": "cross-site", "message": "Sent from another site."}, status=403)
        return view(request, *args, **named)

    return guarded


def from_elsewhere(request: HttpRequest) -> bool:
    """Whether a browser says that another site sent this. Who sends no such header is no browser of a visitor."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("Origin", "")
    return bool(origin) and origin != "null" and urlsplit(origin).netloc != request.get_host()
