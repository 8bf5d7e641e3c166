"""Numbered places on a small map, joined in their order or not: for a crew's sheet, and for what lies near an issue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.badges import Plate, hotspot_plates
from maps.layers import Bounds, Feature, metres_per_degree
from maps.still import Sheet, round_metres
from maps.vector import Point, document, label, mark, path, text_width

_SMALL = 2.5
_NAME = 3.0
# What is shown is at least so wide and high, and no stop lies nearer to the edge than this share of it.
_LEAST_M = 240.0
_ROOM = 0.12
_FOOT = 5.0


@dataclass(frozen=True)
class Stop:
    """A place in degrees and its number; 0 is the place that the others are near, drawn as a ring without a number."""

    lng: float
    lat: float
    number: int


@dataclass(frozen=True)
class Words:
    """What the picture is called and says, and the language it says it in."""

    title: str
    description: str
    lang: str


def svg(
    areas: Sequence[Feature],
    stops: Sequence[Stop],
    words: Words,
    *,
    width_mm: float = 180.0,
    height_mm: float = 110.0,
    way: bool = False,
) -> str:
    """The picture, safe in black and white: outlines of areas with their names, a number for every stop.

    `way` draws the line from each stop to the next, as the crow flies. Raises ValueError without stops.
    """
    if not stops:
        raise ValueError("there is no stop to draw")
    sheet = _sheet(_view(stops), width_mm, height_mm)
    places = [(sheet.place((stop.lng, stop.lat)), stop.number) for stop in stops]
    inner = [mark("rect", {"width": width_mm, "height": height_mm}, fill="paper-raised"), *_outlines(areas, sheet)]
    if way and len(places) > 1:
        line = path([place for place, _number in places], close=False)
        shape: dict[str, str | float] = {"d": line, "stroke_linejoin": "round"}
        inner += [
            mark("path", {**shape, "stroke_width": 1.6}, stroke="paper-raised"),
            mark("path", {**shape, "stroke_width": 0.5, "stroke_dasharray": "1.6 1.2"}, stroke="ink"),
        ]
    plates = hotspot_plates([(place, str(number)) for place, number in places if number])
    names = [part for area in areas for part in _name(area, sheet, plates, (width_mm, height_mm))]
    inner += [*names, *(_ring(place) for place, number in places if not number)]
    inner += [plate.draw("ink") for plate in plates]
    body = [*inner, *_scale(sheet, width_mm, height_mm)]
    return document(width_mm, height_mm, words.title, words.description, words.lang, body)


def _view(stops: Sequence[Stop]) -> Bounds:
    """West, south, east, north of what is shown."""
    lngs, lats = [stop.lng for stop in stops], [stop.lat for stop in stops]
    west, south, east, north = min(lngs), min(lats), max(lngs), max(lats)
    per_lng, per_lat = metres_per_degree((south + north) / 2)
    across = max((east - west) * (1 + 2 * _ROOM), _LEAST_M / per_lng)
    up = max((north - south) * (1 + 2 * _ROOM), _LEAST_M / per_lat)
    lng, lat = (west + east) / 2, (south + north) / 2
    return lng - across / 2, lat - up / 2, lng + across / 2, lat + up / 2


def _sheet(view: Bounds, width_mm: float, height_mm: float) -> Sheet:
    west, south, east, north = view
    centre = ((west + east) / 2, (south + north) / 2)
    per_lng, per_lat = metres_per_degree(centre[1])
    mm_per_m = min(width_mm / ((east - west) * per_lng), (height_mm - _FOOT) / ((north - south) * per_lat))
    middle = (width_mm / 2, (height_mm - _FOOT) / 2)
    return Sheet(centre, middle, (per_lng * mm_per_m, per_lat * mm_per_m), mm_per_m)


def _outlines(areas: Sequence[Feature], sheet: Sheet) -> list[str]:
    data = sheet.data(list(areas))
    return [mark("path", {"d": data, "stroke_width": 0.5}, stroke="edge")] if data else []


def _name(area: Feature, sheet: Sheet, plates: Sequence[Plate], size: Point) -> list[str]:
    """The name of an area where it fits and covers no number."""
    text = str(area["properties"]["name"])
    x, y = sheet.place(area["properties"]["at"])
    half = text_width(text, _NAME) / 2
    box = (x - half, y - _NAME, x + half, y + 1.0)
    if box[0] < 1 or box[1] < 1 or box[2] > size[0] - 1 or box[3] > size[1] - 9 or any(p.covers(box) for p in plates):
        return []
    return [label(x, y, text, _NAME, fill="ink-soft", anchor="middle")]


def _ring(place: Point) -> str:
    rings = [mark("circle", {"cx": place[0], "cy": place[1], "r": 2.6, "stroke_width": 0.9}, stroke="rose")]
    return "".join([*rings, mark("circle", {"cx": place[0], "cy": place[1], "r": 0.9}, fill="rose")])


def _scale(sheet: Sheet, width_mm: float, height_mm: float) -> list[str]:
    metres = round_metres(0.25 * width_mm / sheet.mm_per_m)
    length, x, y = metres * sheet.mm_per_m, 3.0, height_mm - 2.0
    ticks = path([(x, y - 1.4), (x, y), (x + length, y), (x + length, y - 1.4)], close=False)
    text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    back = {"x": x - 2, "y": y - 5.5, "width": length + 4, "height": 7.0}
    return [
        mark("rect", back, fill="paper-raised"),
        mark("path", {"d": ticks, "stroke_width": 0.4}, stroke="ink"),
        label(x + length / 2, y - 1.4, text, _SMALL, anchor="middle"),
    ]
