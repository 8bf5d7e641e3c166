"""The first page: what the city hears, on a map and as a list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from analytics.models import Run
from neighborhoods.models import BoundarySet
from web.pages import heard, shown
from web.pages.filters import FilterForm
from web.pages.furniture import map_context
from web.reporting.numbers import whole
from web.reporting.sentences import issues


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Map, sentences, filters and list; to htmx the list alone. The same address gives the same numbers."""
    form = FilterForm(request.GET)
    chosen = shown.current_set()
    values = {"form": form, "boundary_set": chosen, **_list(form, chosen)}
    template = "home/results.html"
    if not request.headers.get("HX-Request"):
        template = "home/home.html"
        values |= _whole_page(form, chosen)
    response = render(request, template, values)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _list(form: FilterForm, chosen: BoundarySet | None) -> dict[str, Any]:
    """Every area with its count, by name: no ranking by raw numbers."""
    found = shown.areas(form.asked, chosen)
    names = dict(chosen.areas.values_list("slug", "name")) if chosen else {}
    most = max(found.n.values(), default=0) or 1
    rows = [
        {
            "slug": slug,
            "name": names[str(slug)],
            "url": reverse("neighborhood", args=[slug]),
            "n": whole(n),
            "bar": round(100 * n / most, 1),
        }
        for slug, n in found.n.items()
    ]
    return {
        "rows": rows,
        "elsewhere": whole(found.elsewhere),
        "total": found.total,
        "total_said": shown.noted(issues(found.total), found.lacking),
        "inside_said": issues(found.total - found.elsewhere),
    }


def _whole_page(form: FilterForm, chosen: BoundarySet | None) -> dict[str, Any]:
    month = heard.latest_month()
    run = Run.objects.newest()
    query = form.asked.query
    return {
        "month": month,
        "sentences": heard.sentences(month, run) if month else (),
        "run": run,
        "still": f"{reverse('live-still')}?{query}",
        **map_context(
            chosen,
            title=gettext("Map of issues"),
            source=reverse("live-cells"),
            areas=reverse("live-areas"),
        ),
    }


urlpatterns = [path("", home, name="home")]
