"""Problem areas: neighborhoods and hexagons ranked by how far they exceed what is expected, and hot spots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from analytics import found
from analytics.models import Run
from analytics.results import Hotspot, RankedArea
from geo import hexes
from geo.hexes import ANALYSIS_RES
from maps.layers import Feature
from neighborhoods.models import Category
from web.pages.analysis import exposure_words, ranked_row, run_facts
from web.pages.furniture import map_context
from web.pages.live import area_layer
from web.pages.places import cell_names
from web.pages.watched import alarm_rows, alarms_said, check_said
from web.reporting.numbers import about, decimal, percent, whole
from web.reporting.sentences import chance, hotspots_found, problems, q_figure, times
from web.reporting.standings import change_name, order_name, order_said, score_name, tiers_said

PER_PAGE = 25
# A hot spot is looked for with hexagons; beside the neighborhoods those of middle size stand.
HOTSPOT_RES = 9
MOST_HOTSPOTS = 30
# Shrunken incidents over expected ones: lower bounds of the classes 2 to 5.
RATIO_BOUNDS = (0.8, 0.95, 1.05, 1.25)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`?res=8|9|10` ranks hexagons, else neighborhoods; `?order=excess|burden|delay`; `?page=` turns the pages."""
    run, res, order = Run.objects.newest(), _res(request), _order(request)
    values: dict[str, Any] = {"run": run, "res": res, "tabs": _tabs(res, order), "orders": _orders(res, order)}
    if run:
        values |= _ranked(run, res, order, request.GET.get("page"))
    return render(request, "problem_areas/page.html", values)


def _res(request: HttpRequest) -> int | None:
    text = request.GET.get("res", "")
    if text and text not in {str(r) for r in ANALYSIS_RES}:
        raise Http404("hexagons are ranked at resolutions 8, 9 and 10")
    return int(text) if text else None


def _order(request: HttpRequest) -> str:
    order = request.GET.get("order", found.EXCESS)
    if order not in found.ORDERS:
        raise Http404("orders are excess, burden and delay")
    return order


def _address(res: int | None, order: str) -> str:
    asked = {"res": str(res) if res else "", "order": "" if order == found.EXCESS else order}
    query = urlencode({k: v for k, v in asked.items() if v})
    return f"{reverse('problem-areas')}{f'?{query}' if query else ''}"


def _tabs(res: int | None, order: str) -> list[dict[str, Any]]:
    names = {
        None: gettext("Neighbourhoods"),
        8: gettext("Large hexagons"),
        9: gettext("Middle-sized hexagons"),
        10: gettext("Small hexagons"),
    }
    wanted = (None, *ANALYSIS_RES)
    return [{"name": names[r], "url": _address(r, order), "current": r == res} for r in wanted]


def _orders(res: int | None, order: str) -> list[dict[str, Any]]:
    return [
        {"name": order_name(o), "asks": order_said(o), "url": _address(res, o), "current": o == order}
        for o in found.ORDERS
    ]


def _ranked(run: Run, res: int | None, order: str, number: str | None) -> dict[str, Any]:
    everything = found.ranked_areas(run, order) if res is None else found.ranked_cells(run, res, order)
    turned = Paginator(everything, len(everything) or 1 if res is None else PER_PAGE).get_page(number)
    units: Sequence[RankedArea] = turned.object_list
    spots, watched = found.hotspots(run, res or HOTSPOT_RES), found.alarms(run)
    drawn = _drawn(run, res, units) + [_hot(i, s) for i, s in enumerate(spots[:MOST_HOTSPOTS], start=1)]
    names = {c.slug: c.name() for c in Category.objects.all()}
    return {
        "facts": run_facts(run),
        "order": order,
        "asks": order_said(order),
        "score_name": score_name(order),
        "interval": percent(run.parameters["interval"]),
        "tiers": tiers_said(units[0].k) if units else "",
        "of": len(everything),
        "of_said": _units(res, len(everything)),
        "turned": turned,
        "address": _address(res, order),
        "rows": _rows(run, res, units),
        "hotspots": _hotspot_rows(run, spots[:MOST_HOTSPOTS]),
        "hotspots_said": hotspots_found(len(spots)),
        "hotspots_more": max(len(spots) - MOST_HOTSPOTS, 0),
        "alarms": alarm_rows(watched.alarms, names, run.boundary_set),
        "alarms_said": alarms_said(watched, run.until),
        "check": check_said(found.map_check(run), names),
        "exposure": exposure_words(run),
        "features": {"type": "FeatureCollection", "features": drawn},
        "legend": _legend(),
        "legend_title": gettext("Problems against what is expected"),
        "q_level": decimal(run.parameters["q_level"], 2),
        "json": f"{reverse('ranking-json')}?{urlencode({'units': res or 'areas', 'order': order})}",
        **map_context(run.boundary_set, title=gettext("Map of problem areas"), areas=_outlines(res)),
    }


