"""The reporter's own page, behind the private link."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
