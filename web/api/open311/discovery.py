"""Where this city's services for programs are: the page that a program asks first."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from web.api.listing import absolute
from web.api.open311.asking import Values, jurisdictions
from web.api.open311.formats import CONTENT_TYPES, answer
from web.api.open311.resource import answering
from web.pages.course import city_name

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
ENDPOINT = "/open311/v2"


def _discovery(request: HttpRequest, wanted: str, values: Values) -> HttpResponse:
    changed = changeset()
    endpoint = {
        "specification": SPECIFICATION,
        "url": absolute(ENDPOINT),
        "changeset": changed,
        "type": "test" if settings.DEBUG else "production",
        "formats": [kind.partition(";")[0] for kind in CONTENT_TYPES.values()],
    }
    told = {
        "changeset": changed,
        "contact": f"{city_name()} ({jurisdictions()[0]}), {absolute('/')}",
        "key_service": gettext("Ask the city for a key. Whoever administers %(site)s makes them.")
        % {"site": absolute("/")},
        "endpoints": [endpoint],
    }
    return answer(wanted, "discovery", told)


def changeset() -> str:
    """When services last changed: they are all out of the city's file."""
    path = settings.FIXTURES / "cities" / f"{settings.CITY.slug}.toml"
    at = path.stat().st_mtime if path.exists() else 0
    return dt.datetime.fromtimestamp(int(at), dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


page = answering(_discovery)
