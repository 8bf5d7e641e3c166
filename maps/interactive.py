"""The map for the screen: one HTML page by folium with Leaflet inside it, which asks the network for nothing.

The page carries its own Content-Security-Policy with the digests of its scripts and styles, so it is as closed in an
exported file as in the sandboxed frame that the site puts it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from folium.utilities import JsCode

from geo.cities import BaseMap
from maps.layers import Feature, FeatureCollection, Layers, bounds, collection
from maps.legend import Entry, classes, findings
from maps.palette import css_variables
from maps.sealed import POLICY_PLACE, inline, linked, sealed, without_pictures, without_source_map
from maps.words import Words

_HERE = Path(__file__).parent / "assets"
_MOVING: Any = JsCode("!matchMedia('(prefers-reduced-motion: reduce)').matches")
_OVER = ("outline", "clusters", "hotspots")


@dataclass(frozen=True)
class Assets:
    """The texts of Leaflet's script and stylesheet (1.9), as the site serves them."""

    leaflet_js: str
    leaflet_css: str


class _Page(Figure):
    """folium's figure as a whole, valid document in the reader's language."""

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.lang|e }}">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        f"{POLICY_PLACE}\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{{ this.title|e }}</title>\n"
        "{{ this.header.render(**kwargs) }}\n"
        "</head>\n"
        '<body{% if this.tiles %} class="tiles"{% endif %}>\n'
        "{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
        "</body>\n"
        "</html>\n"
    )

    def __init__(self, title: str, lang: str, tiles: bool) -> None:
        super().__init__(title=title)
        self.lang, self.tiles = lang, tiles
        self.header._children.clear()  # the charset is the template's


