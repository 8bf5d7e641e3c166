"""What the signs of a map mean: the same entries under the screen map and beside the printed one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maps.layers import Layers
from maps.palette import ranges, step_of
from maps.vector import hatched, hexagon, label, mark, path, wrap
from maps.words import Words

Entry = tuple[str, str]

DASH = "1.3 0.9"

_TEXT = 3.0  # millimetres: 8.5 pt
_LINE = 3.8
_ROW = 5.0
_INDENT = 7.0


def classes(layers: Layers, words: Words) -> list[Entry]:
    """(symbol, text) of the counts on this map: `class-0` for none, `class-<step>` with its numbers, `withheld`."""
    cells = [f["properties"] for f in layers.cells["features"]]
    count = len(layers.breaks)
    none = [("class-0", words.none)] if any(not c["withheld"] and not c["n"] for c in cells) else []
    silent = [("withheld", words.withheld)] if any(c["withheld"] for c in cells) else []
    spans = enumerate(ranges(layers.breaks), start=1)
    return none + [(f"class-{step_of(i, count)}", words.span(low, high)) for i, (low, high) in spans] + silent


def findings(layers: Layers, words: Words) -> list[Entry]:
    """(symbol, text) of what is drawn over the counts: `outline`, `hotspots`, `clusters`; only what is there."""
    kinds = (
        ("outline", words.outline, layers.outline),
        ("hotspots", words.hotspots, layers.hotspots),
        ("clusters", words.clusters, layers.clusters),
    )
    return [(kind, text) for kind, text, layer in kinds if layer["features"]]


@dataclass(frozen=True)
class Legend:
    """The printed legend: a heading and two groups, which stand in one column or in two."""

    heading: str
    groups: tuple[list[Entry], list[Entry]]

    def height(self, width: float, columns: int) -> float:
        """Millimetres it takes at a width."""
        deep = [sum(_row(text, width / columns) for _, text in group) for group in self.groups]
        return self._top(width) + (max(deep) if columns == 2 else sum(deep) + _ROW / 2)

    def draw(self, x: float, y: float, width: float, columns: int) -> list[str]:
        """Its marks, the upper left corner at x, y."""
        heading = enumerate(wrap(self.heading, width, _TEXT), start=1)
        drawn = [label(x, y + i * _LINE, line, _TEXT, bold=True) for i, line in heading]
        top = y + self._top(width)
        for index, group in enumerate(self.groups):
            left = x + index * width / columns if columns == 2 else x
            down = top
            for symbol, text in group:
                drawn += _entry(left, down, symbol, text, width / columns)
                down += _row(text, width / columns)
            top = top if columns == 2 else down + _ROW / 2
        return drawn

    def _top(self, width: float) -> float:
        return len(wrap(self.heading, width, _TEXT)) * _LINE + 2.5


def _row(text: str, width: float) -> float:
    return _ROW + _LINE * (len(wrap(text, width - _INDENT - 2, _TEXT)) - 1)


def _entry(x: float, y: float, symbol: str, text: str, width: float) -> list[str]:
    lines = enumerate(wrap(text, width - _INDENT - 2, _TEXT))
    words = [label(x + _INDENT, y + 3 + i * _LINE, line, _TEXT) for i, line in lines]
    return [_SYMBOLS.get(symbol, _swatch(symbol))(x + 2.5, y + 2), *words]


def _swatch(fill: str) -> Callable[[float, float], str]:
    return lambda x, y: mark("path", {"d": path(hexagon(x, y, 2.1)), "stroke_width": 0.12}, fill=fill, stroke="edge")


def _line(stroke: str, width: float, dash: str = "none") -> Callable[[float, float], str]:
    return lambda x, y: mark(
        "path",
        {"d": path([(x - 2.4, y), (x + 2.4, y)], close=False), "stroke_width": width, "stroke_dasharray": dash},
        stroke=stroke,
    )


_SYMBOLS: dict[str, Callable[[float, float], str]] = {
    "class-0": _swatch("none"),
    "withheld": lambda x, y: _swatch("withheld")(x, y) + hatched(hexagon(x, y, 2.1)),
    "outline": _line("ink", 0.6),
    "hotspots": lambda x, y: mark("path", {"d": path(hexagon(x, y, 2.0)), "stroke_width": 0.9}, stroke="rose"),
    "clusters": _line("ink", 0.5, DASH),
}
