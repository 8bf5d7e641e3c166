"""The parameters of GeoReport, read as it wants them: empty is absent, lists are separated by commas, dates may lack a
zone, and what a server does not know it ignores."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import QueryDict

from web.api.parsing import printable
from web.api.problems import RefusedError

DAYS = 90
MOST = 1000
# Longer lists of numbers do not fit into an address.
MOST_IDS = 1000
OPENED, UPDATED = ("start_date", "end_date"), ("updated_after", "updated_before")
_PAGE = re.compile(r"\d{1,9}", re.ASCII)
# As in W3C's note on date and time; "2026-03-05T10:00:00 02:00" is one whose plus was read as a space.
_W3C = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"([T ](?P<clock>\d\d:\d\d(:\d\d)?)(\.(?P<part>\d{1,9}))?(?P<zone>Z|[+\- ]\d\d:?\d\d)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_DECIMAL = re.compile(r"[+-]?\d{1,4}(\.\d{1,20})?", re.ASCII)
# Years that a report can have; others would run over what a moment can be.
_YEARS = range(1900, 2200)


class Values:
    """The parameters of a request, those of the form before those of the address."""

    def __init__(self, *sources: QueryDict) -> None:
        self.sources = sources

    def one(self, name: str) -> str:
        """The value of a parameter; empty where it is absent, which an empty or null one is too."""
        return next(iter(self.every(name)), "")

    def several(self, name: str) -> list[str]:
        """What a list names, with commas between or more than once; each once, in order."""
        parts = (part.strip() for value in self.every(name) for part in value.split(","))
        return list(dict.fromkeys(part for part in parts if part))

    def every(self, name: str) -> list[str]:
        """The values of the first source that has any."""
        return next((there for source in self.sources if (there := _said(source.getlist(name)))), [])

    def names(self) -> list[str]:
        """Every name once."""
        return list(dict.fromkeys(name for source in self.sources for name in source))


def _said(values: list[str]) -> list[str]:
    return [value for value in values if value.strip() not in {"", "null"}]


def check_jurisdiction(values: Values) -> None:
    """There is one city here: whoever names another is told so. Raises RefusedError (404)."""
    asked = values.one("jurisdiction_id")
    if asked and asked.lower() not in jurisdictions():
        raise RefusedError(404, f"jurisdiction_id: {printable(asked)} is not served here; {jurisdictions()[0]} is")


def jurisdictions() -> list[str]:
    """What this city may be called: by its short name, or by the host of the site."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return [settings.CITY.slug, host, host.removeprefix("www.")]


@dataclass(frozen=True)
class Window:
    """From `start` to `end`, both included; `given` where a request said either."""

    start: dt.datetime
    end: dt.datetime
    given: bool = True

    def named(self, names: tuple[str, str]) -> dict[str, dt.datetime]:
        return dict(zip(names, (self.start, self.end), strict=True))


def window(values: Values, now: dt.datetime, names: tuple[str, str] = OPENED) -> Window:
    """The time asked for, of 90 days at most; the latest 90 where none is. Raises RefusedError (400)."""
    first, last = names
    start, end = moment(values, first), moment(values, last, end=True)
    span = dt.timedelta(days=DAYS)
    if start is None:
        return Window((end or now) - span, end or now, given=end is not None)
    if end is None:
        return Window(start, max(start, min(now, start + span)))
    if end < start:
        raise RefusedError(400, f"{last} comes before {first}")
    # By days of the calendar: hours come and go with summer time.
    if (_day(end) - _day(start)).days > DAYS:
        raise RefusedError(400, f"{first} and {last} span more than {DAYS} days")
    return Window(start, end)


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(settings.CITY.zone).date()


def moment(values: Values, name: str, *, end: bool = False) -> dt.datetime | None:
    """A W3C date and time, in the city's own zone where it names none. Of a whole day, month, year or second, the
    beginning, or with `end` the very end. Raises RefusedError (400)."""
    text = values.one(name).strip()
    if not text:
        return None
    parts = _W3C.fullmatch(text)
    try:
        if parts is None:
            raise ValueError
        return _moment(parts.groupdict(), end)
    except (ValueError, OverflowError):
        said = f"{name}: {printable(text)} is no date as 2026-03-05T10:00:00+02:00"
        raise RefusedError(400, said) from None


def _moment(parts: Mapping[str, str | None], end: bool) -> dt.datetime:
    year, month, day = (int(parts[name] or 0) for name in ("year", "month", "day"))
    if year not in _YEARS:
        raise ValueError
    if parts["clock"] is None:
        first = dt.date(year, month or 1, day or 1)
        if not end:
            return dt.datetime.combine(first, dt.time.min, settings.CITY.zone)
        following = first + dt.timedelta(days=1) if day else _next(first, whole_year=not month)
        return dt.datetime.combine(following, dt.time.min, settings.CITY.zone) - dt.timedelta(microseconds=1)
    clock = dt.time.fromisoformat(parts["clock"])
    part = parts["part"]
    micros = int(f"{part:0<6}"[:6]) if part else 999_999 if end else 0
    return dt.datetime.combine(dt.date(year, month, day), clock.replace(microsecond=micros), _zone(parts["zone"]))


def _next(first: dt.date, *, whole_year: bool) -> dt.date:
    if whole_year:
        return dt.date(first.year + 1, 1, 1)
    return dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _zone(said: str | None) -> dt.tzinfo:
    if said is None:
        return settings.CITY.zone
    if said in {"Z", "z"}:
        return dt.UTC
    hours, minutes = int(said[1:3]), int(said[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if said[0] == "-" else offset)


@dataclass(frozen=True)
class Page:
    """One page of a list: `number` from 1, `size` rows."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def page(values: Values) -> Page:
    """The page asked for, one-based (0 is taken for the first); all that one answer may hold where none is asked for.

    Raises RefusedError (400) for more than that on a page: who walks until a page is short would lose the rest.
    """
    number, size = _whole(values, "page", 1), _whole(values, "page_size", MOST)
    if not 1 <= size <= MOST:
        raise RefusedError(400, f"page_size: from 1 to {MOST}")
    return Page(max(number, 1), size)


def _whole(values: Values, name: str, usual: int) -> int:
    text = values.one(name).strip()
    if not text:
        return usual
    if not _PAGE.fullmatch(text):
        raise RefusedError(400, f"{name}: a whole number")
    return int(text)


def degrees(values: Values, name: str) -> float | None:
    """A number of degrees, as a plain decimal; nothing where it is absent, NaN where it is none."""
    text = values.one(name).strip()
    if not text:
        return None
    return float(text) if _DECIMAL.fullmatch(text) else math.nan


def yes(values: Values, name: str) -> bool:
    return values.one(name).strip().lower() in {"true", "1", "yes"}
