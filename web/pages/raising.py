"""How a report is made: three steps and a confirmation."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
