"""The description of the API (OpenAPI), made from the same code that answers; and the words it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from geo import hexes
from issues.searching import LONGEST
from web.api.filters import STATES
from web.api.problems import PROBLEM_JSON, TITLES
from web.api.rendering import NIGHTLY, answered
from web.api.resource import Resource

# What any answer may be, whatever was asked.
ALWAYS = (400, 401, 429, 503)
NUMBER = {"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$", "example": "K7QF-2M9X"}
SLUG = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 120}
MONTH = {"type": "string", "pattern": r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", "example": "2026-03"}


class FieldProblem(serializers.Serializer):
    field = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer):
    """Why a request was refused (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldProblem(many=True, required=False)


def query(name: str, schema: dict[str, Any], said: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=said)


def in_path(name: str, schema: dict[str, Any], said: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description=said)


def enum(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def number(least: float, most: float) -> dict[str, Any]:
    return {"type": "number", "minimum": least, "maximum": most}


def parameters(names: Iterable[str], formats: Iterable[str] = ()) -> list[OpenApiParameter]:
    """The query parameters of these names, and `format` where there are several."""
    offered, held = list(formats), _parameters()
    format_of = [query("format", enum(*offered), "Instead of the Accept header.")] if len(offered) > 1 else []
    return [held[name] for name in names] + format_of


@lru_cache(maxsize=1)
def _parameters() -> dict[str, OpenApiParameter]:
    degrees = r"-?[0-9]{1,3}(\.[0-9]{1,12})?"
    said = [
        query("q", {"type": "string", "minLength": 1, "maxLength": LONGEST}, "Words, or their beginnings: all occur."),
        query("category", enum(*(c.slug for c in settings.CITY.categories)), "A subject."),
        query("state", enum(*STATES), "Where it stands; open and closed stand for several."),
        query("since", MONTH, "Opened in this month or later."),
        query("until", MONTH, "Opened in this month or earlier."),
        query("area", {"type": "string", "maxLength": 120}, "A neighbourhood's slug, or - for outside all of them."),
        query("cell", {"type": "string", "pattern": "^[0-9a-f]{15}$"}, "An H3 cell of resolution 8, 9 or 10."),
        query(
            "bbox",
            {"type": "string", "pattern": f"^{degrees},{degrees},{degrees},{degrees}$"},
            "west,south,east,north in WGS 84 degrees. Every hexagon of resolution 10 that it touches counts whole.",
        ),
        query("res", enum(*map(str, hexes.ANALYSIS_RES)), "The size of hexagons: 8 large, 9, 10 small. Usual: 9."),
        query("cursor", {"type": "string", "maxLength": 200}, "Where the page begins, out of the answer before it."),
        query(
            "page_size",
            {"type": "integer", "minimum": 1, "maximum": 999_999_999},
            "How many of them. Usual: 100; more than 500 are taken for 500.",
        ),
    ]
    return {parameter.name: parameter for parameter in said}


def described(
    operation: str,
    summary: str,
    ok: Mapping[Any, Any],
    *,
    takes: Iterable[str] = (),
    formats: Iterable[str] = (),
    more: Iterable[OpenApiParameter] = (),
    problems: Iterable[int] = (),
    request: Any = None,
    cached: bool = True,
) -> Callable[[Any], Any]:
    """Say of an operation what it takes and what it answers. `ok` maps (status, content type) to shapes."""
    statuses = sorted({*ALWAYS, *problems})
    refusals = {(status, PROBLEM_JSON): OpenApiResponse(Problem, TITLES[status]) for status in statuses}
    unchanged = {304: OpenApiResponse(None, "You have it already")} if cached else {}
    answers = [status for status, _kind in ok]
    return extend_schema(
        operation_id=operation,
        summary=summary,
        parameters=[*more, *parameters(takes, formats), *_headers(answers, cached)],
        request=request,
        responses={**ok, **unchanged, **refusals},
    )


def _headers(answers: list[int], cached: bool) -> list[OpenApiParameter]:
    def header(name: str, said: str, *statuses: int, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
        return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=said, response=list(statuses))

    told = [
        header("RateLimit", "What is left of the limit: r requests, the next one free in t seconds.", *answers, 429),
        header("RateLimit-Policy", "The limit: q requests in w seconds.", *answers, 429),
        header("Retry-After", "Seconds to wait.", 429, 503, kind=OpenApiTypes.INT),
        header("WWW-Authenticate", "How to send a key.", 401),
    ]
    if not cached:
        return told
    return [
        *told,
        header("ETag", "Names these very bytes.", *answers, 304),
        OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="An ETag that you have."),
    ]


class Document(Resource):
    """The description itself."""

    @extend_schema(exclude=True)
    def get(self, request: HttpRequest) -> HttpResponse:
        return answered(request, document(), "application/vnd.oai.openapi+json", fresh=NIGHTLY)


@lru_cache(maxsize=1)
def document() -> str:
    """OpenAPI as JSON; made once for each process."""
    from django.urls import include, path
    from drf_spectacular.renderers import OpenApiJsonRenderer

    generator = SchemaGenerator(patterns=[path("api/v1/", include("web.api.urls"))])
    made = generator.get_schema(request=None, public=True)
    return OpenApiJsonRenderer().render({**made, "servers": [{"url": settings.SITE_URL}]}).decode()
