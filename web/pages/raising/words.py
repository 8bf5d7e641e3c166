"""What the report form says: one table of problems, and what a reporter is promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from geo.cities import CategorySpec
from web.pages.raising.typed import ANSWER

Words = str | Promise

# By field and code; a field of its own words first, then any field's. Answers to questions are one field, "answers".
PROBLEMS: Mapping[tuple[str, str], Words] = {
    ("place", "missing"): _("Say where it is: find an address, or take a street from the list."),
    ("place", "unchosen"): _("Choose one of the places found."),
    ("place", "not-a-number"): _("This place could not be read. Please choose it again."),
    ("place", "swapped"): _("The two numbers of the place look swapped. One press swaps them."),
    ("place", "outside"): _("This place is outside the city. Find an address, or take a street from the list."),
    ("place", "gone"): _("This address is not known any more. Please search again."),
    ("precision", "unknown"): _("This place could not be read. Please choose it again."),
    ("address", "too-long"): _("The words about the place are too long. 300 letters are the most."),
    ("text", "missing"): _("Write in a few words what is the matter."),
    ("text", "too-long"): _("The text is too long. 2,000 letters are the most."),
    ("category", "missing"): _("Choose what it is about. If nothing fits, take the one for everything else."),
    ("category", "unknown"): _("This subject does not exist. Please choose another."),
    ("answers", "unknown"): _("This answer is not one of those offered."),
    ("answers", "too-long"): _("This answer is too long. 300 letters are the most."),
    ("email", "not-an-address"): _("This is not an e-mail address. One looks like name@example.org."),
    ("email", "too-long"): _("This e-mail address is too long."),
    ("lift", "too-long"): _("This e-mail address is too long."),
    ("lift", "missing"): _("Write the e-mail address that the link should go to."),
    ("lift", "not-an-address"): _("This is not an e-mail address. One looks like name@example.org."),
    ("lift", "too-many"): _("Several reports already wait for links sent to this address. Please open those first."),
    ("lift", "many-links"): _("Many requests come from here just now. Please try again in ten minutes."),
    ("website", "filled"): _("Please empty the field “Leave this empty”. It is there to catch programs."),
    ("", "unknown"): _("This could not be read. Please write it again."),
    ("", "too-long"): _("This is too long."),
    ("", "too-many-marks"): _("One letter carries too many marks. Please write it again."),
}


def said(name: str, code: str) -> str:
    """A problem of a field in words."""
    field = "answers" if name.startswith(ANSWER) else name
    return str(PROBLEMS.get((field, code)) or PROBLEMS.get(("", code)) or PROBLEMS["", "unknown"])


def in_words(problems: Mapping[str, str]) -> dict[str, str]:
    """The same problems, each in words."""
    return {name: said(name, code) for name, code in problems.items()}


def day_said(day: dt.date) -> str:
    """4 December; months take no capital in Romanian."""
    text = date_format(day, "j F")
    return text.lower() if get_language() == "ro" else text


def by(day: dt.date) -> str:
    """The day of a promise."""
    return gettext("By %(day)s") % {"day": day_said(day)}


def promise(spec: CategorySpec) -> str:
    """Until when an answer is promised, if it is sent today."""
    day = timezone.now().astimezone(settings.CITY.zone).date() + dt.timedelta(days=spec.promise_days)
    return ngettext(
        "You get an answer by %(day)s, within %(n)s day.",
        "You get an answer by %(day)s, within %(n)s days.",
        spec.promise_days,
    ) % {"day": day_said(day), "n": spec.promise_days}


def kept_back(spec: CategorySpec) -> str:
    """What of such a report the public does not see, or does not see yet."""
    if spec.sensitive:
        return gettext("This subject is not shown on the map or in lists. A person looks at the report first.")
    if spec.moderation == "before":
        return gettext("A person looks at the report before others can read it.")
    return ""
