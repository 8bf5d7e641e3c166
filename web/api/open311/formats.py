"""XML and JSON as GeoReport has them: one answer in both, and refusals as a list of errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpRequest, HttpResponse

from web.api.problems import RefusedError

XML, JSON = "xml", "json"
CONTENT_TYPES = {XML: "text/xml; charset=utf-8", JSON: "application/json; charset=utf-8"}
# What one element of each list is called in XML; in JSON (the "Spark" mapping) the lists are bare.
ITEMS = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "notes": "note",
    "photos": "photo",
    "service_request_updates": "request_update",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
# What XML 1.0 cannot hold, however it is escaped; sources hold such signs now and then.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Data = Mapping[str, Any] | list[Any]


def format_of(request: HttpRequest, ext: str | None) -> str:
    """The format of an answer: as the address ends, else JSON where it is preferred, else XML, which is the standard's.

    Addresses that are none end so too.
    """
    if ext in CONTENT_TYPES:
        return str(ext)
    if request.path.endswith(f".{JSON}"):
        return JSON
    if request.path.endswith(f".{XML}"):
        return XML
    return JSON if request.get_preferred_type(["text/xml", "application/json"]) == "application/json" else XML


def answer(
    ext: str, root: str, data: Data, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A list or an object, named `root` in XML."""
    body = as_xml(root, data) if ext == XML else json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return HttpResponse(body, status=status, content_type=CONTENT_TYPES[ext], headers=dict(headers or {}))


def refused(ext: str, problem: RefusedError) -> HttpResponse:
    """A refusal as GeoReport writes it, one error for every field where there are some."""
    fields = problem.more.get("fields") or {}
    said = [f"{name}: {what}" for name, what in fields.items()] or [problem.detail]
    errors = [{"code": problem.status, "description": one} for one in said]
    return answer(ext, "errors", errors, status=problem.status, headers=problem.more.get("headers"))


def as_xml(root: str, data: Any) -> bytes:
    top = Element(root)
    _fill(top, root, data)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(top, encoding="utf-8", xml_declaration=False)


def _fill(element: Element, name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _fill(SubElement(element, key), key, inner)
    elif isinstance(value, list):
        for inner in value:
            _fill(SubElement(element, ITEMS[name]), "", inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _UNSPEAKABLE.sub("", str(value))
