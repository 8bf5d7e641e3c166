"""How issues are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db import models

from issues.rules import OPEN

if TYPE_CHECKING:
    from neighborhoods.models import Category


class IssueQuerySet(models.QuerySet):
    def public(self) -> IssueQuerySet:
        """What anybody may see."""
        return self.filter(hidden=False)

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
