"""How places are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.db.models import Q


class BoundarySetQuerySet(models.QuerySet):
    def of_layer(self, layer: str) -> BoundarySetQuerySet:
        return self.filter(layer=layer)

    def in_force(self, day: dt.date) -> BoundarySetQuerySet:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def answering(self, day: dt.date) -> models.Model | None:
        """The set that answers for a day: in force then, else the last begun before it, else the first of all.

        Two in force at once: the one begun last. The same choice as neighborhoods.locate.Locator makes.
        """
        newest_first = self.order_by("-valid_from")
        return (
            newest_first.in_force(day).first()
            or newest_first.filter(valid_from__lte=day).first()
            or newest_first.last()
        )


class NeighborhoodQuerySet(models.QuerySet):
    def in_force(self, layer: str, day: dt.date) -> NeighborhoodQuerySet:
        """Areas of the layer's set in force on a day: the one begun last, should two be."""
        chosen = self.model._meta.get_field("boundary_set").related_model.objects
        newest = chosen.of_layer(layer).in_force(day).order_by("-valid_from").values("pk")[:1]
        return self.filter(boundary_set__in=newest)

    def ever(self, layer: str, slugs: Iterable[str]) -> NeighborhoodQuerySet:
        """Areas of these slugs in every set of the layer, those of the newest set last."""
        return self.filter(boundary_set__layer=layer, slug__in=list(slugs)).order_by("boundary_set__valid_from")
