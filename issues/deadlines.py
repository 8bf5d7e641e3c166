"""By when an issue must be answered, and by when the city means to have dealt with it; pure.

The law's term is counted in calendar days, the city's own target in working days; neither counts the day a report came
in. Instants are any with a zone; the day is the city's own, so that a report at 23:30 UTC may belong to the next day.
The law's term ends on the very day counted, free or not: the earliest reading, on which nobody can be late.

A closing that is disputed was no answer. Then the target is counted anew from the day the issue went back to work, for
there is work to plan; the law's term stays where it was, for it runs from the day the report was registered, and
nobody gains time by closing what is not done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from geo.cities import City
from geo.workdays import add_workdays, workdays_between


class Standing(StrEnum):
    """How an issue stands against its deadlines, the mildest first."""

    ON_TIME = "on-time"
    NEAR = "near"
    LATE_TARGET = "late-target"
    LATE_LEGAL = "late-legal"


class ExtensionRefusedError(ValueError):
    """A longer term the law does not allow; the message says why."""


@dataclass(frozen=True)
class Near:
    """With so many days left or fewer a deadline is near: calendar days of the law's, working days of the target."""

    legal_days: int = 5
    target_days: int = 1


@dataclass(frozen=True)
class Deadlines:
    """The last days that are still in time; no `legal_on` where no law sets a term."""

    legal_on: dt.date | None
    target_on: dt.date


@dataclass(frozen=True)
class Stands:
    """A standing, and how many days are left: calendar days of the law's term, working days of the target.

    0 is the last day. Below 0 is late, by so many days; a weekend after the target already counts as the first.
    """

    standing: Standing
    legal_left: int | None
    target_left: int


@dataclass(frozen=True)
class Clock:
    """What the issues of one subject are timed by: the city's `zone`, `country` and days off, and the subject's terms.

    No `legal_days` where no law sets a term. `more` are days off the country's law does not name.
    """

    zone: ZoneInfo
    legal_days: int | None
    target_days: int
    country: str = "RO"
    more: Set[dt.date] = frozenset()
    near: Near = Near()

    def day(self, instant: dt.datetime) -> dt.date:
        """The city's day of an instant. Raises ValueError for one without a zone."""
        if instant.tzinfo is None:
            raise ValueError(f"{instant} has no zone, so its day is not known")
        return instant.astimezone(self.zone).date()

    def due(
        self, opened_at: dt.datetime, *, reopened_at: dt.datetime | None = None, extended_days: int = 0
    ) -> Deadlines:
        """The deadlines of an issue, last reopened at `reopened_at`, its legal term longer by `extended_days`."""
        legal_on = None
        if self.legal_days is not None:
            legal_on = self.day(opened_at) + dt.timedelta(days=self.legal_days + extended_days)
        begun = self.day(reopened_at or opened_at)
        return Deadlines(legal_on, add_workdays(begun, self.target_days, self.country, self.more))

    def standing(self, now: dt.datetime, deadlines: Deadlines, closed_at: dt.datetime | None = None) -> Stands:
        """How an issue stands now; a closed one as it stood when it was closed, and never near."""
        day = self.day(closed_at or now)
        legal_left = None if deadlines.legal_on is None else (deadlines.legal_on - day).days
        target_left = workdays_between(day, deadlines.target_on, self.country, self.more)
        if day > deadlines.target_on:
            target_left = min(target_left, -1)
        return Stands(self._standing(legal_left, target_left, closed=closed_at is not None), legal_left, target_left)

    def horizon(self, now: dt.datetime) -> Deadlines:
        """The last days that are near now: an open issue due by either is near or late. For asking by columns."""
        today = self.day(now)
        target_on = add_workdays(today, self.near.target_days, self.country, self.more)
        return Deadlines(today + dt.timedelta(days=self.near.legal_days), target_on)

    def _standing(self, legal_left: int | None, target_left: int, *, closed: bool) -> Standing:
        if legal_left is not None and legal_left < 0:
            return Standing.LATE_LEGAL
        if target_left < 0:
            return Standing.LATE_TARGET
        legal_near = legal_left is not None and legal_left <= self.near.legal_days
        near = legal_near or target_left <= self.near.target_days
        return Standing.NEAR if near and not closed else Standing.ON_TIME


def clock_of(city: City, category: str) -> Clock | None:
    """The clock of a subject (a slug); none for one the city's file does not name (any more)."""
    spec = city.spec(category)
    if spec is None:
        return None
    terms = city.terms
    near = Near(terms.near_legal_days, terms.near_target_days)
    return Clock(city.zone, terms.legal_days, spec.target_days, city.country, terms.days_off, near)


def check_extension(days: int, reason: str, deadlines: Deadlines, today: dt.date, most: int) -> None:
    """Raise ExtensionRefusedError unless a legal term may be made longer by so many days, at most `most`.

    It is given once, with a reason, and before the term is over: a late answer is not made timely afterwards. The law
    also wants the person told beforehand, so whoever extends sends the reason.
    """
    if deadlines.legal_on is None:
        raise ExtensionRefusedError("no law sets a term here, so there is none to extend")
    if not 1 <= days <= most:
        raise ExtensionRefusedError(f"the term can be longer by 1 to {most} days, not {days}")
    if not reason.strip():
        raise ExtensionRefusedError("the term cannot be made longer without a reason")
    if today > deadlines.legal_on:
        raise ExtensionRefusedError(f"the term was over on {deadlines.legal_on}")
