"""Issues as anybody may see them at any moment: without sensitive subjects, which reports alone count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from geo import hexes
from issues.counts import Filters, Ground, by_cell, by_neighborhood, in_ground
from issues.models import Issue, SearchRow
from neighborhoods.models import BoundarySet, Category, Neighborhood
from web.pages.filters import OUTSIDE, Asked, box_of

# So many rows are quickly sorted; where more match, the newest of them are soon met.
FEW = 20_000

# A place in the list: the day and the key of an issue.
Mark = tuple[dt.date, int]


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


@dataclass(frozen=True)
class Listed:
    """Issues in a row, the newest first, of `total` that match; `more` where others follow. `lacking` as above."""

    issues: Sequence[Issue]
    more: bool
    total: int
    lacking: bool = False


@dataclass(frozen=True)
class Walked:
    """Keys of issues in a row, the newest first, and of which subjects they are; the rest as above."""

    keys: Sequence[int]
    more: bool
    total: int
    lacking: bool
    subjects: Sequence[Category] = ()


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


def pins(asked: Asked, cells: Sequence[int]) -> list[Issue]:
    """The issues in cells of the finest resolution, the newest first; of each only what a map shows."""
    plain, _lacking = _subjects(asked)
    if not plain or not cells:
        return []
    keys = _keys(asked.filters(plain), Ground(view=tuple(cells)))
    found = Issue.objects.filter(pk__in=keys).newest()
    return _about(found.only("public_point", "category", "state", "opened_on"), plain)


def listed(asked: Asked, chosen: BoundarySet | None, after: Mark | None, most: int) -> Listed:
    """The issues that are asked for and lie where they are asked for, from a mark on."""
    found = walked(asked, chosen, after, most)
    named = Prefetch("neighborhood", Neighborhood.objects.defer("geometry"))
    rows = Issue.objects.filter(pk__in=found.keys).newest().prefetch_related(named)
    issues = _about(rows.defer("point", "answers", "words"), found.subjects) if found.keys else []
    return Listed(issues, found.more, found.total, found.lacking)


def walked(asked: Asked, chosen: BoundarySet | None, after: Mark | None, most: int) -> Walked:
    """The same by their keys alone."""
    plain, lacking = _subjects(asked)
    if not plain:
        return Walked([], False, 0, lacking, plain)
    filters, ground = asked.filters(plain), _ground(asked, chosen)
    total = in_ground(filters, ground)
    keys = _keys(filters, ground, after, most + 1, few=total < FEW)
    return Walked(keys[:most], len(keys) > most, total, lacking, plain)


def rows(asked: Asked, chosen: BoundarySet | None) -> QuerySet[Issue]:
    """All that is asked for, where it is asked for, in no order: as many as `listed` and the counts say."""
    plain, _lacking = _subjects(asked)
    if not plain:
        return Issue.objects.none()
    return Issue.objects.public().asked(asked.filters(plain)).within(_ground(asked, chosen))


def lacks(asked: Asked) -> bool:
    """Whether sensitive subjects were asked for too."""
    return _subjects(asked)[1]


def noted(text: str, lacking: bool) -> str:
    """A count in words, and beside it what is not in it."""
    if not lacking:
        return text
    return gettext("%(count)s (without sensitive subjects, which only reports count)") % {"count": text}


def current_set() -> BoundarySet | None:
    """The primary layer's set that answers for today."""
    return BoundarySet.objects.of_layer(settings.CITY.primary_layer).answering(timezone.localdate())


def _keys(
    filters: Filters, ground: Ground, after: Mark | None = None, most: int | None = None, *, few: bool = True
) -> list[int]:
    """Words are looked up in the rows of the search, which are narrow; all else in the issues themselves."""
    if filters.text:
        rows = SearchRow.objects.asked(filters).within(ground).newest(after, few=few)
    else:
        rows = Issue.objects.public().asked(filters).within(ground).newest(after)
    return list(rows.values_list("pk", flat=True)[:most])


def _about(found: QuerySet[Issue], subjects: Sequence[Category]) -> list[Issue]:
    """Issues with their subjects, which are at hand."""
    by_key = {subject.pk: subject for subject in subjects}
    issues = list(found)
    for issue in issues:
        issue.category = by_key[issue.category_id]
    return issues


def _ground(asked: Asked, chosen: BoundarySet | None) -> Ground:
    """Where a question is asked, in keys. Areas of older sets belong to today's of the same slug."""
    areas: list[int] = []
    if asked.area == OUTSIDE:
        areas = [0, *Neighborhood.objects.exclude(slug__in=_slugs(chosen)).values_list("pk", flat=True)]
    elif asked.area:
        areas = list(Neighborhood.objects.filter(slug=asked.area).values_list("pk", flat=True))
    box = box_of(asked.bbox)
    view = tuple(hexes.within_box(box, hexes.STORE_RES).astype(np.int64).tolist()) if box else None
    return Ground(tuple(areas), hexes.from_text(asked.cell) if asked.cell else 0, view)


def _subjects(asked: Asked) -> tuple[list[Category], bool]:
    """The subjects asked for that anybody may count, and whether there were others."""
    wanted = [asked.category] if asked.category else list(Category.objects.all())
    plain = [c for c in wanted if not c.sensitive]
    return plain, len(plain) < len(wanted)


def _slugs(chosen: BoundarySet | None) -> list[str]:
    return list(chosen.areas.order_by("name").values_list("slug", flat=True)) if chosen else []
