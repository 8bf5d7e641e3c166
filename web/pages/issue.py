"""One issue: its course, who answered, what comes next."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from geo.cities import Question
from issues.actions import OWN_SOURCE
from issues.models import Issue, ModerationStep, Submission
from issues.naming import issue_of, tracking_number
from issues.rules import CLOSED, ModerationAct, PhotoState, Precision, State, TextState
from issues.verdicts import may_judge
from maps.layers import metres_per_degree
from maps.spot import Spot, svg
from neighborhoods.models import Neighborhood
from web.pages.course import (
    answers_for,
    local_day,
    next_words,
    promise,
    state_mark,
    state_words,
    steps,
    when_words,
)
from web.pages.live import area_layer
from web.pages.places import side_of
from web.spoken import spoken

# How closely a place is known that is no exact point: the cells of public points, and a part of a street.
SENSITIVE_M, STREET_M = 200.0, 150.0
# Other issues of the same thing that are named one by one.
NAMED = 10


@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """The public page; of what waits or is hidden it says so, and of a sensitive subject where it stands."""
    issue = found(number)
    canonical = tracking_number(issue.pk)
    if number != canonical:
        query = request.GET.urlencode()
        return HttpResponseRedirect(reverse("issue", args=[canonical]) + (f"?{query}" if query else ""))
    if issue.hidden:
        return _hidden(request, issue, canonical)
    response = render(request, "issue/page.html", _context(issue, canonical) | {"thanks": request.GET.get("said", "")})
    return _unlisted(response) if issue.category.sensitive else response


def found(number: str) -> Issue:
    """The issue of a number, hidden or not. Raises Http404."""
    issue = issue_of(number)
    if issue is None:
        raise Http404(f"no issue has the number {number}")
    return issue


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response


def _hidden(request: HttpRequest, issue: Issue, number: str) -> HttpResponse:
    """What waits has a number and a state; what a person has hidden is gone, and why is told."""
    step = None if issue.waiting else issue.moderation.filter(act=ModerationAct.HIDDEN).last()
    values = {"number": number, "waiting": issue.waiting, "state": state_words(issue.state), "why": _why(issue, step)}
    return _unlisted(render(request, "issue/hidden.html", values, status=200 if issue.waiting else 410))


def _why(issue: Issue, step: ModerationStep | None) -> str:
    return step.reason if step is not None and not issue.category.sensitive else ""


def _context(issue: Issue, number: str) -> dict[str, Any]:
    discreet = issue.category.sensitive
    erased = Submission.objects.filter(issue=issue).exclude(erased_at=None).exists()
    photos = [] if discreet else list(issue.photos.filter(verdict=None))
    return {
        "issue": issue,
        "number": number,
        "discreet": discreet,
        "subject": issue.category.name(),
        "where": where(issue),
        "state": state_words(issue.state),
        "mark": state_mark(issue.state),
        "steps": steps(issue),
        "promise": promise(issue),
        "who": answers_for(issue),
        "next": next_words(issue),
        "text": issue.public_text,
        "title": issue.public_title,
        "no_text": _no_text(issue, erased),
        "answers": [] if discreet else answers(issue),
        "photos": [p for p in photos if p.state == PhotoState.SHOWN],
        "photos_waiting": sum(p.state == PhotoState.WAITING for p in photos),
        "map": small_map(issue),
        "place": _place_note(issue, erased),
        **({} if discreet else _others(issue)),
        "source": "" if discreet or issue.source == OWN_SOURCE else f"{issue.source} {issue.external_id}",
        "closed": issue.state in CLOSED,
        "resolved": issue.state == State.RESOLVED,
        "may_judge": may_judge(issue, by_reporter=False),
    }


def _no_text(issue: Issue, erased: bool) -> str:
    """Why no text is shown, or nothing where one is or none was written."""
    if erased:
        return gettext("Whoever sent it has erased what they wrote.")
    if issue.category.sensitive:
        return gettext("This subject speaks of people, so only where it stands is shown.")
    if issue.public_text or issue.public_title or not issue.description:
        return ""
    if issue.text_state == TextState.WITHHELD:
        return gettext("The text may hold personal data. A person looks at it first.")
    return gettext("The text is kept private.")


def where(issue: Issue, *, own: bool = False) -> str:
    """Where an issue lies, in words: the address and the area, or the side of the area it lies on."""
    area = issue.neighborhood
    name = area.name if area else gettext("outside every neighbourhood")
    if issue.category.sensitive and not own:
        return name
    address = issue.address if own else issue.public_address
    if address and address.casefold().endswith(name.casefold()):
        return address
    if address:
        return gettext("%(address)s, %(area)s") % {"address": address, "area": name}
    if area is None or issue.default_pin:
        return name
    return gettext("%(area)s, %(side)s") % {"area": name, "side": _side(area, issue.point.x, issue.point.y)}


def _side(area: Neighborhood, lng: float, lat: float) -> str:
    centre = area.geometry.centroid
    per_lng, per_lat = metres_per_degree(centre.y)
    return side_of((lng - centre.x) * per_lng, (lat - centre.y) * per_lat, math.sqrt(area.area_m2 / math.pi))


def _place_note(issue: Issue, erased: bool) -> str:
    """How closely the place is known, where it is not a point."""
    if erased:
        return gettext("Only about where it was is kept.")
    if issue.category.sensitive:
        return gettext("The place is approximate, to protect people.")
    if issue.default_pin:
        return gettext("The source gives no exact place.")
    return gettext("Somewhere on this street.") if issue.precision == Precision.STREET else ""


def small_map(issue: Issue, *, own: bool = False) -> SafeString:
    """The outline of the area with the place on it; only the reporter sees the true place of a sensitive subject."""
    blurred = issue.category.sensitive and not own
    point = issue.public_point if blurred else issue.point
    about_m = SENSITIVE_M if blurred else STREET_M if issue.precision == Precision.STREET else 0.0
    area = issue.neighborhood
    layer = area_layer(area.boundary_set if area else None)
    title = gettext("Where it is: %(where)s") % {"where": where(issue, own=own)}
    said = gettext("The outline of the neighbourhood; a sign marks the place.")
    drawn = svg(
        layer["features"],
        area.slug if area else "",
        Spot(point.x, point.y, about_m),
        title=title,
        description=said,
        lang=get_language() or "",
    )
    return mark_safe(drawn)  # noqa: S308 (maps.vector escapes every word it is given)


def answers(issue: Issue, *, own: bool = False) -> list[dict[str, str]]:
    """Questions and answers in words."""
    return [
        {"ask": spoken(question.ask), "answer": _answer_words(dict(question.options), value)}
        for question, value in answers_shown(issue, own=own)
    ]


def answers_shown(issue: Issue, *, own: bool = False) -> list[tuple[Question, str]]:
    """Others read what is public, and of free text only what is shown as written."""
    spec = settings.CITY.spec(issue.category.slug)
    rows = []
    for question in spec.questions if spec else ():
        value = issue.answers.get(question.id, "")
        shown = own or (question.public and (question.kind != "text" or issue.text_state == TextState.SHOWN))
        if value and shown:
            rows.append((question, value))
    return rows


def _answer_words(options: dict[str, Any], value: str) -> str:
    if value in options:
        return spoken(options[value])
    return {"yes": gettext("yes"), "no": gettext("no")}.get(value, value)


def _others(issue: Issue) -> dict[str, Any]:
    """How many other public issues speak of the same thing, and the first of them by name."""
    if issue.incident_id is None:
        return {}
    same = Issue.objects.public().filter(incident=issue.incident_id, category__sensitive=False).exclude(pk=issue.pk)
    n = same.count()
    named = [
        {
            "number": tracking_number(other.pk),
            "when": when_words(local_day(other.opened_at), False),
            "state": state_words(other.state),
        }
        for other in same.order_by("opened_at", "pk")[:NAMED]
    ]
    return {"others": named, "others_n": n, "others_more": n - len(named)}


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """From a number somebody was given to the page of its issue."""
    asked = request.GET.get("number", "").strip()
    issue = issue_of(asked) if asked else None
    if issue is not None:
        return HttpResponseRedirect(reverse("issue", args=[tracking_number(issue.pk)]))
    return render(request, "issue/find.html", {"asked": asked}, status=404 if asked else 200)


urlpatterns = [
    path("issues/find/", find, name="issue-find"),
    path("issues/<str:number>/", page, name="issue"),
]
