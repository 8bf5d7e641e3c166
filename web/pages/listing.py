"""Issues as a list, with the same filters as the map and the same numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from issues.counts import snapshot
from issues.models import Issue
from issues.naming import key_of, tracking_number
from issues.rules import TextState
from neighborhoods.models import BoundarySet
from web.pages import shown
from web.pages.course import state_mark, state_words
from web.pages.embed import snippet
from web.pages.filters import OUTSIDE, Asked, PlaceForm, address_of_part
from web.pages.places import cell_names
from web.reporting.numbers import day
from web.reporting.sentences import issues

PAGE = 50
LETTERS = 180


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Form and list, the newest first; to htmx the list alone. The total is that of the map for the same question."""
    chosen = shown.current_set()
    form = PlaceForm(request.GET, chosen)
    asked = form.asked
    after = _mark(request.GET.get("after", ""))
    with snapshot():
        found = shown.listed(asked, chosen, after, PAGE)
    values = {
        "form": form,
        "asked": asked,
        "rows": [_row(issue) for issue in found.issues],
        "total": found.total,
        "total_said": shown.noted(issues(found.total), found.lacking),
        "where": _where(asked, form.names, chosen),
        "everywhere": _with(reverse("issues"), asked.query),
        "newest": _with(reverse("issues"), asked.full_query) if after else "",
        "older": _older(asked, found) if found.more else "",
        "map": _with(reverse("home"), asked.full_query),
        "feed": _feed(asked),
        "snippet": snippet(asked),
    }
    template = "listing/results.html" if request.headers.get("HX-Request") else "listing/page.html"
    response = render(request, template, values)
    address_of_part(request, response, form, _with(reverse("issues"), asked.full_query))
    return response


def _row(issue: Issue) -> dict[str, Any]:
    number = tracking_number(issue.pk)
    area = issue.neighborhood.name if issue.neighborhood else gettext("outside every neighbourhood")
    address = issue.public_address
    return {
        "number": number,
        "url": reverse("issue", args=[number]),
        "subject": issue.category.name(),
        "text": Truncator(issue.public_text or issue.public_title).chars(LETTERS),
        "waits": issue.text_state == TextState.WITHHELD,
        "where": address if area in address else ", ".join(part for part in (address, area) if part),
        "day": day(issue.opened_on.isoformat()),
        "iso": issue.opened_on.isoformat(),
        "state": state_words(issue.state),
        "mark": state_mark(issue.state),
    }


def _where(asked: Asked, names: dict[str, str], chosen: BoundarySet | None) -> str:
    """The place that the list keeps to, in words; empty where it is the whole city."""
    parts = []
    if asked.area:
        parts.append(gettext("outside every neighbourhood") if asked.area == OUTSIDE else names[asked.area])
    if asked.cell:
        named = cell_names([asked.cell], chosen)[0] if chosen else ""
        parts.append(gettext("one hexagon of the map (%(name)s)") % {"name": named or asked.cell})
    if asked.bbox:
        parts.append(gettext("what the map showed"))
    return "; ".join(parts)


def _older(asked: Asked, found: shown.Listed) -> str:
    """The address of what comes next. A tracking number, not the key, so that nobody can count what is hidden."""
    last = found.issues[-1]
    mark = f"{last.opened_on.isoformat()}~{tracking_number(last.pk)}"
    query = asked.full_query
    return f"{reverse('issues')}?{query}{'&' if query else ''}after={mark}"


def _mark(text: str) -> shown.Mark | None:
    """The place in the list that an address names; the beginning where it names none."""
    on, _tilde, number = text.partition("~")
    key = key_of(number)
    try:
        return (dt.date.fromisoformat(on), key) if key is not None else None
    except ValueError:
        return None


def _feed(asked: Asked) -> str:
    """The Atom feed of the same question; none where feeds cannot be asked it."""
    if asked.area and asked == Asked(area=asked.area) and asked.area != OUTSIDE:
        return reverse("feed-neighborhood", args=[asked.area])
    return _with(reverse("feed-issues"), asked.query) if asked == asked.at() else ""


def _with(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


urlpatterns = [path("issues/", listing, name="issues")]
