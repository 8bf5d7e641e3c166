"""What a follow is of, in words; the same on its page and in every mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils.translation import gettext
from shapely import from_wkb

from geo.drawn import km2
from issues.naming import tracking_number
from neighborhoods.models import Category, Follow, Neighborhood
from neighborhoods.models.notices import ADDRESS, ISSUE, NEIGHBORHOOD
from web.reporting.numbers import about, decimal, joined, whole


def words_of(follow: Follow, names: Mapping[str, str] | None = None) -> str:
    """What is followed, as the middle of a sentence; `names` of neighborhoods by slug, where they are at hand."""
    if follow.kind == ISSUE:
        return gettext("issue %(number)s") % {"number": tracking_number(follow.subject or 0)}
    if follow.kind == NEIGHBORHOOD:
        return (names if names is not None else area_names([follow.slug])).get(follow.slug, follow.slug)
    if follow.kind == ADDRESS:
        values = {"m": whole(follow.radius_m or 0), "address": follow.label or gettext("a place on the map")}
        return gettext("%(m)s m around %(address)s") % values
    assert follow.reach is not None  # the table asks it of every drawn area
    ground = km2(from_wkb(bytes(follow.reach.wkb)), settings.CITY.metric_crs)
    size = decimal(ground, 2) if ground < 1 else about(ground)
    if not follow.label:
        return gettext("the area you drew (%(km2)s km²)") % {"km2": size}
    return gettext("the area you drew in %(area)s (%(km2)s km²)") % {"area": follow.label, "km2": size}


def subjects_of(follow: Follow) -> str:
    """The subjects a follow is narrowed to, in a row; empty where it is of all."""
    if not follow.categories:
        return ""
    return joined([c.name() for c in Category.objects.filter(pk__in=follow.categories)])


def area_names(slugs: Iterable[str]) -> dict[str, str]:
    """Names of neighborhoods of the primary layer by slug, as the newest set calls them."""
    wanted = {slug for slug in slugs if slug}
    areas = Neighborhood.objects.ever(settings.CITY.primary_layer, wanted)
    return dict(areas.values_list("slug", "name")) if wanted else {}
