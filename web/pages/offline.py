"""What the browser keeps, so that a report survives a lost line."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
