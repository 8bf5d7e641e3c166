"""Signing in and out, for staff. Residents need no account, and no cookie is set before somebody has signed in."""

from __future__ import annotations

import math
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from allauth.account.views import reauthenticate
from allauth.mfa.base.views import authenticate, index
from allauth.mfa.base.views import reauthenticate as reauthenticate_by_code
from allauth.mfa.recovery_codes.views import generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from django.contrib.auth import logout
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
    answer = perform_login(request, form.get_user(), redirect_url=local(request, wanted))
    answer.status_code = 303  # a form was sent, a page is read next
    return answer


@never_cache
@sensitive_post_parameters("code")
def second_step(request: HttpRequest) -> HttpResponse:
    """The code after the password. Wrong codes are counted as wrong passwords are."""
    if request.method != "POST":
        return authenticate(request)
    now = begin(f"second factor {request.session.session_key}", client_address(request))
    if now.wait_s:
        answer = HttpResponse(_later(now.wait_s), status=429, content_type="text/plain; charset=utf-8")
        answer["Retry-After"] = str(now.wait_s)
        return answer
    answer = authenticate(request)
    if answer.status_code in {302, 303}:
        now.was_right()
    return answer


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
    path("sign-in/", sign_in, name="account_login"),  # as the library calls it
    path("sign-in/code/", second_step, name="mfa_authenticate"),
    path("sign-in/again/", reauthenticate, name="account_reauthenticate"),
    path("sign-in/again/code/", reauthenticate_by_code, name="mfa_reauthenticate"),
    path("sign-out/", sign_out, name="sign-out"),
    path("account/second-factor/", index, name="mfa_index"),
    path("account/second-factor/new/", activate_totp, name="mfa_activate_totp"),
    path("account/second-factor/off/", deactivate_totp, name="mfa_deactivate_totp"),
    path("account/codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", generate_recovery_codes, name="mfa_generate_recovery_codes"),
]
