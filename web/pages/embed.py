"""A small map for other sites."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
