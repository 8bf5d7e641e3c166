"""Headers that every answer carries."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def tile_origin() -> str:
    """The origin of the city's raster tiles as a CSP source, or nothing."""
    base = settings.CITY.base_map
    if base.kind != "raster" or not settings.BASE_MAP_ON:
        return ""
    parts = urlsplit(base.url.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}"


class ContentSecurityPolicyMiddleware:
    """A strict policy for every page; a view may set its own (the folium map does, for its own address)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        images = " ".join(s for s in ["'self'", "data:", tile_origin()] if s)
        self.policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; font-src 'self'; "
            "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'; "
            "manifest-src 'self'; worker-src 'self'"
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        return response
