"""Where a map opens: on what was asked for, else on the whole city."""

from __future__ import annotations

from geo import hexes
from neighborhoods.models import BoundarySet
from web.pages.filters import Asked, Box, box_of


def opening(asked: Asked, chosen: BoundarySet | None) -> Box | None:
    """West, south, east, north of the hexagon, the view or the neighborhood asked for; nothing for the whole city."""
    if asked.cell:
        ring = hexes.outline(hexes.from_text(asked.cell))
        lngs, lats = [lng for lng, _ in ring], [lat for _, lat in ring]
        return min(lngs), min(lats), max(lngs), max(lats)
    if asked.bbox:
        return box_of(asked.bbox)
    area = chosen.areas.filter(slug=asked.area).first() if chosen and asked.area else None
    return area.geometry.extent if area else None