class _Map(folium.Map):
    """folium's map without its remote scripts, its forbidden pinch zoom and its global switches."""

    words: Words
    legend: str
    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="folium-map" id="{{ this.get_name() }}" role="region" aria-label="{{ this.words.title|e }}"
          aria-describedby="about keys"></div>
        <p class="keys" id="keys">{{ this.words.keys|e }}</p>
        {{ this.legend }}
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map(
          {{ this.get_name()|tojson }},
          Object.assign({{ this.options|tojavascript }}, {center: {{ this.location|tojson }}})
        );
        {% endmacro %}
        """
    )


class _Raw(Element):
    """An element that says exactly this; folium's own would read the text as a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Furniture(MacroElement):
    """Calls `furnish` of page.js with the map, its layers and the words of the page."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        furnish({{ this._parent.get_name() }}, {{ this.layers|tojavascript }}, {{ this.page|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, layers: dict[str, folium.GeoJson], page: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Furniture"
        self.layers, self.page = layers, page


def page(
    layers: Layers, words: Words, assets: Assets, base_map: BaseMap | None = None, title: str | None = None
) -> str:
    """A complete HTML page of the map; the same input gives the same bytes.

    `base_map` puts raster tiles under the layers (kind `raster`; any other kind draws on plain paper). Its attribution
    is plain text in which only `<a href="https://…">…</a>` counts as markup.
    """
    tiles = base_map if base_map and base_map.kind == "raster" and base_map.url else None
    figure = _Page(title or words.title, words.lang, tiles is not None)
    chart = _chart(layers, words, tiles)
    figure.add_child(chart)
    drawn = {name: layer for name, layer in _drawn(layers, words) if layer.data["features"]}
    for layer in drawn.values():
        chart.add_child(layer)
    chart.add_child(_Furniture(drawn, _furniture(layers, words, tiles)))
    _dress(figure, words, assets)
    _number(figure, count(1))
    return sealed(figure.render(), tiles.url if tiles else "")


def _chart(layers: Layers, words: Words, tiles: BaseMap | None) -> _Map:
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
    chart.words, chart.legend = words, _legend(layers, words, tiles)
    if tiles:
        attribution = linked(tiles.attribution) or "&nbsp;"
        chart.add_child(folium.TileLayer(tiles.url, attr=attribution, max_zoom=tiles.max_zoom, name="tiles"))
    return chart


def _drawn(layers: Layers, words: Words) -> Iterator[tuple[str, folium.GeoJson]]:
    """One folium layer for each of ours, from the ground up; lines over the counts get a casing of paper."""
    counts = [_styled(f, _cell_class(f), words.cell(f["properties"])) for f in layers.cells["features"]]
    yield "cells", _geojson(collection(counts))
    for kind, source in zip(_OVER, (layers.outline, layers.clusters, layers.hotspots), strict=True):
        casing = [_styled(f, "casing") for f in source["features"]]
        yield kind, _geojson(collection(casing + [_styled(f, kind) for f in source["features"]]))


def _geojson(data: FeatureCollection) -> folium.GeoJson:
    return folium.GeoJson(data, control=False, on_each_feature=JsCode("speaking"), smooth_factor=0)


def _cell_class(feature: Feature) -> str:
    own = feature["properties"]
    return "cell withheld" if own["withheld"] else f"cell step-{own['step']}"


def _styled(feature: Feature, classes: str, text: str = "") -> Feature:
    """A feature with its stylesheet classes; only one that has words can be pressed."""
    style = {"className": classes, "interactive": bool(text)}
    return {
        "type": "Feature",
        "properties": {"style": style, "text": text} if text else {"style": style},
        "geometry": feature["geometry"],
    }


def _furniture(layers: Layers, words: Words, tiles: BaseMap | None) -> dict[str, Any]:
    found = bounds(layers)
    ring = [[found[1], found[0]], [found[3], found[2]]] if found else None
    top = _box(layers.outline["features"][0]) if layers.outline["features"] else None
    return {
        "bounds": ring,
        "place": {"at": [top[3], (top[0] + top[2]) / 2], "text": words.place} if top and words.place else None,
        "badges": _badges(layers, words),
        "attributions": [escape(words.attribution)] if words.attribution else [],
        "zoom_in": words.zoom_in,
        "zoom_out": words.zoom_out,
        "close": words.close,
    }


def _box(feature: Feature) -> tuple[float, float, float, float]:
    alone = Layers(collection([feature]), collection([]), collection([]), collection([]), ())
    found = bounds(alone)
    assert found is not None
    return found


def _badges(layers: Layers, words: Words) -> list[dict[str, Any]]:
    """Numbers on hot spots (those in one cell share a badge), letter and q on clusters: what Tab walks through."""
    by_cell: dict[str, list[Feature]] = {}
    for feature in layers.hotspots["features"]:
        by_cell.setdefault(feature["properties"]["cell"], []).append(feature)
    badges: list[dict[str, Any]] = []
    for group in by_cell.values():
        west, south, east, north = _box(group[0])
        own = [f["properties"] for f in group]
        text = ", ".join(p["label"] for p in own)
        spoken = "\n".join(words.hotspot(p) for p in own)
        badges.append(
            {"kind": "hotspots", "at": [(south + north) / 2, (west + east) / 2], "text": text, "words": spoken}
        )
    for feature in layers.clusters["features"]:
        west, south, east, north = _box(feature)
        own_properties = feature["properties"]
        text = f"{own_properties['label']} · {words.q(own_properties['q'])}"
        spoken = words.cluster(own_properties)
        middle, level = (west + east) / 2, (south + north) / 2
        places = {"above": [north, middle], "below": [south, middle], "left": [level, west], "right": [level, east]}
        badges.append({"kind": "clusters", "at": places["above"], "places": places, "text": text, "words": spoken})
    return badges


def _dress(figure: _Page, words: Words, assets: Assets) -> None:
    """Styles and scripts into the head; what is read before the map into the body."""
    css = (without_pictures(assets.leaflet_css), css_variables(), (_HERE / "page.css").read_text("utf-8"))
    scripts = (without_source_map(assets.leaflet_js), (_HERE / "page.js").read_text("utf-8"))
    for i, text in enumerate(css):
        figure.header.add_child(_Raw(inline(text, "style")), name=f"css{i}")
    for i, text in enumerate(scripts):
        figure.header.add_child(_Raw(inline(text, "script")), name=f"js{i}")
    figure.html.add_child(_Raw(_before(words)), name="before")


def _before(words: Words) -> str:
    return (
        f'<h1 class="aside">{escape(words.title)}</h1><p class="aside" id="about">{escape(words.description)}</p>\n'
        '<svg class="aside" aria-hidden="true" focusable="false"><defs><pattern id="hatch" width="6" height="6" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/>'
        '<line class="hatch-line" x1="0" y1="0" x2="0" y2="6"/></pattern></defs></svg>'
    )


def _legend(layers: Layers, words: Words, tiles: BaseMap | None) -> str:
    """What the signs mean. Findings can be taken off the map; the counts only where a base map lies under them."""
    heading = f'<span class="heading">{escape(words.counts)}</span>'
    switch = _switch("cells", heading) if tiles and layers.cells["features"] else heading
    counts = "".join(_count(entry) for entry in classes(layers, words))
    over = "".join(_finding(entry) for entry in findings(layers, words))
    ramp = f'<div class="ramp">{switch}<ul>{counts}</ul></div>' if counts else ""
    return f'<section class="legend" aria-label="{escape(words.legend)}">{ramp}<ul>{over}</ul></section>'


def _count(entry: Entry) -> str:
    symbol, text = entry
    kind = "" if symbol == "withheld" else ' class="count"'
    return f"<li{kind}>{_sign(symbol)}<span>{escape(text)}</span></li>"


def _finding(entry: Entry) -> str:
    symbol, text = entry
    inner = f"{_sign(symbol)}<span>{escape(text)}</span>"
    return f"<li>{inner if symbol == 'outline' else _switch(symbol, inner)}</li>"


def _switch(layer: str, inner: str) -> str:
    return f'<label><input type="checkbox" checked data-layer="{layer}">{inner}</label>'


def _sign(symbol: str) -> str:
    hexagon = "M12 2.5 20.2 7.2V16.8L12 21.5 3.8 16.8V7.2Z"
    kind = f"cell step-{symbol[-1]}" if symbol.startswith("class-") else symbol
    kind = "cell withheld" if symbol == "withheld" else kind
    data = "M1 12H23" if symbol in ("outline", "clusters") else hexagon
    return f'<svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path class="{kind}" d="{data}"/></svg>'


def _number(element: Element, numbers: Iterable[int]) -> None:
    """Ids from a counter: folium's own are random, and the same map must give the same bytes."""
    counter = iter(numbers)
    waiting = [element]
    while waiting:
        current = waiting.pop(0)
        current._id = str(next(counter))
        waiting += [getattr(current, part) for part in ("header", "html", "script") if isinstance(current, Figure)]
        waiting += current._children.values()
