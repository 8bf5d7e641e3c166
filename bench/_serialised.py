"""The public GeoJSON as one would write it otherwise: a serializer of Django REST framework, every issue an object.

To be imported once Django is set up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.conf import settings
from rest_framework import serializers

from issues.actions import OWN_SOURCE
from issues.models import Issue
from issues.naming import tracking_number
from issues.publishing import PLACES
from issues.rules import TextState
from web.api.issues import IssueRow
from web.api.listing import page_address
from web.pages import shown
from web.pages.filters import Asked


class Serialised(IssueRow):
    """What the API says of an issue, asked of the object."""

    number = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    incident = serializers.SerializerMethodField()
    category = serializers.CharField(source="category.slug")
    closed_on = serializers.SerializerMethodField()
    area = serializers.CharField(source="neighborhood.slug", default=None)
    area_name = serializers.CharField(source="neighborhood.name", default=None)
    address = serializers.CharField(source="public_address")
    title = serializers.CharField(source="public_title")
    text = serializers.CharField(source="public_text")
    text_waits = serializers.SerializerMethodField()
    source_id = serializers.SerializerMethodField()
    lng = serializers.SerializerMethodField()
    lat = serializers.SerializerMethodField()

    def get_number(self, issue: Issue) -> str:
        return tracking_number(issue.pk)

    def get_url(self, issue: Issue) -> str:
        return f"{self.context['site']}{tracking_number(issue.pk)}/"

    def get_incident(self, issue: Issue) -> str | None:
        return tracking_number(issue.incident_id) if issue.incident_id else None

    def get_closed_on(self, issue: Issue) -> str | None:
        return issue.closed_at.astimezone(settings.CITY.zone).date().isoformat() if issue.closed_at else None

    def get_text_waits(self, issue: Issue) -> bool:
        return issue.text_state == TextState.WITHHELD

    def get_source_id(self, issue: Issue) -> str | None:
        return issue.external_id if issue.source != OWN_SOURCE else None

    def get_lng(self, issue: Issue) -> float:
        return round(issue.public_point.x, PLACES)

    def get_lat(self, issue: Issue) -> float:
        return round(issue.public_point.y, PLACES)


def object_by_object() -> Iterator[bytes]:
    """All public issues as one GeoJSON."""
    rows = shown.rows(Asked(), shown.current_set()).select_related("category", "neighborhood").order_by("pk")
    features = []
    for said in Serialised(rows, many=True, context={"site": page_address()}).data:
        point = {"type": "Point", "coordinates": [said.pop("lng"), said.pop("lat")]}
        features.append({"type": "Feature", "id": said["number"], "geometry": point, "properties": said})
    yield json.dumps({"type": "FeatureCollection", "features": features}).encode()
