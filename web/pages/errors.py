"""What went wrong, in the site's look."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

RETRY_AFTER_S = 30


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page. It stands in no other language, so none is offered."""
    return render(request, "404.html", {"languages": []}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Our mistake; where the database does not answer, 503 and when to come again. Neither page asks it anything."""
    problem = sys.exc_info()[1]
    if isinstance(problem, UnreadablePostError):  # no mistake of ours: the line broke, or went silent (web.wsgi)
        return HttpResponse("The request did not arrive whole.\n", status=408, content_type="text/plain")
    if not isinstance(problem, OperationalError | InterfaceError):
        return _plain("500.html", 500)
    response = _plain("503.html", 503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _plain(template: str, status: int) -> HttpResponse:
    names = settings.CITY.name
    language = get_language() or settings.LANGUAGE_CODE
    return HttpResponse(
        render_to_string(template, {"city_name": names.get(language, next(iter(names.values())))}), status=status
    )
