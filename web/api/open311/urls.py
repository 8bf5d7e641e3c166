"""The addresses of GeoReport, each ending in its format; without one the usual is answered. None has a language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from web.api.open311 import bulk, discovery, requests, services, tokens, updates
from web.api.open311.asking import Values
from web.api.open311.resource import answering
from web.api.problems import RefusedError

_V2, _EXT = r"^open311/v2/", r"(?:\.(?P<ext>xml|json))?\Z"


def _nothing(request: HttpRequest, wanted: str, values: Values) -> HttpResponse:
    """Whatever else is asked for below here is refused in a format of the standard."""
    raise RefusedError(404, "There is nothing at this address; see /open311/discovery.xml.")


urlpatterns = [
    re_path(rf"^open311/discovery{_EXT}", discovery.page, name="open311-discovery"),
    re_path(rf"{_V2}services{_EXT}", services.services, name="open311-services"),
    re_path(rf"{_V2}services/(?P<code>[^/]+?){_EXT}", services.definition, name="open311-definition"),
    re_path(rf"{_V2}requests{_EXT}", requests.many, name="open311-requests"),
    re_path(rf"{_V2}requests/(?P<number>[^/]+?){_EXT}", requests.single, name="open311-request"),
    re_path(rf"{_V2}tokens/(?P<token>[^/]+?){_EXT}", tokens.token, name="open311-token"),
    re_path(rf"{_V2}servicerequestupdates{_EXT}", updates.updates, name="open311-updates"),
    re_path(r"^open311/bulk/(?P<month>(?:19|20)\d\d-(?:0[1-9]|1[0-2]))\.csv\Z", bulk.month, name="open311-bulk"),
    re_path(r"^open311(?:/.*)?\Z", answering(_nothing), name="open311-nothing"),
]
