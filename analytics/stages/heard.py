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

TOTALS, THEMES, ISSUES, AREA_CELLS, ANSWERED = "totals", "themes", "issues", "area_cells", "answered"
CITY = ""
HOURS = 24.0

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Pairs:
    """Incidents `n` of a period per area and category, and which of these counts are withheld; both (a + 1) x c, the
    last row for what lies in no area."""

    n: Ints
    withheld: Bools


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
    with fewer than `threshold` incidents in the period is left out of every figure, totals of the area and of the city
    too, so that no difference gives it away; what lies in no area is held like one more.

    themes      area, category, n, before, withheld: pairs with anything said in either period; n None where withheld,
                before None where it is withheld in either period, and everywhere unless `compared`
    issues      area, n: how many issues speak of the incidents shown
    area_cells  area, cell, n: by area, then cell of resolution `res`. Sensitive categories are on no cell at all: one
                incident in a hexagon is one person's door
    answered    area, opened, closed, median_days, low, high: the whole city (area CITY) first, then each area; None
                where the curve or its band never comes down to half (survival.grouped)
    totals      incidents, issues, outside (in no area), withheld (how many pairs of area and sensitive category)

    Nothing heard: no rows, and zeros for every area. Raises MethodError for row numbers that name nothing.
    """
    delicate = np.array([slug in sensitive for slug in categories], bool)
    counts, waits = (_of(cube, name, NOW, len(areas), len(categories)) for name in (COUNTS, WAITS))
    earlier = _of(cube, COUNTS, BEFORE, len(areas), len(categories))
    now, before = (_pairs(rows, len(areas), delicate, threshold) for rows in (counts, earlier))
    every = counts.where(_shown(counts, now))
    shown = every.where(np.asarray(every.keys["area"], np.int64) >= 0)
    return [
        Family(TOTALS, None, None, _totals(every, now)),
        Family(THEMES, None, None, _themes(now, before if compared else None, areas, categories)),
        Family(ISSUES, None, None, {"area": list(areas), "n": _sums(shown, "issues", len(areas)).tolist()}),
        Family(AREA_CELLS, None, res, _cells(shown, areas, delicate, res)),
        Family(ANSWERED, None, None, _answered(waits.where(_shown(waits, now)), areas)),
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
    code = np.where(area < 0, areas, area) * len(delicate) + category
    sums = np.bincount(code, weights=rows.values["incidents"], minlength=(areas + 1) * len(delicate))
    n = sums.reshape(areas + 1, len(delicate)).astype(np.int64)
    return _Pairs(n, delicate & (n > 0) & (n < threshold))


def _shown(rows: Sums, pairs: _Pairs) -> Bools:
    """Rows that may be counted where they lie; -1, no area, is the last row of the pairs."""
    area, category = (rows.keys[name].astype(np.int64) for name in ("area", "category"))
    return np.asarray(~pairs.withheld[area, category], bool)


def _totals(every: Sums, now: _Pairs) -> dict[str, int]:
    away = np.asarray(every.keys["area"], np.int64) < 0
    return {
        "incidents": int(every.values["incidents"].sum()),
        "issues": int(every.values["issues"].sum()),
        "outside": int(every.values["incidents"][away].sum()),
        "withheld": int(now.withheld.sum()),
    }


def _themes(now: _Pairs, before: _Pairs | None, areas: Sequence[str], categories: Sequence[str]) -> dict[str, Any]:
    wanted = np.nonzero((now.n if before is None else now.n + before.n)[:-1])
    hidden = now.withheld[wanted]
    earlier: list[int | None] = [None] * len(hidden)
    if before is not None:
        earlier = _counts(before.n[wanted], hidden | before.withheld[wanted])
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


def _cells(shown: Sums, areas: Sequence[str], delicate: Bools, res: int) -> dict[str, list[Any]]:
    shown = shown.where(~delicate[shown.keys["category"].astype(np.int64)])
    cells, at = np.unique(hexes.parents(shown.keys["cell"], res), return_inverse=True)
    code = shown.keys["area"].astype(np.int64) * len(cells) + at
    held, place = np.unique(code, return_inverse=True)
    n = np.bincount(place, weights=shown.values["incidents"], minlength=len(held)).astype(np.int64)
    area, cell = np.divmod(held, max(len(cells), 1))
    return {
        "area": [areas[row] for row in area.tolist()],
        "cell": [hexes.to_text(one) for one in cells[cell].tolist()],
        "n": n.tolist(),
    }


def _answered(every: Sums, areas: Sequence[str]) -> dict[str, list[Any]]:
    city = _waits(np.zeros(len(every), np.int64), every, 1)
    shown = every.where(np.asarray(every.keys["area"], np.int64) >= 0)
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
