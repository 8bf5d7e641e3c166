"""What a request brings to the report form, read within limits: fields as text, photos as files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext

MOST_WORDS = 64 * 1024
# A form without a script brings its photos along, as they come from the camera: more than is kept may arrive.
MOST_BODY = 80 * 1024 * 1024
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# What a report as JSON may say, and as what.
MEMBERS: Mapping[str, tuple[type, ...]] = {
    "key": (str,),
    "category": (str,),
    "text": (str,),
    "lng": (int, float, type(None)),
    "lat": (int, float, type(None)),
    "address": (str,),
    "precision": (str,),
    "answers": (dict,),
    "email": (str,),
    "website": (str,),
    "work": (str,),
}


class UnreadableError(ValueError):
    """A request that is no report at all; `status` and `code` go into the answer, the text says what is wrong."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def answer(self) -> JsonResponse:
        """The problem as RFC 9457 writes it."""
        return JsonResponse(
            {"code": self.code, "title": str(self), "message": str(self), "status": self.status},
            status=self.status,
            content_type="application/problem+json",
        )


@dataclass(frozen=True)
class Sent:
    """What was sent: every field as text ("answer-SUBJECT-QUESTION" for answers), and the photos' files."""

    values: Mapping[str, str]
    photos: Sequence[UploadedFile] = ()


def sent_with(request: HttpRequest) -> Sent:
    """The fields of a POST. Raises UnreadableError."""
    kind = request.content_type
    if kind not in {*FORMS, "application/json"}:
        _refuse(415, "media-type", gettext("A report comes as a form or as JSON."))
    if request.headers.get("Content-Encoding", "identity") != "identity":
        _refuse(415, "encoding", gettext("A report comes as it is, not packed."))
    if request.content_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        _refuse(415, "charset", gettext("A report is written in UTF-8."))
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > (MOST_BODY if kind == "multipart/form-data" else MOST_WORDS):
        _refuse(413, "too-large", gettext("That is too much for one report."))
    return Sent(_from_json(request.body)) if kind == "application/json" else _from_form(request)


def _from_form(request: HttpRequest) -> Sent:
    try:
        values, files = request.POST.dict(), request.FILES.getlist("photos")
    except RequestDataTooBig:
        _refuse(413, "too-large", gettext("That is too much for one report."))
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError, ValueError):
        _refuse(400, "unreadable", gettext("The form did not arrive whole."))
    if sum(len(v.encode(errors="surrogatepass")) for v in values.values()) > MOST_WORDS:
        _refuse(413, "too-large", gettext("That is too much for one report."))
    _check_signs([*values, *values.values()])
    return Sent(values, files)


def _from_json(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        _refuse(400, "not-json", gettext("This is not JSON that can be read."))
    if not isinstance(given, dict):
        _refuse(400, "not-an-object", gettext("A report is one object."))
    for name, value in given.items():
        if name not in MEMBERS:
            _refuse(400, "unknown-field", gettext("There is no field “%(name)s”.") % {"name": name[:40]})
        if isinstance(value, bool) or not isinstance(value, MEMBERS[name]):
            _refuse(400, "wrong-type", gettext("The field “%(name)s” has the wrong type.") % {"name": name})
    texts = {name: value for name, value in given.items() if isinstance(value, str)}
    answers = _answers(given.get("answers", {}), texts.get("category", ""))
    _check_signs([*texts.values(), *answers, *answers.values()])
    return texts | _degrees(given) | answers


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _answers(given: Mapping[str, Any], category: str) -> dict[str, str]:
    if not all(isinstance(value, str) for value in given.values()):
        _refuse(400, "wrong-type", gettext("Answers are texts."))
    return {f"answer-{category}-{question}": value for question, value in given.items()}


def _degrees(given: Mapping[str, Any]) -> dict[str, str]:
    """The place as text, and none where both numbers are missing. Other systems than WGS 84 are refused."""
    lng, lat = given.get("lng"), given.get("lat")
    if lng is None and lat is None:
        return {}
    if lng is None or lat is None:
        _refuse(400, "half-a-place", gettext("A place has lng and lat."))
    if not (_within(lng, 180) and _within(lat, 90)):
        _refuse(400, "not-degrees", gettext("Use WGS 84 degrees: lng from -180 to 180, lat from -90 to 90."))
    return {"lng": repr(float(lng)), "lat": repr(float(lat))}


def _within(value: int | float, most: int) -> bool:
    return abs(value) <= most and math.isfinite(value)


def _check_signs(texts: Iterable[str]) -> None:
    for text in texts:
        if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            _refuse(400, "signs", gettext("This holds signs that no text has."))


def _refuse(status: int, code: str, message: str) -> NoReturn:
    raise UnreadableError(status, code, message)
