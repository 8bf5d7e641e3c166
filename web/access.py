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
from web.accounts import WANTED, second_factor_shown
from web.api.open311 import keys as open311
from web.api.problems import problem, refusal
from web.permissions import RIGHTS
from web.role_words import pages_for
from web.routes import Family, Row, row_of

log = logging.getLogger(__name__)
# In the session: when it began, and when it was used last.
BEGAN, SEEN = "began_at", "seen_at"
# A session is noted as used at most this often.
NOTE_S = 60
BY_LINK = frozenset({Role.REPORTER})
# A session of staff ends when it lies unused for so long, and in any case after the longest.
IDLE_S, LONGEST_S = 30 * 60, 12 * 3600


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
            found = open311.program(request) if row.family == Family.OPEN311 else _program(request)
            request.actor = found if isinstance(found, Actor) else Actor()
            if isinstance(found, HttpResponse):
                return found
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
    if any(held.role in STAFF for held in actor.held) and _over(request):
        logout(request)
        request.ran_out = True
        return Actor()
    return actor


def _over(request: HttpRequest) -> bool:
    """Whether a session of staff lay unused for too long, or is too old; used now, it is noted."""
    now, session = int(timezone.now().timestamp()), request.session
    seen = session.get(SEEN, now)
    if now - seen > IDLE_S or now - session.get(BEGAN, now) > LONGEST_S:
        return True
    if now - seen >= NOTE_S or SEEN not in session:
        session[BEGAN], session[SEEN] = session.get(BEGAN, now), now
    return False


def _program(request: HttpRequest) -> Actor | HttpResponse:
    """The program behind a key, or the refusal of one that is none; without a key nobody in particular. Cookies do not
    count."""
    kind, _space, key = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        return Actor()
    actor = actor_of_token(key.strip()) if kind.lower() == "bearer" else None
    return actor or refusal(request, 401)


def _not_offered(request: HttpRequest, row: Row) -> HttpResponse:
    offered = [*row.methods, *(["HEAD"] if "GET" in row.methods else [])]
    if row.family == Family.PAGE:
        return HttpResponseNotAllowed(offered)
    if row.family == Family.OPEN311:
        return open311.not_offered(request, offered)
    return problem(405, f"Offered here: {', '.join(offered)}.", headers={"Allow": ", ".join(offered)})


def _refused(request: HttpRequest, row: Row, roles: frozenset[Role]) -> HttpResponse:
    """The way to sign in, the way to a second factor, or a plain no."""
    if row.family == Family.OPEN311:
        return open311.not_allowed(request)
    if row.family == Family.API:
        return refusal(request, 403 if request.actor.token else 401)
    reading = request.method in {"GET", "HEAD"}
    answer: HttpResponse
    if request.actor.account is None:
        # What was sent with a form is not kept over the signing in, so neither is its address.
        asked = {"next": request.get_full_path() if reading else ""}
        asked |= {"out": "late"} if getattr(request, "ran_out", False) else {}
        answer = HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode(asked)}")
    elif request.actor.lacks_second_factor(roles) and reading:
        request.session[WANTED] = request.get_full_path()
        answer = HttpResponseRedirect(reverse("mfa_index"))
    else:
        answer = render(request, "signing/not-yours.html", {"pages": pages_for(request.actor)}, status=403)
    add_never_cache_headers(answer)
    return answer
