"""A new issue out of a request: read here, checked by issues.drafts, let in once by issues.submitting."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from geo.written import LONGEST_EMAIL
from issues.drafts import LONGEST_ADDRESS, LONGEST_ANSWER, LONGEST_TEXT, Draft, DraftError, checked
from issues.models.issues import PRECISIONS
from issues.submitting import KeyErasedError, KeyUsedError, Receipt, came_in, submit
from neighborhoods.limits import Spent
from web.api.listing import absolute, page_address
from web.api.parsing import object_of, printable
from web.api.problems import RefusedError
from web.api.schema import enum, number
from web.api.throttling import HOUR, REPORTS, Policy, counted, headers
from web.pages.challenges import guard, reports_left

KEY = "Idempotency-Key"
_UUID4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_KEY = re.compile(f'"?({_UUID4})"?', re.IGNORECASE)
UUID4 = {"type": "string", "pattern": f"^{_UUID4}$"}
CHANNEL = "api"
LONGEST_WORK = 400

# What the codes of issues.drafts mean to a program.
SAID: Mapping[str, str] = {
    "missing": "may not be empty",
    "too-long": "too long",
    "too-many-marks": "too many combining marks on one letter",
    "unknown": "none of those there are; see /api/v1/categories",
    "not-an-address": "not an e-mail address",
    "not-a-number": "not a number",
    "swapped": "longitude and latitude look swapped",
    "outside": "outside the city",
}


class Text(serializers.CharField):
    """A text, and nothing that could be taken for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """A number, and no text or truth value that could be taken for one."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(data) if abs(data) < 1e6 else 1e6


@extend_schema_field(enum(*(category.slug for category in settings.CITY.categories)))
class Category(Text):
    """A subject's slug; issues.drafts knows which there are."""


@extend_schema_field(number(settings.CITY.bbox[0], settings.CITY.bbox[2]))
class Longitude(Number):
    """Described as what lies in the city, read as what lies on the globe."""


@extend_schema_field(number(settings.CITY.bbox[1], settings.CITY.bbox[3]))
class Latitude(Number):
    """The same."""


@extend_schema_field(
    {
        "type": "object",
        "description": "By question of the subject, as /api/v1/categories names them.",
        "properties": {
            question.id: {"type": "string", "maxLength": LONGEST_ANSWER}
            for category in settings.CITY.categories
            for question in category.questions
        },
        "additionalProperties": False,
    }
)
class Answers(serializers.DictField):
    """Answers by question; which of them a subject asks, its specification knows."""

    child = Text(allow_blank=True, max_length=LONGEST_ANSWER)


class Report(serializers.Serializer):
    """What a report may say. Degrees are WGS 84."""

    category = Category()
    text = Text(max_length=LONGEST_TEXT)
    lng = Longitude(min_value=-180, max_value=180)
    lat = Latitude(min_value=-90, max_value=90)
    address = Text(required=False, allow_blank=True, max_length=LONGEST_ADDRESS, help_text="Where, in words.")
    precision = serializers.ChoiceField(PRECISIONS, required=False, help_text="A point, or somewhere on the street.")
    answers = Answers(required=False)
    email = Text(required=False, allow_blank=True, max_length=LONGEST_EMAIL, help_text="Asked before it is written to.")
    language = serializers.ChoiceField(list(settings.CITY.languages), required=False, help_text="Of mails.")
    work = Text(
        required=False, max_length=LONGEST_WORK, help_text="The answer to a challenge: challenge, colon, number."
    )


class Kept(serializers.Serializer):
    """What a reporter gets."""

    number = serializers.CharField(help_text="The public tracking number.")
    url = serializers.URLField(help_text="The issue in this API.")
    page = serializers.URLField(help_text="The issue for people.")
    mine = serializers.URLField(help_text="The private page: whoever has this address is the reporter.")
    photos = serializers.URLField(help_text="PUT each photo to this address, a UUID of its own, and a slash.")
    promised_on = serializers.DateField(allow_null=True, help_text="An answer is promised for this day.")


def created(request: HttpRequest) -> HttpResponse:
    """Keep a report: 201, or 200 for one that came before. Raises RefusedError."""
    key = key_of(request)
    draft, work = draft_of(object_of(request))
    told = _let_in(request, draft, key, work)
    try:
        receipt = submit(key=key, draft=draft)
    except KeyUsedError:
        raise RefusedError(409, "Another report came under this key.", fields={KEY: "used already"}) from None
    except KeyErasedError:
        raise RefusedError(410, "The report of this key was erased.", fields={KEY: "its report was erased"}) from None
    except DraftError as problem:
        raise refused(problem, draft) from None
    return _received(receipt, told)


