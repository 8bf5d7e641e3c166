"""Numbers and letters on the map that do not cover each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.vector import Point, label, mark, text_width

_HEIGHT = 4.4  # millimetres
_TEXT = 2.5
_GAP = 0.8


@dataclass(frozen=True)
class Plate:
    """A short text on a paper-coloured plate whose middle is at x, y (millimetres)."""

    x: float
    y: float
    text: str

    @property
    def width(self) -> float:
        return max(_HEIGHT, text_width(self.text, _TEXT) + 1.6)

    def covers(self, other: Plate) -> bool:
        """Whether two plates overlap."""
        near = abs(self.x - other.x) < (self.width + other.width) / 2
        return near and abs(self.y - other.y) < _HEIGHT

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
        hit = next((i for i, plate in enumerate(plates) if plate.covers(own)), None)
        if hit is None:
            plates.append(own)
            members.append([int(text)])
        else:
            members[hit].append(int(text))
            plates[hit] = Plate(plates[hit].x, plates[hit].y, joined(members[hit]))
    return plates


def apart(text: str, hull: Sequence[Point], sides: Point, placed: Sequence[Plate]) -> Plate:
    """A plate above, below, right or left of a hull: the first place where it covers no other plate.

    It keeps between the two `sides` of the sheet; where every place is taken it stands above all the same.
    """
    half = Plate(0, 0, text).width / 2
    left, right = min(x for x, _ in hull), max(x for x, _ in hull)
    top, bottom = min(y for _, y in hull), max(y for _, y in hull)
    middle, level = (left + right) / 2, (top + bottom) / 2
    places = (
        (middle, top - _HEIGHT / 2 - _GAP),
        (middle, bottom + _HEIGHT / 2 + _GAP),
        (right + half + _GAP, level),
        (left - half - _GAP, level),
    )
    choices = [Plate(min(max(x, sides[0] + half), sides[1] - half), y, text) for x, y in places]
    return next((c for c in choices if not any(c.covers(p) for p in placed)), choices[0])
