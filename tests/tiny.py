"""The smallest city and source that the pure rooms can be tried on; no database."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geo.cities import BaseMap, CategorySpec, City
from issues.mappings import Mapped, Mapping, apply, load_mapping

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SLUGS = ("roads", "lighting", "other")

SOURCE = """
source = "tiny"
dates = ["iso"]
[columns]
external_id = "id"
opened_at = "opened"
closed_at = "closed"
lng = "lng"
lat = "lat"
title = "title"
description = "text"
duplicate_of = "parent"
[[category]]
column = "kind"
as_it_is = true
[[state]]
column = "status"
values = { "open" = "received", "done" = "resolved" }
"""


def tiny_city(zone: str = "Europe/Bucharest", slugs: tuple[str, ...] = SLUGS) -> City:
    """A city of one degree by one around 21.5 E, 45.5 N."""
    kinds = [CategorySpec(s, {"en": s}, "area", 50, 30, 100, 5, severity=2.0, life_days=30.0) for s in slugs]
    return City(
        slug="tiny",
        name={"en": "Tiny"},
        centre=(21.5, 45.5),
        bbox=(21.0, 45.0, 22.0, 46.0),
        metric_crs=3844,
        time_zone=zone,
        languages=("en",),
        primary_layer="neighborhood",
        suppression_threshold=5,
        base_map=BaseMap("none"),
        categories=tuple(kinds),
    )


def tiny_mapping(folder: Path, text: str = SOURCE) -> Mapping:
    """A mapping read from the given text."""
    path = folder / "tiny.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path, folder)


def tiny_rows(*rows: dict[str, str | None]) -> pd.DataFrame:
    """Source rows numbered from 1; each is good but for what is said of it."""
    good = {"id": "a", "opened": "2026-03-01T10:00:00Z", "closed": "", "lng": "21.2", "lat": "45.7", "kind": "roads"}
    told = [{**good, "status": "", "title": "", "text": "", "parent": "", **row} for row in rows]
    return pd.DataFrame(told, index=pd.RangeIndex(1, len(told) + 1), dtype="str")


def tiny_apply(folder: Path, *rows: dict[str, str | None], text: str = SOURCE, city: City | None = None) -> Mapped:
    """Those rows through that mapping."""
    return apply(tiny_mapping(folder, text), tiny_rows(*rows), city or tiny_city())