def key_of(request: HttpRequest) -> uuid.UUID:
    """The key that the client gave the report when it was written. Raises RefusedError."""
    found = _KEY.fullmatch(request.headers.get(KEY, "").strip())
    if found is None:
        said = "Give every report a UUID (version 4) of its own, and send it again with the same one."
        raise RefusedError(400, said, fields={KEY: "a UUID of version 4"})
    return uuid.UUID(found[1])


def draft_of(given: Mapping[str, Any]) -> tuple[Draft, str]:
    """The checked draft, and the work done for a challenge. Raises RefusedError with every field that is wrong."""
    form = Report(data=dict(given))
    if unknown := [name for name in given if name not in form.fields]:
        raise RefusedError(400, "There are fields that no report has.", fields=dict(map(_unknown, unknown)))
    if not form.is_valid():
        raise RefusedError(400, "The report cannot be read.", fields=dict(_flat(form.errors)))
    values = dict(form.validated_data)
    work = values.pop("work", "")
    values["email"] = values.get("email", "").strip()
    draft = Draft(**values, channel=CHANNEL)
    _check_questions(draft)
    try:
        return checked(draft, settings.CITY), work
    except DraftError as problem:
        raise refused(problem, draft) from None


def refused(problem: DraftError, draft: Draft) -> RefusedError:
    """A draft's problems: 422 where all could be read and only the place cannot be, else 400."""
    place = problem.problems.pop("place", "")
    fields = {name: SAID.get(code, code) for name, code in problem.problems.items()}
    more: dict[str, Any] = {}
    if place == "swapped":
        fields |= {"lng": SAID[place], "lat": SAID[place]}
        more["perhaps"] = {"lng": draft.lat, "lat": draft.lng}
    elif place:
        fields |= {"lng": f"{SAID[place]}, which is {','.join(map(str, settings.CITY.bbox))}", "lat": SAID[place]}
    status = 400 if problem.problems else 422
    return RefusedError(status, "The report cannot be kept as it is.", fields=fields, **more)


def _unknown(name: str) -> tuple[str, str]:
    if name.lower() in {"crs", "srid"}:
        return printable(name), "unknown; use WGS 84 degrees, as GeoJSON does"
    return printable(name), f"unknown; a report has {', '.join(Report().fields)}"


def _flat(errors: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Problems of a serializer by field, those of inner fields as outer.inner."""
    for name, said in errors.items():
        if isinstance(said, Mapping):
            yield from _flat(said, f"{before}{name}.")
        else:
            hint = " Use WGS 84 degrees." if name in {"lng", "lat"} else ""
            yield printable(f"{before}{name}"), " ".join(map(str, said)) + hint


def _check_questions(draft: Draft) -> None:
    spec = settings.CITY.spec(draft.category)
    known = {question.id for question in spec.questions} if spec else set()
    if unknown := [name for name in draft.answers if spec and name not in known]:
        fields = {printable(f"answers.{name}"): "this subject asks no such question" for name in unknown}
        raise RefusedError(400, "There are answers to no question.", fields=fields)


def _let_in(request: HttpRequest, draft: Draft, key: uuid.UUID, work: str) -> dict[str, str]:
    """Whether one more may come in now: from a program by its key, from anybody else as from the form."""
    if request.actor.token:
        return {} if came_in(key) else counted(request, REPORTS)
    refusal = guard(request, draft, key, work)
    most, left = reports_left(request)
    wait_s = refusal.retry_after_s if refusal else HOUR
    told = headers(Policy(REPORTS.name, most, most, HOUR), most, Spent(refusal is None, left, wait_s))
    if refusal is None:
        return told
    said = (
        "Many reports come from here just now. Wait, or find a number so that the SHA-256 of challenge:number begins "
        f"with {refusal.bits} zero bits, and send the same report with challenge:number as work."
    )
    raise RefusedError(
        429,
        said,
        headers={"Retry-After": str(wait_s), **told},
        challenge=refusal.challenge,
        bits=refusal.bits,
    )


def _received(receipt: Receipt, told: Mapping[str, str]) -> JsonResponse:
    with override(settings.LANGUAGE_CODE):
        mine = absolute(reverse("mine", args=[receipt.link]))
    promised_on = receipt.issue.promised_on
    address = absolute(reverse("api-issue", args=[receipt.number]))
    body = {
        "number": receipt.number,
        "url": address,
        "page": f"{page_address()}{receipt.number}/",
        "mine": mine,
        "photos": f"{mine}photos/",
        "promised_on": promised_on.isoformat() if promised_on else None,
    }
    answer = JsonResponse(body, status=200 if receipt.replay else 201, headers=dict(told))
    answer["Cache-Control"] = "private, no-store"
    if not receipt.replay:
        answer["Location"] = address
    return answer
