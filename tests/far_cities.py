"""Cities of mappings that ship without a city file: Boston's subjects under another sky."""

from __future__ import annotations

from dataclasses import replace

from geo.cities import City, load_city
from tests.tiny import FIXTURES


def far_city(slug: str) -> City:
    """chicago or newyork, with every subject of Boston's file."""
    places = {
        "chicago": ((-87.95, 41.63, -87.50, 42.04), (-87.63, 41.88), 32616, "America/Chicago"),
        "newyork": ((-74.30, 40.47, -73.65, 40.95), (-73.98, 40.75), 32618, "America/New_York"),
    }
    bbox, centre, metric_crs, zone = places[slug]
    boston = load_city(FIXTURES / "cities/boston.toml")
    named = {"en": slug.title(), "ro": slug.title()}
    return replace(boston, slug=slug, name=named, bbox=bbox, centre=centre, metric_crs=metric_crs, time_zone=zone)
