"""What the map of a page needs to know: where to look, what lies under it, and its words."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.utils.translation import gettext

from neighborhoods.models import BoundarySet
from web.pages import tiles

Bounds = tuple[float, float, float, float]


def map_context(
    chosen: BoundarySet | None, *, title: str, source: str = "", areas: str = "", bounds: Bounds | None = None
) -> dict[str, Any]:
    """Values for map.html. `source` gives live counts, `areas` outlines; bounds are the areas' own unless given."""
    base = tiles.layer()
    west, south, east, north = bounds or _extent(chosen)
    return {
        "map": {
            "title": title,
            "source": source,
            "areas": areas,
            "bounds": f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}",
            "tiles": base.url if base else "",
            "attribution": base.attribution if base else "",
            "max_zoom": base.max_zoom if base else 19,
        },
        "map_words": _words(),
    }


def _extent(chosen: BoundarySet | None) -> Bounds:
    found = chosen.areas.aggregate(extent=Extent("geometry"))["extent"] if chosen else None
    return found or settings.CITY.bbox


def _words() -> dict[str, str]:
    return {
        "zoom_in": gettext("Closer"),
        "zoom_out": gettext("Further away"),
        "counting": gettext("Counting …"),
        "failed": gettext("The map got no numbers. The list on this page has them."),
        "empty": gettext("Nobody has said anything here."),
    }
