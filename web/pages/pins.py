"""Single issues for the map: one pin for every spot, and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from issues.models import STATES, Issue
from issues.naming import tracking_number
from web.pages.course import state_words
from web.reporting.numbers import day
from web.reporting.sentences import issues as said

# A view that holds no more than so many shows each by itself.
MOST = 150
# Five decimals of a degree are about a metre: what is nearer is one spot.
DECIMALS = 5
SEVERAL = "several"


def pin_features(found: Iterable[Issue]) -> list[dict[str, Any]]:
    """One point for every spot, from north to south: `n`, `text`, `mark` (a state, or several), the `issues` there."""
    spots: dict[tuple[float, float], list[Issue]] = {}
    for issue in found:
        place = (round(issue.public_point.y, DECIMALS), round(issue.public_point.x, DECIMALS))
        spots.setdefault(place, []).append(issue)
    return [_feature((lng, lat), spots[lat, lng]) for lat, lng in sorted(spots, reverse=True)]


def pin_legend(features: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """One entry for every sign there is on the map, states in the order of an issue's course."""
    spots = [feature["properties"] for feature in features]
    there = {issue["state"] for spot in spots for issue in spot["issues"]}
    signs = [{"mark": state, "text": str(label)} for state, label in STATES if state in there]
    mixed = any(spot["mark"] == SEVERAL for spot in spots)
    return signs + ([{"mark": SEVERAL, "text": gettext("several at one spot")}] if mixed else [])


def _feature(place: tuple[float, float], here: list[Issue]) -> dict[str, Any]:
    rows = [_row(issue) for issue in here]
    lines = [row["text"] for row in rows]
    states = {issue.state for issue in here}
    return {
        "type": "Feature",
        "properties": {
            "n": len(rows),
            "mark": states.pop() if len(states) == 1 else SEVERAL,
            "text": "\n".join(lines if len(rows) == 1 else [said(len(rows)), *lines]),
            "issues": rows,
        },
        "geometry": {"type": "Point", "coordinates": place},
    }


def _row(issue: Issue) -> dict[str, str]:
    number = tracking_number(issue.pk)
    when = day(issue.opened_on.isoformat())
    words = {"subject": issue.category.name(), "state": state_words(issue.state), "day": when}
    return {
        "number": number,
        "url": reverse("issue", args=[number]),
        "subject": words["subject"],
        "state": issue.state,
        "day": issue.opened_on.isoformat(),
        "text": gettext("%(subject)s: %(state)s, %(day)s") % words,
    }
