"""The neighborhoods: all of them by name, and a page for each."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from analytics import found
from analytics.listening import released
from analytics.models import Run
from analytics.results import Answered, ListeningReport
from issues.verdicts import closings_and_disputes
from maps.layers import Layers, bounds, letters
from maps.legend import classes, findings
from neighborhoods.models import NOT_STATED, BoundarySet, Neighborhood
from web.pages import shown
from web.pages.analysis import rank_bar, run_facts
from web.pages.dates import next_month
from web.pages.filters import OPEN_WORD, Asked
from web.pages.furniture import map_context
from web.pages.heard import latest_month
from web.pages.live import area_layer
from web.pages.places import cell_names
from web.reporting import view
from web.reporting.figures import map_layers
from web.reporting.numbers import about, day, whole
from web.reporting.sentences import (
    chance,
    cluster,
    hotspot,
    issues,
    median_figure,
    names_of,
    problems,
    q_figure,
    rank_figure,
)
from web.reporting.words import map_words

# The fullest hexagons that are put into words beside the map.
FULLEST = 8


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every area by name, with what was heard, how it was answered and where it ranks."""
    chosen, run = shown.current_set(), Run.objects.newest()
    counts = shown.areas(Asked(), chosen)
    analysed = _analysed(run) if run else {}
    rows = [
        {
            "name": area.name,
            "url": reverse("neighborhood", args=[area.slug]),
            "issues": issues(counts.n[area.slug]),
            **analysed.get(area.slug, {}),
        }
        for area in (chosen.areas.order_by("name") if chosen else [])
    ]
    values = {
        "rows": rows,
        "run": run,
        "facts": run_facts(run) if run else None,
        "boundary": _boundary(chosen) if chosen else None,
        **map_context(chosen, title=gettext("Map of neighbourhoods"), areas=reverse("live-areas")),
    }
    return render(request, "neighborhoods/index.html", values)


def _analysed(run: Run) -> dict[str, dict[str, Any]]:
    """By slug: problems of the period, days to closing, and the rank drawn with its interval."""
    b = found.body(run, "answered")
    columns = zip(b["area"], b["opened"], b["closed"], b["median_days"], b["low"], b["high"], strict=True)
    rows: dict[str, dict[str, Any]] = {}
    for area, opened, closed, median, low, high in columns:
        answered = Answered(opened, closed, opened - closed, median, low, high)
        rows[area] = {"problems": whole(opened), "waited": median_figure(answered) if opened else "–"}
    for ranked in found.ranked_areas(run):
        rows.setdefault(ranked.subject, {}).update(rank=rank_bar(ranked), rank_text=rank_figure(ranked))
    return rows


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One area: what was heard, where, how it was answered, how it ranks, and its report to take along."""
    chosen, run = shown.current_set(), Run.objects.newest()
    area = chosen.areas.filter(slug=slug).first() if chosen else None
    if chosen is None or area is None:
        raise Http404(f"no neighborhood is called {slug}")
    report = _report(run, slug)
    still_open = shown.areas(Asked(state=OPEN_WORD), chosen)
    values = {
        "area": area,
        "area_km2": about(area.area_m2 / 1e6),
        "boundary": _boundary(chosen),
        "live": issues(shown.areas(Asked(), chosen).n[slug]),
        "live_open": shown.noted(whole(still_open.n[slug]), still_open.lacking),
        "closings": _closings(slug),
        "facts": run_facts(run) if run else None,
        **(_heard(report, run) if report and run else _outline_only(area, chosen)),
    }
    return render(request, "neighborhoods/page.html", values)


def _closings(slug: str) -> str:
    """How many closings of the latest month residents have disputed; nothing where nothing was closed."""
    month = latest_month()
    n = closings_and_disputes(month.first, next_month(month.first), slug) if month else None
    if month is None or n is None or not n.closed:
        return ""
    said = ngettext(
        "%(n)s issue was closed here in %(month)s; residents disputed %(disputed)s.",
        "%(n)s issues were closed here in %(month)s; residents disputed %(disputed)s.",
        n.closed,
    )
    return said % {"n": whole(n.closed), "month": month.name, "disputed": whole(n.disputed)}


def _report(run: Run | None, slug: str) -> ListeningReport | None:
    """The newest analysis' report of the area of this slug; it may stand on an older boundary set."""
    area = run.boundary_set.areas.filter(slug=slug).first() if run else None
    return released(run, area) if run and area else None


