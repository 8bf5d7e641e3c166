"""What if older problems counted less, litter weighed more, streets were the measure: the ranking again, as JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from analytics import results
from analytics.methods.checks import MethodError
from analytics.methods.whatif import Settings
from analytics.models import Run
from analytics.what_if import answer
from web.pages.apart import AREAS, UNITS

SEVERITY, EXPOSURE = "severity.", "exposure."
FIRST = 20
MOST_SEVERE = 100.0
LONGEST_DAYS = 36_500.0
MOST_PLACES = 100_000
# As addresses write numbers: what float() takes besides (1_0, ١٢, 1e3) is nobody's setting.
_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
KNOWN = ("half_life_days", "units", "exposure", "k")


class WrongSettingError(ValueError):
    """A setting that cannot be; the message is for people, `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@require_safe
@gzip_page
def what_if(request: HttpRequest) -> HttpResponse:
    """The newest Run's ranking under other settings, and how each place moved; nothing is stored.

    ?units=areas|8|9|10 &half_life_days= &exposure=KIND &exposure.SUBJECT=KIND &severity.SUBJECT=WEIGHT &k=
    """
    run = Run.objects.newest()
    if run is None:
        return JsonResponse({"field": "", "problem": gettext("There is no analysis yet.")}, status=404)
    try:
        res, settings = _units(request.GET), _settings(request.GET)
        found = answer(run, res, settings)
    except WrongSettingError as problem:
        return JsonResponse({"field": problem.field, "problem": str(problem)}, status=400)
    except MethodError as problem:
        return JsonResponse({"field": "settings", "problem": str(problem)}, status=400)
    return HttpResponse(results.to_json(found), content_type="application/json")


def _units(asked: QueryDict) -> int | None:
    text = asked.get("units", AREAS)
    if text not in UNITS:
        raise WrongSettingError("units", gettext("one of: %(names)s") % {"names": ", ".join(UNITS)})
    return None if text == AREAS else int(text)


def _settings(asked: QueryDict) -> Settings:
    for name in asked:
        if name not in KNOWN and not name.startswith((SEVERITY, EXPOSURE)):
            raise WrongSettingError(name, gettext("there is no such setting"))
    half_life = asked.get("half_life_days", "")
    own = _named(asked, EXPOSURE)
    if own and asked.get("exposure"):
        raise WrongSettingError("exposure", gettext("either one for all, or by subject"))
    return Settings(
        half_life_days=_number("half_life_days", half_life, 1, LONGEST_DAYS) if half_life else None,
        severity={
            slug: _number(f"{SEVERITY}{slug}", text, 0, MOST_SEVERE) for slug, text in _named(asked, SEVERITY).items()
        },
        exposure=asked.get("exposure") or own or None,
        k=_count("k", asked.get("k", str(FIRST))),
    )


def _named(asked: QueryDict, prefix: str) -> Mapping[str, str]:
    return {name.removeprefix(prefix): asked[name] for name in asked if name.startswith(prefix)}


def _count(field: str, text: str) -> int:
    value = _number(field, text, 1, MOST_PLACES)
    if value != int(value):
        raise WrongSettingError(field, gettext("a whole number is wanted"))
    return int(value)


def _number(field: str, text: str, least: float, most: float) -> float:
    value = float(text) if _PLAIN.fullmatch(text) else math.nan
    if not least <= value <= most:
        message = gettext("a number from %(least)s to %(most)s is wanted")
        raise WrongSettingError(field, message % {"least": f"{least:g}", "most": f"{most:g}"})
    return value


urlpatterns = [path("problem-areas/what-if.json", what_if, name="what-if")]
