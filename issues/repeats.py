"""Places where the same thing goes wrong again and again: incidents of one subject within its own radius in a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.conf import settings
from django.db import connection
from scipy.spatial import cKDTree

from geo.crs import to_metric
from issues.rules import OPEN
from neighborhoods.bulk import copy_out
from neighborhoods.models import Category

LEAST = 3
YEAR = dt.timedelta(days=365)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# What lies nowhere exactly, or is seen by nobody, lies at no such place.
_BEGAN = """
SELECT i.id, i.category_id, ST_X(i.point), ST_Y(i.point) FROM issues_issue i
WHERE i.opened_on > %s AND i.incident_id = i.id AND NOT i.hidden AND NOT i.default_pin AND i.precision = 'point'
"""
_OPEN = """
SELECT i.id, i.category_id, ST_X(i.point), ST_Y(i.point) FROM issues_issue i
WHERE i.state = ANY(%s) AND NOT i.hidden AND NOT i.default_pin AND i.precision = 'point'
"""
_OF_SOME = """
SELECT i.id, count(*)
FROM issues_issue i
JOIN neighborhoods_category c ON c.id = i.category_id
JOIN issues_issue o ON o.category_id = i.category_id AND o.point && ST_Expand(i.point, c.incident_radius_m / 60000.0)
WHERE i.id = ANY(%s) AND NOT i.hidden AND NOT i.default_pin AND i.precision = 'point'
  AND o.opened_on > %s AND o.incident_id = o.id AND NOT o.hidden AND NOT o.default_pin AND o.precision = 'point'
  AND ST_Distance(i.point::geography, o.point::geography) <= c.incident_radius_m
GROUP BY i.id HAVING count(*) >= %s
"""
_PINS = pa.schema([("id", pa.int64()), ("category", pa.int64()), ("lng", pa.float64()), ("lat", pa.float64())])


@dataclass(frozen=True)
class _Pins:
    id: Ints
    category: Ints
    metres: Floats

    def of(self, category: int) -> _Pins:
        here = self.category == category
        return _Pins(self.id[here], self.category[here], self.metres[here])


def at_repeat_places(issues: Iterable[int], day: dt.date) -> dict[int, int]:
    """Of these issues (keys) those at a repeat place, with how many incidents there were in the year up to a day."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_SOME, [list(issues), day - YEAR, LEAST])
        return dict(cursor.fetchall())


def open_at_repeat_places(day: dt.date) -> set[int]:
    """Keys of all open issues at a repeat place."""
    began, waiting = _read(_BEGAN, [day - YEAR]), _read(_OPEN, [sorted(OPEN)])
    found: set[int] = set()
    for category, radius_m in _radii():
        here, asked = began.of(category), waiting.of(category)
        if len(here.id) and len(asked.id):
            n = cKDTree(here.metres).query_ball_point(asked.metres, radius_m, return_length=True)
            found |= set(asked.id[np.asarray(n) >= LEAST].tolist())
    return found


def places(day: dt.date, least: int = LEAST) -> list[tuple[int, int]]:
    """Repeat places, none within the radius of one before it: the key of an incident in the middle of each, and how
    many incidents lie about it; those with the most first."""
    began = _read(_BEGAN, [day - YEAR])
    found: list[tuple[int, int]] = []
    for category, radius_m in _radii():
        here = began.of(category)
        if len(here.id):
            found += _apart(here, radius_m, least)
    return sorted(found, key=lambda place: (-place[1], place[0]))


def _apart(pins: _Pins, radius_m: float, least: int) -> list[tuple[int, int]]:
    tree = cKDTree(pins.metres)
    n = np.asarray(tree.query_ball_point(pins.metres, radius_m, return_length=True))
    free, found = np.ones(len(n), bool), []
    for row in np.lexsort((pins.id, -n)).tolist():
        if n[row] < least:
            break
        if free[row]:
            found.append((int(pins.id[row]), int(n[row])))
            free[tree.query_ball_point(pins.metres[row], radius_m)] = False
    return found


def _radii() -> list[tuple[int, float]]:
    return list(Category.objects.order_by("pk").values_list("pk", "incident_radius_m"))


def _read(sql: str, values: list[object]) -> _Pins:
    rows = copy_out(sql, values, _PINS)
    x, y = to_metric(rows["lng"].to_numpy(), rows["lat"].to_numpy(), settings.CITY.metric_crs)
    return _Pins(rows["id"].to_numpy(), rows["category"].to_numpy(), np.column_stack([x, y]))
