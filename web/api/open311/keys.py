"""Which program asks: by its api_key, as the standard has it, or by the header that the rest of the API takes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from neighborhoods.access import actor_of_token
from neighborhoods.rules import Actor
from web.api.open311.formats import format_of, refused
from web.api.open311.resource import FORMS, form
from web.api.problems import RefusedError

API_KEY = "api_key"


def program(request: HttpRequest) -> Actor | HttpResponse:
    """The program behind a request, or the answer to a key that is none. Without a key nobody in particular.

    Reading takes no key, and one that came along is not looked at. A form is read only where no key came before it.
    """
    if request.method != "POST":
        return Actor()
    try:
        key = _key_of(request)
    except RefusedError as problem:
        return refused(_format(request), problem)
    actor = actor_of_token(key) if key else Actor()
    return actor or _refused(request, f"{API_KEY}: unknown or revoked")


def not_allowed(request: HttpRequest) -> HttpResponse:
    """The answer to who may not do what was asked for."""
    said = "this key may not send reports" if request.actor.token else "missing; sending reports takes one"
    return _refused(request, f"{API_KEY}: {said}")


def not_offered(request: HttpRequest, offered: list[str]) -> HttpResponse:
    """The answer to a method that an address does not have."""
    allowed = ", ".join(offered)
    return refused(_format(request), RefusedError(405, f"Offered here: {allowed}.", headers={"Allow": allowed}))


def _key_of(request: HttpRequest) -> str:
    kind, _space, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return key.strip()
    if key := request.GET.get(API_KEY, "").strip():
        return key
    return form(request).get(API_KEY, "").strip() if request.content_type in FORMS else ""


def _refused(request: HttpRequest, said: str) -> HttpResponse:
    return refused(_format(request), RefusedError(403, said))


def _format(request: HttpRequest) -> str:
    return format_of(request, request.resolver_match.kwargs.get("ext"))
