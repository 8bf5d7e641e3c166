"""How issues are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q

from geo import hexes
from issues.rules import OPEN
from issues.searching import tsquery

if TYPE_CHECKING:
    from issues.counts import Filters, Ground
    from neighborhoods.models import Category
    from neighborhoods.rules import Held


class FilteredQuerySet(models.QuerySet):
    """What issues and the rows of the search are asked alike."""

    def within(self, ground: Ground) -> Self:
        """In one of the areas, or in one of the cells; everywhere where the ground names neither."""
        found = self
        if ground.areas:
            inside = Q(neighborhood_id__in=[key for key in ground.areas if key])
            found = found.filter(inside | Q(neighborhood_id=None) if 0 in ground.areas else inside)
        if ground.cell:
            found = found.filter(cell__range=hexes.span(ground.cell))
        if ground.view is not None:
            found = found.extra(where=["cell = ANY(%s)"], params=[list(ground.view)])
        return found

    def _narrowed(self, filters: Filters) -> Self:
        """By subject, state and period: the words are another matter."""
        wanted = {
            "category_id__in": filters.categories,
            "state__in": filters.states,
            "opened_on__gte": filters.since,
            "opened_on__lt": filters.until,
        }
        return self.filter(**{name: value for name, value in wanted.items() if value})

    def _newest(self, key: str, after: tuple[dt.date, int] | None) -> Self:
        """The newest first, those behind a place in the row (day and key)."""
        found = self.order_by("-opened_on", f"-{key}")
        if after is None:
            return found
        # The first half is for the index, which knows no rows of two.
        return found.filter(Q(opened_on__lte=after[0]) & (Q(opened_on__lt=after[0]) | Q(**{f"{key}__lt": after[1]})))


class SearchRowQuerySet(FilteredQuerySet):
    def asked(self, filters: Filters) -> SearchRowQuerySet:
        """All that filters with words ask for."""
        return self._narrowed(filters).extra(where=["lexemes @@ %s::tsquery"], params=[tsquery(filters.text)])

    def newest(self, after: tuple[dt.date, int] | None = None, *, few: bool) -> SearchRowQuerySet:
        """The newest first, those behind `after`. Where they are `few` among all rows they are looked up by their words
        and then sorted; else the rows are walked from the newest on, until there are enough."""
        found = self._newest("issue_id", after)
        if not few:
            return found
        return found.order_by(ExpressionWrapper(F("opened_on") + 0, models.IntegerField()).desc(), "-issue_id")


class IssueQuerySet(FilteredQuerySet):
    def public(self) -> IssueQuerySet:
        """What anybody may see."""
        return self.filter(hidden=False)

    def asked(self, filters: Filters) -> IssueQuerySet:
        """All that filters ask for, their words included."""
        found = self._narrowed(filters)
        if not filters.text:
            return found
        rows = apps.get_model("issues", "SearchRow").objects
        return found.filter(pk__in=rows.asked(filters).values("pk"))

    def reached(self, held: Iterable[Held]) -> IssueQuerySet:
        """Those that one of the roles held reaches."""
        inside = Q(pk__in=[])
        for one in held:
            bounds = {
                "department__slug": one.department,
                "category__slug": one.category,
                "neighborhood__slug": one.area,
            }
            within = {name: slug for name, slug in bounds.items() if slug}
            if not within:
                return self
            inside |= Q(**within)
        return self.filter(inside)

    def unplaced(self) -> IssueQuerySet:
        """Those whose incident is for the rules to say: no person has put them together with others, or apart."""
        placed = apps.get_model("issues", "PlacedTogether").objects.filter(issue=OuterRef("pk"), ended_at=None)
        return self.exclude(Exists(placed))

    def newest(self, after: tuple[dt.date, int] | None = None) -> IssueQuerySet:
        """The newest first; with `after` (day and key of one) those behind it."""
        return self._newest("id", after)

    def open(self) -> IssueQuerySet:
        return self.filter(state__in=OPEN)

    def during(self, since: dt.date, until: dt.date) -> IssueQuerySet:
        """Opened on a local day from `since`, before `until`."""
        return self.filter(opened_on__gte=since, opened_on__lt=until)

    def about(self, categories: Iterable[Category]) -> IssueQuerySet:
        return self.filter(category__in=categories)

    def near(self, point: Point, radius_m: float) -> IssueQuerySet:
        """Within a distance on the ground, nearest first. A box in degrees that surely holds it uses the index."""
        degrees = radius_m / 60_000  # a degree of longitude is at least 60 km up to 57 degrees of latitude
        box = point.buffer(degrees).envelope
        return (
            self.filter(point__bboverlaps=box)
            .annotate(distance=Distance("point", point, spheroid=True))
            .filter(distance__lte=D(m=radius_m))
            .order_by("distance", "pk")
        )
