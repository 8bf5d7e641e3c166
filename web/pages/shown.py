"""Counts as anybody may see them at any moment: without sensitive subjects, which reports alone count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from issues.counts import by_cell, by_neighborhood
from neighborhoods.models import BoundarySet, Category, Neighborhood
from web.pages.filters import Asked


@dataclass(frozen=True)
class Shown:
    """`n` by unit (cell number or area slug). Always sum of n + `elsewhere` == `total`.

    `elsewhere` counts what matches but lies in no unit shown: outside the box or every area. `lacking`: sensitive
    subjects were asked for too; they are in none of the three, since any live number of theirs, less what reports
    show, would tell what reports withhold.
    """

    n: Mapping[int | str, int]
    elsewhere: int
    total: int
    lacking: bool = False


def cells(asked: Asked, res: int, bbox: Sequence[float] | None = None) -> Shown:
    """Counts per H3 cell."""
    plain, lacking = _subjects(asked)
    if not plain:
        return Shown({}, 0, 0, lacking)
    counts = by_cell(asked.filters(plain), res, bbox)
    return Shown(
        dict(zip(counts.units.tolist(), counts.n.tolist(), strict=True)), counts.unplaced, counts.total, lacking
    )


def areas(asked: Asked, chosen: BoundarySet | None) -> Shown:
    """Counts per area of a set, by slug; every area is there. Issues placed by an older set count by the same slug."""
    plain, lacking = _subjects(asked)
    n: dict[int | str, int] = {slug: 0 for slug in _slugs(chosen)}
    if not plain:
        return Shown(n, 0, 0, lacking)
    counts = by_neighborhood(asked.filters(plain))
    slugs = dict(Neighborhood.objects.values_list("pk", "slug"))
    for key, count in zip(counts.units.tolist(), counts.n.tolist(), strict=True):
        slug = slugs.get(key)
        if slug in n:
            n[slug] += count
    return Shown(n, counts.total - sum(n.values()), counts.total, lacking)


def noted(text: str, lacking: bool) -> str:
    """A count in words, and beside it what is not in it."""
    if not lacking:
        return text
    return gettext("%(count)s (without sensitive subjects, which only reports count)") % {"count": text}


def current_set() -> BoundarySet | None:
    """The primary layer's set that answers for today."""
    return BoundarySet.objects.of_layer(settings.CITY.primary_layer).answering(timezone.localdate())


def _subjects(asked: Asked) -> tuple[list[Category], bool]:
    """The subjects asked for that anybody may count, and whether there were others."""
    wanted = [asked.category] if asked.category else list(Category.objects.all())
    plain = [c for c in wanted if not c.sensitive]
    return plain, len(plain) < len(wanted)


def _slugs(chosen: BoundarySet | None) -> list[str]:
    return list(chosen.areas.order_by("name").values_list("slug", flat=True)) if chosen else []
