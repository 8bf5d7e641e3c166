"""Asking to be told, confirming it, and stopping it."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
