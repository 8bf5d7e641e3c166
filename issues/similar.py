"""Open issues that may be the one somebody is about to report: near, of the subject, in the same words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from geo.crs import to_metric
from geo.words import folded
from geo.written import place_problem
from issues.models import Issue
from issues.rules import OPEN

MOST = 5
# So many near ones are looked at for the words they share.
LOOKED_AT = 50

# What is near is read first, by the index of points alone: with the states in the same breath, PostgreSQL would also
# read the index of states, which holds every open issue of the city. The measure is flat: true to a hair at this reach.
# The open states stand in the statement itself, so that the index of open points fits (Issue.Meta).
_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))
_NEAR = f"""
WITH near AS MATERIALIZED (
    SELECT i.id, i.category_id,
           ((ST_X(i.point) - %(lng)s) * %(lng_m)s) ^ 2 + ((ST_Y(i.point) - %(lat)s) * %(lat_m)s) ^ 2 AS square_m
    FROM issues_issue i
    WHERE i.point && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
      AND NOT i.hidden AND NOT i.default_pin AND i.state IN ({_OPEN})
)
SELECT n.id, sqrt(n.square_m)
FROM near n
JOIN neighborhoods_category c ON c.id = n.category_id
JOIN issues_incident g ON g.first_issue_id = n.id
WHERE n.square_m <= %(radius_m)s ^ 2 AND NOT c.sensitive
ORDER BY c.slug <> %(category)s, n.square_m, n.id
LIMIT %(most)s
"""

# The beginnings of longer words, so that groapa and groapă, lamp and lamps are one; not of those that say nothing.
_WORD = re.compile(r"[^\W\d_]{4,}")
_BEGINNING = 5
_EVERYWHERE = frozenset(
    re.findall(
        r"\w+",
        """acest aceas acolo acum aici aleea apare avem caler cand care cartie carti casa cateva catre ceva chiar deja
        dela dintr dupa este faca face fara foart gasest inca langa mult nevoi numar nostr oras pana peste pentr piata
        poate prea proble putet repar rugam sesiz strad sunt toata toate trebu urgen vreme with this that have from
        there their here which were been very near next stree pleas fixed broke problem""",
    )
)


@dataclass(frozen=True)
class Similar:
    """An open issue, how far from the place it stands in metres, and how many telling words it shares."""

    issue: Issue
    distance_m: float
    shared: int


def similar(lng: float, lat: float, category: str = "", text: str = "") -> list[Similar]:
    """At most MOST open issues within the city's radius of a place (degrees), the likeliest first.

    One of every incident, its first. Nothing hidden, sensitive or on a default pin; of another subject than the one
    given (a slug) only what shares a word. A place outside the city has none.
    """
    if place_problem(lng, lat, settings.CITY):
        return []
    radius_m = settings.CITY.reporting.similar_radius_m
    told = beginnings(text)
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, _values(lng, lat, radius_m) | {"category": category})
        distance = dict(cursor.fetchall())
    found = [
        Similar(issue, distance[issue.pk], len(told & beginnings(f"{issue.public_title} {issue.public_text}")))
        for issue in Issue.objects.filter(pk__in=distance).select_related("category")
    ]
    fitting = [one for one in found if one.shared or category in {"", one.issue.category.slug}]
    return sorted(fitting, key=lambda one: _unlikely(one, category, radius_m))[:MOST]


def beginnings(text: str) -> frozenset[str]:
    """How the telling words of a text begin, folded."""
    return frozenset(word[:_BEGINNING] for word in _WORD.findall(folded(text))) - _EVERYWHERE


def _unlikely(one: Similar, category: str, radius_m: float) -> tuple[bool, float, int]:
    """The order of likeness: the subject; then three shared words weigh as much as the whole radius."""
    other = bool(category) and one.issue.category.slug != category
    return other, one.distance_m / radius_m - min(one.shared, 3) / 3, one.issue.pk


def _values(lng: float, lat: float, radius_m: float) -> dict[str, object]:
    lng_m, lat_m = _metres_per_degree(lng, lat)
    return {
        "lng": lng,
        "lat": lat,
        "lng_m": lng_m,
        "lat_m": lat_m,
        "west": lng - radius_m / lng_m,
        "east": lng + radius_m / lng_m,
        "south": lat - radius_m / lat_m,
        "north": lat + radius_m / lat_m,
        "radius_m": radius_m,
        "most": LOOKED_AT,
    }


def _metres_per_degree(lng: float, lat: float) -> tuple[float, float]:
    """Metres in a degree of longitude and of latitude, by the city's own grid."""
    step, crs = 0.001, settings.CITY.metric_crs
    x, y = to_metric(lng, lat, crs)
    east, north = to_metric(lng + step, lat, crs), to_metric(lng, lat + step, crs)
    return math.hypot(east[0] - x, east[1] - y) / step, math.hypot(north[0] - x, north[1] - y) / step
