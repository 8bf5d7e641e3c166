"""Keys of programs, for administrators: made, shown once, and revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from neighborhoods.access import MARK, make_token, revoke_token
from neighborhoods.models import ApiToken
from neighborhoods.models.access import READ, SCOPES


class NewKeyForm(forms.Form):
    """A new key: whose it is, and what it may do."""

    name = forms.CharField(max_length=100)
    scope = forms.ChoiceField(choices=SCOPES)


@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """The keys there are; a new one is shown this once."""
    if request.method != "POST":
        return _page(request, done=request.GET.get("done") == "revoked")
    return _revoke(request) if request.POST.get("act") == "revoke" else _make(request)


@sensitive_variables("key")
def _make(request: HttpRequest) -> HttpResponse:
    form = NewKeyForm(request.POST)
    typed = {"name": request.POST.get("name", "")[:100], "scope": request.POST.get("scope", "")}
    if not form.is_valid():
        problem = gettext("Write whose key it is, in at most 100 letters, and choose what it may do.")
        return _page(request, typed=typed, making=True, problem=problem, status=422)
    if ApiToken.objects.filter(name=form.cleaned_data["name"], revoked_at=None).exists():
        problem = gettext("A key of this name is in force already. Revoke it, or take another name.")
        return _page(request, typed=typed, making=True, problem=problem, status=422)
    token, key = make_token(**form.cleaned_data, by=request.user)
    return render(request, "staff/key.html", {"token": token, "key": key}, status=201)


def _revoke(request: HttpRequest) -> HttpResponse:
    try:
        token = ApiToken.objects.filter(pk=int(request.POST.get("token", ""))).first()
    except (ValueError, OverflowError):
        token = None
    if token is None or not revoke_token(token=token, by=request.user):
        return _page(request, problem=gettext("There is no such key in force."), status=422)
    return HttpResponseRedirect(reverse("keys") + "?done=revoked", status=303)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    rows = list(ApiToken.objects.select_related("made_by"))
    values = {
        "held": [token for token in rows if token.revoked_at is None],
        "revoked": [token for token in rows if token.revoked_at][::-1],
        "scopes": SCOPES,
        "mark": MARK,
        "typed": {"scope": READ},
    }
    return render(request, "staff/keys.html", values | more, status=status)


urlpatterns = [path("keys/", keys, name="keys")]
