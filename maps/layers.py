"""Results become GeoJSON layers: one shape of data for the screen, for paper and for whoever downloads them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from analytics.results import Cluster, Hotspot, ListeningReport
from geo import hexes
from maps.palette import breaks, class_of, step_of

Feature = dict[str, Any]
FeatureCollection = dict[str, Any]
Bounds = tuple[float, float, float, float]

# Six decimals of a degree are about a decimetre: finer than any pin, and they keep the file small.
_DECIMALS = 6
_LEAST_HULL_M = 40.0


@dataclass(frozen=True)
class Layers:
    """GeoJSON FeatureCollections in degrees, lng before lat, and the upper bounds of the classes of `cells`.

    outline   one MultiPolygon: slug, name; nothing where the report has no outline
    cells     cell, n (None where withheld), klass (1 to len(breaks), 0 for none), step (its ramp colour), withheld
    hotspots  in the report's order: label ("1", "2"…), cell, res, category, ratio, q, observed, expected, model
    clusters  in the report's order: label ("A", "B"…), category, n, q, ratio, radius_m
    """

    outline: FeatureCollection
    cells: FeatureCollection
    hotspots: FeatureCollection
    clusters: FeatureCollection
    breaks: tuple[int, ...]


def report_layers(report: ListeningReport) -> Layers:
    """The layers of one listening report. Labels follow its order, so a numbered list beside the map agrees."""
    cells = [c.cell for c in report.cells]
    counts = [None if c.withheld else c.n for c in report.cells]
    bounds = breaks(counts)
    return Layers(
        outline=collection([_outline(report)] if report.outline else []),
        cells=cells_layer(cells, counts, bounds),
        hotspots=collection([_hotspot(i, spot) for i, spot in enumerate(report.hotspots)]),
        clusters=collection([_cluster(i, cluster) for i, cluster in enumerate(report.clusters)]),
        breaks=bounds,
    )


def cells_layer(
    cells: Sequence[str | int], counts: Sequence[int | None], bounds: tuple[int, ...] | None = None
) -> FeatureCollection:
    """One polygon per cell (hexadecimal text or number), in order of its text; a count of None is withheld.

    `bounds` are the class breaks, by default those of these very counts. Raises ValueError when the two sequences
    differ in length and CellError when a cell is none.
    """
    found = breaks(counts) if bounds is None else bounds
    rows = sorted(((_text(cell), count) for cell, count in zip(cells, counts, strict=True)), key=lambda row: row[0])
    return collection([_cell(cell, count, found) for cell, count in rows])


def collection(features: list[Feature]) -> FeatureCollection:
    """Features as one FeatureCollection."""
    return {"type": "FeatureCollection", "features": features}


def bounds(layers: Layers) -> Bounds | None:
    """West, south, east, north in degrees of all that is drawn; None when nothing is."""
    drawn = (layers.outline, layers.cells, layers.hotspots, layers.clusters)
    boxes = [box(feature) for layer in drawn for feature in layer["features"]]
    if not boxes:
        return None
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


def box(feature: Feature) -> Bounds:
    """West, south, east, north in degrees of one feature."""
    points = list(_points(feature["geometry"]["coordinates"]))
    lngs, lats = [p[0] for p in points], [p[1] for p in points]
    return min(lngs), min(lats), max(lngs), max(lats)


def _points(coordinates: Any) -> Iterator[Sequence[float]]:
    if coordinates and isinstance(coordinates[0], float):
        yield coordinates
    else:
        for part in coordinates:
            yield from _points(part)


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def _ring(points: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[round(float(lng), _DECIMALS), round(float(lat), _DECIMALS)] for lng, lat in points]


def _text(cell: str | int) -> str:
    return cell if isinstance(cell, str) else hexes.to_text(cell)


def _hexagon(cell: str) -> list[list[list[float]]]:
    return [_ring(hexes.outline(hexes.from_text(cell)))]


def _outline(report: ListeningReport) -> Feature:
    shape = [[_ring(ring) for ring in polygon] for polygon in report.outline]
    return _feature("MultiPolygon", shape, {"slug": report.neighborhood, "name": report.name})


def _cell(cell: str, count: int | None, found: tuple[int, ...]) -> Feature:
    klass = class_of(count, found)
    properties = {
        "cell": cell,
        "n": None if count is None else int(count),
        "klass": klass,
        "step": step_of(klass, len(found)),
        "withheld": count is None,
    }
    return _feature("Polygon", _hexagon(cell), properties)


def _hotspot(index: int, spot: Hotspot) -> Feature:
    properties = {
        "label": str(index + 1),
        "cell": spot.cell,
        "res": spot.res,
        "category": spot.category,
        "ratio": spot.ratio,
        "q": spot.q,
        "observed": spot.observed,
        "expected": spot.expected,
        "model": spot.model,
    }
    return _feature("Polygon", _hexagon(spot.cell), properties)


def _cluster(index: int, cluster: Cluster) -> Feature:
    properties = {
        "label": letters(index),
        "category": cluster.category,
        "n": cluster.n,
        "q": cluster.q,
        "ratio": cluster.ratio,
        "radius_m": cluster.radius_m,
    }
    return _feature("Polygon", [_ring(_hull(cluster))], properties)


def _hull(cluster: Cluster) -> Sequence[Sequence[float]]:
    """The cluster's own hull; where its incidents lie on one spot or line, a circle one can see."""
    if len(cluster.hull) >= 4 and shapely.Polygon(cluster.hull).area > 0:
        return cluster.hull
    lng, lat = cluster.centre
    radius_m = max(cluster.radius_m, _LEAST_HULL_M)
    per_lng, per_lat = metres_per_degree(lat)
    turns = [2 * math.pi * i / 24 for i in range(24)]
    circle = [(lng + radius_m / per_lng * math.cos(t), lat + radius_m / per_lat * math.sin(t)) for t in turns]
    return [*circle, circle[0]]


def letters(index: int) -> str:
    """A, B … Z, AA, AB …: clusters carry letters, because hot spots carry numbers."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres in one degree of longitude and of latitude at a latitude, on the WGS 84 ellipsoid.

    Series of the meridian and parallel radii (Snyder 1987, Map Projections, p. 25), true to about a centimetre.
    """
    phi = math.radians(lat)
    per_lng = 111412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi) + 0.118 * math.cos(5 * phi)
    per_lat = 111132.92 - 559.82 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi) - 0.0023 * math.cos(6 * phi)
    return per_lng, per_lat
