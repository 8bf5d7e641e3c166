"""Where it is: addresses, streets and places in words, for who raises an issue."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from geo.written import place_problem
from issues.rules import Precision
from neighborhoods.gazetteer import LONGEST_SEARCH, Found, nearest, search
from neighborhoods.locate import locator
from neighborhoods.models import Neighborhood
from web.pages.places import point_names
from web.pages.shown import current_set
from web.spoken import spoken

# So near an address, or the one point known of a street, a place is on that street. The nearest point of a street is
# that of the place's own street nine times in ten within 25 m, half the time at 150 m: there it is only near it.
ON_ADDRESS_M, ON_STREET_M, NEAR_M = 50.0, 25.0, 150.0
KEPT_S = 60


@require_safe
def addresses(request: HttpRequest) -> JsonResponse:
    """Streets and addresses that `q` names, best first."""
    asked = request.GET.get("q", "")
    if len(asked) > LONGEST_SEARCH:
        message = gettext("That is too long to search for: at most %(n)s characters.") % {"n": LONGEST_SEARCH}
        return JsonResponse({"code": "too-long", "message": message}, status=422)
    return _kept({"results": [_result(one) for one in search(asked)]})


def _result(one: Found) -> dict[str, Any]:
    return {
        "id": one.pk,
        "label": one.label,
        "address": one.address,
        "lng": round(one.lng, 6),
        "lat": round(one.lat, 6),
        "precision": (Precision.POINT if one.precise else Precision.STREET).value,
    }


@require_safe
def place(request: HttpRequest) -> JsonResponse:
    """A point (`lng`, `lat` in degrees) in words, and whether it lies in the city; 422 where it cannot be a place."""
    lng, lat = (degrees(request.GET.get(name, "")) for name in ("lng", "lat"))
    code = place_problem(lng, lat, settings.CITY)
    if not code:
        return _kept(said_of(lng, lat))
    answer: dict[str, Any] = {"code": code, "message": problem_said(code), "inside": False}
    if code == "swapped":
        answer["swapped"] = {"lng": lat, "lat": lng}
    return JsonResponse(answer, status=422)


def said_of(lng: float, lat: float) -> dict[str, Any]:
    """The words for a point in the city's box, and the area it lies in, if any."""
    area = _area(lng, lat, timezone.localdate())
    name = area.name if area else gettext("outside every neighbourhood")
    street = _street(lng, lat)
    if street:
        said = ", ".join([street, name])
    else:
        chosen = current_set()
        said = point_names([(lng, lat)], chosen)[0] if chosen else name
    return {"said": said, "area": area.name if area else None, "slug": area.slug if area else None, "inside": True}


def problem_said(code: str) -> str:
    """What is wrong with a place (issues.drafts.place_problem), for people."""
    city = spoken(settings.CITY.name)
    return {
        "not-a-number": gettext("That is no place yet: it takes two numbers, longitude and latitude."),
        "swapped": gettext("Latitude and longitude seem to have changed places."),
        "outside": gettext("That is too far from %(city)s. Only places in the city can be reported."),
    }[code] % {"city": city}


def degrees(text: str) -> float:
    """A number out of an address or a form; not a number (NaN) where it is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _area(lng: float, lat: float, day: dt.date) -> Neighborhood | None:
    found = locator().places(np.array([lng]), np.array([lat]), [day]).neighborhood[0]
    return Neighborhood.objects.filter(pk=int(found)).only("name", "slug").first() if found else None


def _street(lng: float, lat: float) -> str:
    """The street a point is on, or near; nothing where none is known so near."""
    near = nearest(lng, lat, within_m=NEAR_M)
    if near is None:
        return ""
    on_m = ON_ADDRESS_M if near.entry.number else ON_STREET_M
    street = near.entry.street
    return street if near.distance_m <= on_m else gettext("near %(street)s") % {"street": street}


def _kept(answer: dict[str, Any]) -> JsonResponse:
    return JsonResponse(answer, headers={"Cache-Control": f"private, max-age={KEPT_S}"})


urlpatterns = [
    path("issues/new/addresses.json", addresses, name="issue-addresses"),
    path("issues/new/place.json", place, name="issue-place"),
]
