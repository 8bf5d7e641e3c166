"""Private links: the address is the key, so nobody else is told of it and no search finds it."""

from __future__ import annotations

from django.http import HttpResponse

# 128 random bits, as a pattern of an address.
SECRET = "[0-9a-f]{32}"  # noqa: S105 - a pattern, no secret


def unshared(response: HttpResponse) -> HttpResponse:
    """A page behind such a link: named to no other site, found by no search."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
