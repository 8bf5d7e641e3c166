"""Everything a Run found, family by family, as JSON: what no page draws can still be checked by anyone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from analytics import results
from analytics.models import Finding, Run
from web.pages.apart import AREAS, UNITS, run_ref


@require_safe
@gzip_page
def findings(request: HttpRequest) -> HttpResponse:
    """The newest Run's families as a list; one of them whole with ?kind=, &subject= and &units=areas|8|9|10.

    `units` is areas where a family is of the areas or of no set of units. Only what the Run shows anyway is in a
    family: sensitive subjects enter none but those of reports, and there not where they are few.
    """
    run = Run.objects.newest()
    if run is None:
        return JsonResponse({"field": "", "problem": gettext("There is no analysis yet.")}, status=404)
    kind, units = request.GET.get("kind"), request.GET.get("units", AREAS)
    if units not in UNITS:
        problem = gettext("one of: %(names)s") % {"names": ", ".join(UNITS)}
        return JsonResponse({"field": "units", "problem": problem}, status=400)
    if not kind:
        return _answer({"run": run_ref(run), "families": _families(run)})
    res = None if units == AREAS else int(units)
    subject = request.GET.get("subject", "")
    named = "\0" not in f"{kind}{subject}"  # a sign that no name has, and that the database refuses
    held = Finding.objects.filter(run=run, kind=kind, category=subject, res=res).first() if named else None
    if held is None:
        return JsonResponse({"field": "kind", "problem": gettext("The analysis holds no such finding.")}, status=404)
    return _answer(
        {"run": run_ref(run), "kind": held.kind, "subject": held.category, "units": units, "body": held.body}
    )


def _families(run: Run) -> list[dict[str, Any]]:
    rows = Finding.objects.filter(run=run).order_by("kind", "category", "res").values_list("kind", "category", "res")
    return [{"kind": kind, "subject": slug, "units": AREAS if res is None else str(res)} for kind, slug, res in rows]


def _answer(found: dict[str, Any]) -> HttpResponse:
    return HttpResponse(results.to_json(found), content_type="application/json")


urlpatterns = [path("problem-areas/findings.json", findings, name="findings-json")]
