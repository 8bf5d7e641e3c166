"""The map, live: cells in view or the issues themselves, areas with their names, and a still picture of the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from geo import hexes
from issues.counts import snapshot
from maps.layers import Layers, cells_layer, collection
from maps.palette import breaks, ranges, step_of
from maps.still import svg
from maps.words import Words
from neighborhoods.models import BoundarySet, Neighborhood
from web.pages import pins, shown
from web.pages.filters import Asked, Box, FilterForm, box_of
from web.reporting.numbers import whole
from web.reporting.sentences import issues

STILL_RES = 8
# About five metres on the ground: finer than a line on the screen, and a tenth of the bytes.
SIMPLIFIED_DEGREES = 0.00005


class WrongQuestionError(ValueError):
    """A parameter that cannot be; the message is for people, `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@require_safe
@gzip_page
def cells(request: HttpRequest) -> HttpResponse:
    """GeoJSON of what a box holds, and the words for legend and status line: cells with their counts, or near enough
    the issues themselves as points. Always sum of n + `elsewhere` == `total`; `list` begins the address of the list.
    """
    try:
        asked, res, box = _asked(request), _res(request), _box(request)
    except WrongQuestionError as problem:
        return JsonResponse({"field": problem.field, "problem": str(problem)}, status=400)
    with snapshot():
        found = shown.cells(asked, res, box)
        near = res == hexes.STORE_RES and found.total - found.elsewhere <= pins.MOST
        single = shown.pins(asked, list(found.n)) if near else []
    points = pins.pin_features(single)
    bounds = breaks(found.n.values())
    query = asked.query
    answer = {
        "res": res,
        "pins": near,
        "legend": pins.pin_legend(points) if near else legend(bounds),
        "said": said(found, near),
        "total": found.total,
        "elsewhere": found.elsewhere,
        "list": f"{reverse('issues')}?{query}&" if query else f"{reverse('issues')}?",
    }
    features = json.dumps(points) if near else f"[{','.join(_hexagons(found.n, bounds))}]"
    whole_answer = f'{{"type":"FeatureCollection","features":{features},{json.dumps(answer)[1:]}'
    return HttpResponse(whole_answer, content_type="application/json")


def _hexagons(n: Mapping[int, int], bounds: tuple[int, ...]) -> list[str]:
    """One feature for each cell, as JSON: writing thousands of outlines anew each time would take most of the time."""
    counts = np.fromiter(n.values(), np.int64, len(n))
    steps = [step_of(klass, len(bounds)) for klass in (np.searchsorted(bounds, counts) + 1).tolist()]
    words = {count: _spoken(count, get_language() or "") for count in set(counts.tolist())}
    rows = sorted(zip(n, counts.tolist(), steps, strict=True))
    return [f'{_outline(cell)}"n":{count},"step":{step},"text":{words[count]}}}}}' for cell, count, step in rows]


@lru_cache(maxsize=10_000)
def _spoken(count: int, language: str) -> str:
    """A count in words, as JSON, in the language of the page (which is the active one)."""
    return json.dumps(issues(count))


@lru_cache(maxsize=20_000)
def _outline(cell: int) -> str:
    """A feature up to its changing properties. Five decimals of a degree are about a metre."""
    ring = [[round(lng, 5), round(lat, 5)] for lng, lat in hexes.outline(cell)]
    shape = json.dumps({"type": "Polygon", "coordinates": [ring]}, separators=(",", ":"))
    return f'{{"type":"Feature","geometry":{shape},"properties":{{"cell":"{hexes.to_text(cell)}",'


@require_safe
@gzip_page
def areas(request: HttpRequest) -> HttpResponse:
    """GeoJSON of the areas in force: name, address of the page, and where the name stands."""
    return JsonResponse(area_layer(shown.current_set()))


@require_safe
def still(request: HttpRequest) -> HttpResponse:
    """The city's counts as a picture, for whoever has no script or wants to print."""
    try:
        asked = _asked(request)
    except WrongQuestionError as problem:
        return JsonResponse({"field": problem.field, "problem": str(problem)}, status=400)
    found = shown.cells(asked, STILL_RES)
    counts = list(found.n.values())
    bounds = breaks(counts)
    nothing = collection([])
    layers = Layers(
        area_layer(shown.current_set()), cells_layer(list(found.n), counts, bounds), nothing, nothing, bounds
    )
    return HttpResponse(svg(layers, _words(found), width_mm=180, height_mm=130), content_type="image/svg+xml")


def area_layer(chosen: BoundarySet | None, slugs: set[str] | None = None) -> dict[str, Any]:
    """Outlines of a set's areas (or of some) with slug, name, url and `at` (lng, lat inside the area)."""
    rows = chosen.areas.order_by("slug") if chosen else []
    return collection([_area(row) for row in rows if slugs is None or row.slug in slugs])


def _area(area: Neighborhood) -> dict[str, Any]:
    inside = area.geometry.point_on_surface
    simple = area.geometry.simplify(SIMPLIFIED_DEGREES, preserve_topology=True)
    polygons = simple.coords if simple.geom_type == "MultiPolygon" else (simple.coords,)
    rings = [[[[round(x, 5), round(y, 5)] for x, y in ring] for ring in polygon] for polygon in polygons]
    properties = {
        "slug": area.slug,
        "name": area.name,
        "url": reverse("neighborhood", args=[area.slug]),
        "at": [round(inside.x, 5), round(inside.y, 5)],
    }
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "MultiPolygon", "coordinates": rings},
    }


def legend(bounds: tuple[int, ...]) -> list[dict[str, Any]]:
    """One entry per class: ramp step and numbers."""
    return [
        {"step": step_of(i, len(bounds)), "text": whole(low) if low == high else f"{whole(low)}–{whole(high)}"}
        for i, (low, high) in enumerate(ranges(bounds), start=1)
    ]


def said(found: shown.Shown, near: bool = False) -> str:
    """What the map shows and what it does not; the two parts add up to the total.

    Hexagons are shown whole or in part; of single issues in those at the edge some lie just beyond it.
    """
    if near:
        text = gettext("On this map and at its edge: %(shown)s. Not on it: %(elsewhere)s. Together: %(total)s.")
    else:
        text = gettext("On this map: %(shown)s. Not on it: %(elsewhere)s. Together: %(total)s.")
    return text % {
        "shown": issues(found.total - found.elsewhere),
        "elsewhere": whole(found.elsewhere),
        "total": shown.noted(whole(found.total), found.lacking),
    }


def _asked(request: HttpRequest) -> Asked:
    form = FilterForm(request.GET)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise WrongQuestionError(field, str(errors[0]))
    return form.asked


def _res(request: HttpRequest) -> int:
    text = request.GET.get("res", "")
    if text not in {str(r) for r in hexes.ANALYSIS_RES}:
        raise WrongQuestionError("res", gettext("The size of hexagons is 8, 9 or 10."))
    return int(text)


def _box(request: HttpRequest) -> Box:
    box = box_of(request.GET.get("bbox", ""))
    if box is None:
        raise WrongQuestionError("bbox", gettext("The box is west, south, east, north in degrees."))
    return box


def _words(found: shown.Shown) -> Words:
    def nothing(own: object) -> str:
        return ""

    return Words(
        lang=get_language() or "",
        title=gettext("Issues in each hexagon"),
        description=said(found),
        place="",
        counts=gettext("Issues in each hexagon"),
        none=gettext("none"),
        withheld="",
        outline=gettext("boundary"),
        hotspots="",
        clusters="",
        cell=nothing,
        hotspot=nothing,
        cluster=nothing,
        q=lambda q: "",
        legend=gettext("What the signs mean"),
        keys="",
        zoom_in="",
        zoom_out="",
        close="",
        north=gettext("N"),
    )


urlpatterns = [
    path("live/cells.json", cells, name="live-cells"),
    path("live/areas.json", areas, name="live-areas"),
    path("live/map.svg", still, name="live-still"),
]
