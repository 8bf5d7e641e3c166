"""Every colour of screen and paper in one place, and how counts become classes.

Paper is always the light sheet. Text pairs hold 4.5:1 and marks 3:1 (WCAG 2.2, 1.4.3 and 1.4.11); the tables below say
which pairs are meant, so that a test can walk them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

CLASSES = 5

LIGHT: Mapping[str, str] = {
    "ink": "#20262b",
    "ink-soft": "#565d61",
    "paper": "#faf8f3",
    "paper-raised": "#ffffff",
    "line": "#ddd7cc",  # separates, carries no meaning, so it needs no contrast
    "edge": "#7c7f7c",  # borders of fields, outlines of cells
    "rose": "#b01950",  # the one primary action on a screen; on maps the hot spots
    "on-rose": "#ffffff",
    "rose-wash": "#fbe9ee",
    "bega": "#1b6a56",  # done, ours
    "on-bega": "#ffffff",
    "bega-wash": "#e4f1ec",
    "amber": "#8a5300",  # late
    "on-amber": "#ffffff",
    "amber-wash": "#fbeed5",
    "withheld": "#dcd8d0",
    "hatch": "#77736c",
    "class-1": "#dfe7e6",
    "class-2": "#abc8d1",
    "class-3": "#6c9fb8",
    "class-4": "#376f96",
    "class-5": "#153a63",
}

# In the dark the ramp runs the other way: few is near the ground, many stands out.
DARK: Mapping[str, str] = {
    "ink": "#ebe7df",
    "ink-soft": "#b4b1aa",
    "paper": "#15191b",
    "paper-raised": "#1e2427",
    "line": "#353d41",
    "edge": "#828a8d",
    "rose": "#f58aa9",
    "on-rose": "#2b0916",
    "rose-wash": "#3a1f29",
    "bega": "#74c9ae",
    "on-bega": "#06221a",
    "bega-wash": "#17332b",
    "amber": "#e6b25a",
    "on-amber": "#291a02",
    "amber-wash": "#372a12",
    "withheld": "#3c3f40",
    "hatch": "#9b9890",
    "class-1": "#263d49",
    "class-2": "#365e75",
    "class-3": "#5188a4",
    "class-4": "#88b6c9",
    "class-5": "#d6e9ec",
}

_GROUNDS = ("paper", "paper-raised", "rose-wash", "bega-wash", "amber-wash")

# (text, ground) and (mark, ground) as they are used together.
TEXT_PAIRS = (
    *((text, ground) for text in ("ink", "ink-soft", "rose", "bega", "amber") for ground in _GROUNDS),
    ("on-rose", "rose"),
    ("on-bega", "bega"),
    ("on-amber", "amber"),
)
MARK_PAIRS = (
    *((mark, ground) for mark in ("ink", "edge", "rose", "bega", "amber", "hatch") for ground in _GROUNDS[:2]),
    ("hatch", "withheld"),
)

# Which steps of the ramp fewer classes take: the ends stay as far apart as honesty about few values allows.
_STEPS = {1: (3,), 2: (2, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}


def luminance(colour: str) -> float:
    """Relative luminance (0 to 1) of a colour written #rrggbb, by the WCAG 2.2 definition."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast of two colours, 1 to 21, by the WCAG 2.2 definition."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def breaks(values: Iterable[int | None], classes: int = CLASSES) -> tuple[int, ...]:
    """Upper bounds (inclusive, rising, the last one is the largest count) of at most `classes` classes.

    Quantiles of the positive counts, cut where the values themselves change, so equal counts never part. Few distinct
    counts get a class each; zeros and withheld counts (None) have none; no positive count gives ().
    """
    positive = np.array([v for v in values if v is not None and v > 0], np.int64)
    distinct, weights = np.unique(positive, return_counts=True)
    found: list[int] = []
    for left in range(classes, 0, -1):
        if len(distinct) <= left:
            return (*found, *distinct.tolist())
        running = np.cumsum(weights)
        cut = int(np.argmin(np.abs(running - running[-1] / left)))
        found.append(int(distinct[cut]))
        distinct, weights = distinct[cut + 1 :], weights[cut + 1 :]
    return tuple(found)


def class_of(value: int | None, bounds: tuple[int, ...]) -> int:
    """The class of a count, 1 to len(bounds); 0 for none or withheld; counts above the last bound join the last."""
    if value is None or value <= 0 or not bounds:
        return 0
    return min(int(np.searchsorted(bounds, value)) + 1, len(bounds))


def ranges(bounds: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """What the legend says of each class: lowest and highest count, both included."""
    lows = (1, *(b + 1 for b in bounds[:-1]))
    return tuple(zip(lows, bounds, strict=False))


def step_of(klass: int, classes: int) -> int:
    """The ramp step (1 to 5; the colour `class-<step>`) of a class among `classes`; 0 for class 0."""
    return _STEPS[classes][klass - 1] if klass else 0


def css_variables() -> str:
    """The custom properties for a stylesheet: light, and dark where a screen asks for it; paper stays light."""
    dark = _declarations(DARK, "    ")
    return (
        f":root {{\n  color-scheme: light dark;\n{_declarations(LIGHT, '  ')}\n}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n  :root {{\n{dark}\n  }}\n}}\n"
    )


def css_figures() -> str:
    """Rules that let a drawing from this room follow the page it stands in.

    Drawings carry paper colours as attributes and name each colour by class (`f-ink` fills, `s-ink` strokes); these
    rules outrank the attributes, so an inlined SVG turns dark with its page and a printed one stays as it is.
    """
    rules = [
        f".figure .f-{name} {{ fill: var(--{name}); }}\n.figure .s-{name} {{ stroke: var(--{name}); }}"
        for name in LIGHT
    ]
    return "\n".join(rules) + "\n"


def lightness(colour: str) -> float:
    """CIE L* (0 to 100) of a colour: what a grey photocopy keeps of it."""
    y = luminance(colour)
    return 116 * (math.cbrt(y) if y > 216 / 24389 else (24389 / 27 * y + 16) / 116) - 16


def _declarations(colours: Mapping[str, str], indent: str) -> str:
    return "\n".join(f"{indent}--{name}: {value};" for name, value in colours.items())
