"""The queue: what is open, the most urgent first, with its filters, its counts and its map."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues.counts import snapshot
from issues.deadlines import Standing
from issues.deskqueue import Row, loads, queue
from issues.models import STATES
from issues.naming import tracking_number
from issues.rules import IssueRight
from neighborhoods.models import Department
from neighborhoods.rules import Actor, Held
from web.pages.desk import people, views
from web.pages.desk.asked import Asked, DeskForm
from web.pages.desk.frame import tabs
from web.pages.desk.rows import listed
from web.pages.desk.words import STANDINGS, standing_words
from web.pages.furniture import map_context
from web.pages.photos import may_look
from web.pages.shown import current_set
from web.permissions import RIGHTS, allowed
from web.reporting.numbers import whole
from web.reporting.sentences import issues as issues_said
from web.spoken import spoken

PAGE = 25
# The map shows the most urgent ones and says how many it leaves out.
MOST_PINS = 300
DECIMALS = 5
SEVERAL = "several"


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Filters, counts, list and map of what the account reaches."""
    form = DeskForm(request.GET, request.actor)
    asked, held = form.asked, held_of(request.actor)
    after = request.GET.get("after", "")
    with snapshot():
        try:
            found = queue(asked.queue, held, after, PAGE, by=request.actor.account)
        except ValueError:
            raise Http404("no page begins there") from None
        counts = loads(held)
    values = {
        "tabs": tabs(request),
        "reach": _reach(held),
        "form": form,
        "asked": asked,
        "standings": _standings(asked, counts),
        "views": views.offered(request, asked),
        "keepable": bool(asked.values),
        "sum": _sum(found.n, len(found.rows), bool(after)),
        "rows": listed(found.rows, request.actor),
        "first_page": not after,
        "start": _address(asked.query),
        "further": _address(asked.but(after=found.further)) if found.further else "",
        "told": TOLD.get(request.GET.get("told", ""), lambda: "")(),
        **_bulk(request.actor),
        **map_context(current_set(), title=gettext("What the list holds, on a map"), areas=reverse("live-areas")),
    }
    return render(request, "desk/queue.html", values)


@require_safe
@never_cache
def pins(request: HttpRequest) -> HttpResponse:
    """The same question as GeoJSON: one point for every spot, the most urgent first, with words for the map."""
    asked, held = DeskForm(request.GET, request.actor).asked, held_of(request.actor)
    with snapshot():
        found = queue(asked.queue, held, "", MOST_PINS, by=request.actor.account)
    spots: dict[tuple[float, float], list[Row]] = defaultdict(list)
    unplaced = 0
    for row in found.rows:
        if row.issue.default_pin:
            unplaced += 1
            continue
        point = row.issue.point if may_look(request.actor, row.issue) else row.issue.public_point
        spots[round(point.x, DECIMALS), round(point.y, DECIMALS)].append(row)
    features = [_feature(place, rows) for place, rows in spots.items()]
    shown = len(found.rows) - unplaced
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "features": features,
            "legend": _legend(features),
            "shown": shown,
            "total": found.n,
            "said": _said(shown, found.n),
        }
    )


def held_of(actor: Actor) -> tuple[Held, ...]:
    """What the account holds that lets it see the desk."""
    return actor.counting(RIGHTS[IssueRight.SEE_DESK])


TOLD = {
    "view-kept": lambda: gettext("The view is saved."),
    "view-dropped": lambda: gettext("The view is forgotten."),
    "view-refused": lambda: gettext("The view could not be saved: it needs a name, and thirty are the most."),
    "given-away": lambda: gettext("It is given, and no longer yours to see."),
}


def _address(query: str) -> str:
    return f"{reverse('desk')}?{query}" if query else reverse("desk")


def _standings(asked: Asked, counts: dict[Standing, int]) -> list[dict[str, Any]]:
    """All that is open and its parts by deadline; the parts add up to it."""
    rows: list[tuple[str, Any, int]] = [("", gettext("open in all"), sum(counts.values()))]
    rows += [(str(standing), label, counts.get(standing, 0)) for standing, label in STANDINGS.items()]
    return [
        {
            "slug": slug or "all",
            "label": label,
            "n": whole(n),
            "url": _address(f"standing={slug}" if slug else ""),
            "current": asked.query == (f"standing={slug}" if slug else ""),
        }
        for slug, label, n in rows
    ]


def _reach(held: tuple[Held, ...]) -> str:
    """How far the account reaches, in words."""
    if any(not (one.department or one.category or one.area) for one in held):
        return gettext("You see the whole city's issues.")
    return gettext("You see the issues that your roles reach, and no others.")


def _sum(n: int, shown: int, later: bool) -> str:
    if not n:
        return gettext("Nothing matches.")
    if later or shown == n:
        return gettext("Together: %(n)s.") % {"n": issues_said(n)}
    return gettext("Together: %(n)s. The most urgent %(shown)s are here.") % {
        "n": issues_said(n),
        "shown": whole(shown),
    }


def _bulk(actor: Actor) -> dict[str, Any]:
    """What the forms under the list offer."""
    return {
        "assigns": allowed(actor, IssueRight.ASSIGN),
        "answers": allowed(actor, IssueRight.ANSWER),
        "departments": [{"slug": d.slug, "name": spoken(d.names)} for d in Department.objects.all()],
        "people": [{"key": p.pk, "name": p.name} for p in people.staff()],
        "states": STATES,
    }


def _feature(place: tuple[float, float], here: list[Row]) -> dict[str, Any]:
    issues = [_pin(row) for row in here]
    marks = {issue["mark"] for issue in issues}
    lines = [issue["text"] for issue in issues]
    return {
        "type": "Feature",
        "properties": {
            "n": len(issues),
            "mark": marks.pop() if len(marks) == 1 and len(issues) == 1 else SEVERAL,
            "text": "\n".join(lines if len(lines) == 1 else [issues_said(len(lines)), *lines]),
            "issues": issues,
        },
        "geometry": {"type": "Point", "coordinates": place},
    }


def _pin(row: Row) -> dict[str, str]:
    number = tracking_number(row.issue.pk)
    words = standing_words(row.stands, row.deadlines, closed=row.issue.closed_at is not None)
    return {
        "number": number,
        "url": reverse("moderate", args=[number]),
        "mark": "closed" if row.issue.closed_at else words["slug"],
        "text": gettext("%(subject)s %(number)s: %(due)s")
        % {"subject": row.issue.category.name(), "number": number, "due": f"{words['tag']}, {words['legal']}"},
    }


def _legend(features: list[dict[str, Any]]) -> list[dict[str, str]]:
    there = {issue["mark"] for feature in features for issue in feature["properties"]["issues"]}
    signs = [{"mark": str(s), "text": str(label)} for s, label in STANDINGS.items() if s in there]
    if "closed" in there:
        signs.append({"mark": "closed", "text": gettext("closed")})
    mixed = any(feature["properties"]["mark"] == SEVERAL for feature in features)
    return signs + ([{"mark": SEVERAL, "text": gettext("several at one spot")}] if mixed else [])


def _said(shown: int, total: int) -> str:
    """How many are on the map and how many are not; the two add up to the sum of the list."""
    on = ngettext("On this map: %(n)s issue.", "On this map: %(n)s issues.", shown) % {"n": whole(shown)}
    if shown == total:
        return on
    left = total - shown
    rest = ngettext("%(n)s is not on it.", "%(n)s are not on it.", left) % {"n": whole(left)}
    return f"{on} {rest}"


urlpatterns = [path("desk/", page, name="desk"), path("desk/map.json", pins, name="desk-map")]
