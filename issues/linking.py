"""Which issues speak of the same thing on the ground; pure.

An issue joins an incident of its category when it lies within the radius of the incident's first issue, was opened
within the span of it, and before the first issue was closed. Issues are taken in the order opened, source, external
id; where several incidents fit, the one begun first is taken. The source's own marker wins over all of this, and what a
person at the desk says over that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Pins:
    """n issues in the order opened, source, external id.

    `opened` and `closed` are microseconds since 1970 (closed NEVER while open); x, y metres; `category` and `parent`
    row numbers (parent -1 where neither a person nor the source names one); `marked` the source's flag without a
    parent; `alone` pins whose place says nothing (default pins), that nobody may see (hidden) or that a person has
    placed: they join only by their parent.
    """

    category: Ints
    x: Floats
    y: Floats
    opened: Ints
    closed: Ints
    parent: Ints
    marked: npt.NDArray[np.bool_]
    alone: npt.NDArray[np.bool_]


def first_issues(pins: Pins, radius_m: Floats, days: Ints) -> Ints:
    """The row number of each issue's first issue: its own where it begins an incident.

    `radius_m` and `days` hold one value per category. Only incidents that can still be joined are kept at hand, in a
    grid as wide as the radius, so the cost grows with the number of issues and not with their pairs.
    """
    first = np.arange(len(pins.x), dtype=np.int64)
    span = days.astype(np.int64) * 86_400_000_000
    width = np.maximum(radius_m, 1e-6)[pins.category]
    columns = np.floor(pins.x / width).astype(np.int64).tolist()
    rows = np.floor(pins.y / width).astype(np.int64).tolist()
    category, opened = pins.category.tolist(), pins.opened.tolist()
    parent, marked, alone = pins.parent.tolist(), pins.marked.tolist(), pins.alone.tolist()
    grid: dict[tuple[int, int, int], list[int]] = {}
    search = _Search(pins, radius_m, span)
    for i, cat in enumerate(category):
        if parent[i] >= 0 and parent[i] != i:
            continue  # settled below, once every other issue has its incident
        if alone[i]:
            continue
        square = (cat, columns[i], rows[i])
        found = search.earliest(grid, square, i, opened[i], ignore_closing=marked[i])
        if found >= 0:
            first[i] = found
        else:
            grid.setdefault(square, []).append(i)
    return _follow_markers(first, pins.parent)


class _Search:
    def __init__(self, pins: Pins, radius_m: Floats, span: Ints) -> None:
        self.x, self.y = pins.x.tolist(), pins.y.tolist()
        self.opened, self.closed = pins.opened.tolist(), pins.closed.tolist()
        self.radius, self.span = radius_m.tolist(), span.tolist()

    def earliest(
        self,
        grid: dict[tuple[int, int, int], list[int]],
        square: tuple[int, int, int],
        i: int,
        now: int,
        *,
        ignore_closing: bool,
    ) -> int:
        cat, column, row = square
        reach, span = self.radius[cat], self.span[cat]
        best = -1
        for key in [(cat, column + dc, row + dr) for dc in (-1, 0, 1) for dr in (-1, 0, 1)]:
            held = grid.get(key)
            if not held:
                continue
            if now - self.opened[held[0]] > span:
                held[:] = [j for j in held if now - self.opened[j] <= span]
            for j in held:
                fits = ignore_closing or now < self.closed[j]
                if (
                    fits
                    and (best < 0 or j < best)
                    and math.hypot(self.x[i] - self.x[j], self.y[i] - self.y[j]) <= reach
                ):
                    best = j
        return best


def _follow_markers(first: Ints, parent: Ints) -> Ints:
    """Give every issue with a named parent its parent's incident, through chains; a ring of markers begins its own.

    Each issue is walked once, so a long chain of "repeats the one before" costs no more than its length.
    """
    settled = first.copy()
    done = (parent < 0) | (parent == np.arange(len(parent)))
    for start in np.flatnonzero(~done).tolist():
        path: dict[int, int] = {}
        at = start
        while not done[at] and at not in path:
            path[at] = len(path)
            at = int(parent[at])
        ring = [i for i, step in path.items() if step >= path[at]] if at in path else []
        root = min(ring) if ring else int(settled[at])
        for member in path:
            settled[member] = root
            done[member] = True
    return settled


def microseconds(instants: npt.ArrayLike, missing: int = NEVER) -> Ints:
    """datetime64 values as microseconds since 1970, missing ones as `missing`."""
    values = np.asarray(instants, "datetime64[us]")
    out = values.astype(np.int64)
    return np.where(np.isnat(values), missing, out)
