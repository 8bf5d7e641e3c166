"""SVG by hand: a few marks in millimetres, each colour named by its palette token."""

from __future__ import annotations

import hashlib
import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import shapely

from maps.palette import LIGHT

Point = tuple[float, float]

FONTS = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"

HATCH_MM = 1.1

# No font is measured here; the widest of the stack (DejaVu Sans) takes about this share of its size per letter.
_LETTER = 0.6


def number(value: float) -> str:
    """A coordinate with at most two decimals, the same text for the same value everywhere."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text_width(text: str, size: float) -> float:
    """A generous guess of how wide a text is, in the unit of `size`."""
    return len(text) * size * _LETTER


def wrap(text: str, width: float, size: float) -> list[str]:
    """Lines of a text that fit a width, by the same guess."""
    return textwrap.wrap(text, max(8, int(width / (size * _LETTER)))) or [""]


def mark(
    name: str,
    values: Mapping[str, str | float],
    *,
    fill: str = "none",
    stroke: str = "none",
    text: str | None = None,
) -> str:
    """One SVG element with its attributes (`_` in a name stands for `-`); `fill` and `stroke` are palette tokens."""
    classes = [f"f-{fill}"] * (fill != "none") + [f"s-{stroke}"] * (stroke != "none")
    paint = {"class": " ".join(classes), "fill": LIGHT.get(fill, fill), "stroke": LIGHT.get(stroke, stroke)}
    if not classes:
        del paint["class"]
    if stroke == "none":
        del paint["stroke"]
    attributes = {**values, **paint}
    inner = "".join(
        f' {key.replace("_", "-")}="{number(v) if isinstance(v, float | int) else escape(str(v))}"'
        for key, v in attributes.items()
    )
    return f"<{name}{inner}/>" if text is None else f"<{name}{inner}>{escape(text)}</{name}>"


def path(points: Sequence[Point], close: bool = True) -> str:
    """Path data of one run of points in millimetres."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if close else "")


def segments(lines: Iterable[tuple[Point, Point]]) -> str:
    """Path data of many short lines."""
    return "".join(path(line, close=False) for line in lines)


def hexagon(x: float, y: float, radius: float) -> list[Point]:
    """The closed ring of a small hexagon, the shape of the cells, for a legend."""
    turns = [math.radians(60 * i - 30) for i in (*range(6), 0)]
    return [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns]


def hatched(ring: list[Point]) -> str:
    """Slanted lines across a ring, on one grid over the whole sheet. Drawn one by one: printers agree on lines."""
    shape = shapely.Polygon(ring)
    left, top, right, bottom = shape.bounds
    first, last = math.ceil((left + top) / HATCH_MM), math.floor((right + bottom) / HATCH_MM)
    lines = []
    for step in range(first, last + 1):
        total = step * HATCH_MM
        cut = shapely.intersection(shape, shapely.LineString([(total - bottom, bottom), (total - top, top)]))
        if cut.geom_type == "LineString" and len(cut.coords) == 2:
            (ax, ay), (bx, by) = cut.coords
            lines.append(((ax, ay), (bx, by)))
    return mark("path", {"d": segments(lines), "stroke_width": 0.2}, stroke="hatch")


def label(
    x: float, y: float, text: str, size: float, *, fill: str = "ink", anchor: str = "start", bold: bool = False
) -> str:
    """A line of text whose baseline begins, has its middle or ends (`anchor`) at x, y."""
    place: dict[str, str | float] = {"x": x, "y": y, "font_size": size, "text_anchor": anchor}
    if bold:
        place["font_weight"] = "bold"
    return mark("text", place, fill=fill, text=text)


def document(width_mm: float, height_mm: float, title: str, description: str, lang: str, body: Sequence[str]) -> str:
    """A whole SVG image with its name and description; ids come from its words, so two drawings do not clash."""
    key = hashlib.sha256(f"{title}\n{description}".encode()).hexdigest()[:8]
    size = f'width="{number(width_mm)}mm" height="{number(height_mm)}mm"'
    view = f'viewBox="0 0 {number(width_mm)} {number(height_mm)}"'
    names = f'role="img" aria-labelledby="t{key}" aria-describedby="d{key}" lang="{escape(lang)}"'
    head = f'<title id="t{key}">{escape(title)}</title><desc id="d{key}">{escape(description)}</desc>'
    fonts = f'class="figure" font-family="{escape(FONTS)}"'
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" {fonts} {size} {view} {names}>', head, *body, "</svg>", ""]
    )
