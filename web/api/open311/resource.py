"""What every address of GeoReport does alike: its format, its limits, its refusals."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt

from issues.photos import MOST_PHOTOS
from issues.pictures import LARGEST
from web.api.open311.asking import Values, check_jurisdiction
from web.api.open311.formats import format_of, refused
from web.api.problems import RefusedError
from web.api.throttling import REQUESTS, Policy, counted, tell
from web.uploads import announced

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_BODY = (MOST_PHOTOS + 1) * LARGEST

View = Callable[..., HttpResponse]


def answering(get: View, post: View | None = None, *, policy: Policy = REQUESTS) -> View:
    """A view out of what answers a GET and a POST: each takes the request, its format, its parameters, and what the
    address names. What they refuse is answered as GeoReport writes errors; for all else see the middleware."""

    @csrf_exempt
    @wraps(get)
    def view(request: HttpRequest, ext: str | None = None, **named: Any) -> HttpResponse:
        wanted = format_of(request, ext)
        if request.method == "OPTIONS":
            return _options(post is not None)
        try:
            left = counted(request, policy)
            if request.method == "POST" and post is not None:
                response = post(request, wanted, _values(request, form(request)), **named)
            else:
                response = get(request, wanted, _values(request), **named)
        except RefusedError as problem:
            return refused(wanted, problem)
        tell(response, left)
        return response

    return view


def _values(request: HttpRequest, *forms: QueryDict) -> Values:
    values = Values(*forms, request.GET)
    check_jurisdiction(values)
    return values


def form(request: HttpRequest) -> QueryDict:
    """The fields of a form; its files are in request.FILES then. Raises RefusedError (400)."""
    if request.content_type not in FORMS:
        raise RefusedError(400, f"Send a form: {FORMS[0]}, or {FORMS[1]} with photos.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise RefusedError(400, "Send the form as it is, not packed.")
    if (request.content_params or {}).get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise RefusedError(400, "Send the form in UTF-8.")
    if (announced(request) or 0) > MOST_BODY:
        raise RefusedError(400, f"A form may have {MOST_BODY:,} bytes, its photos included.")
    return request.POST


def _options(may_post: bool) -> HttpResponse:
    offered = "GET, HEAD, POST, OPTIONS" if may_post else "GET, HEAD, OPTIONS"
    return HttpResponse(status=204, headers={"Allow": offered, "Access-Control-Allow-Methods": offered})
