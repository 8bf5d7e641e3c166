"""Areas: the neighborhoods in force, their outlines, and how many issues lie in each."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers

from issues.counts import snapshot
from issues.publishing import PLACES
from neighborhoods.models import BoundarySet, Neighborhood
from web.api import filters
from web.api.rendering import GEOJSON, JSON, Format, answered, collection, feature, with_members, written
from web.api.resource import Resource
from web.api.schema import SLUG, described, in_path
from web.api.shapes import COUNT_HEAD, SURFACE, collection_of, feature_of
from web.pages import shown

FORMATS = (GEOJSON, JSON)
NAMES = tuple(one.name for one in FORMATS)


class AreaRow(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    area_km2 = serializers.FloatField()
    n = serializers.IntegerField(min_value=0, help_text="Issues that match and lie in it.")


class Boundaries(serializers.Serializer):
    """Where the outlines come from."""

    layer = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    authority = serializers.CharField()
    licence = serializers.CharField()
    source = serializers.CharField()
    approximate = serializers.BooleanField()


class AreaList(serializers.Serializer):
    """Always the sum of n and `elsewhere` is `total`."""

    total = serializers.IntegerField(min_value=0, help_text="Issues that match, wherever they lie.")
    elsewhere = serializers.IntegerField(min_value=0, help_text="Of these, outside every area.")
    sensitive_left_out = serializers.BooleanField()
    boundaries = Boundaries(allow_null=True)
    results = AreaRow(many=True)


class Areas(Resource):
    """All of them by slug, with counts for a question."""

    takes, formats = filters.WHAT, FORMATS

    @described(
        "listAreas",
        "Neighbourhoods with their outlines and counts",
        {
            (200, GEOJSON.content_type): collection_of(SURFACE, **COUNT_HEAD),
            (200, JSON.content_type): AreaList,
        },
        takes=filters.WHAT,
        formats=NAMES,
        problems=(406,),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        return answered(request, body(self.given, self.format), self.format.content_type)


class One(Resource):
    """One of them."""

    formats = FORMATS

    @described(
        "getArea",
        "One neighbourhood",
        {(200, GEOJSON.content_type): feature_of(SURFACE), (200, JSON.content_type): AreaRow},
        formats=NAMES,
        more=(in_path("slug", SLUG, "The neighbourhood's slug."),),
        problems=(404, 406),
    )
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        chosen = shown.current_set()
        with snapshot():
            counts = shown.areas(filters.asked({}, chosen), chosen)
            drawn = _rows(outlines(chosen).filter(slug=slug), counts)
        if not drawn:
            raise Http404("There is no such neighbourhood.")
        said, outline = drawn[0]
        text = feature(slug, outline, written(said)) if self.format == GEOJSON else written(said)
        return answered(request, text, self.format.content_type)


def body(given: dict[str, str], wanted: Format) -> str:
    """All areas as text."""
    chosen = shown.current_set()
    asked = filters.asked(given, chosen)
    with snapshot():
        counts = shown.areas(asked, chosen)
        drawn = _rows(outlines(chosen), counts)
    head = {
        "total": counts.total,
        "elsewhere": counts.elsewhere,
        "sensitive_left_out": counts.lacking,
        "boundaries": boundaries(chosen),
    }
    if wanted == GEOJSON:
        return collection(head, [feature(said["slug"], outline, written(said)) for said, outline in drawn])
    return with_members(head, "results", [written(said) for said, _outline in drawn])


def boundaries(chosen: BoundarySet | None) -> dict[str, Any] | None:
    if chosen is None:
        return None
    return {
        "layer": chosen.layer,
        "valid_from": chosen.valid_from.isoformat(),
        "valid_to": chosen.valid_to.isoformat() if chosen.valid_to else None,
        "authority": chosen.authority,
        "licence": chosen.licence,
        "source": chosen.source,
        "approximate": chosen.approximate,
    }


def outlines(chosen: BoundarySet | None) -> QuerySet[Neighborhood]:
    """Rows of slug, name, square metres and outline, the last as GeoJSON made by the database; by slug."""
    areas = Neighborhood.objects.filter(boundary_set=chosen) if chosen else Neighborhood.objects.none()
    return areas.order_by("slug").values_list("slug", "name", "area_m2", AsGeoJSON("geometry", precision=PLACES))


def _rows(rows: QuerySet[Neighborhood], counts: shown.Shown) -> list[tuple[dict[str, Any], str]]:
    """What is said of each area, and its outline."""
    return [
        ({"slug": slug, "name": name, "area_km2": round(area_m2 / 1e6, 4), "n": counts.n[slug]}, outline)
        for slug, name, area_m2, outline in rows
    ]


urlpatterns = [
    path("areas", Areas.as_view(), name="api-areas"),
    path("areas/<slug:slug>", One.as_view(), name="api-area"),
]
