"""Signing in and out, for staff. Residents need no account, and no cookie is set before somebody has signed in."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from neighborhoods.wrong_passwords import begin
from web.pages.challenges import client_address
from web.pages.posting import anonymous_post
from web.reporting.numbers import whole

View = Callable[..., HttpResponse]


def staff(*permissions: str) -> Callable[[View], View]:
    """A view for accounts that have one of the permissions; others may sign in, or are told that it is not theirs."""

    def guard(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                # What was sent with a form is not kept over the signing in, so neither is its address.
                back = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("moderation")
                return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': back})}")
            if not any(request.user.has_perm(permission) for permission in permissions):
                return render(request, "signing/not-yours.html", status=403)
            return view(request, *args, **named)

        return guarded

    return guard


@never_cache
@sensitive_post_parameters("password")
@anonymous_post
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, and what came of it: signed in, wrong, or to be tried again later."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    if request.method != "POST":
        return _page(request, wanted)
    now = begin(request.POST.get("username", ""), client_address(request))
    if now.wait_s:
        answer = _page(request, wanted, problem=_later(now.wait_s), status=429)
        answer["Retry-After"] = str(now.wait_s)
        return answer
    form = AuthenticationForm(request, data=request.POST)
    if not form.is_valid():
        return _page(request, wanted, problem=gettext("The name or the password is not right."), status=422)
    now.was_right()
    login(request, form.get_user())
    return HttpResponseRedirect(local(request, wanted), status=303)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect(reverse("sign-in") + "?out=1", status=303)


@never_cache
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The way into the admin pages leads through the same door: its own would count no wrong passwords."""
    if request.user.is_authenticated:
        return render(request, "signing/not-yours.html", status=403)
    wanted = local(request, request.GET.get("next", "") or reverse("admin:index"))
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': wanted})}")


def local(request: HttpRequest, wanted: str) -> str:
    """Where to go next: a path of this site, else what waits."""
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else reverse("moderation")


def _page(request: HttpRequest, wanted: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    values = {"next": wanted, "problem": problem, "name": request.POST.get("username", "")[:150]}
    return render(request, "signing/sign-in.html", values | {"out": "out" in request.GET}, status=status)


def _later(wait_s: int) -> str:
    if wait_s < 60:
        said = ngettext("%(n)s second", "%(n)s seconds", wait_s) % {"n": whole(wait_s)}
    else:
        minutes = math.ceil(wait_s / 60)
        said = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": whole(minutes)}
    return gettext("Too many wrong passwords. Please try again in %(time)s.") % {"time": said}


urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
]
