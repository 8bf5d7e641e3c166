"""People who want to be told, for tests."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import Polygon
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from neighborhoods.following import follow
from neighborhoods.models import Follow, Notice
from neighborhoods.models.notices import ADDRESS, AREA, ISSUE, NEIGHBORHOOD


def make_follow(email: str = "ana@example.org", *, language: str = "en", confirmed: bool = True, **wish: Any) -> Follow:
    """A follow, confirmed unless said otherwise; its mail to confirm is out of the way then."""
    held = follow(email=email, language=language, **wish)
    if confirmed:
        Follow.objects.filter(pk=held.pk).update(confirmed_at=timezone.now())
        Notice.objects.filter(follow=held).delete()
        held.refresh_from_db()
    return held


def follow_issue(issue: Any, email: str = "ana@example.org", **more: Any) -> Follow:
    return make_follow(email, kind=ISSUE, subject=issue.pk, **more)


def follow_place(slug: str = "fabric", email: str = "ana@example.org", **more: Any) -> Follow:
    return make_follow(email, kind=NEIGHBORHOOD, slug=slug, **more)


def follow_area(
    shape: BaseGeometry, email: str = "ana@example.org", *, radius_m: int | None = None, **more: Any
) -> Follow:
    ground = Polygon(list(shape.exterior.coords), srid=4326)
    return make_follow(email, kind=ADDRESS if radius_m else AREA, reach=ground, radius_m=radius_m, **more)


def told(event: str = "") -> list[tuple[str, str, int | None]]:
    """What stands in the outbox: (event, person's language or follow, subject), ordered."""
    rows = Notice.objects.filter(event__startswith=event).order_by("event", "pk")
    return list(rows.values_list("event", "kind", "subject"))


def hearers(event: str) -> set[Any]:
    """Keys of the follows by which people hear of an event."""
    return set(Notice.objects.filter(event=event).values_list("follow", flat=True))
