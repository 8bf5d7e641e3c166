"""Incidents: what issues speak of, each named by its first issue. Analysis counts them."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers

from issues.counts import snapshot
from issues.models import Issue
from issues.naming import tracking_number
from issues.publishing import OF_INCIDENT, incidents
from web.api import filters, paging
from web.api.issues import FORMATS, NAMES, TAKES, IssueRow, issue_found
from web.api.listing import one, page, written_rows
from web.api.rendering import GEOJSON, JSON
from web.api.resource import Resource
from web.api.schema import NUMBER, described, in_path
from web.api.shapes import PAGE_HEAD, POINT, collection_of, feature_of, page_of
from web.pages import shown
from web.pages.shown import Walked

# So many of its issues are named.
NAMED = 500


class IncidentRow(IssueRow):
    """An incident, told by its first issue; `issues` speak of it."""

    issues = serializers.IntegerField(min_value=1)


class OneIncident(IncidentRow):
    numbers = serializers.ListField(child=serializers.CharField(), help_text="Its issues, the first 500.")


class Incidents(Resource):
    """The list; a question is answered by first issues."""

    takes, formats = TAKES, FORMATS

    @described(
        "listIncidents",
        "Incidents, the newest first",
        {
            (200, JSON.content_type): page_of("IncidentPage", IncidentRow),
            (200, GEOJSON.content_type): collection_of(POINT, **PAGE_HEAD),
        },
        takes=TAKES,
        formats=NAMES,
        problems=(406,),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        size, after = paging.size_of(self.given.get("page_size", "")), paging.mark_of(self.given.get("cursor", ""))
        chosen = shown.current_set()
        asked = filters.asked(self.given, chosen)
        with snapshot():
            firsts = incidents(shown.rows(asked, chosen))
            keys = list(firsts.newest(after).values_list("pk", flat=True)[: size + 1])
            found = Walked(keys[:size], len(keys) > size, firsts.count(), shown.lacks(asked))
            return page(request, found, self.format, self.given, size, OF_INCIDENT)


class Incident(Resource):
    """One incident, by the tracking number of any of its issues."""

    formats = FORMATS

    @described(
        "getIncident",
        "One incident and its issues",
        {(200, JSON.content_type): OneIncident, (200, GEOJSON.content_type): feature_of(POINT)},
        formats=NAMES,
        more=(in_path("number", NUMBER, "The tracking number of one of its issues."),),
        problems=(404, 406, 410),
    )
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        issue = issue_found(number)
        with snapshot():
            firsts = Issue.objects.public().filter(pk=issue.incident_id, category__sensitive=False)
            if not firsts.exists():
                raise Http404("No incident is told under this number.")
            ((_day, row),) = written_rows(firsts, JSON, OF_INCIDENT)
            issues = Issue.objects.public().filter(incident=issue.incident_id).order_by("opened_at", "pk")
            numbers = [tracking_number(key) for key in issues.values_list("pk", flat=True)[:NAMED]]
        said = json.loads(row) | {"numbers": numbers}
        return one(request, said, self.format)


urlpatterns = [
    path("incidents", Incidents.as_view(), name="api-incidents"),
    path("incidents/<str:number>", Incident.as_view(), name="api-incident"),
]
