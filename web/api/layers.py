"""Layers: every public layer whole, at an address that QGIS and GDAL open as it is."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from rest_framework import serializers

from issues.publishing import OF_INCIDENT, incidents
from web.api import areas, cells, exports, filters, rankings
from web.api.exports import features_of, streamed
from web.api.listing import absolute
from web.api.rendering import GEOJSON, JSON, NIGHTLY, answered, with_members, written
from web.api.resource import Resource
from web.api.schema import described
from web.api.shapes import POINT, SURFACE, collection_of
from web.api.throttling import EXPORTS
from web.pages import shown


class Layer(Resource):
    """One layer as GeoJSON, whatever the Accept header says: desktop programs say little."""

    policy = EXPORTS
    name: ClassVar[str]
    title: ClassVar[str]
    geometry: ClassVar[str]


class Issues(Layer):
    """Every public issue."""

    name, title, geometry = "issues", "What residents report", "Point"
    takes = exports.TAKES

    @described(
        "layerIssues", title, {(200, GEOJSON.content_type): collection_of(POINT)}, takes=exports.TAKES, cached=False
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = shown.current_set()
        return streamed(request, features_of(shown.rows(filters.asked(self.given, chosen), chosen)), GEOJSON)


class Incidents(Layer):
    """Every incident, where its first issue is."""

    name, title, geometry = "incidents", "What they speak of, each thing once", "Point"
    takes = exports.TAKES

    @described(
        "layerIncidents", title, {(200, GEOJSON.content_type): collection_of(POINT)}, takes=exports.TAKES, cached=False
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = shown.current_set()
        rows = incidents(shown.rows(filters.asked(self.given, chosen), chosen))
        return streamed(request, features_of(rows, OF_INCIDENT), GEOJSON)


class Areas(Layer):
    """The neighborhoods in force, with counts."""

    name, title, geometry = "areas", "Neighbourhoods, and how many reports lie in each", "MultiPolygon"
    takes = filters.WHAT

    @described("layerAreas", title, {(200, GEOJSON.content_type): collection_of(SURFACE)}, takes=filters.WHAT)
    def get(self, request: HttpRequest) -> HttpResponse:
        return answered(request, areas.body(self.given, GEOJSON), GEOJSON.content_type)


class Cells(Layer):
    """Hexagons with counts."""

    name, title, geometry = "cells", "Hexagons, and how many reports lie in each", "Polygon"
    takes = cells.TAKES

    @described(
        "layerCells",
        title,
        {(200, GEOJSON.content_type): collection_of(SURFACE)},
        takes=cells.TAKES,
        problems=(422,),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        return answered(request, cells.body(self.given, GEOJSON), GEOJSON.content_type)


class ProblemAreas(Layer):
    """A whole ranking of the newest analysis; empty before there is one."""

    name, title, geometry = "problem-areas", "Where there is more than expected, ranked", "MultiPolygon"
    takes = ("units", "order")

    @described(
        "layerProblemAreas",
        title,
        {(200, GEOJSON.content_type): collection_of(SURFACE)},
        more=(rankings.UNITS_OF, rankings.ORDER_BY),
        problems=(404,),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        run = rankings.newest()
        places = rankings.ranking(run, rankings.units_of(self.given), self.given)
        body = rankings.written_places(run, places, GEOJSON, {"total": len(places)})
        return answered(request, body, GEOJSON.content_type, changed=run.finished_at, fresh=NIGHTLY)


LAYERS: tuple[type[Layer], ...] = (Issues, Incidents, Areas, Cells, ProblemAreas)


class LayerRow(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    geometry = serializers.CharField(help_text="Of the layer as it is without parameters.")
    takes = serializers.ListField(child=serializers.CharField(), help_text="Parameters that narrow it.")
    url = serializers.URLField()


class LayerList(serializers.Serializer):
    total = serializers.IntegerField()
    results = LayerRow(many=True)


class Index(Resource):
    """All layers there are."""

    @described("listLayers", "Layers for QGIS and GDAL", {(200, JSON.content_type): LayerList})
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [
            {
                "name": layer.name,
                "title": layer.title,
                "geometry": layer.geometry,
                "takes": list(layer.takes),
                "url": absolute(reverse(f"api-layer-{layer.name}")),
            }
            for layer in LAYERS
        ]
        body = with_members({"total": len(rows)}, "results", [written(row) for row in rows])
        return answered(request, body, JSON.content_type, fresh=NIGHTLY)


urlpatterns = [
    path("layers.json", Index.as_view(), name="api-layers"),
    *(path(f"layers/{one.name}.geojson", one.as_view(), name=f"api-layer-{one.name}") for one in LAYERS),
]
