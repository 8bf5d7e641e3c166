"""Cells around label points, clipped to an outline: neighbourhoods where nobody has drawn the real ones."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping

from geo.crs import STORE, to_metric, to_store
from geo.shapes import multipolygon

# 1e-7 degrees is about a centimetre: finer than any label point is known, coarse enough to be one text everywhere
DECIMALS = 7


class VoronoiError(ValueError):
    """Points that cannot have a cell each; the message names the first one at fault."""


def cells_around(points: npt.ArrayLike, outline: Polygon | MultiPolygon) -> list[MultiPolygon]:
    """Split an outline into the ground nearest to each point.

    Takes n x 2 metres on one grid and an outline on the same; gives n multipolygons in the order of the points that
    tile the outline (Voronoi, by GEOS). A cell may be in several pieces where the outline is hollow.
    Raises VoronoiError when two points coincide or one lies outside the outline.
    """
    places = np.asarray(points, float).reshape(-1, 2)
    marks = shapely.points(places)
    outside = np.flatnonzero(~shapely.covers(outline, marks))
    if len(outside):
        raise VoronoiError(f"point {outside[0] + 1} lies outside the outline")
    _, first, back = np.unique(places, axis=0, return_index=True, return_inverse=True)
    twin = np.flatnonzero(first[np.ravel(back)] != np.arange(len(places)))
    if len(twin):
        raise VoronoiError(f"point {twin[0] + 1} repeats point {first[np.ravel(back)[twin[0]]] + 1}")
    if len(places) < 2:
        return [multipolygon(outline) for _ in marks]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(marks), extend_to=outline))
    point, cell = shapely.STRtree(cells).query(marks, predicate="within")
    order = cell[np.argsort(point, kind="stable")]
    return [multipolygon(shapely.intersection(cells[i], outline)) for i in order]


def areas_around(points: pd.DataFrame, outline: Polygon | MultiPolygon, metric_crs: int) -> gpd.GeoDataFrame:
    """Approximate areas: columns slug, name, geometry (degrees), in the order of the points.

    Takes label points (columns slug, name, lng, lat) and an outline, both in degrees. Nearness is
    measured in metres on EPSG `metric_crs`; corners are rounded to 1e-7 degrees so that the same points give the same
    file on any machine.
    """
    x, y = to_metric(points["lng"], points["lat"], metric_crs)
    ground = shapely.transform(outline, lambda c: np.column_stack(to_metric(c[:, 0], c[:, 1], metric_crs)))
    shapes = [
        shapely.transform(
            cell, lambda c: np.column_stack(to_store(c[:, 0], c[:, 1], metric_crs)).round(DECIMALS)
        ).normalize()
        for cell in cells_around(np.column_stack([x, y]), ground)
    ]
    names = {key: list(points[key]) for key in ("slug", "name")}
    return gpd.GeoDataFrame(names, geometry=shapes, crs=STORE)


def as_geojson(areas: gpd.GeoDataFrame) -> str:
    """Areas (columns slug, name, geometry) as GeoJSON text, one feature a line, so that a change can be read."""
    lines = []
    for slug, name, shape in zip(areas["slug"], areas["name"], areas.geometry, strict=True):
        feature = {"type": "Feature", "properties": {"slug": slug, "name": name}, "geometry": mapping(shape)}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
