"""Open issues like the one being written: offered, and never in the way."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from geo.written import place_problem, plain
from issues.drafts import LONGEST_TEXT
from issues.naming import tracking_number
from issues.similar import Similar, similar
from web.pages.addresses import degrees
from web.pages.course import state_words
from web.pages.posting import anonymous_post
from web.reporting.numbers import day

MOST_LETTERS = 140
NEAREST_M = 10


@never_cache
@anonymous_post
@require_POST
def page(request: HttpRequest) -> JsonResponse:
    """What is open near `lng`, `lat` about `category` in words like `text`; 422 where there is no such place."""
    lng, lat = (degrees(request.POST.get(name, "")) for name in ("lng", "lat"))
    if problem := place_problem(lng, lat, settings.CITY):
        return JsonResponse({"code": problem, "message": gettext("There is no such place in the city.")}, status=422)
    text, category = request.POST.get("text", "")[:LONGEST_TEXT], plain(request.POST.get("category", ""))
    return JsonResponse({"similar": offers(lng, lat, category, text)})


def offers(lng: float, lat: float, category: str = "", text: str = "") -> list[dict[str, str]]:
    """The same for a form: each with its number and address, and in words what, where, since when and how it stands."""
    return [_offer(one) for one in similar(lng, lat, category, text)]


def _offer(one: Similar) -> dict[str, str]:
    number = tracking_number(one.issue.pk)
    subject = one.issue.category.name()
    said = shortened(one.issue.public_text or one.issue.public_title, MOST_LETTERS)
    words = {
        "distance_said": distance_said(one.distance_m),
        "opened_said": gettext("reported on %(day)s") % {"day": day(one.issue.opened_on.isoformat())},
        "state": state_words(one.issue.state),
    }
    return {
        "number": number,
        "url": reverse("issue", args=[number]),
        "title": said or subject,
        "note": " · ".join([*([subject] if said else []), *words.values()]),
        "said": said,
        "category": subject,
        **words,
    }


def distance_said(metres: float) -> str:
    """About how far: to ten metres."""
    if metres < NEAREST_M:
        return gettext("right here")
    return gettext("%(metres)s m away") % {"metres": round(metres / 10) * 10}


def shortened(text: str, most: int) -> str:
    """The beginning of a text in one line, cut between words; a single word too long is cut in itself."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    whole, _, _rest = line[:most].rpartition(" ")
    return f"{(whole or line[: most - 1]).rstrip(',;:.–- ')}…"


urlpatterns = [path("issues/new/similar.json", page, name="issue-similar")]
