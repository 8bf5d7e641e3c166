"""Where it is: addresses, streets and places in words, for who raises an issue."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
