"""Accounts of staff and their roles, for administrators: the list, and how an account is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache

from neighborhoods.access import held_of
from neighborhoods.accounts import NameRefusedError, make_account
from neighborhoods.models import Grant, User
from neighborhoods.rules import STAFF
from web.accounts import with_factor
from web.pages.staff_account import account
from web.pages.staff_words import refused
from web.role_words import ROLE_SAID, ROLE_WORDS, Reaches

ON_A_PAGE = 50


class AskedForm(forms.Form):
    """Which accounts to show."""

    q = forms.CharField(max_length=150, required=False)
    role = forms.ChoiceField(choices=[("", ""), *((role.value, role.value) for role in ROLE_SAID)], required=False)
    after = forms.CharField(max_length=150, required=False)


class NewAccountForm(forms.Form):
    """A new account: what it is called, and what the public reads of it."""

    name = forms.CharField(max_length=150, required=False)
    signs_as = forms.CharField(max_length=200, required=False)


@never_cache
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts there are; a new one comes back with its password, which is shown this once."""
    if request.method != "POST":
        return _page(request)
    form = NewAccountForm(request.POST)
    typed = {"name": request.POST.get("name", "")[:150], "signs_as": request.POST.get("signs_as", "")[:200]}
    if not form.is_valid():
        return _page(request, typed=typed, problem=refused(NameRefusedError()), status=422)
    try:
        made, password = make_account(**form.cleaned_data, by=request.user)
    except NameRefusedError as problem:
        return _page(request, typed=typed, problem=refused(problem), status=422)
    return render(request, "staff/password.html", {"account": made, "password": password, "new": True}, status=201)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    asked = AskedForm(request.GET)
    wanted = asked.cleaned_data if asked.is_valid() else {"q": "", "role": "", "after": ""}
    found = list(_asked(wanted)[: ON_A_PAGE + 1])
    shown = found[:ON_A_PAGE]
    values = {
        "rows": _rows(shown),
        "further": shown[-1].username if len(found) > ON_A_PAGE else "",
        "asked": wanted,
        "roles": [(role.value, ROLE_WORDS[role]) for role in ROLE_SAID],
        "typed": {},
    }
    return render(request, "staff/accounts.html", values | more, status=status)


def _asked(wanted: dict[str, str]) -> Any:
    rows = User.objects.filter(username__gt=wanted["after"]).order_by("username")
    if wanted["q"]:
        rows = rows.filter(Q(username__icontains=wanted["q"]) | Q(signs_as__icontains=wanted["q"]))
    if wanted["role"]:
        rows = rows.filter(pk__in=Grant.objects.now().filter(role=wanted["role"]).values("user"))
    held = Grant.objects.now().select_related("department", "category")
    return rows.prefetch_related(Prefetch("grants", queryset=held, to_attr="held"))


def _rows(shown: list[User]) -> list[dict[str, Any]]:
    have_factor = with_factor(shown)
    reaches = Reaches(held_of(grant) for account in shown for grant in account.held)
    return [
        {
            "account": account,
            "roles": [(ROLE_WORDS[held.role], reaches.said(held)) for held in map(held_of, account.held)],
            "lacks": account.pk not in have_factor and any(grant.role in STAFF for grant in account.held),
        }
        for account in shown
    ]


urlpatterns = [
    path("staff/", accounts, name="staff"),
    path("staff/<int:pk>/", account, name="staff-account"),
]
