"""The listening report of a neighborhood: its page, its map in a frame of its own, and its files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, re_path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.http import condition, require_safe

from analytics.models import Release, Run
from analytics.results import ListeningReport, from_json
from neighborhoods.models import Neighborhood
from web.middleware import tile_origin
from web.reporting.files import kept
from web.reporting.formats import FORMATS, rendering_digest
from web.reporting.html import body_context, map_page
from web.reporting.words import map_words


def held(slug: str) -> Release | None:
    """The report of an area from the newest analysis, if it has been released."""
    run = Run.objects.newest()
    if run is None:
        return None
    return Release.objects.filter(run=run, neighborhood__slug=slug).select_related("neighborhood").first()


def _etag(request: HttpRequest, slug: str, ext: str = "") -> str | None:
    release = held(slug)
    return release and f'"{release.digest[:32]}-{rendering_digest()[:16]}-{get_language()}-{ext}"'


@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """The report as a page of the site; where none is released yet, a page that says when it will be."""
    release = held(slug)
    if release is None:
        area = Neighborhood.objects.filter(slug=slug).order_by("-boundary_set__valid_from").first()
        if area is None:
            raise Http404(f"no area is called {slug}")
        return render(request, "listening/missing.html", {"name": area.name})
    found = from_json(ListeningReport, release.report)
    frame = {"src": reverse("report-map", args=[slug]), "map_title": map_words(found).title}
    values: dict[str, Any] = body_context(found) | {
        "screen_map": mark_safe(render_to_string("listening/frame.html", frame)),  # noqa: S308 (a template's own)
        "files": [(label, reverse("report-file", args=[slug, ext])) for ext, label in _labels().items()],
    }
    return render(request, "listening/report.html", values)


def _labels() -> dict[str, str]:
    return {
        "pdf": gettext("For printing (PDF)"),
        "html": gettext("To pass on (HTML)"),
        "csv": gettext("Numbers (CSV)"),
        "geojson": gettext("Map data (GeoJSON)"),
        "json": gettext("Everything (JSON)"),
    }


@require_safe
@condition(etag_func=_etag)
def report_map(request: HttpRequest, slug: str) -> HttpResponse:
    """The interactive map alone. It runs its scripts in an origin of its own and reaches the tile server only."""
    found = from_json(ListeningReport, _or_404(slug).report)
    base = settings.CITY.base_map if settings.BASE_MAP_ON else None
    response = HttpResponse(map_page(found, base))
    pictures = " ".join(part for part in ("data:", "blob:", tile_origin()) if part)
    response["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        f"img-src {pictures}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
    )
    return response


@require_safe
@condition(etag_func=_etag)
def report_file(request: HttpRequest, slug: str, ext: str) -> HttpResponse:
    """The report as a file to keep: the same bytes as `listening_reports` writes."""
    release = _or_404(slug)
    data = kept(release, ext, get_language() or settings.LANGUAGE_CODE)
    response = HttpResponse(data, content_type=FORMATS[ext].content_type)
    name = f"{settings.CITY.slug}-{slug}-{release.run.since}.{ext}"
    response["Content-Disposition"] = f'{"inline" if ext == "pdf" else "attachment"}; filename="{name}"'
    return response


def _or_404(slug: str) -> Release:
    release = held(slug)
    if release is None:
        raise Http404(f"no report of {slug} is released")
    return release


urlpatterns = [
    path("reports/<slug:slug>/", report, name="report"),
    path("reports/<slug:slug>/map/", report_map, name="report-map"),
    re_path(rf"^reports/(?P<slug>[-\w]+)/report\.(?P<ext>{'|'.join(FORMATS)})$", report_file, name="report-file"),
]
