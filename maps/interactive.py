"""The map for the screen: one HTML page by folium with Leaflet inside it, which asks the network for nothing.

The page carries its own Content-Security-Policy with the digests of its scripts and styles, so it is as closed in an
exported file as in the sandboxed frame that the site puts it in.

folium reads what its elements have rendered as a template once more. So no word may pass through an element: words
stand in the page's own template, which is rendered once and escapes them, or in the JSON handed to page.js.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from folium.utilities import JsCode

from geo.cities import BaseMap
from maps.layers import Feature, FeatureCollection, Layers, bounds, box, collection
from maps.legend import classes, findings
from maps.palette import css_variables
from maps.sealed import inline, linked, script_json, sealed, without_pictures, without_source_map
from maps.words import Words

_HERE = Path(__file__).parent / "assets"
_MOVING: Any = JsCode("!matchMedia('(prefers-reduced-motion: reduce)').matches")


@dataclass(frozen=True)
class Assets:
    """The texts of Leaflet's script and stylesheet (1.9), as the site serves them."""

    leaflet_js: str
    leaflet_css: str


class _Map(folium.Map):
    """folium's map without its remote scripts, its ban on pinch zoom and its global switches."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map(
          {{ this.get_name()|tojson }},
          Object.assign({{ this.options|tojavascript }}, {center: {{ this.location|tojson }}})
        );
        {% endmacro %}
        """
    )


class _Page(Figure):
    """folium's figure as a whole, valid document in the reader's language: assets/page.html."""

    _template = Template((_HERE / "page.html").read_text("utf-8"), autoescape=True)

    def __init__(self, chart: _Map, layers: Layers, words: Words, title: str, tiles: bool) -> None:
        super().__init__(title=title)
        self.chart, self.words, self.tiles = chart, words, tiles
        self.counts, self.findings = classes(layers, words), findings(layers, words)
        self.header._children.clear()  # the charset stands in the template
        self.add_child(chart)


