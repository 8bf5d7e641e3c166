"""A subject suggested from the words of a report."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
