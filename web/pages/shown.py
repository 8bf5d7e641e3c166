"""Counts as anybody may see them: few voices on a sensitive subject stay out of every place, never of the total."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.utils import timezone

from geo.privacy import suppressed
from issues.counts import Counts, Filters, by_cell, by_neighborhood
from neighborhoods.models import BoundarySet, Category, Neighborhood
from web.pages.filters import Asked


@dataclass(frozen=True)
class Shown:
    """`n` by unit (cell number or area slug). Always sum of n + `elsewhere` == `total`.

    `elsewhere` counts what matches but lies in no unit shown: outside the box or every area, or too few to be shown.
    """

    n: Mapping[int | str, int]
    elsewhere: int
    total: int


def cells(asked: Asked, res: int, bbox: Sequence[float] | None = None) -> Shown:
    """Counts per H3 cell. Sensitive subjects are on no cell: two boxes that differ by one cell would tell its count."""

    def count(filters: Filters) -> Counts:
        return by_cell(filters, res, bbox)

    return _shown(asked, count, hide_sensitive=True)


def areas(asked: Asked, chosen: BoundarySet | None) -> Shown:
    """Counts per area of a set, by slug; every area is there. Issues placed by an older set count by the same slug.

    Sensitive subjects are counted over all states and months alone: two questions that differ by one would tell it.
    """
    narrowed = bool(asked.state or asked.since or asked.until)
    by_key = _shown(asked, by_neighborhood, hide_sensitive=narrowed)
    slugs = dict(Neighborhood.objects.values_list("pk", "slug"))
    n = {slug: 0 for slug in _slugs(chosen)}
    for key, count in by_key.n.items():
        slug = slugs.get(int(key))
        if slug in n:
            n[slug] += count
    return Shown(n, by_key.total - sum(n.values()), by_key.total)


def _slugs(chosen: BoundarySet | None) -> list[str]:
    return list(chosen.areas.order_by("name").values_list("slug", flat=True)) if chosen else []


def _shown(asked: Asked, count: Callable[[Filters], Counts], *, hide_sensitive: bool) -> Shown:
    wanted = [asked.category] if asked.category else list(Category.objects.all())
    plain = [c for c in wanted if not c.sensitive]
    delicate = [c for c in wanted if c.sensitive]
    found: dict[int | str, int] = {}
    total = 0
    for group, sensitive in ((plain, False), (delicate, True)):
        if not group:
            continue
        counts = count(asked.filters(group))
        total += counts.total
        keep = np.ones(len(counts.n), bool)
        if sensitive:
            keep &= ~suppressed(counts.n, settings.CITY.suppression_threshold) & (not hide_sensitive)
        for unit, n in zip(counts.units[keep].tolist(), counts.n[keep].tolist(), strict=True):
            found[unit] = found.get(unit, 0) + n
    return Shown(found, total - sum(found.values()), total)


def current_set() -> BoundarySet | None:
    """The primary layer's set that answers for today."""
    return BoundarySet.objects.of_layer(settings.CITY.primary_layer).answering(timezone.localdate())
