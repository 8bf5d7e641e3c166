"""Signing in and out, for staff. Residents need no account, and no cookie is set before somebody has signed in."""

from __future__ import annotations

import math
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import unstash_login
from allauth.account.utils import perform_login
from allauth.mfa.base.views import authenticate
from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from neighborhoods.accounts import once_given_at, too_old
from neighborhoods.models import User
from neighborhoods.wrong_passwords import begin
from web.accounts import is_local, landing
from web.pages.challenges import client_address
from web.pages.posting import anonymous_post
from web.reporting.numbers import whole

# Where codes are counted, apart from passwords.
CODES = "second-factor"


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
        answer = _page(request, wanted, problem=too_many(now.wait_s), status=429)
        answer["Retry-After"] = str(now.wait_s)
        return answer
    form = AuthenticationForm(request, data=request.POST)
    if not form.is_valid():
        return _page(request, wanted, problem=gettext("The name or the password is not right."), status=422)
    now.was_right()
    return _enter(request, form.get_user(), wanted)


def _enter(request: HttpRequest, account: User, wanted: str) -> HttpResponse:
    """The password was right: on to what else is asked, if anything is, and in."""
    if too_old(once_given_at(account)):
        said = gettext("This one-time password has become too old. Ask for a new one.")
        return _page(request, wanted, problem=said, status=422)
    logout(request)  # of whoever was signed in here before
    record_authentication(request, account, method="password", reauthenticated=True)
    where = wanted if is_local(wanted) else landing(account)
    return sent(perform_login(request, account, redirect_url=where))


@never_cache
@sensitive_post_parameters("code")
def second_step(request: HttpRequest) -> HttpResponse:
    """The code after the password. Wrong ones are counted by the account that signs in, whatever the session."""
    login = unstash_login(request, peek=True)
    if request.method != "POST" or login is None or login.user is None:
        return authenticate(request)
    now = begin(str(login.user.pk), client_address(request), door=CODES)
    if now.wait_s:
        return wait(request, "mfa/authenticate.html", now.wait_s)
    answer = sent(authenticate(request))
    if answer.status_code == 303:
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
    wanted = request.GET.get("next", "")
    wanted = wanted if is_local(wanted) else reverse("admin:index")
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': wanted})}")


def sent(answer: HttpResponse) -> HttpResponse:
    """What the library answers to a form, with the status that says so: read on elsewhere, or wrong."""
    answer.status_code = {302: 303, 200: 422}.get(answer.status_code, answer.status_code)
    return answer


def wait(request: HttpRequest, template: str, wait_s: int) -> HttpResponse:
    """The same page once more, which says how long to wait."""
    problem = too_many(wait_s, codes=template.startswith("mfa/"))
    answer = render(request, template, {"problem": problem}, status=429)
    answer["Retry-After"] = str(wait_s)
    return answer


def too_many(wait_s: int, *, codes: bool = False) -> str:
    """Why a try was not made, and when the next one is."""
    if wait_s < 60:
        said = ngettext("%(n)s second", "%(n)s seconds", wait_s) % {"n": whole(wait_s)}
    else:
        minutes = math.ceil(wait_s / 60)
        said = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": whole(minutes)}
    if codes:
        return gettext("Too many wrong codes. Please try again in %(time)s.") % {"time": said}
    return gettext("Too many wrong passwords. Please try again in %(time)s.") % {"time": said}


def _page(request: HttpRequest, wanted: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    values = {
        "next": wanted,
        "problem": problem,
        "name": request.POST.get("username", "")[:150],
        "out": request.GET.get("out", ""),
    }
    return render(request, "signing/sign-in.html", values, status=status)


urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/", sign_in, name="account_login"),  # as the library calls it
    path("sign-in/code/", second_step, name="mfa_authenticate"),
    path("sign-out/", sign_out, name="sign-out"),
]
