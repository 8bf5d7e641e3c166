"""A subject suggested from the words of a report: advice, shown with how sure it is, and never in the way."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from analytics.suggesting import suggest
from issues.drafts import LONGEST_TEXT
from web.pages.posting import anonymous_post
from web.reporting.numbers import percent
from web.spoken import spoken


@anonymous_post
@require_POST
def suggestion(request: HttpRequest) -> JsonResponse:
    """The subject that `text` seems to be about, or an empty answer. The text is neither kept nor logged."""
    text = request.POST.get("text", "")
    if len(text) > LONGEST_TEXT:
        message = gettext("That is too long: at most %(n)s characters.") % {"n": LONGEST_TEXT}
        return JsonResponse({"code": "too-long", "message": message}, status=422)
    return JsonResponse(suggested(text), headers={"Cache-Control": "no-store"})


def suggested(text: str) -> dict[str, Any]:
    """Slug, name and confidence of the subject a text seems to be about, and a sentence that says them; or nothing.

    Confidence is rounded down: nothing is ever quite sure.
    """
    found = suggest(text)
    spec = settings.CITY.spec(found.label) if found else None
    if found is None or spec is None:
        return {}
    name = spoken(spec.name)
    confidence = min(math.floor(found.confidence * 100), 99) / 100
    said = gettext("%(subject)s (%(percent)s sure)") % {"subject": name, "percent": percent(confidence)}
    return {"slug": spec.slug, "name": name, "confidence": confidence, "said": said}


urlpatterns = [path("issues/new/suggestion.json", suggestion, name="issue-suggestion")]
