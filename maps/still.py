"""The still map for paper: one SVG that needs no script, no picture and no colour to be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from maps.badges import apart, around, hotspot_plates
from maps.layers import Bounds, Feature, Layers, bounds, metres_per_degree
from maps.legend import DASH, Legend, classes, findings
from maps.vector import Point, document, hatched, label, mark, path
from maps.words import Words

_MARGIN = 2.0
_SMALL = 2.5  # 7 pt
_FOOT = 5.0


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet in millimetres, y downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """Degrees to millimetres: equirectangular about the middle latitude, true within a city to a few per mille."""

    centre: Point
    middle: Point
    mm_per_degree: Point
    mm_per_m: float

    def place(self, point: Sequence[float]) -> Point:
        """Where a point given as lng, lat falls on the sheet."""
        x = self.middle[0] + (point[0] - self.centre[0]) * self.mm_per_degree[0]
        return x, self.middle[1] - (point[1] - self.centre[1]) * self.mm_per_degree[1]

    def rings(self, feature: Feature) -> list[list[Point]]:
        """The closed rings of a polygon or multipolygon."""
        shape = feature["geometry"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        return [[self.place(p) for p in ring] for polygon in polygons for ring in polygon]

    def data(self, features: list[Feature]) -> str:
        """The path data of many features at once."""
        return "".join(path(ring[:-1]) for feature in features for ring in self.rings(feature))


def svg(layers: Layers, words: Words, width_mm: float = 170.0, height_mm: float = 110.0) -> str:
    """The map of one report as an SVG document of the given size.

    Safe in black and white: classes differ in lightness, withheld cells are hatched, hot spots have a thick line and
    a number, clusters a dashed line, a letter and their q. The legend stands at the right of a wide sheet (from 6 to
    5) and below a narrower one.
    """
    legend = Legend(words.counts, (classes(layers, words), findings(layers, words)))
    foot = _FOOT if words.attribution else 0.0
    beside = width_mm >= 1.2 * height_mm
    side = min(60.0, 0.34 * width_mm) if beside else width_mm - 2 * _MARGIN
    deep = 0.0 if beside else legend.height(side, columns=2) + 2 * _MARGIN
    taken = side + 2 * _MARGIN if beside else 0.0
    chart = Box(_MARGIN, _MARGIN, width_mm - taken - 2 * _MARGIN, height_mm - foot - deep - 2 * _MARGIN)
    body = [mark("rect", {"width": width_mm, "height": height_mm}, fill="paper-raised")]
    found = bounds(layers)
    if found:
        sheet = _fit(found, chart)
        body += _ground(layers, sheet) + _findings(layers, sheet) + _plates(layers, words, sheet, chart)
        body += _scale_bar(sheet, chart) + _north(words, chart)
    if beside:
        body += legend.draw(width_mm - side - _MARGIN, _MARGIN, side, columns=1)
    else:
        body += legend.draw(_MARGIN, chart.y + chart.height + _MARGIN, side, columns=2)
    if words.attribution:
        body.append(label(_MARGIN, height_mm - 1.6, words.attribution, _SMALL, fill="ink-soft"))
    return document(width_mm, height_mm, words.title, words.description, words.lang, body)


def _fit(found: Bounds, box: Box) -> Sheet:
    west, south, east, north = found
    centre = ((west + east) / 2, (south + north) / 2)
    per_lng, per_lat = metres_per_degree(centre[1])
    wide_m, high_m = max((east - west) * per_lng, 1.0), max((north - south) * per_lat, 1.0)
    # A strip below stays free for scale bar and arrow, a little room above for the label of a cluster.
    mm_per_m = max(min((box.width - 2) / wide_m, (box.height - 13) / high_m), 1e-6)
    middle = (box.x + box.width / 2, box.y + (box.height - 7) / 2)
    return Sheet(centre, middle, (per_lng * mm_per_m, per_lat * mm_per_m), mm_per_m)


def _ground(layers: Layers, sheet: Sheet) -> list[str]:
    drawn = []
    for feature in layers.cells["features"]:
        properties, outline = feature["properties"], sheet.data([feature])
        fill = "withheld" if properties["withheld"] else f"class-{properties['step']}" if properties["step"] else "none"
        drawn.append(mark("path", {"d": outline, "stroke_width": 0.12}, fill=fill, stroke="edge"))
        if properties["withheld"]:
            drawn.append(hatched(sheet.rings(feature)[0]))
    return drawn + _cased(sheet.data(layers.outline["features"]), "ink", 0.6)


def _findings(layers: Layers, sheet: Sheet) -> list[str]:
    hulls = _cased(sheet.data(layers.clusters["features"]), "ink", 0.5, DASH)
    return hulls + _cased(sheet.data(layers.hotspots["features"]), "rose", 0.9)


def _cased(data: str, stroke: str, width: float, dash: str = "none") -> list[str]:
    """A line on a paper-coloured casing, so that it stands out from light and dark cells alike."""
    if not data:
        return []
    shape: dict[str, str | float] = {"d": data, "stroke_linejoin": "round"}
    casing = mark("path", {**shape, "stroke_width": width + 0.9}, stroke="paper-raised")
    return [casing, mark("path", {**shape, "stroke_width": width, "stroke_dasharray": dash}, stroke=stroke)]


def _plates(layers: Layers, words: Words, sheet: Sheet, chart: Box) -> list[str]:
    """Numbers on hot spots; beside each cluster its letter with the q of the exposure test, never one alone."""
    spots = [(_middle(sheet.rings(f)[0]), f["properties"]["label"]) for f in layers.hotspots["features"]]
    placed = hotspot_plates(spots)
    drawn = [plate.draw("rose") for plate in placed]
    hulls = [around(sheet.rings(f)[0]) for f in layers.clusters["features"]]
    for i, feature in enumerate(layers.clusters["features"]):
        own, others = feature["properties"], [h for j, h in enumerate(hulls) if j != i]
        text = f"{own['label']} · {words.q(own['q'])}"
        sides = (chart.x, chart.x + chart.width)
        placed.append(apart(text, hulls[i], sides, [plate.box for plate in placed], others))
        drawn.append(placed[-1].draw("ink"))
    return drawn


def _middle(ring: list[Point]) -> Point:
    corners = ring[:-1]
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def round_metres(most_m: float) -> int:
    """The longest of 1, 2 or 5 times a power of ten that is at most `most_m`; at least 1 m."""
    most_m = max(most_m, 1.0)
    power: int = 10 ** math.floor(math.log10(most_m))
    return max(step * power for step in (1, 2, 5) if step * power <= most_m)


def _scale_bar(sheet: Sheet, box: Box) -> list[str]:
    metres = round_metres(0.28 * box.width / sheet.mm_per_m)
    length, x, y = metres * sheet.mm_per_m, box.x + 1, box.y + box.height - 2
    text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    ticks = path([(x, y - 1.4), (x, y), (x + length, y), (x + length, y - 1.4)], close=False)
    return [
        mark("path", {"d": ticks, "stroke_width": 0.35}, stroke="ink"),
        label(x + length / 2, y - 1.0, text, _SMALL, anchor="middle"),
    ]


def _north(words: Words, box: Box) -> list[str]:
    x, y = box.x + box.width - 4, box.y + box.height - 9
    arrow = path([(x, y), (x + 1.5, y + 4), (x, y + 3.1), (x - 1.5, y + 4)])
    return [mark("path", {"d": arrow}, fill="ink"), label(x, y + 7, words.north, _SMALL, anchor="middle")]
