"""What every voice has: a point, and the place it was given once, at writing."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from geo.joins import PlaceState
from neighborhoods.models.boundaries import Neighborhood

PLACE_STATES = [
    (PlaceState.INSIDE.value, _("in one area")),
    (PlaceState.OVERLAP.value, _("where areas overlap")),
    (PlaceState.BORDER.value, _("on a border")),
    (PlaceState.OUTSIDE.value, _("in no area")),
]


class Placed(models.Model):
    """A voice with a place. `cell` is the H3 cell at resolution 10; coarser cells are its parents.

    `backdated` marks a voice older than the first boundary set, placed by that first set.
    """

    point = models.PointField(_("point"), srid=4326)
    public_point = models.PointField(_("public point"), srid=4326, spatial_index=False)
    cell = models.BigIntegerField(_("cell"))
    # Without an index of its own: every voice has one that begins with it and knows more.
    neighborhood = models.ForeignKey(
        Neighborhood, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    place_state = models.CharField(_("place state"), max_length=8, choices=PLACE_STATES)
    backdated = models.BooleanField(_("backdated"), default=False)

    class Meta:
        abstract = True
