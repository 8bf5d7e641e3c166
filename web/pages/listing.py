"""Issues as a list, with the same filters as the map."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
