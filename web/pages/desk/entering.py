"""A report that somebody made by telephone, at a counter or on paper, entered by staff.

The form is the public one, section by section, with the channel above it; nothing of it is kept on the device.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues.drafts import DraftError
from issues.entering import enter
from issues.rules import Channel
from issues.submitting import KeyErasedError, KeyUsedError
from web.pages.desk.frame import tabs
from web.pages.desk.words import channel_words
from web.pages.raising import places, steps
from web.pages.raising.reading import UnreadableError, sent_with
from web.pages.raising.screen import Screen, context
from web.pages.raising.typed import Typed, draft_of, fresh_key, key_of, typed_of

# No report is older than that.
_FIRST = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class Came:
    """By which way and on which day (ISO; empty: today) a report reached the city hall, as typed."""

    channel: str = ""
    day: str = ""

    @property
    def on(self) -> dt.date | None:
        """The day, where one is given that can be read."""
        try:
            return dt.date.fromisoformat(self.day) if len(self.day) == 10 else None
        except ValueError:
            return None

    @property
    def at(self) -> dt.datetime | None:
        """Noon of a day before today; nothing for today."""
        if self.on is None or self.on >= timezone.localdate():
            return None
        return dt.datetime.combine(self.on, dt.time(12), settings.CITY.zone)

    @property
    def problems(self) -> dict[str, str]:
        found = {} if self.channel in list(Channel) else {"channel": gettext("Say how it reached you.")}
        if self.day and (self.on is None or not _FIRST <= self.on <= timezone.localdate()):
            found["day"] = gettext("Give a day up to today, or none.")
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The form, its sections, and its end: the work page of the new issue."""
    if request.method != "POST":
        return _shown(request, Screen(Typed(), "where"), Came())
    try:
        sent = sent_with(request)
    except UnreadableError as problem:
        screen = Screen(Typed(), "where", notice=str(problem), status=problem.status)
        return _shown(request, screen, Came())
    typed = replace(typed_of(sent.values), work="", lift="", website="")
    channel = sent.values.get("channel", "")
    go = steps.meant(typed)
    came = Came(channel, sent.values.get("day", ""))
    if came.problems:
        return _shown(request, Screen(typed, typed.section, status=422), came)
    if go in {"finish", "lift"}:
        return _entered(request, typed, came)
    return _shown(request, steps.LOOKS[go](typed) if go in steps.LOOKS else steps.moved(typed, go), came)


def _entered(request: HttpRequest, typed: Typed, came: Came) -> HttpResponse:
    placed = typed if typed.has_place else places.chosen(typed) or typed
    try:
        draft = draft_of(placed, settings.CITY, get_language() or "")
        receipt = enter(by=request.user, draft=draft, channel=came.channel, key=key_of(typed), at=came.at)
    except DraftError as problem:
        return _shown(request, steps.stopped(typed, problem.problems), came)
    except (KeyUsedError, KeyErasedError):
        told = gettext("This form has entered a report already. Press once more to enter this as another one.")
        return _shown(request, Screen(replace(typed, key=fresh_key()), "send", notice=told, status=409), came)
    return HttpResponseRedirect(reverse("moderate", args=[receipt.number]) + "?done=enter#done", status=303)


def _shown(request: HttpRequest, screen: Screen, came: Came) -> HttpResponse:
    values: dict[str, Any] = context(screen) | {
        "tabs": tabs(request),
        "channels": [{"value": c.value, "label": channel_words(c), "chosen": c == came.channel} for c in Channel],
        "came": came,
        "today": timezone.localdate().isoformat(),
        "missing": came.problems if screen.status == 422 else {},
    }
    return render(request, "desk/enter.html", values, status=screen.status)


urlpatterns = [path("desk/enter/", page, name="desk-enter")]
