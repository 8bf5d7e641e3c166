"""Lists of issues and of incidents: rows out of the database as JSON, put together into pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import override

from issues.models import Issue
from issues.naming import tracking_number
from issues.publishing import features, objects
from web.api.paging import cursor_behind
from web.api.rendering import GEOJSON, Format, answered, collection, feature, with_members, written
from web.pages.shown import Walked

More = Mapping[str, Combinable] | None


def absolute(address: str) -> str:
    return f"{settings.SITE_URL}{address}"


def page_address() -> str:
    """The address of an issue's page in the city's first language, up to its number."""
    with override(settings.LANGUAGE_CODE):
        return absolute(reverse("issue", args=["0"])).removesuffix("0/")


def written_rows(
    issues: QuerySet[Issue], wanted: Format, more: More = None, *, at_once: int = 0
) -> Iterator[tuple[dt.date, str]]:
    """The day of each issue, and all that is public of it as JSON or as a GeoJSON feature.

    So many rows are read at once as said, else all.
    """
    site = page_address()
    rows = features(issues, more) if wanted == GEOJSON else objects(issues, more)
    for key, incident, day, said, *point in rows.iterator(chunk_size=at_once) if at_once else rows:
        number, named = _named(key, incident, site)
        text = f"{named},{said[1:]}"
        yield day, feature(number, *point, text) if point else text


def _named(key: int, incident: int | None, site: str) -> tuple[str, str]:
    """The number, and the beginning of a JSON object: what the database cannot know."""
    number = tracking_number(key)
    of = number if incident == key else tracking_number(incident) if incident else None
    told = f'"{of}"' if of else "null"
    return number, f'{{"number":"{number}","url":"{site}{number}/","incident":{told}'


def page(
    request: HttpRequest, found: Walked, wanted: Format, given: Mapping[str, str], size: int, more: More = None
) -> HttpResponse:
    """One page of a list, with the address of the next one."""
    rows = list(written_rows(Issue.objects.filter(pk__in=found.keys).newest(), wanted, more)) if found.keys else []
    following = None
    if found.more:
        asked = {**given, "cursor": cursor_behind(rows[-1][0], found.keys[-1])}
        following = f"{absolute(request.path)}?{urlencode(asked, safe=',~')}"
    head = {"total": found.total, "page_size": size, "next": following, "sensitive_left_out": found.lacking}
    texts = [text for _day, text in rows]
    body = collection(head, texts) if wanted == GEOJSON else with_members(head, "results", texts)
    return answered(request, body, wanted.content_type, links={"next": following} if following else None)


def one(request: HttpRequest, said: dict[str, Any], wanted: Format) -> HttpResponse:
    """One issue or incident by itself."""
    if wanted != GEOJSON:
        return answered(request, written(said), wanted.content_type)
    point = written({"type": "Point", "coordinates": [said.pop("lng"), said.pop("lat")]})
    return answered(request, feature(said["number"], point, written(said)), wanted.content_type)
