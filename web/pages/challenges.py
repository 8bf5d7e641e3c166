"""Limits, and the proof of work that lifts them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import URLPattern

from issues.drafts import Draft


@dataclass(frozen=True)
class Refusal:
    """Why a report is not taken yet: a challenge for the sender's device (empty where a script cannot help)."""

    challenge: str
    bits: int
    retry_after_s: int


def guard(request: HttpRequest, draft: Draft) -> Refusal | None:
    """Whether this report may come in now."""
    return None


urlpatterns: list[URLPattern] = []
