"""Cells: how many issues lie in each hexagon (H3), exact at every moment, as on the map."""

from __future__ import annotations

import json
import math
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers

from geo import hexes
from issues.counts import snapshot
from issues.publishing import PLACES
from web.api import filters
from web.api.problems import RefusedError
from web.api.rendering import GEOJSON, JSON, Format, answered, collection, feature, with_members
from web.api.resource import Resource
from web.api.schema import described
from web.api.shapes import COUNT_HEAD, SURFACE, collection_of
from web.pages import shown
from web.pages.filters import box_of

FORMATS = (GEOJSON, JSON)
NAMES = tuple(one.name for one in FORMATS)
TAKES = (*filters.WHAT, "bbox", "res")
# To fill a box with more cells than this takes too long; without a box only those with issues are looked at.
MOST_CELLS = 20_000


class CellRow(serializers.Serializer):
    cell = serializers.CharField(help_text="H3, hexadecimal.")
    n = serializers.IntegerField(min_value=1)


class CellList(serializers.Serializer):
    """Always the sum of n and `elsewhere` is `total`. Cells without an issue are left out."""

    total = serializers.IntegerField(min_value=0, help_text="Issues that match, wherever they lie.")
    elsewhere = serializers.IntegerField(min_value=0, help_text="Of these, outside the box.")
    sensitive_left_out = serializers.BooleanField()
    res = serializers.IntegerField(min_value=8, max_value=10)
    results = CellRow(many=True)


class Cells(Resource):
    """Counts for a question, at one size of hexagons."""

    takes, formats = TAKES, FORMATS

    @described(
        "listCells",
        "Counts by hexagon",
        {
            (200, GEOJSON.content_type): collection_of(SURFACE, **COUNT_HEAD, res={"type": "integer"}),
            (200, JSON.content_type): CellList,
        },
        takes=TAKES,
        formats=NAMES,
        problems=(406, 422),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        return answered(request, body(self.given, self.format), self.format.content_type)


def body(given: dict[str, str], wanted: Format) -> str:
    """All cells with issues as text. Raises RefusedError."""
    res = filters.resolution(given.get("res", ""))
    asked = filters.asked(given, None)
    box = box_of(asked.bbox) if asked.bbox else None
    if box and box_cells(box, res) > MOST_CELLS:
        said = {"bbox": f"holds more than {MOST_CELLS:,} hexagons of this size", "res": "take larger ones, or no box"}
        raise RefusedError(422, "That are too many hexagons.", fields=said)
    with snapshot():
        found = shown.cells(asked.at(), res, box)
    head = {"total": found.total, "elsewhere": found.elsewhere, "sensitive_left_out": found.lacking, "res": res}
    rows = [(hexes.to_text(int(cell)), int(cell), n) for cell, n in sorted(found.n.items())]
    if wanted == GEOJSON:
        drawn = [feature(name, outline(cell), f'{{"cell":"{name}","n":{n}}}') for name, cell, n in rows]
        return collection(head, drawn)
    return with_members(head, "results", [f'{{"cell":"{name}","n":{n}}}' for name, _cell, n in rows])


def box_cells(box: tuple[float, float, float, float], res: int) -> int:
    """About how many cells a box holds."""
    west, south, east, north = box
    metres = 111_320.0
    area_m2 = (east - west) * (north - south) * metres**2 * math.cos(math.radians(south))
    one = float(hexes.area_m2(hexes.cells_of([settings.CITY.centre[0]], [settings.CITY.centre[1]], res))[0])
    return int(area_m2 / one)


@lru_cache(maxsize=50_000)
def outline(cell: int) -> str:
    """A hexagon as GeoJSON."""
    ring = [[round(lng, PLACES), round(lat, PLACES)] for lng, lat in hexes.outline(cell)]
    return json.dumps({"type": "Polygon", "coordinates": [ring]}, separators=(",", ":"))


urlpatterns = [path("cells", Cells.as_view(), name="api-cells")]
