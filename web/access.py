"""The one gate: who asks, and whether what they ask for is theirs, before any view begins."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from neighborhoods.access import actor_of_account, actor_of_token
from neighborhoods.rules import EVERYBODY, STAFF, Actor, Role
from web.accounts import second_factor_shown
from web.api.problems import problem, refusal
from web.permissions import RIGHTS
from web.routes import Family, Row, row_of

log = logging.getLogger(__name__)
SEEN = "seen_at"
# A session is noted as used at most this often.
NOTE_S = 60
BY_LINK = frozenset({Role.REPORTER})
IDLE_S = 30 * 60


class AccessMiddleware:
    """Gives every request its `actor`, and refuses what the table of routes does not give to that actor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _account(request))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        row = row_of(request.resolver_match)
        if row is None:
            log.error("no row for the route %s", request.resolver_match.view_name)
            return render(request, "signing/not-yours.html", status=403)
        if row.family != Family.PAGE:
            request.actor = actor = _program(request)
            if actor is None:
                request.actor = Actor()
                return refusal(request, 401)
        method = "GET" if request.method == "HEAD" else request.method
        if method == "OPTIONS" and row.family != Family.PAGE:
            return None
        right = row.methods.get(method)
        if right is None:
            return _not_offered(request, row)
        roles = RIGHTS[right]
        # What is everybody's needs no look at who asks; whether a private link is right is for its page to say.
        if roles in (EVERYBODY, BY_LINK):
            return None
        if request.actor.may(roles):
            return None
        return _refused(request, row, roles)


def _account(request: HttpRequest) -> Actor:
    """Whoever is signed in, with the roles of this moment: what was ended a second ago is ended here."""
    if not request.user.is_authenticated:
        return Actor()
    actor = actor_of_account(request.user, second_factor=second_factor_shown(request))
    if any(held.role in STAFF for held in actor.held) and _idle(request):
        logout(request)
        return Actor()
    return actor


def _idle(request: HttpRequest) -> bool:
    """Whether a session of staff lay unused for too long; used now, it is noted."""
    now = int(timezone.now().timestamp())
    seen = request.session.get(SEEN, now)
    if now - seen > IDLE_S:
        return True
    if now - seen >= NOTE_S or SEEN not in request.session:
        request.session[SEEN] = now
    return False


def _program(request: HttpRequest) -> Actor | None:
    """The program behind a key; nobody in particular without one; None for a key that is none. Cookies do not count."""
    kind, _space, key = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        return Actor()
    return actor_of_token(key.strip()) if kind.lower() == "bearer" else None


def _not_offered(request: HttpRequest, row: Row) -> HttpResponse:
    offered = [*row.methods, *(["HEAD"] if "GET" in row.methods else [])]
    if row.family == Family.PAGE:
        return HttpResponseNotAllowed(offered)
    return problem(405, f"Offered here: {', '.join(offered)}.", headers={"Allow": ", ".join(offered)})


def _refused(request: HttpRequest, row: Row, roles: frozenset[Role]) -> HttpResponse:
    """The way to sign in, the way to a second factor, or a plain no."""
    if row.family != Family.PAGE:
        return refusal(request, 403 if request.actor.token else 401)
    reading = request.method in {"GET", "HEAD"}
    answer: HttpResponse
    if request.actor.account is None:
        # What was sent with a form is not kept over the signing in, so neither is its address.
        back = request.get_full_path() if reading else reverse("moderation")
        answer = HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': back})}")
    elif request.actor.lacks_second_factor(roles) and reading:
        answer = HttpResponseRedirect(reverse("mfa_index"))
    else:
        answer = render(request, "signing/not-yours.html", status=403)
    add_never_cache_headers(answer)
    return answer
