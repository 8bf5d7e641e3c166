"""One's own account: its roles, its second factor with the codes for bad days, its password; and showing that it is
still oneself before any of that changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from textwrap import wrap
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from neighborhoods.accounts import choose_password
from neighborhoods.models import User
from neighborhoods.rules import STAFF
from neighborhoods.wrong_passwords import begin
from web.accounts import WANTED, OwnPasswordStage, factor_of, landing, second_factor_shown
from web.pages.challenges import client_address
from web.pages.signing import CODES, sent, wait
from web.role_words import held_words, pages_for

View = Callable[[HttpRequest], HttpResponse]


@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """What one's account is and may do. Staff without a second factor read here what is missing."""
    factor = factor_of(request.user)
    wanted = request.session.get(WANTED, "")
    if factor and not second_factor_shown(request):
        # It was set up in another session; here only the password has been shown.
        return _again(request, wanted or request.get_full_path())
    values = {
        "factor": factor,
        "roles": held_words(request.actor.held),
        "pages": pages_for(request.actor),
        "done": request.GET.get("done", ""),
        "needs": request.actor.lacks_second_factor(STAFF),
    }
    return render(request, "account/index.html", values)


def _again(request: HttpRequest, wanted: str) -> HttpResponse:
    """To show once more who one is, with the factor or, without one, the password. No form is kept meanwhile."""
    at = reverse("mfa_reauthenticate" if factor_of(request.user) else "account_reauthenticate")
    return HttpResponseRedirect(f"{at}?{urlencode({'next': wanted})}")


def _with_factor(view: View) -> View:
    """Only for who has a second factor, has shown it in this session, and has just shown who they are."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if factor_of(request.user) is None:
            return HttpResponseRedirect(reverse("mfa_index"))
        if not (second_factor_shown(request) and did_recently_reauthenticate(request)):
            return _again(request, request.get_full_path())
        answer = view(request)
        return sent(answer) if request.method == "POST" else answer

    return guarded


class SetUp(ActivateTOTPView):
    """The key, as a picture and in letters, and the first code of it."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        values = super().get_context_data(**more)
        return values | {"secret": " ".join(wrap(values["form"].secret, 4))}


class Codes(ViewRecoveryCodesView):
    """Recovery codes, and the way on."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        onward = self.request.session.get(WANTED) or landing(self.request.user)
        return super().get_context_data(**more) | {"onward": onward}


@never_cache
@sensitive_post_parameters("code")
def set_up(request: HttpRequest) -> HttpResponse:
    if factor_of(request.user):
        return HttpResponseRedirect(reverse("mfa_index"))
    if not did_recently_reauthenticate(request):
        return _again(request, request.get_full_path())
    answer = SetUp.as_view()(request)
    return sent(answer) if request.method == "POST" else answer


codes = _with_factor(Codes.as_view())
new_codes = _with_factor(GenerateRecoveryCodesView.as_view())
take_away = _with_factor(DeactivateTOTPView.as_view())


@never_cache
@sensitive_post_parameters("password")
def again(request: HttpRequest) -> HttpResponse:
    """The password once more, of whoever has nothing else; counted as at the door."""
    if request.method != "POST":
        return ReauthenticateView.as_view()(request)
    return _counted(request, ReauthenticateView.as_view(), "account/reauthenticate.html", request.user.get_username())


@never_cache
@sensitive_post_parameters("code")
def code_again(request: HttpRequest) -> HttpResponse:
    """A code once more; counted as at the door."""
    if request.method != "POST":
        return CodeAgainView.as_view()(request)
    return _counted(request, CodeAgainView.as_view(), "mfa/reauthenticate.html", str(request.user.pk), door=CODES)


def _counted(request: HttpRequest, view: View, template: str, name: str, **more: str) -> HttpResponse:
    now = begin(name, client_address(request), **more)
    if now.wait_s:
        return wait(request, template, now.wait_s)
    answer = sent(view(request))
    if answer.status_code == 303:
        now.was_right()
    return answer


class PasswordForm(forms.Form):
    """A new password, written twice."""

    password = forms.CharField(max_length=256, strip=False)
    again = forms.CharField(max_length=256, strip=False)

    def __init__(self, account: User, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.account = account

    @property
    def problem(self) -> str:
        """What is wrong, in a sentence; nothing where all is well."""
        if not self.is_bound:
            return ""
        if not self.is_valid():
            return gettext("Write the new password twice.")
        password = self.cleaned_data["password"]
        if password != self.cleaned_data["again"]:
            return gettext("The two are not the same.")
        if self.account.check_password(password):
            return gettext("This is the password that you have now. Choose another.")
        try:
            validate_password(password, self.account)
        except ValidationError:
            return gettext("Take at least 12 characters, and not a password that many people use.")
        return ""


@never_cache
@sensitive_post_parameters()
@login_stage_required(stage=OwnPasswordStage.key, redirect_urlname="account_login")
def own_password(request: HttpRequest) -> HttpResponse:
    """Whoever came with a password for one time chooses their own, and is in."""
    stage = request._login_stage
    form = PasswordForm(stage.login.user, request.POST if request.method == "POST" else None)
    if not form.is_bound or form.problem:
        return render(
            request, "account/own-password.html", {"problem": form.problem}, status=422 if form.problem else 200
        )
    choose_password(account=stage.login.user, password=form.cleaned_data["password"])
    return sent(stage.exit())


@never_cache
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Another password, for who knows the one of now. All other sessions end."""
    form = PasswordForm(request.user, request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render(request, "account/password.html")
    now = begin(request.user.get_username(), client_address(request))
    if now.wait_s:
        return wait(request, "account/password.html", now.wait_s)
    problem, field = gettext("The password that you have now is not right."), "now"
    if request.user.check_password(request.POST.get("now", "")[:256]):
        now.was_right()
        problem, field = form.problem, "password"
    if problem:
        return render(request, "account/password.html", {"problem": problem, "field": field}, status=422)
    choose_password(account=request.user, password=form.cleaned_data["password"])
    update_session_auth_hash(request, request.user)
    return HttpResponseRedirect(reverse("mfa_index") + "?done=password", status=303)


urlpatterns = [
    path("sign-in/password/", own_password, name="own-password"),
    path("sign-in/again/", again, name="account_reauthenticate"),
    path("sign-in/again/code/", code_again, name="mfa_reauthenticate"),
    path("account/", index, name="mfa_index"),
    path("account/password/", change_password, name="change-password"),
    path("account/second-factor/", set_up, name="mfa_activate_totp"),
    path("account/second-factor/off/", take_away, name="mfa_deactivate_totp"),
    path("account/codes/", codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", new_codes, name="mfa_generate_recovery_codes"),
]