class _Raw(Element):
    """An element that says exactly this; folium's own would read the text as a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Furniture(MacroElement):
    """Calls `furnish` of page.js with the map, its layers and the words of the page."""

    def __init__(self, figure: _Page, layers: dict[str, folium.GeoJson], words: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Furniture"
        self.figure, self.chart, self.layers, self.words = figure, figure.chart, layers, words

    def render(self, **kwargs: Any) -> str:
        names = ", ".join(f"{kind}: {layer.get_name()}" for kind, layer in self.layers.items())
        call = f"furnish({self.chart.get_name()}, {{{names}}}, {script_json(self.words)});"
        self.figure.script.add_child(_Raw(call), name=self.get_name())
        return ""


def page(
    layers: Layers, words: Words, assets: Assets, base_map: BaseMap | None = None, title: str | None = None
) -> str:
    """A complete HTML page of the map; the same input gives the same bytes.

    `base_map` puts raster tiles under the layers (kind `raster`; any other kind draws on plain paper). Its attribution
    is plain text in which only `<a href="https://…">…</a>` counts as markup. The page needs scripts and no origin: an
    iframe with `sandbox="allow-scripts"` is enough.
    """
    tiles = base_map if base_map and base_map.kind == "raster" and base_map.url else None
    chart = _chart(layers, tiles)
    figure = _Page(chart, layers, words, title or words.title, tiles is not None)
    drawn = {kind: _geojson(data) for kind, data in _drawn(layers) if data["features"]}
    for layer in drawn.values():
        chart.add_child(layer)
    chart.add_child(_Furniture(figure, drawn, _furniture(layers, words)))
    _dress(figure, assets)
    _number(figure, count(1))
    return sealed(figure.render(), tiles.url if tiles else "")


def _chart(layers: Layers, tiles: BaseMap | None) -> _Map:
    west, south, east, north = bounds(layers) or (0.0, 0.0, 0.0, 0.0)
    chart = _Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_start=13,
        zoom_control=False,
        max_zoom=tiles.max_zoom if tiles else 18,
        min_zoom=3,
        # Tiles blur between whole zooms; plain paper may fit the frame more closely.
        zoom_snap=1 if tiles else 0.25,
        zoom_animation=_MOVING,
        fade_animation=_MOVING,
        inertia=_MOVING,
    )
    if tiles:
        attribution = linked(tiles.attribution) or "&nbsp;"  # folium refuses tiles without one
        chart.add_child(folium.TileLayer(tiles.url, attr=attribution, max_zoom=tiles.max_zoom, name="tiles"))
    return chart


def _drawn(layers: Layers) -> Iterator[tuple[str, FeatureCollection]]:
    """What each layer draws, from the ground up; lines over the counts get a casing of paper."""
    yield "cells", collection([_styled(f, _cell_class(f), pressed=True) for f in layers.cells["features"]])
    lines = (("outline", layers.outline), ("clusters", layers.clusters), ("hotspots", layers.hotspots))
    for kind, source in lines:
        casing = [_styled(f, "casing") for f in source["features"]]
        yield kind, collection(casing + [_styled(f, kind) for f in source["features"]])


def _geojson(data: FeatureCollection) -> folium.GeoJson:
    return folium.GeoJson(data, control=False, smooth_factor=0)


def _cell_class(feature: Feature) -> str:
    own = feature["properties"]
    return "cell withheld" if own["withheld"] else f"cell step-{own['step']}"


def _styled(feature: Feature, classes: str, pressed: bool = False) -> Feature:
    """The shape of a feature with its stylesheet classes; no word goes with it."""
    style = {"className": classes, "interactive": pressed}
    return {"type": "Feature", "properties": {"style": style}, "geometry": feature["geometry"]}


def _furniture(layers: Layers, words: Words) -> dict[str, Any]:
    """What page.js needs to know; `cells` says the words of each cell in the order of its layer."""
    found = bounds(layers)
    place = None
    if layers.outline["features"] and words.place:
        west, _, east, north = box(layers.outline["features"][0])
        place = {"at": [north, (west + east) / 2], "text": words.place}
    return {
        "bounds": [[found[1], found[0]], [found[3], found[2]]] if found else None,
        "place": place,
        "cells": [words.cell(f["properties"]) for f in layers.cells["features"]],
        "badges": [*_hotspot_badges(layers, words), *_cluster_badges(layers, words)],
        "attributions": [linked(words.attribution)] if words.attribution else [],
        "zoom_in": words.zoom_in,
        "zoom_out": words.zoom_out,
        "close": words.close,
    }


def _hotspot_badges(layers: Layers, words: Words) -> Iterator[dict[str, Any]]:
    """Numbers on hot spots, which Tab walks through; those in one cell share a badge."""
    by_cell: dict[str, list[Feature]] = {}
    for feature in layers.hotspots["features"]:
        by_cell.setdefault(feature["properties"]["cell"], []).append(feature)
    for group in by_cell.values():
        west, south, east, north = box(group[0])
        own = [f["properties"] for f in group]
        text = ", ".join(p["label"] for p in own)
        spoken = "\n".join(words.hotspot(p) for p in own)
        yield {"kind": "hotspots", "at": [(south + north) / 2, (west + east) / 2], "text": text, "words": spoken}


def _cluster_badges(layers: Layers, words: Words) -> Iterator[dict[str, Any]]:
    """Letter and q of each cluster, which are never parted, and the places where they may stand."""
    for feature in layers.clusters["features"]:
        west, south, east, north = box(feature)
        own = feature["properties"]
        text = f"{own['label']} · {words.q(own['q'])}"
        middle, level = (west + east) / 2, (south + north) / 2
        places = {"above": [north, middle], "below": [south, middle], "left": [level, west], "right": [level, east]}
        spoken = words.cluster(own)
        yield {"kind": "clusters", "at": places["above"], "places": places, "text": text, "words": spoken}


def _dress(figure: _Page, assets: Assets) -> None:
    css = (without_pictures(assets.leaflet_css), css_variables(), (_HERE / "page.css").read_text("utf-8"))
    scripts = (without_source_map(assets.leaflet_js), (_HERE / "page.js").read_text("utf-8"))
    for i, text in enumerate(css):
        figure.header.add_child(_Raw(inline(text, "style")), name=f"css{i}")
    for i, text in enumerate(scripts):
        figure.header.add_child(_Raw(inline(text, "script")), name=f"js{i}")


def _number(element: Element, numbers: Iterator[int]) -> None:
    """Ids from a counter: folium's own are random, and the same map must give the same bytes."""
    waiting = [element]
    while waiting:
        current = waiting.pop(0)
        current._id = str(next(numbers))
        if isinstance(current, Figure):
            waiting += [current.header, current.html, current.script]
        waiting += current._children.values()
