"""Django's administration, for who may keep places: the gate says who."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from neighborhoods.rules import PEOPLE_RIGHTS, PeopleRight


class Site(AdminSite):
    """Its own pages for signing in and for passwords would count no wrong ones; ours do (see also web.urls)."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.actor.may(PEOPLE_RIGHTS[PeopleRight.KEEP_PLACES])

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("change-password"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from web.pages.signing import sign_out  # the pages are ready later than the administration

        return sign_out(request)


class Administration(AdminConfig):
    default_site = "web.administration.Site"
