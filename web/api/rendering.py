"""How answers are written: which format is asked for, and one JSON or GeoJSON body with its ETag."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from web.api.problems import RefusedError


@dataclass(frozen=True)
class Format:
    """A name for ?format= and the content type it stands for."""

    name: str
    content_type: str


JSON = Format("json", "application/json")
GEOJSON = Format("geojson", "application/geo+json")

# Live numbers are asked for again each time, but sent again only when they have changed.
LIVE = "public, no-cache"
NIGHTLY = "public, max-age=300"


def chosen(request: HttpRequest, formats: Sequence[Format], asked: str) -> Format:
    """The format asked for by name, else by the Accept header, else the first. Raises RefusedError."""
    names = {one.name: one for one in formats}
    if asked:
        if asked not in names:
            raise RefusedError(400, "There is no such format.", fields={"format": f"one of: {', '.join(names)}"})
        return names[asked]
    if not request.accepted_types:  # a header without a word in it
        return formats[0]
    wanted = request.get_preferred_type([one.content_type for one in formats])
    if wanted is None:
        raise RefusedError(406, f"Offered here: {', '.join(one.content_type for one in formats)}.")
    return next(one for one in formats if one.content_type == wanted)


def written(value: Any) -> str:
    """Compact JSON, with letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def with_members(head: Mapping[str, Any], name: str, rows: Sequence[str]) -> str:
    """A JSON object of some members and, last, a list of rows that are JSON already."""
    return f'{written(head)[:-1]},"{name}":[{",".join(rows)}]}}'


def collection(head: Mapping[str, Any], features: Sequence[str]) -> str:
    """A GeoJSON FeatureCollection of features that are JSON already; `head` stands beside them."""
    return with_members({"type": "FeatureCollection", **head}, "features", features)


def feature(id: str, geometry: str, properties: str) -> str:
    """A GeoJSON feature; geometry and properties are JSON already, the id needs no escaping."""
    return f'{{"type":"Feature","id":"{id}","geometry":{geometry},"properties":{properties}}}'


def answered(
    request: HttpRequest,
    body: str,
    content_type: str,
    *,
    changed: dt.datetime | None = None,
    fresh: str = LIVE,
    links: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The body, or 304 to who has it already. `changed` only where nothing else than that moment changes the body."""
    data = body.encode()
    response = HttpResponse(data, content_type=content_type)
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    response["ETag"] = etag
    moment = int(changed.timestamp()) if changed else None
    if moment is not None:
        response["Last-Modified"] = http_date(moment)
    response["Cache-Control"] = fresh
    if links:
        response["Link"] = ", ".join(f'<{address}>; rel="{kind}"' for kind, address in links.items())
    return get_conditional_response(request, etag=etag, last_modified=moment, response=response) or response