def _units(res: int | None, n: int) -> str:
    if res is None:
        return ngettext("%(n)s neighbourhood", "%(n)s neighbourhoods", n) % {"n": whole(n)}
    return ngettext("%(n)s hexagon", "%(n)s hexagons", n) % {"n": whole(n)}


def _outlines(res: int | None) -> str:
    return reverse("live-areas") if res is not None else ""


def _rows(run: Run, res: int | None, units: Sequence[RankedArea]) -> list[dict[str, Any]]:
    names = [u.name for u in units] if res is None else cell_names([u.subject for u in units], run.boundary_set)
    return [
        {
            "id": f"unit-{unit.subject}",
            "name": name,
            "url": reverse("apart", args=[res or "areas", unit.subject]),
            **ranked_row(unit, name),
        }
        for unit, name in zip(units, names, strict=True)
    ]


def _hotspot_rows(run: Run, spots: Sequence[Hotspot]) -> list[dict[str, Any]]:
    names = {c.slug: c.name() for c in Category.objects.all()}
    places = cell_names([s.cell for s in spots], run.boundary_set)
    return [
        {
            "id": f"hotspots-{i}",
            "label": i,
            "place": place,
            "subject": names.get(spot.category, spot.category),
            "observed": whole(spot.observed),
            "expected": about(spot.expected),
            "ratio": times(spot.ratio),
            "q": q_figure(spot.q),
            "chance": chance(spot.q),
            "agreed": f"{whole(spot.hot_at)}/{whole(spot.hot_of)}",
            "change": change_name(spot.change),
        }
        for i, (spot, place) in enumerate(zip(spots, places, strict=True), start=1)
    ]


def _drawn(run: Run, res: int | None, units: Sequence[RankedArea]) -> list[Feature]:
    """The units of this page of the table, and no others: what is on the map is in the list."""
    if res is None:
        shapes = {f["properties"]["slug"]: f["geometry"] for f in area_layer(run.boundary_set)["features"]}
    else:
        shapes = {u.subject: _hexagon(u.subject) for u in units}
    return [
        {"type": "Feature", "geometry": shapes[u.subject], "properties": _unit_properties(u)}
        for u in units
        if u.subject in shapes
    ]


def _unit_properties(unit: RankedArea) -> dict[str, Any]:
    step = sum(unit.ratio >= bound for bound in RATIO_BOUNDS) + 1
    text = gettext("%(problems)s where %(expected)s were expected") % {
        "problems": problems(unit.observed),
        "expected": about(unit.expected),
    }
    name = unit.name if unit.res is None else ""
    return {
        "id": f"unit-{unit.subject}",
        "kind": "area" if unit.res is None else "cell",
        "text": f"{name}\n{text}" if name else text,
        "step": step,
        "withheld": False,
        "label": "",
        "name": name,
    }


def _hexagon(cell: str) -> dict[str, Any]:
    ring = [[round(lng, 6), round(lat, 6)] for lng, lat in hexes.outline(hexes.from_text(cell))]
    return {"type": "Polygon", "coordinates": [ring]}


def _hot(number: int, spot: Hotspot) -> Feature:
    text = gettext("%(problems)s where %(expected)s were expected") % {
        "problems": problems(spot.observed),
        "expected": about(spot.expected),
    }
    properties = {
        "id": f"hotspots-{number}",
        "kind": "hotspots",
        "text": f"{number}. {text}\n{q_figure(spot.q)}",
        "step": 0,
        "withheld": False,
        "label": str(number),
    }
    return {"type": "Feature", "geometry": _hexagon(spot.cell), "properties": properties}


def _legend() -> list[tuple[str, str]]:
    low, under, over, high = (decimal(b, 2) for b in RATIO_BOUNDS)
    words = (
        gettext("under %(high)s times") % {"high": low},
        gettext("%(low)s to %(high)s") % {"low": low, "high": under},
        gettext("about as expected"),
        gettext("%(low)s to %(high)s") % {"low": over, "high": high},
        gettext("over %(low)s times") % {"low": high},
    )
    return [(f"class-{i}", text) for i, text in enumerate(words, start=1)] + [
        ("hotspots", gettext("hot spot, numbered as in the list"))
    ]


urlpatterns = [path("problem-areas/", page, name="problem-areas")]
