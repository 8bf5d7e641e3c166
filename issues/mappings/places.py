"""Coordinates as sources write them -> degrees, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geo.cities import City
from issues.mappings.file import Mapping
from issues.mappings.rules import TEXT, Texts

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$"
NOT_FINITE = r"(?i)^[+-]?(?:nan|inf|infinity)$"
# "[lng, lat]" alone or inside a GeoJSON object, "POINT (lng lat)", "(lat, lng)"
PAIR = r"[\[(]\s*(?P<a>[^\s,;\[\]()]+)\s*[\s,;]\s*(?P<b>[^\s,;\[\]()]+)"

# In the order they are asked; the first that holds is the reason given.
REASONS = (
    "missing_coordinates",
    "unreadable_coordinates",
    "non_finite_coordinates",
    "swapped_coordinates",
    "out_of_range_coordinates",
    "outside_city_box",
)


@dataclass(frozen=True)
class Places:
    """n points. `reason` is an index into REASONS, -1 where the point is good; texts are as the source wrote them."""

    lng: Floats
    lat: Floats
    reason: npt.NDArray[np.int64]
    whole: Bools
    lng_text: pa.Array
    lat_text: pa.Array


def places_of(texts: Texts, mapping: Mapping, city: City) -> Places:
    """Read the coordinates of a chunk and judge them against the range of degrees and the city's box."""
    lng_text, lat_text = _pair(texts, mapping)
    lng, lng_bad = _numbers(lng_text)
    lat, lat_bad = _numbers(lat_text)
    missing = _truth(pc.or_(pc.equal(lng_text, ""), pc.equal(lat_text, "")))
    finite = np.isfinite(lng) & np.isfinite(lat)
    west, south, east, north = city.bbox
    with np.errstate(invalid="ignore"):
        inside = (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)
        swapped = (lat >= west) & (lat <= east) & (lng >= south) & (lng <= north)
        in_range = (np.abs(lng) <= 180) & (np.abs(lat) <= 90)
    wrong = [missing, lng_bad | lat_bad, ~finite, swapped & ~inside, ~in_range, ~inside]
    reason = np.select(wrong, list(range(len(REASONS))), -1).astype(np.int64)
    whole = finite & (lng == np.round(lng)) & (lat == np.round(lat)) & ~missing & ~lng_bad & ~lat_bad
    return Places(lng, lat, reason, whole, lng_text, lat_text)


def _pair(texts: Texts, mapping: Mapping) -> tuple[pa.Array, pa.Array]:
    columns = mapping.columns
    if "point" not in columns:
        return texts.first(columns["lng"]), texts.first(columns["lat"])
    point = texts.first(columns["point"])
    found = pc.extract_regex(point, PAIR)
    # text that holds no pair stays as it is, so that it counts as unreadable and not as missing
    first, second = (pc.coalesce(pc.struct_field(found, n).cast(TEXT), point) for n in ("a", "b"))
    return (first, second) if mapping.point_order == "lng,lat" else (second, first)


def _numbers(texts: pa.Array) -> tuple[Floats, Bools]:
    """Degrees, and which texts are neither a number nor one of the words for no number."""
    good = pc.match_substring_regex(texts, NUMBER)
    values = pc.if_else(good, texts, "nan").cast(pa.float64()).to_numpy()
    if pc.all(good).as_py():
        return values, np.zeros(len(values), bool)
    word = pc.match_substring_regex(texts, NOT_FINITE)
    return values, ~(_truth(good) | _truth(word))


def _truth(mask: pa.Array) -> Bools:
    return np.asarray(mask.to_numpy(zero_copy_only=False), bool)
