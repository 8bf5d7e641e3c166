"""What each area said and how it was answered: counts by category and cell, and waiting times, few of them withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Ints, MethodError
from analytics.methods.cube import COUNTS, WAITS, Cube, Sums
from analytics.methods.survival import Waits, grouped
from analytics.stages.city import BEFORE, NOW, Family, known
from geo import hexes
from geo.privacy import suppressed

THEMES, ISSUES, AREA_CELLS, ANSWERED = "themes", "issues", "area_cells", "answered"
CITY = ""
HOURS = 24.0

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Pairs:
    """Incidents `n` of a period per area and category, and which of these counts are withheld; both a x c."""

    n: Ints
    hidden: Bools


def heard(
    cube: Cube,
    areas: Sequence[str],
    categories: Sequence[str],
    sensitive: frozenset[str],
    threshold: int,
    res: int,
    compared: bool,
) -> list[Family]:
    """What each area said and how it was answered, from a cube with every category, sensitive ones too.

    The cube's columns `area` and `category` are rows of `areas` and `categories`. Area by area, a sensitive category
    with fewer than `threshold` incidents in the period is left out of every figure, totals too; where only one is, the
    next smallest goes with it (geo.privacy.suppressed), so that no difference with the city gives it away.

    themes      area, category, n, before, withheld: pairs with anything said in either period; n None where withheld,
                before None where it is withheld in either period, and everywhere unless `compared`
    issues      area, n: how many issues speak of the incidents shown
    area_cells  area, cell, n, withheld: by area, then cell of resolution `res`. In a cell, incidents of sensitive
                categories count only where they reach `threshold` together; where they do not, the cell is marked,
                and complementary cells of the area with it (geo.privacy.suppressed)
    answered    area, opened, closed, median_days, low, high: the whole city (area CITY, nothing withheld) first, then
                each area; None where the curve or its band never comes down to half (survival.grouped)

    Nothing heard: no rows, and zeros for every area. Raises MethodError for row numbers that name nothing.
    """
    delicate = np.array([slug in sensitive for slug in categories], bool)
    counts, waits = (_of(cube, name, NOW, len(areas), len(categories)) for name in (COUNTS, WAITS))
    earlier = _of(cube, COUNTS, BEFORE, len(areas), len(categories))
    now, before = (_pairs(rows, len(areas), delicate, threshold) for rows in (counts, earlier))
    shown = counts.where(_shown(counts, now))
    return [
        Family(THEMES, None, None, _themes(now, before if compared else None, areas, categories)),
        Family(ISSUES, None, None, {"area": list(areas), "n": _sums(shown, "issues", len(areas)).tolist()}),
        Family(AREA_CELLS, None, res, _cells(shown, areas, delicate, threshold, res)),
        Family(ANSWERED, None, None, _answered(waits, waits.where(_shown(waits, now)), areas)),
    ]


def _of(cube: Cube, name: str, now: int, areas: int, categories: int) -> Sums:
    """The rows of a table in one period."""
    rows = cube.sums[name]
    rows = rows.where(rows.keys["now"] == now)
    for key, most, least in (("area", areas, -1), ("category", categories, 0)):
        column = rows.keys[key].astype(np.int64)
        if len(column) and not (least <= column.min() and column.max() < most):
            raise MethodError(f"{key}: rows {column.min()} to {column.max()} in {name}, {most} given")
    return rows


def _pairs(rows: Sums, areas: int, delicate: Bools, threshold: int) -> _Pairs:
    area, category = (rows.keys[name].astype(np.int64) for name in ("area", "category"))
    code, held = area * len(delicate) + category, area >= 0
    sums = np.bincount(code[held], weights=rows.values["incidents"][held], minlength=areas * len(delicate))
    n = sums.reshape(areas, len(delicate)).astype(np.int64)
    hidden = np.zeros(n.shape, bool)
    # Over all pairs at once: a single one withheld would be the city's total less every area's.
    hidden[:, delicate] = suppressed(n[:, delicate].ravel(), threshold).reshape(areas, int(delicate.sum()))
    return _Pairs(n, hidden)


def _shown(rows: Sums, pairs: _Pairs) -> Bools:
    """Rows that lie in an area and may be counted there."""
    area, category = (rows.keys[name].astype(np.int64) for name in ("area", "category"))
    shown = area >= 0
    shown[shown] = ~pairs.hidden[area[shown], category[shown]]
    return shown


def _themes(now: _Pairs, before: _Pairs | None, areas: Sequence[str], categories: Sequence[str]) -> dict[str, Any]:
    wanted = np.nonzero(now.n if before is None else now.n + before.n)
    hidden = now.hidden[wanted]
    earlier: list[int | None] = [None] * len(hidden)
    if before is not None:
        earlier = _counts(before.n[wanted], hidden | before.hidden[wanted])
    return {
        "area": [areas[row] for row in wanted[0].tolist()],
        "category": [categories[row] for row in wanted[1].tolist()],
        "n": _counts(now.n[wanted], hidden),
        "before": earlier,
        "withheld": hidden.tolist(),
    }


def _counts(n: Ints, hidden: Bools) -> list[int | None]:
    return [None if h else v for v, h in zip(n.tolist(), hidden.tolist(), strict=True)]


def _sums(rows: Sums, value: str, areas: int) -> Ints:
    area = rows.keys["area"].astype(np.int64)
    return np.bincount(area, weights=rows.values[value], minlength=areas).astype(np.int64)


def _cells(shown: Sums, areas: Sequence[str], delicate: Bools, threshold: int, res: int) -> dict[str, list[Any]]:
    cells, at = np.unique(hexes.parents(shown.keys["cell"], res), return_inverse=True)
    code = shown.keys["area"].astype(np.int64) * len(cells) + at
    held, place = np.unique(code, return_inverse=True)
    n = shown.values["incidents"]
    every, careful = (
        np.bincount(place, weights=weights, minlength=len(held)).astype(np.int64)
        for weights in (n, n * delicate[shown.keys["category"].astype(np.int64)])
    )
    area, cell = np.divmod(held, max(len(cells), 1))
    hidden = np.zeros(len(held), bool)
    ends = np.searchsorted(area, np.arange(len(areas) + 1))
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        hidden[start:end] = suppressed(careful[start:end], threshold)
    return {
        "area": [areas[row] for row in area.tolist()],
        "cell": [hexes.to_text(one) for one in cells[cell].tolist()],
        "n": np.where(hidden, every - careful, every).tolist(),
        "withheld": hidden.tolist(),
    }


def _answered(everything: Sums, shown: Sums, areas: Sequence[str]) -> dict[str, list[Any]]:
    city = _waits(np.zeros(len(everything), np.int64), everything, 1)
    each = _waits(shown.keys["area"].astype(np.int64), shown, len(areas))
    columns: dict[str, list[Any]] = {"area": [CITY, *areas]}
    for name, value in (("opened", "n"), ("closed", "closed")):
        columns[name] = [*getattr(city, value).tolist(), *getattr(each, value).tolist()]
    for name, value in (("median_days", "time"), ("low", "low"), ("high", "high")):
        halves = (getattr(waits.quantiles[0], value) for waits in (city, each))
        columns[name] = [days for half in halves for days in known(half.values / HOURS, half.known, 6)]
    return columns


def _waits(group: Ints, rows: Sums, groups: int) -> Waits:
    return grouped(group, rows.keys["hours"], rows.keys["closed"], rows.values["n"], groups, shares=(0.5,))
