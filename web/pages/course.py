"""The course of an issue in words: its steps, its promise, what comes next; the same on every page and in every mail.

`own` is the reporter's view: exact days, every reason. Of a sensitive subject anybody else reads weeks and states.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from analytics.results import Period
from issues.models import STATES, Issue, Photo, StatusChange, Verdict
from issues.rules import CLOSED, MOVES, REASON_NEEDED, PhotoState, State
from issues.verdicts import DISPUTED
from issues.writing import CHANGED, DAY_ONLY, NO_DATE
from web.reporting.numbers import day, span, whole
from web.spoken import spoken

LABELS = dict(STATES)


@dataclass(frozen=True)
class Step:
    """One step as it is told. `mark` is open, done, other or note; `iso` is empty where the exact day is not told."""

    state: str
    mark: str
    when: str
    iso: str
    who: str
    reason: str
    confirmed: str = ""
    said: str = ""
    said_waits: bool = False
    photos: Sequence[Photo] = ()
    photos_waiting: int = 0


def answers_for(issue: Issue) -> str:
    """Who answers for the subject of an issue: as the city's file says, else the city."""
    spec = settings.CITY.spec(issue.category.slug)
    return (spoken(spec.goes_to) if spec else "") or city_name()


def city_name() -> str:
    return gettext("City of %(city)s") % {"city": spoken(settings.CITY.name)}


def state_words(state: str) -> str:
    """A state in words: in progress."""
    return str(LABELS[state])


def state_mark(state: str) -> str:
    """How a state is marked: open, done, or other where it was closed without being resolved."""
    if state not in CLOSED:
        return "open"
    return "done" if state == State.RESOLVED else "other"


def local_day(at: dt.datetime) -> dt.date:
    return at.astimezone(settings.CITY.zone).date()


def when_words(on: dt.date, discreet: bool) -> str:
    """A day in words; of a sensitive subject its week, Monday to Sunday."""
    if not discreet:
        return day(on.isoformat())
    monday = on - dt.timedelta(days=on.weekday())
    return span(Period(monday.isoformat(), (monday + dt.timedelta(days=7)).isoformat()))


def reason_words(change: StatusChange) -> str:
    """The public reason of a step; what the program itself noted is said in the language of the page."""
    if change.reason == DISPUTED:
        return gettext("A resident says it is not fixed.")
    if change.reason == NO_DATE:
        return gettext("The source does not say on which day.")
    return "" if change.reason.startswith((CHANGED, DAY_ONLY)) else change.reason


def who_words(change: StatusChange) -> str:
    """Who took a step: as the account signs, a resident who disputes, else the city; the first step is the report."""
    if change.reason == DISPUTED:
        return gettext("a resident")
    if change.by is not None and change.by.signs_as:
        return change.by.signs_as
    return "" if change.state == State.RECEIVED else city_name()


def steps(issue: Issue, *, own: bool = False) -> list[Step]:
    """Every step of an issue in order, with what residents said of its closings."""
    discreet = issue.category.sensitive and not own
    verdicts = list(issue.verdicts.prefetch_related("photos"))
    disputes = {v.closing_id: v for v in verdicts if not v.fixed}
    told: list[Step] = []
    before, closing = "", None
    for change in issue.history.select_related("by"):
        if change.state in CLOSED and change.state != before:
            closing = change.pk
        facts = _facts(change, change.state == before, discreet)
        if change.reason == DISPUTED:
            told.append(Step(**facts | _dispute(disputes.get(closing or 0), own, discreet)))
        else:
            told.append(Step(**facts, confirmed=_confirmed(verdicts, change.pk)))
        before = change.state
    return told


def _facts(change: StatusChange, repeated: bool, discreet: bool) -> dict[str, Any]:
    on = local_day(change.at)
    known = change.reason != NO_DATE
    return {
        "state": gettext("changed at the source") if repeated else state_words(change.state),
        "mark": "note" if repeated else state_mark(change.state),
        "when": when_words(on, discreet) if known else "",
        "iso": on.isoformat() if known and not discreet else "",
        "who": "" if discreet and change.reason != DISPUTED else who_words(change),
        "reason": "" if discreet and change.reason not in {DISPUTED, NO_DATE} else reason_words(change),
    }


def _dispute(verdict: Verdict | None, own: bool, discreet: bool) -> dict[str, Any]:
    """What was said with a dispute; who said it reads it all, everybody else what may be shown."""
    if verdict is None or discreet:
        return {}
    mine = own and verdict.by_reporter
    said = verdict.said if mine else verdict.public_said
    photos = verdict.photos.all()
    told = {
        "said": said,
        "said_waits": bool(verdict.said) and not said,
        "photos": [p for p in photos if p.state == PhotoState.SHOWN],
        "photos_waiting": sum(p.state == PhotoState.WAITING for p in photos),
    }
    return told | ({"who": gettext("you"), "reason": gettext("You said it is not fixed.")} if mine else {})


def _confirmed(verdicts: Sequence[Verdict], closing: int) -> str:
    n = sum(v.fixed and v.closing_id == closing for v in verdicts)
    if not n:
        return ""
    return ngettext("%(n)s resident says it is fixed.", "%(n)s residents say it is fixed.", n) % {"n": whole(n)}


def promise(issue: Issue, *, own: bool = False, today: dt.date | None = None) -> dict[str, Any] | None:
    """By when an answer was promised, how long that still is or whether it was kept, and whether it is late now."""
    due = issue.promised_on
    if due is None:
        return None
    if issue.category.sensitive and not own:
        return {"by": when_words(due, True), "said": "", "late": False}
    if issue.closed_at is not None:
        gone = (local_day(issue.closed_at) - due).days
        said = _days_late(gone) if gone > 0 else gettext("kept")
        return {"by": when_words(due, False), "said": said, "late": False}
    left = (due - (today or timezone.localdate())).days
    return {"by": when_words(due, False), "said": _days_late(-left) if left < 0 else _days_left(left), "late": left < 0}


def _days_late(n: int) -> str:
    return ngettext("%(n)s day late", "%(n)s days late", n) % {"n": whole(n)}


def _days_left(n: int) -> str:
    if n == 0:
        return gettext("that is today")
    return ngettext("%(n)s day left", "%(n)s days left", n) % {"n": whole(n)}


def next_words(issue: Issue, *, own: bool = False) -> list[str]:
    """What may come now, out of the table of moves; of a sensitive subject only the reporter reads reasons."""
    here = State(issue.state)
    if here not in CLOSED:
        free = [s for s in State if s in MOVES[here] and s not in REASON_NEEDED]
        explained = [s for s in State if s in MOVES[here] and s in REASON_NEEDED]
        told = gettext("Or, with the reason told here: %(states)s.")
        if issue.category.sensitive and not own:
            told = gettext("Or, with the reason told to who sent it: %(states)s.")
        return [
            gettext("%(who)s answers. Every step shows here.") % {"who": answers_for(issue)},
            gettext("Next it can be: %(states)s.") % {"states": _listed(free)},
            told % {"states": _listed(explained)},
        ]
    said = [gettext("If a resident says it is not fixed, it opens again.")]
    later = [s for s in State if s in MOVES[here] and s != State.IN_PROGRESS]
    if later:
        said.append(gettext("It can still become: %(states)s.") % {"states": _listed(later)})
    return said


def _listed(states: Sequence[State]) -> str:
    return ", ".join(state_words(s) for s in states)
