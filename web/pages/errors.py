"""What went wrong, in the site's look: pages that ask the database for nothing."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

RETRY_AFTER_S = 30


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("404.html", 404)


def broken(request: HttpRequest) -> HttpResponse:
    return _page("500.html", 500)


def unavailable() -> HttpResponse:
    """The database does not answer; the visitor may come back shortly."""
    response = _page("503.html", 503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _page(template: str, status: int) -> HttpResponse:
    names = settings.CITY.name
    language = get_language() or settings.LANGUAGE_CODE
    values = {"city_name": names.get(language, next(iter(names.values()))), "LANGUAGE_CODE": language}
    return HttpResponse(render_to_string(template, values), status=status)