def _heard(report: ListeningReport, run: Run) -> dict[str, Any]:
    """Everything the released report says, in the parts of this page: report and page cannot disagree."""
    layers, words = map_layers(report), map_words(report)
    said = view.context(report)
    fullest = sorted((c for c in report.cells if not c.withheld and c.n), key=lambda c: (-c.n, c.cell))[:FULLEST]
    names = cell_names([c.cell for c in fullest], run.boundary_set)
    return {
        "heard": said,
        "report": report,
        "fullest": [
            {"id": f"cell-{c.cell}", "name": name, "n": problems(c.n)} for c, name in zip(fullest, names, strict=True)
        ],
        "hotspots": _hotspot_rows(report, layers),
        "clusters": _cluster_rows(report, layers),
        "features": _features(layers, words),
        "legend": classes(layers, words) + findings(layers, words),
        "legend_title": words.counts,
        "still": said["map"],
        **map_context(None, title=words.title, bounds=bounds(layers)),
    }


def _hotspot_rows(report: ListeningReport, layers: Layers) -> list[dict[str, str]]:
    """The hot spots drawn on the map, numbered as there."""
    names = names_of(report)
    labels = [f["properties"]["label"] for f in layers.hotspots["features"]]
    return [
        {
            "label": label,
            "subject": names.get(spot.category, spot.category),
            "said": hotspot(spot),
            "sure": f"{q_figure(spot.q)}. {chance(spot.q)}",
        }
        for label, spot in zip(labels, report.hotspots, strict=True)
    ]


def _cluster_rows(report: ListeningReport, layers: Layers) -> list[dict[str, str]]:
    """The clusters drawn on the map, lettered as there, with the q of their test."""
    names = names_of(report)
    drawn = {f["properties"]["label"] for f in layers.clusters["features"]}
    lettered = [(letters(i), clump) for i, clump in enumerate(report.clusters)]
    return [
        {
            "label": label,
            "subject": names.get(clump.category, clump.category),
            "said": cluster(clump),
            "sure": f"{q_figure(clump.q)}. {chance(clump.q)}",
        }
        for label, clump in lettered
        if label in drawn
    ]


def _features(layers: Layers, words: Any) -> dict[str, Any]:
    """The report's layers for the page's own map, each feature with the name its row in the list carries."""
    features = [_named(f, "outline", "outline", "") for f in layers.outline["features"]]
    for f in layers.cells["features"]:
        features.append(_named(f, "cell", f"cell-{f['properties']['cell']}", words.cell(f["properties"])))
    for kind, speak in (("clusters", words.cluster), ("hotspots", words.hotspot)):
        layer = getattr(layers, kind)
        for f in layer["features"]:
            features.append(_named(f, kind, f"{kind}-{f['properties']['label']}", speak(f["properties"])))
    return {"type": "FeatureCollection", "features": features}


def _named(feature: dict[str, Any], kind: str, key: str, text: str) -> dict[str, Any]:
    own = feature["properties"]
    properties = {
        "id": key,
        "kind": kind,
        "text": text,
        "step": own.get("step", 0),
        "withheld": bool(own.get("withheld")),
        "label": own.get("label", ""),
    }
    return {"type": "Feature", "properties": properties, "geometry": feature["geometry"]}


def _outline_only(area: Neighborhood, chosen: BoundarySet) -> dict[str, Any]:
    layer = area_layer(chosen, {area.slug})
    features = [_named(f, "outline", "outline", "") for f in layer["features"]]
    return {
        "heard": None,
        "features": {"type": "FeatureCollection", "features": features},
        **map_context(None, title=gettext("Map of %(area)s") % {"area": area.name}, bounds=area.geometry.extent),
    }


def _boundary(chosen: BoundarySet) -> dict[str, Any]:
    """Where a set of areas comes from; what nobody stated is said to be so."""

    def stated(text: str) -> str:
        return gettext("not stated") if text in ("", NOT_STATED) else text

    return {
        "layer": chosen.layer,
        "valid_from": day(chosen.valid_from.isoformat()),
        "valid_to": day(chosen.valid_to.isoformat()) if chosen.valid_to else "",
        "authority": stated(chosen.authority),
        "licence": stated(chosen.licence),
        "source": stated(chosen.source),
        "digest": chosen.digest[:12],
        "approximate": chosen.approximate,
    }


urlpatterns = [
    path("neighborhoods/", index, name="neighborhoods"),
    path("neighborhoods/<slug:slug>/", page, name="neighborhood"),
]
