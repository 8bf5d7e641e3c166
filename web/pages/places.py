"""What to call a hexagon: the area it lies in and which side of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import geopandas as gpd
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from geo import hexes
from geo.joins import AreaIndex
from maps.layers import metres_per_degree
from neighborhoods.locate import area_frame
from neighborhoods.models import BoundarySet

# East first, then against the clock, as angles run.
_SIDES: tuple[str | Promise, ...] = (
    _("east"),
    _("north-east"),
    _("north"),
    _("north-west"),
    _("west"),
    _("south-west"),
    _("south"),
    _("south-east"),
)
# Within this share of an area's own radius a place is simply in the middle.
_MIDDLE = 0.3


def side_of(dx_m: float, dy_m: float, radius_m: float) -> str:
    """The side of an area on which a point lies, metres east and north of its centre."""
    if math.hypot(dx_m, dy_m) <= _MIDDLE * radius_m:
        return gettext("middle")
    turn = math.atan2(dy_m, dx_m) / (2 * math.pi)
    return str(_SIDES[round(turn * 8) % 8])


def cell_names(cells: Sequence[str], chosen: BoundarySet) -> list[str]:
    """One name per cell (hexadecimal text): "Fabric, north-east"; cells may share one."""
    return point_names([hexes.centre(hexes.from_text(cell)) for cell in cells], chosen)


def point_names(points: Sequence[tuple[float, float]], chosen: BoundarySet) -> list[str]:
    """The same for points (lng, lat)."""
    if not points:
        return []
    index = AreaIndex(area_frame(chosen.areas.all()))
    found = index.locate([p[0] for p in points], [p[1] for p in points]).area
    return [_name(index.areas, int(row), point) for row, point in zip(found, points, strict=True)]


def _name(areas: gpd.GeoDataFrame, row: int, point: tuple[float, float]) -> str:
    if row < 0:
        return gettext("outside every neighbourhood")
    shape = areas.geometry.iloc[row]
    centre = shape.centroid
    per_lng, per_lat = metres_per_degree(centre.y)
    radius_m = math.sqrt(shape.area * per_lng * per_lat / math.pi)
    side = side_of((point[0] - centre.x) * per_lng, (point[1] - centre.y) * per_lat, radius_m)
    return gettext("%(area)s, %(side)s") % {"area": areas["name"].iloc[row], "side": side}
