"""How places are asked for."""

from __future__ import annotations

import datetime as dt

from django.contrib.gis.geos import Point
from django.db import models
from django.db.models import Q


class BoundarySetQuerySet(models.QuerySet):
    def of_layer(self, layer: str) -> BoundarySetQuerySet:
        return self.filter(layer=layer)

    def in_force(self, day: dt.date) -> BoundarySetQuerySet:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class NeighborhoodQuerySet(models.QuerySet):
    def in_force(self, layer: str, day: dt.date) -> NeighborhoodQuerySet:
        """Areas of the layer's set in force on a day: the one begun last, should two be."""
        chosen = self.model._meta.get_field("boundary_set").related_model.objects
        newest = chosen.of_layer(layer).in_force(day).order_by("-valid_from").values("pk")[:1]
        return self.filter(boundary_set__in=newest)

    def covering(self, point: Point) -> NeighborhoodQuerySet:
        """Areas that hold a point; a point on a border is held."""
        return self.filter(geometry__covers=point)
