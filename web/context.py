"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def city(request: HttpRequest) -> dict[str, Any]:
    """The city and its name in the language of the page."""
    names = settings.CITY.name
    return {"city": settings.CITY, "city_name": names.get(get_language() or "", next(iter(names.values())))}
