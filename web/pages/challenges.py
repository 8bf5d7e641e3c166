"""Limits, and the proof of work that lifts them."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
