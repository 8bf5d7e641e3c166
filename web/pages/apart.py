"""One place taken apart: from its rank down to its counts, as a page; and a whole ranking so, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from analytics import found, results
from analytics.apart import NoSuchUnitError, city_parts, take_apart
from analytics.models import Run
from analytics.ranked import Apart, Moved, Part, Standing
from analytics.results import RankedArea
from geo.hexes import ANALYSIS_RES
from neighborhoods.models import Category
from web.pages.analysis import rank_bar, run_facts
from web.pages.places import cell_names
from web.reporting import standings
from web.reporting.admissions import denominator
from web.reporting.numbers import about, decimal, percent, whole
from web.reporting.sentences import q_figure, rank_figure, times

PER_PAGE = 25
AREAS = "areas"
UNITS = (AREAS, *(str(res) for res in ANALYSIS_RES))


@require_safe
def page(request: HttpRequest, units: str, subject: str) -> HttpResponse:
    """Every figure of one ranked unit; `units` is areas or a resolution."""
    run, res = _newest(), _res(units)
    try:
        (apart,) = take_apart(run, res, [subject])
    except NoSuchUnitError:
        raise Http404(gettext("There is no such place in the newest analysis.")) from None
    names = {c.slug: c.name() for c in Category.objects.all()}
    name = apart.name if res is None else cell_names([subject], run.boundary_set)[0]
    values = {
        "run": run,
        "facts": run_facts(run),
        "name": name,
        "subject": subject,
        "res": res,
        "lead": standings.made_of(apart, names),
        "standings": [_standing(apart, s, name) for s in apart.standings],
        "parts": [_part(p, names, run.parameters["q_level"]) for p in apart.parts],
        "reckoning": _reckoning(apart, names),
        "reporting": standings.reporting_said(apart.reporting, apart.reporting_why),
        "desert": apart.reporting is not None and apart.reporting.desert,
        "reporting_used": apart.reporting_used,
        "waited": standings.waited_said(apart.waited, run.parameters["q_level"], kept=apart.waits_kept),
        "on_bulk_days": _bulk(apart),
        "moved": [_moved(m) for m in apart.moved],
        "sides": f"{whole(apart.sides_agreeing)}/{whole(apart.sides_of)}",
        "back": f"{reverse('problem-areas')}{f'?res={res}' if res else ''}",
        "json": f"{reverse('ranking-json')}?units={units}&unit={subject}",
    }
    return render(request, "problem_areas/apart.html", values)


@require_safe
@gzip_page
def ranking(request: HttpRequest) -> HttpResponse:
    """A ranking, each unit down to its counts: ?units=areas|8|9|10&order=excess|burden|delay, &page= or &unit=."""
    run, asked = Run.objects.newest(), request.GET.get("units", AREAS)
    if run is None:
        return JsonResponse({"field": "", "problem": gettext("There is no analysis yet.")}, status=404)
    if asked not in UNITS:
        return _refused("units", gettext("one of: %(names)s") % {"names": ", ".join(UNITS)})
    res = _res(asked)
    order = request.GET.get("order", found.EXCESS)
    if order not in found.ORDERS:
        return _refused("order", gettext("one of: %(names)s") % {"names": ", ".join(found.ORDERS)})
    ranked = found.ranked_areas(run, order) if res is None else found.ranked_cells(run, res, order)
    subjects = [one.subject for one in ranked]
    turned = Paginator(subjects, PER_PAGE).get_page(request.GET.get("page"))
    wanted: Sequence[str] = [request.GET["unit"]] if request.GET.get("unit") else list(turned.object_list)
    try:
        units = take_apart(run, res, wanted)
    except NoSuchUnitError as problem:
        return _refused("unit", str(problem))
    answer = {
        "run": run_ref(run),
        "units": AREAS if res is None else res,
        "order": order,
        "of": len(ranked),
        "page": turned.number,
        "pages": turned.paginator.num_pages,
        "city": city_parts(run, res),
        "places": units,
    }
    return HttpResponse(_json(answer), content_type="application/json")


def _json(answer: dict[str, Any]) -> str:
    places = ",".join(results.to_json(one) for one in answer.pop("places"))
    return f'{results.to_json(answer)[:-1]},"places":[{places}]}}'


def _refused(field: str, problem: str) -> HttpResponse:
    return JsonResponse({"field": field, "problem": problem}, status=400)


def _newest() -> Run:
    run = Run.objects.newest()
    if run is None:
        raise Http404(gettext("There is no analysis yet."))
    return run


def _res(text: str) -> int | None:
    if text not in UNITS:
        raise Http404(f"units are {', '.join(UNITS)}")
    return None if text == AREAS else int(text)


def run_ref(run: Run) -> dict[str, Any]:
    """What JSON says of the Run its numbers come from."""
    return {
        "id": run.pk,
        "since": run.since.isoformat(),
        "until": run.until.isoformat(),
        "seed": run.seed,
        "code_version": run.code_version,
        "input_digest": run.input_digest,
        "findings_digest": run.findings_digest,
        "incidents": run.totals["incidents"],
        "synthetic": run.synthetic,
        "parameters": run.parameters,
    }


def _standing(apart: Apart, one: Standing, name: str) -> dict[str, Any]:
    ranked = RankedArea(
        subject=apart.subject,
        name=name,
        res=apart.res,
        observed=apart.observed,
        expected=apart.expected,
        ratio=one.score,
        rank=one.rank,
        rank_low=one.rank_low,
        rank_high=one.rank_high,
        of=one.of,
        p_top=one.p_top,
        order=one.order,
        interval=one.interval,
    )
    return {
        "order": one.order,
        "name": standings.order_name(one.order),
        "asks": standings.order_said(one.order),
        "rank": rank_figure(ranked),
        "bar": rank_bar(ranked),
        "score": standings.score_figure(one),
        "tier": standings.tier_said(one),
        "grade": standings.grade_said(one),
        "graded": standings.graded_said(one),
        "point_ranks": standings.point_ranks(one) if apart.reporting_used else "",
    }


def _few(expected: float) -> str:
    """What is expected of a small hexagon is mostly far below one, and no nought."""
    return about(expected) if expected >= 1 else decimal(expected, 2) if expected >= 0.005 else f"<{decimal(0.01, 2)}"


def _part(part: Part, names: dict[str, str], level: float) -> dict[str, Any]:
    return {
        "subject": names.get(part.category, part.category),
        "observed": whole(part.observed),
        "expected": _few(part.expected),
        "exposure": denominator(part.exposure),
        "crude": standings.exact_figure(part),
        "heard": decimal(part.heard, 2),
        "nearby": decimal(part.nearby, 2),
        "borrowed": percent(part.borrowed),
        "reported": decimal(part.reported, 2),
        "corrected": decimal(part.corrected, 2),
        "severity": about(part.severity),
        "share": percent(part.share),
        "hot": q_figure(part.q) if part.hot else "–",
        "hot_at": f"{whole(part.hot_at)}/{whole(part.hot_of)}",
        "change": standings.change_name(part.change),
        "among": standings.quadrant_name(part, level),
    }


def _reckoning(apart: Apart, names: dict[str, str]) -> dict[str, Any]:
    """The sums of the excess, so that anyone can do them again."""
    rows = [
        {
            "subject": names.get(p.category, p.category),
            "severity": about(p.severity),
            "corrected": decimal(p.corrected, 3),
            "mean": decimal(p.mean, 3),
            "expected": decimal(p.expected, 2),
            "above": decimal(p.severity * p.corrected * p.expected, 2),
            "below": decimal(p.severity * p.mean * p.expected, 2),
        }
        for p in apart.parts
    ]
    above = sum(p.severity * p.corrected * p.expected for p in apart.parts)
    below = sum(p.severity * p.mean * p.expected for p in apart.parts)
    ratio = decimal(above / below, 2) if below else "–"
    return {"rows": rows, "above": decimal(above, 2), "below": decimal(below, 2), "ratio": ratio}


def _bulk(apart: Apart) -> str:
    if apart.waited is None or not apart.waited.on_bulk_days:
        return ""
    return percent(apart.waited.on_bulk_days)


def _moved(one: Moved) -> dict[str, str]:
    return {"exposure": denominator(one.exposure), "excess": times(one.excess), "rank": whole(one.rank)}


urlpatterns = [
    path("problem-areas/ranking.json", ranking, name="ranking-json"),
    path("problem-areas/<str:units>/<str:subject>/", page, name="apart"),
]
