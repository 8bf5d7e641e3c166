"""Numbers and letters on the map that do not cover each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.vector import Point, label, mark, text_width

_HEIGHT = 4.4  # millimetres
_TEXT = 2.5
_GAP = 0.8


Box = tuple[float, float, float, float]


def around(points: Sequence[Point]) -> Box:
    """Left, top, right, bottom of some points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes share ground."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@dataclass(frozen=True)
class Plate:
    """A short text on a paper-coloured plate whose middle is at x, y (millimetres)."""

    x: float
    y: float
    text: str

    @property
    def width(self) -> float:
        return max(_HEIGHT, text_width(self.text, _TEXT) + 1.6)

    @property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        return self.x - self.width / 2, self.y - _HEIGHT / 2, self.x + self.width / 2, self.y + _HEIGHT / 2

    def covers(self, box: Box) -> bool:
        """Whether it lies over any of a box."""
        return meet(self.box, box)

    def draw(self, stroke: str) -> str:
        """Its marks."""
        left, top = self.x - self.width / 2, self.y - _HEIGHT / 2
        size = {"x": left, "y": top, "width": self.width, "height": _HEIGHT, "rx": _HEIGHT / 2, "stroke_width": 0.35}
        plate = mark("rect", size, fill="paper-raised", stroke=stroke)
        baseline = self.y + 0.36 * _TEXT
        return plate + label(self.x, baseline, self.text, _TEXT, anchor="middle", bold=True)


def joined(numbers: Sequence[int]) -> str:
    """Rising numbers of one plate, three or more in a row drawn together: 1–3, 5."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 2 else ", ".join(map(str, r)) for r in runs)


def hotspot_plates(spots: Sequence[tuple[Point, str]]) -> list[Plate]:
    """One plate for each (place, number); a number whose plate would cover an earlier one joins it."""
    plates: list[Plate] = []
    members: list[list[int]] = []
    for (x, y), text in spots:
        own = Plate(x, y, text)
        hit = next((i for i, plate in enumerate(plates) if plate.covers(own.box)), None)
        if hit is None:
            plates.append(own)
            members.append([int(text)])
        else:
            members[hit].append(int(text))
            plates[hit] = Plate(plates[hit].x, plates[hit].y, joined(members[hit]))
    return plates


def apart(text: str, hull: Box, sides: Point, labels: Sequence[Box], shapes: Sequence[Box]) -> Plate:
    """A plate above, below, left or right of a hull, in the first place where it covers nothing else.

    If it must cover something it is another hull (`shapes`) rather than a label. It keeps between the two `sides` of
    the sheet.
    """
    half = Plate(0, 0, text).width / 2
    left, top, right, bottom = hull
    middle, level = (left + right) / 2, (top + bottom) / 2
    places = (
        (middle, top - _HEIGHT / 2 - _GAP),
        (middle, bottom + _HEIGHT / 2 + _GAP),
        (left - half - _GAP, level),
        (right + half + _GAP, level),
    )
    choices = [Plate(min(max(x, sides[0] + half), sides[1] - half), y, text) for x, y in places]
    return min(choices, key=lambda c: (any(map(c.covers, labels)), any(map(c.covers, shapes))))
