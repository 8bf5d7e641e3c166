"""The first page: report, find a place, and what the city hears, on a map and as a list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from analytics.models import Run
from geo import hexes
from geo.words import folded
from neighborhoods.gazetteer import LONGEST_SEARCH, search
from neighborhoods.models import BoundarySet
from web.pages import heard, shown
from web.pages.filters import OUTSIDE, Asked, PlaceForm, address_of_part
from web.pages.framing import opening
from web.pages.furniture import map_context
from web.reporting.numbers import whole
from web.reporting.sentences import issues

# The hexagon around a place that was searched for: about 400 m across.
NEAR_RES = 9


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Map, sentences, filters and list; to htmx the list alone. The same address gives the same numbers."""
    chosen = shown.current_set()
    form = PlaceForm(request.GET, chosen)
    where = request.GET.get("where", "").strip()
    if where and (area := _called(where, form.names)):
        return HttpResponseRedirect(reverse("neighborhood", args=[area]))
    values = {"form": form, "boundary_set": chosen, **_list(form, chosen)}
    template = "home/results.html"
    if not request.headers.get("HX-Request"):
        template = "home/home.html"
        near = _near(where)
        looked = form.asked.at(cell=near[0][1]) if near and not form.asked.cell else form.asked
        values |= _whole_page(form.asked, chosen) | _map(looked, chosen)
        values |= {"where": where, "longest_where": LONGEST_SEARCH, "places": _places(where, near, form)}
    response = render(request, template, values)
    address_of_part(request, response, form, f"{reverse('home')}?{form.asked.query}".removesuffix("?"))
    return response


def _list(form: PlaceForm, chosen: BoundarySet | None) -> dict[str, Any]:
    """Every area with its count, by name: no ranking by raw numbers."""
    found = shown.areas(form.asked, chosen)
    most = max(found.n.values(), default=0) or 1
    rows = [
        {
            "slug": slug,
            "name": form.names[str(slug)],
            "url": reverse("neighborhood", args=[slug]),
            "list": _to_list(form.asked, area=str(slug)),
            "n": whole(n),
            "said": issues(n),
            "bar": round(100 * n / most, 1),
        }
        for slug, n in found.n.items()
    ]
    return {
        "rows": rows,
        "elsewhere": whole(found.elsewhere),
        "elsewhere_list": _to_list(form.asked, area=OUTSIDE) if found.elsewhere else "",
        "total": found.total,
        "total_said": shown.noted(issues(found.total), found.lacking),
        "inside_said": issues(found.total - found.elsewhere),
        "list": _to_list(form.asked),
    }


def _whole_page(asked: Asked, chosen: BoundarySet | None) -> dict[str, Any]:
    month = heard.latest_month()
    run = Run.objects.newest()
    return {
        "asked": asked,
        "month": month,
        "sentences": heard.sentences(month, run) if month else (),
        "run": run,
        "still": f"{reverse('live-still')}?{asked.query}",
    }


def _map(looked: Asked, chosen: BoundarySet | None) -> dict[str, Any]:
    return map_context(
        chosen,
        title=gettext("Map of issues"),
        source=reverse("live-cells"),
        areas=reverse("live-areas"),
        bounds=opening(looked, chosen),
    )


def _called(where: str, names: dict[str, str]) -> str:
    """The slug of the neighborhood that is called just so, if one is."""
    return next((slug for slug, name in names.items() if folded(name) == folded(where)), "")


def _near(where: str) -> list[tuple[str, str]]:
    """Streets and addresses of that name, best first, each with the hexagon (hexadecimal) around it."""
    found = search(where) if where else []
    return [(one.label, hexes.to_text(hexes.cells_of(one.lng, one.lat, NEAR_RES)[0])) for one in found]


def _places(where: str, near: list[tuple[str, str]], form: PlaceForm) -> list[dict[str, str]]:
    """What a search for a place has found, the neighborhoods first, each on the map and in the list."""
    asked = folded(where).split()
    areas = [
        {"label": name, "page": reverse("neighborhood", args=[slug]), **_links(form.asked, area=slug)}
        for slug, name in form.names.items()
        if _begun(asked, folded(name).split())
    ]
    return areas + [{"label": label, **_links(form.asked, cell=cell)} for label, cell in near]


def _begun(asked: list[str], name: list[str]) -> bool:
    """Whether every word begins a word of a name."""
    return bool(asked) and all(any(word.startswith(begun) for word in name) for begun in asked)


def _links(asked: Asked, **place: str) -> dict[str, str]:
    """A place on the map and in the list, whatever else is asked."""
    return {"map": f"{reverse('home')}?{asked.at(**place).full_query}#map", "list": _to_list(asked, **place)}


def _to_list(asked: Asked, **place: str) -> str:
    query = asked.at(**place).full_query
    return f"{reverse('issues')}?{query}" if query else reverse("issues")


urlpatterns = [path("", home, name="home")]
