"""Where one thing lies: the outline of its area and its neighbours with a pin, as a small SVG that needs no script."""

from __future__ import annotations

from dataclasses import dataclass

from maps.layers import Bounds, Feature, box, metres_per_degree
from maps.still import Sheet, round_metres
from maps.vector import document, label, mark, path, text_width

Box = tuple[float, float, float, float]

WIDE, HIGH = 96.0, 72.0
_SMALL = 3.6
# What is shown is at least so wide, and the pin stands at least so far from the edge (a share of the picture).
_LEAST_M = 800.0
_ROOM = 0.12


@dataclass(frozen=True)
class Spot:
    """A place to show: degrees; within `about_m` metres of it where it is known only so closely (0: exactly)."""

    lng: float
    lat: float
    about_m: float = 0.0


def svg(areas: list[Feature], own: str, spot: Spot, *, title: str, description: str, lang: str) -> str:
    """The picture. `areas` are outlines with slug, name and `at` (a point inside); `own` is the slug of the spot's."""
    mine = [f for f in areas if f["properties"]["slug"] == own]
    sheet = _sheet(_view([box(f) for f in mine or areas], spot))
    seen = [f for f in areas if _meet(_on(box(f), sheet), (0, 0, WIDE, HIGH))]
    others = [f for f in seen if f not in mine]
    x, y = sheet.place((spot.lng, spot.lat))
    taken = [(x - 4, y - 11, x + 4, y + 3), (0.0, HIGH - 9, 0.28 * WIDE, HIGH)]
    body = [
        mark("rect", {"width": WIDE, "height": HIGH}, fill="paper"),
        mark("path", {"d": sheet.data(others), "stroke_width": 0.35}, fill="paper", stroke="edge"),
        mark("path", {"d": sheet.data(mine), "stroke_width": 0.7}, fill="bega-wash", stroke="bega"),
        *(part for f in mine + others for part in _name(f, sheet, taken)),
        *_pin(spot, sheet),
        *_scale(sheet),
    ]
    return document(WIDE, HIGH, title, description, lang, body)


def _view(boxes: list[Bounds], spot: Spot) -> Bounds:
    """West, south, east, north of what is shown: the area, the spot, and a margin."""
    per_lng, per_lat = metres_per_degree(spot.lat)
    reach_m = max(_LEAST_M / 2, spot.about_m)
    around = (
        spot.lng - reach_m / per_lng,
        spot.lat - reach_m / per_lat,
        spot.lng + reach_m / per_lng,
        spot.lat + reach_m / per_lat,
    )
    wests, souths, easts, norths = zip(*boxes, around, strict=True)
    west, south, east, north = min(wests), min(souths), max(easts), max(norths)
    across, up = _ROOM * (east - west), _ROOM * (north - south)
    return west - across, south - up, east + across, north + up


def _sheet(view: Bounds) -> Sheet:
    west, south, east, north = view
    centre = ((west + east) / 2, (south + north) / 2)
    per_lng, per_lat = metres_per_degree(centre[1])
    mm_per_m = min(WIDE / ((east - west) * per_lng), HIGH / ((north - south) * per_lat))
    return Sheet(centre, (WIDE / 2, HIGH / 2), (per_lng * mm_per_m, per_lat * mm_per_m), mm_per_m)


def _on(found: Bounds, sheet: Sheet) -> Box:
    """A box of degrees as left, top, right, bottom on the sheet."""
    (left, bottom), (right, top) = sheet.place(found[:2]), sheet.place(found[2:])
    return left, top, right, bottom


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def _name(feature: Feature, sheet: Sheet, taken: list[Box]) -> list[str]:
    """The name of an area on a paper casing, where it fits; what would be cut off or cover something is left out."""
    text = str(feature["properties"]["name"])
    x, y = sheet.place(feature["properties"]["at"])
    half = text_width(text, _SMALL) / 2
    own = (x - half, y - _SMALL, x + half, y + 1.0)
    if own[0] < 1 or own[1] < 1 or own[2] > WIDE - 1 or own[3] > HIGH - 1 or any(_meet(own, b) for b in taken):
        return []
    taken.append(own)
    place: dict[str, str | float] = {"x": x, "y": y, "font_size": _SMALL, "text_anchor": "middle"}
    casing = {**place, "stroke_width": 1.4, "stroke_linejoin": "round"}
    return [mark("text", casing, stroke="paper", text=text), mark("text", place, fill="ink", text=text)]


def _pin(spot: Spot, sheet: Sheet) -> list[str]:
    """A pin whose tip is the place; a dashed ring around it where it lies only somewhere there."""
    x, y = sheet.place((spot.lng, spot.lat))
    if spot.about_m:
        radius = max(3.0, spot.about_m * sheet.mm_per_m)
        ring: dict[str, str | float] = {"cx": x, "cy": y, "r": radius, "stroke_width": 0.8, "stroke_dasharray": "2 1.4"}
        return [mark("circle", ring, stroke="rose")]
    drop = f"M{x:.2f} {y:.2f}c-1.2 -2.6 -3.2 -4 -3.2 -6.6a3.2 3.2 0 0 1 6.4 0c0 2.6 -2 4 -3.2 6.6Z"
    return [
        mark("path", {"d": drop, "stroke_width": 1.6, "stroke_linejoin": "round"}, stroke="paper"),
        mark("path", {"d": drop}, fill="rose"),
        mark("circle", {"cx": x, "cy": y - 6.6, "r": 1.1}, fill="on-rose"),
    ]


def _scale(sheet: Sheet) -> list[str]:
    metres = round_metres(0.25 * WIDE / sheet.mm_per_m)
    length, x, y = metres * sheet.mm_per_m, 3.0, HIGH - 3.0
    ticks = path([(x, y - 1.4), (x, y), (x + length, y), (x + length, y - 1.4)], close=False)
    text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    return [
        mark("path", {"d": ticks, "stroke_width": 0.4}, stroke="ink"),
        label(x + length / 2, y - 1.4, text, _SMALL, anchor="middle"),
    ]
