"""Streets and addresses the city knows: where a name lies, without asking anybody outside."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class Address(models.Model):
    """One entry of the city's gazetteer: a street, or with a `number` one address on it.

    `words` is the name folded for searching; `neighborhood` the slug of the primary layer's area on the day of loading.
    """

    street = models.CharField(_("street"), max_length=200)
    number = models.CharField(_("number"), max_length=20, blank=True)
    words = models.CharField(_("words to search"), max_length=240)
    point = models.PointField(_("point"), srid=4326)
    neighborhood = models.CharField(_("neighbourhood"), max_length=120, blank=True, db_index=True)
    source = models.CharField(_("source"), max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["street", "number"], name="address_once")]
        indexes = [models.Index(fields=["words"], name="address_words", opclasses=["text_pattern_ops"])]
        ordering = ["street", "number"]

    def __str__(self) -> str:
        return f"{self.street} {self.number}".strip()
