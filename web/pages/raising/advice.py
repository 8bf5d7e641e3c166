"""What the report form advises, and never insists on: a subject, and issues that may be the same."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext

from geo.written import place_problem
from issues.drafts import LONGEST_TEXT
from web.pages.raising.typed import Typed, degree
from web.pages.similar import offers
from web.pages.suggestions import suggested


def suggested_for(typed: Typed) -> dict[str, str]:
    """A subject for a text that has none yet, with how sure we are of it; nothing where we are not."""
    if typed.category or not typed.text.strip():
        return {}
    found = suggested(typed.text[:LONGEST_TEXT])
    if not found:
        return {}
    return {
        "slug": found["slug"],
        "said": gettext("This sounds like: %(subject)s.") % {"subject": found["said"]},
        "button": gettext("Take “%(name)s”") % {"name": found["name"]},
    }


def similar_to(typed: Typed) -> list[dict[str, str]]:
    """Open issues near the place that may be the same, once the subject is chosen."""
    lng, lat = degree(typed.lng), degree(typed.lat)
    if not typed.category or place_problem(lng, lat, settings.CITY):
        return []
    return offers(lng, lat, typed.category, typed.text)
