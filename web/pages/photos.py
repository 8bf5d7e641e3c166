"""Photos come in and go out."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
