"""What each area said and how it was answered: counts by category and cell, and waiting times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.survival import median_wait
from analytics.results import rounded
from geo import hexes
from geo.privacy import suppressed

DAY = np.timedelta64(1, "D")
CITY = ""


@dataclass(frozen=True)
class Shown:
    """The rows of a frame that may be counted area by area, and the (area, category) pairs withheld."""

    rows: pd.DataFrame
    withheld: frozenset[tuple[str, str]]


def shown(incidents: pd.DataFrame, sensitive: frozenset[str], threshold: int) -> Shown:
    """Leave out, area by area, each sensitive category that has fewer than `threshold` incidents there.

    They are left out of the area's total too, so that no difference gives them away.
    """
    if not len(incidents):
        return Shown(incidents, frozenset())
    rows = incidents[incidents["category"].isin(list(sensitive)) & incidents["neighborhood"].notna()]
    sizes = rows.groupby(["neighborhood", "category"], sort=True).size()
    small = frozenset((str(area), str(category)) for area, category in sizes[sizes < threshold].index)
    pairs = list(zip(incidents["neighborhood"], incidents["category"], strict=True))
    return Shown(incidents[[p not in small for p in pairs]], small)


def themes(
    now: Shown, before: Shown | None, areas: Sequence[str], categories: Sequence[str]
) -> dict[str, list[Any] | None]:
    """Incidents per area and category: columns area, category, n, before (None without a period before), withheld.

    Rows for every area and category that has incidents in either period; a withheld one has n None.
    """
    counts = _by_area(now.rows)
    earlier = _by_area(before.rows) if before else {}
    hidden = now.withheld | (before.withheld if before else frozenset())
    wanted = [(a, c) for a in areas for c in categories if (a, c) in counts or (a, c) in earlier or (a, c) in hidden]
    return {
        "area": [a for a, _ in wanted],
        "category": [c for _, c in wanted],
        "n": [None if p in now.withheld else counts.get(p, 0) for p in wanted],
        "before": [None if before is None or p in hidden else earlier.get(p, 0) for p in wanted],
        "withheld": [p in now.withheld for p in wanted],
    }


def _by_area(rows: pd.DataFrame) -> dict[tuple[str, str], int]:
    placed = rows[rows["neighborhood"].notna()]
    sizes = placed.groupby(["neighborhood", "category"], sort=True).size().reset_index(name="n")
    return {
        (str(a), str(c)): int(n) for a, c, n in zip(sizes["neighborhood"], sizes["category"], sizes["n"], strict=True)
    }


def issues_by_area(now: Shown, areas: Sequence[str]) -> list[int]:
    """How many issues speak of the incidents shown of each area."""
    rows = now.rows[now.rows["neighborhood"].notna()]
    sums = rows.groupby("neighborhood")["issues"].sum()
    return [int(sums.get(a, 0)) for a in areas]


def cells(
    now: Shown, areas: Sequence[str], res: int, sensitive: frozenset[str], threshold: int
) -> dict[str, list[Any]]:
    """Incidents per area and H3 cell: columns area, cell (text), n, withheld; by area, then cell.

    In a cell, incidents of sensitive categories are counted only where they reach `threshold` together; where they
    do not, the cell is marked, and complementary cells of the area with it (geo.privacy.suppressed).
    """
    rows = now.rows[now.rows["neighborhood"].notna()]
    if not len(rows):
        return {"area": [], "cell": [], "n": [], "withheld": []}
    frame = pd.DataFrame(
        {
            "area": rows["neighborhood"].to_numpy(object),
            "cell": hexes.parents(rows["cell"].to_numpy(np.uint64), res),
            "delicate": rows["category"].isin(list(sensitive)).to_numpy(),
        }
    )
    table = frame.groupby(["area", "cell"], sort=True)["delicate"].agg(["size", "sum"]).reset_index()
    hidden = np.zeros(len(table), bool)
    for positions in table.groupby("area", sort=False).indices.values():
        hidden[positions] = suppressed(table["sum"].to_numpy()[positions], threshold)
    n = np.where(hidden, table["size"] - table["sum"], table["size"])
    known = table["area"].isin(list(areas)).to_numpy()
    return {
        "area": table["area"][known].tolist(),
        "cell": [hexes.to_text(c) for c in table["cell"][known]],
        "n": [int(v) for v in n[known]],
        "withheld": [bool(v) for v in hidden[known]],
    }


def answered(now: Shown, everything: pd.DataFrame, areas: Sequence[str], as_of: np.datetime64) -> dict[str, list[Any]]:
    """How many were opened and closed, and the median wait in days: the whole city (area CITY) first, then each area.

    An incident not closed by `as_of` waits until then (right censored).
    """
    frames = [everything, *(now.rows[now.rows["neighborhood"] == a] for a in areas)]
    columns: dict[str, list[Any]] = {k: [] for k in ("area", "opened", "closed", "median_days", "low", "high")}
    for area, frame in zip([CITY, *areas], frames, strict=True):
        days, closed = waits(frame, as_of)
        median = median_wait(days, closed)
        columns["area"].append(area)
        columns["opened"].append(len(frame))
        columns["closed"].append(median.closed)
        for key, value in (("median_days", median.days), ("low", median.low), ("high", median.high)):
            columns[key].append(None if value is None else rounded(value))
    return columns


def waits(frame: pd.DataFrame, as_of: np.datetime64) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Days each incident waited, and whether it was closed by `as_of`."""
    opened = frame["opened"].dt.tz_localize(None).to_numpy("datetime64[us]")
    ended = frame["closed"].dt.tz_localize(None).to_numpy("datetime64[us]")
    closed = ~np.isnat(ended) & (ended <= as_of)
    last = np.where(closed, ended, np.maximum(as_of, opened))
    return (last - opened) / DAY, closed


def last_instant(frame: pd.DataFrame) -> np.datetime64:
    """The last moment the data speak of: the latest opening or closing, which the clock on the wall cannot move."""
    moments = pd.concat([frame["opened"], frame["closed"]]).dropna()
    return moments.max().tz_localize(None).to_datetime64() if len(moments) else np.datetime64(0, "us")
