"""One routing rule as a plain form, and in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from issues.routing import Match
from issues.routing_values import Known, Problem
from neighborhoods.models import Category, Department
from web.pages.shown import current_set
from web.spoken import spoken

PROBLEMS: Mapping[str, Promise] = {
    "missing": _("Please fill this in."),
    "unknown": _("Choose one of the list."),
    "wrong-kind": _("This cannot be read."),
    "out-of-range": _("This is no such day or hour, or the two hours are the same."),
    "too-many": _("These are too many."),
    "too-long": _("One of the words is too long."),
    "no-word": _("Write words, with commas between them."),
    "twice": _("Two rules stand at the same place."),
}
FIELDS: Mapping[str, Promise] = {
    "name": _("Name of the rule"),
    "department": _("Goes to"),
    "categories": _("Subjects"),
    "areas": _("Neighbourhoods"),
    "words": _("Words"),
    "match": _("How many of the words"),
    "weekdays": _("Days of the week"),
    "hours": _("Hours"),
    "season": _("Time of the year"),
}
LONGEST_NAME = 100
EMPTY: Mapping[str, Any] = {
    "name": "",
    "department": "",
    "categories": [],
    "areas": [],
    "words": [],
    "match": str(Match.ANY),
    "weekdays": [],
    "hours": None,
    "season": None,
    "on": True,
}


class Names:
    """Slugs with their names in the language of the page, asked for once."""

    def __init__(self) -> None:
        chosen = current_set()
        self.departments = {d.slug: spoken(d.names) for d in Department.objects.all()}
        self.categories = {c.slug: c.name() for c in Category.objects.all()}
        self.areas = dict(chosen.areas.order_by("name").values_list("slug", "name")) if chosen else {}

    @property
    def known(self) -> Known:
        return Known(self.departments.keys(), self.categories.keys(), self.areas.keys())


def row_of(sent: QueryDict) -> dict[str, Any]:
    """The plain values of a sent form, not checked yet (issues.routing_values says what may be)."""
    return {
        "name": sent.get("name", "").strip()[:LONGEST_NAME],
        "department": sent.get("department", ""),
        "categories": sorted(set(sent.getlist("categories"))),
        "areas": sorted(set(sent.getlist("areas"))),
        "words": [word.strip() for word in sent.get("words", "").split(",") if word.strip()],
        "match": sent.get("match", str(Match.ANY)),
        "weekdays": sorted({_whole(day) for day in sent.getlist("weekdays")}, key=str),
        "hours": _pair(sent.get("hours-from", ""), sent.get("hours-to", ""), _whole),
        "season": _pair(_day(sent, "season-from"), _day(sent, "season-to"), str),
        "on": sent.get("on", "") == "1",
    }


def _pair(first: str, last: str, read: Any) -> list[Any] | None:
    return [read(first), read(last)] if first or last else None


def _day(sent: QueryDict, name: str) -> str:
    """Month and day as "MM-DD"; half of one is no day, and is told so."""
    month, day = sent.get(f"{name}-month", ""), sent.get(f"{name}-day", "")
    return f"{month:0>2}-{day:0>2}" if month or day else ""


def _whole(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text


def form_of(row: Mapping[str, Any], names: Names, problems: list[Problem]) -> dict[str, Any]:
    """Values and choices for the template of one rule."""
    hours, season = row.get("hours") or ["", ""], row.get("season") or ["", ""]
    return {
        "name": row.get("name", ""),
        "longest_name": LONGEST_NAME,
        "on": row.get("on", True),
        "words": ", ".join(map(str, row.get("words", []))),
        "departments": _choices(names.departments, [row.get("department", "")]),
        "categories": _choices(names.categories, row.get("categories", [])),
        "areas": _choices(names.areas, row.get("areas", [])),
        "matches": _choices(
            {str(Match.ANY): gettext("one of them is enough"), str(Match.ALL): gettext("all of them")},
            [row.get("match", "")],
        ),
        "weekdays": _choices({day: str(WEEKDAYS[day - 1]) for day in range(1, 8)}, row.get("weekdays", [])),
        "hours_from": _choices({h: f"{h}:00" for h in range(24)}, [hours[0]]),
        "hours_to": _choices({h: f"{h}:00" for h in range(1, 25)}, [hours[1]]),
        "season": [_season_end(name, text) for name, text in zip(("from", "to"), season, strict=True)],
        "problems": [{"field": FIELDS.get(p.field, p.field), "said": PROBLEMS.get(p.code, p.code)} for p in problems],
        "wrong": {p.field for p in problems},
    }


def _season_end(name: str, text: str) -> dict[str, Any]:
    month, _dash, day = str(text).partition("-")
    return {
        "name": f"season-{name}",
        "first": name == "from",
        "months": _choices({f"{m:02}": _month(m) for m in range(1, 13)}, [month]),
        "days": _choices({f"{d:02}": str(d) for d in range(1, 32)}, [day]),
    }


def _month(month: int) -> str:
    text = date_format(dt.date(2024, month, 1), "F")
    return text.lower() if get_language() == "ro" else text


def _choices(labels: Mapping[Any, str], chosen: list[Any]) -> list[dict[str, Any]]:
    return [{"value": value, "label": label, "chosen": value in chosen} for value, label in labels.items()]


def said(row: Mapping[str, Any], names: Names) -> list[str]:
    """What a rule asks, part by part; without any part it takes whatever comes."""
    parts = [
        _listed(pgettext("a rule", "about"), [names.categories.get(slug, slug) for slug in row["categories"]]),
        _listed(pgettext("a rule", "in"), [names.areas.get(slug, slug) for slug in row["areas"]]),
        _words_said(row),
        _listed(pgettext("a rule", "on"), [str(WEEKDAYS[day - 1]) for day in row["weekdays"]]),
    ]
    if row["hours"]:
        start, end = row["hours"]
        parts.append(gettext("from %(start)s:00 to %(end)s:00") % {"start": start, "end": end})
    if row["season"]:
        start, end = (_day_said(text) for text in row["season"])
        parts.append(gettext("from %(start)s to %(end)s") % {"start": start, "end": end})
    return [part for part in parts if part] or [gettext("everything that comes")]


def _words_said(row: Mapping[str, Any]) -> str:
    if not row["words"]:
        return ""
    if row["match"] == Match.ALL:
        return _listed(pgettext("a rule", "with all of"), [f"“{word}”" for word in row["words"]])
    return _listed(pgettext("a rule", "with one of"), [f"“{word}”" for word in row["words"]])


def _day_said(text: str) -> str:
    month, _dash, day = text.partition("-")
    return f"{int(day)} {_month(int(month))}"


def _listed(word: str, names: list[str]) -> str:
    return f"{word} {', '.join(names)}" if names else ""
