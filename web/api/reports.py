"""Reports: the listening report of each neighborhood, frozen from the newest analysis, as its pages show it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import override
from rest_framework import serializers

from analytics.models import Release, Run
from web.api.listing import absolute
from web.api.rankings import RunShape
from web.api.rendering import GEOJSON, JSON, NIGHTLY, answered, with_members, written
from web.api.resource import Resource
from web.api.schema import SLUG, described, in_path
from web.api.shapes import SURFACE, collection_of
from web.pages.apart import run_ref
from web.pages.reports import held
from web.reporting.files import kept
from web.reporting.formats import FORMATS as FILES

FORMATS = (JSON, GEOJSON)
NAMES = tuple(one.name for one in FORMATS)


class ReportRow(serializers.Serializer):
    neighborhood = serializers.CharField()
    name = serializers.CharField()
    url = serializers.URLField(help_text="The whole report in this API.")
    page = serializers.URLField(help_text="The report for people.")
    files = serializers.DictField(child=serializers.URLField(), help_text="The same in other formats.")
    made_at = serializers.DateTimeField()
    digest = serializers.CharField(help_text="SHA-256 over the report; it never changes.")


class ReportList(serializers.Serializer):
    run = RunShape(allow_null=True)
    total = serializers.IntegerField()
    results = ReportRow(many=True)


class ListeningReport(serializers.Serializer):
    """One area, one period, one analysis: its frozen numbers. The methods page explains each of them."""

    city = serializers.CharField()
    neighborhood = serializers.CharField()
    name = serializers.CharField()
    period = serializers.DictField()
    issues = serializers.IntegerField()
    incidents = serializers.IntegerField()
    themes = serializers.ListField(child=serializers.DictField())
    cells = serializers.ListField(child=serializers.DictField())
    hotspots = serializers.ListField(child=serializers.DictField())
    clusters = serializers.ListField(child=serializers.DictField())
    answered = serializers.DictField()
    ranking = serializers.DictField(allow_null=True)
    run = serializers.DictField()
    doubts = serializers.ListField(child=serializers.CharField())


class Reports(Resource):
    """Those released from the newest analysis."""

    @described("listReports", "Listening reports", {(200, JSON.content_type): ReportList})
    def get(self, request: HttpRequest) -> HttpResponse:
        run = Run.objects.newest()
        releases = run.releases.select_related("neighborhood").order_by("neighborhood__slug") if run else []
        rows = [written(row(release)) for release in releases]
        head = {"run": run_ref(run) if run else None, "total": len(rows)}
        return answered(request, with_members(head, "results", rows), JSON.content_type, fresh=NIGHTLY)


class One(Resource):
    """The report of one neighborhood."""

    formats = FORMATS

    @described(
        "getReport",
        "The listening report of a neighbourhood",
        {(200, JSON.content_type): ListeningReport, (200, GEOJSON.content_type): collection_of(SURFACE)},
        formats=NAMES,
        more=(in_path("slug", SLUG, "The neighbourhood's slug."),),
        problems=(404, 406),
    )
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        release = held(slug)
        if release is None:
            raise Http404("No report of this neighbourhood is released from the newest analysis.")
        body = release.report if self.format == JSON else kept(release, "geojson", settings.LANGUAGE_CODE).decode()
        return answered(request, body, self.format.content_type, changed=release.made_at, fresh=NIGHTLY)


def row(release: Release) -> dict[str, object]:
    slug = release.neighborhood.slug
    with override(settings.LANGUAGE_CODE):
        page = absolute(reverse("report", args=[slug]))
        files = {ext: absolute(reverse("report-file", kwargs={"slug": slug, "ext": ext})) for ext in FILES}
    return {
        "neighborhood": slug,
        "name": release.neighborhood.name,
        "url": absolute(reverse("api-report", args=[slug])),
        "page": page,
        "files": files,
        "made_at": release.made_at.isoformat(),
        "digest": release.digest,
    }


urlpatterns = [
    path("reports", Reports.as_view(), name="api-reports"),
    path("reports/<slug:slug>", One.as_view(), name="api-report"),
]
