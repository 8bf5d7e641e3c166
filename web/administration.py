"""Django's administration, for who may keep places: the gate says who."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest

from neighborhoods.rules import PEOPLE_RIGHTS, PeopleRight


class Site(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return request.actor.may(PEOPLE_RIGHTS[PeopleRight.KEEP_PLACES])


class Administration(AdminConfig):
    default_site = "web.administration.Site"
