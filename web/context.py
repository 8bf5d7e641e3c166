"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from analytics.models import Run
from issues.demo import SOURCE as DEMO_SOURCE
from issues.models import Issue
from neighborhoods.models import BoundarySet
from web.spoken import spoken


def city(request: HttpRequest) -> dict[str, Any]:
    """The city, its name in the language of the page, this page in the other languages, and the labels all wear.

    The labels ask the database, so they wait until a template asks for them: a page of error never does.
    """
    return {
        "city": settings.CITY,
        "city_name": spoken(settings.CITY.name),
        "languages": _languages(request),
        "synthetic": SimpleLazyObject(_synthetic),
        "approximate": SimpleLazyObject(_approximate),
    }


def _languages(request: HttpRequest) -> list[dict[str, Any]]:
    here = request.get_full_path()
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"].capitalize(),
            "url": translate_url(here, code),
            "current": code == get_language(),
        }
        for code, _ in settings.LANGUAGES
    ]


def _synthetic() -> bool:
    """Whether anything shown may have been made by a program."""
    run = Run.objects.newest()
    return bool(run and run.synthetic) or Issue.objects.filter(source=DEMO_SOURCE).exists()


def _approximate() -> bool:
    """Whether the areas shown are only about right."""
    newest = BoundarySet.objects.of_layer(settings.CITY.primary_layer).order_by("-valid_from").first()
    return bool(newest and newest.approximate)
