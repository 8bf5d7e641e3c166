"""Subjects of voices; issues and consultations share them."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """One subject. Its values come from the city's file and are brought up to date by `sync_categories`."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    names = models.JSONField(_("names by language"))
    position = models.PositiveSmallIntegerField(_("position"))
    exposure = models.SlugField(_("kind of exposure"), max_length=60)
    incident_radius_m = models.FloatField(_("incident radius in metres"))
    incident_days = models.PositiveSmallIntegerField(_("incident span in days"))
    eps_m = models.FloatField(_("cluster reach in metres"))
    min_points = models.PositiveSmallIntegerField(_("least incidents of a cluster"))
    severity = models.FloatField(_("severity, 1 to 5"))
    life_days = models.FloatField(_("life of an incident in days"))
    sensitive = models.BooleanField(_("sensitive"), default=False)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name()

    def name(self, language: str | None = None) -> str:
        """The name in a language, else in any there is."""
        return self.names.get(language or get_language() or "") or next(iter(self.names.values()), self.slug)
