"""Valid multipolygons or a named refusal; repair only when an operator asks for it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Overlap:
    """Two areas of one set that share ground."""

    first: str
    second: str
    area_m2: float


def why_invalid(shape: BaseGeometry | None) -> str | None:
    """The reason a geometry cannot be an area, or None when it can."""
    if shape is None or shape.is_empty:
        return "the geometry is empty"
    if not isinstance(shape, Polygon | MultiPolygon):
        return f"the geometry is a {shape.geom_type}, not a polygon"
    if not shape.is_valid:
        return str(shapely.is_valid_reason(shape))
    return None


def multipolygon(shape: BaseGeometry) -> MultiPolygon:
    """The polygonal part of a geometry as one multipolygon without a third dimension."""
    flat = shapely.force_2d(shape)
    if isinstance(flat, MultiPolygon):
        return flat
    if isinstance(flat, Polygon):
        return MultiPolygon([flat])
    parts = [p for p in getattr(flat, "geoms", []) if isinstance(p, Polygon | MultiPolygon)]
    polygons = [q for p in parts for q in (p.geoms if isinstance(p, MultiPolygon) else [p])]
    return MultiPolygon(polygons)


def repair(shape: BaseGeometry) -> MultiPolygon:
    """Mend an invalid area with the structure method (rings keep their meaning as shell or hole).

    For an operator's own files only: on a hostile ring any repair can take seconds.
    """
    return multipolygon(shapely.make_valid(shape, method="structure", keep_collapsed=False))


def overlaps(areas: gpd.GeoDataFrame, metric_crs: int, at_least_m2: float = 1.0) -> list[Overlap]:
    """Pairs of areas (columns slug, name, geometry in degrees) that share at least `at_least_m2`, largest first."""
    shapes = areas.geometry.to_crs(metric_crs).to_numpy()
    names = areas["name"].to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found = []
    for i, j in zip(left, right, strict=True):
        if i < j:
            shared = float(shapely.area(shapely.intersection(shapes[i], shapes[j])))
            if shared >= at_least_m2:
                found.append(Overlap(str(names[i]), str(names[j]), shared))
    return sorted(found, key=lambda o: (-o.area_m2, o.first, o.second))
