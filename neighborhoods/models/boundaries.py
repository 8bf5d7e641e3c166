"""Dated sets of areas, and what stands in their denominators."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from neighborhoods.queries import BoundarySetQuerySet, NeighborhoodQuerySet

NOT_STATED = "not stated"


class BoundarySet(models.Model):
    """One layer of areas as it was in force from a day on. Layers live side by side and need not nest."""

    layer = models.SlugField(_("layer"), max_length=60)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to (not included)"), null=True, blank=True)
    authority = models.CharField(_("authority"), max_length=300, default=NOT_STATED)
    licence = models.CharField(_("licence"), max_length=300, default=NOT_STATED)
    source = models.CharField(_("source"), max_length=500, default=NOT_STATED)
    approximate = models.BooleanField(_("approximate"), default=False)
    digest = models.CharField(_("digest of the geometry"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)

    objects = BoundarySetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["layer", "valid_from"], name="boundaryset_one_per_day"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="boundaryset_ends_after_start",
            ),
        ]
        ordering = ["layer", "valid_from"]

    def __str__(self) -> str:
        return f"{self.layer} from {self.valid_from}"


class Neighborhood(models.Model):
    """One area of a set; the name is used for areas of every layer."""

    boundary_set = models.ForeignKey(BoundarySet, models.PROTECT, related_name="areas")
    slug = models.SlugField(_("slug"), max_length=120)
    name = models.CharField(_("name"), max_length=200)
    geometry = models.MultiPolygonField(_("geometry"), srid=4326)
    area_m2 = models.FloatField(_("area in square metres"))

    objects = NeighborhoodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["boundary_set", "slug"], name="neighborhood_slug_once_per_set"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Exposure(models.Model):
    """How much of something an area holds (people, street metres): the denominator of a rate."""

    neighborhood = models.ForeignKey(Neighborhood, models.CASCADE, related_name="exposures")
    kind = models.SlugField(_("kind"), max_length=60)
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.FloatField(_("value"))
    source = models.CharField(_("source"), max_length=500, default=NOT_STATED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["neighborhood", "kind", "year"], name="exposure_once_per_year"),
            models.CheckConstraint(condition=Q(value__gte=0), name="exposure_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.value}"
