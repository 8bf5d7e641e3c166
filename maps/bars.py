"""Horizontal bars with their intervals: shares, ranks and times, on the page and on paper alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.palette import CLASSES
from maps.vector import document, label, mark, path, text_width, wrap

_SHARE_OF_TEXT = 1.25  # height of a line


@dataclass(frozen=True)
class Bar:
    """One row: a value with the bounds of its interval (None where there is none), all of one unit and not negative.

    `label`, `figure` (the value as people write it) and `n` (how many it stands on, in words: "n = 40") are text.
    A `value` of None is a row whose number is withheld: its figure says so and no bar is drawn.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    figure: str
    n: str


def bars(
    rows: Sequence[Bar],
    title: str,
    description: str,
    lang: str,
    *,
    width_mm: float = 80.0,
    text_mm: float = 3.2,
    top: float | None = None,
    filled: bool = True,
) -> str:
    """Bars from zero to their value, a line from low to high, each labelled where it stands: no axis to look up.

    `top` is the value at the right edge (the largest bound when not given), so that drawings side by side share a
    scale. `filled=False` draws a dot instead of the bar: for ranks, where a longer bar is not more of anything.
    Raises ValueError when a value or bound is negative.
    """
    numbers = [v for row in rows for v in (row.value, row.low, row.high) if v is not None]
    if any(v < 0 for v in numbers):
        raise ValueError("a bar starts at zero and cannot show a negative value")
    scale = max([*numbers, top or 0.0]) or 1.0
    reach = width_mm - max((text_width(row.figure, text_mm) for row in rows), default=0.0) - 1.5
    body: list[str] = []
    y = 0.0
    for row in rows:
        body += _row(row, y, width_mm, max(reach, width_mm / 3) / scale, text_mm, scale, filled)
        y += _depth(row, width_mm, text_mm)
    return document(width_mm, max(y, text_mm), title, description, lang, body)


def _name_lines(row: Bar, width: float, size: float) -> list[str]:
    return wrap(row.label, width - text_width(row.n, 0.85 * size) - size, size)


def _depth(row: Bar, width: float, size: float) -> float:
    return (len(_name_lines(row, width, size)) * _SHARE_OF_TEXT + 2.0) * size


def _row(row: Bar, y: float, width: float, unit: float, size: float, scale: float, filled: bool) -> list[str]:
    lines = _name_lines(row, width, size)
    drawn = [label(0, y + (0.9 + i * _SHARE_OF_TEXT) * size, line, size) for i, line in enumerate(lines)]
    drawn.append(label(width, y + 0.9 * size, row.n, 0.85 * size, fill="ink-soft", anchor="end"))
    middle = y + (len(lines) * _SHARE_OF_TEXT + 0.65) * size
    start = 0.0
    if row.value is not None:
        # A dot needs the whole range in sight; a bar shows its own start.
        end = max(row.value, row.high or 0.0) if filled else scale
        start = end * unit + 0.5 * size
        drawn += _value(row, row.value, middle, unit, size, scale, filled)
    drawn.append(label(start, middle + 0.36 * size, row.figure, size, bold=True))
    return drawn


def _value(row: Bar, value: float, middle: float, unit: float, size: float, scale: float, filled: bool) -> list[str]:
    half = 0.42 * size
    drawn = []
    if not filled:
        range_line = path([(0, middle), (scale * unit, middle)], close=False)
        drawn.append(mark("path", {"d": range_line, "stroke_width": 0.05 * size}, stroke="edge"))
    else:
        bar = {"x": 0, "y": middle - half, "width": value * unit, "height": 2 * half}
        drawn.append(mark("rect", bar, fill=f"class-{CLASSES - 2}"))
    if row.low is not None and row.high is not None:
        line = path([(row.low * unit, middle), (row.high * unit, middle)], close=False)
        ends = "".join(
            path([(bound * unit, middle - 0.6 * half), (bound * unit, middle + 0.6 * half)], close=False)
            for bound in (row.low, row.high)
        )
        drawn.append(mark("path", {"d": line + ends, "stroke_width": 0.09 * size}, stroke="ink"))
    if not filled:
        drawn.append(mark("circle", {"cx": value * unit, "cy": middle, "r": 0.6 * half}, fill="ink"))
    return drawn
