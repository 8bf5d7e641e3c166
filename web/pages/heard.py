"""What the city hears this month: three sentences, each with its period, its n and the page that shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from analytics.found import hotspots
from analytics.models import Run
from analytics.results import Period
from issues.counts import Filters, by_category, by_state
from issues.rules import CLOSED
from neighborhoods.models import Category
from web.pages import shown
from web.pages.dates import month_before, month_name, next_month
from web.pages.filters import CLOSED_WORD, Asked, known_months
from web.reporting.numbers import percent, span, whole
from web.reporting.sentences import hotspots_found, issues

# The key of no subject: a city of sensitive ones alone counts none of them.
NO_SUBJECT = 0


@dataclass(frozen=True)
class Sentence:
    """One sentence, what it stands on (period and n), and where it leads."""

    text: str
    note: str
    url: str


@dataclass(frozen=True)
class Month:
    """The month spoken of; `running` while it is not over."""

    first: dt.date
    running: bool

    @property
    def name(self) -> str:
        name = month_name(self.first)
        return gettext("%(month)s so far") % {"month": name} if self.running else name


def latest_month() -> Month | None:
    """The latest month in which anything was said."""
    months = known_months(Category.objects.all())
    return Month(months[0], next_month(months[0]) > timezone.localdate()) if months else None


def sentences(month: Month, run: Run | None) -> Sequence[Sentence]:
    """How much, about what, and where it gathers (or, before any analysis, how much of it is closed)."""
    n = by_category(_only(month.first))
    total = sum(n.values())
    return (_how_much(month, total), _about_what(month, n, total), _where(run) if run else _closed(month, total))


def _only(month: dt.date) -> Filters:
    """The issues of a month, without sensitive subjects: no live number tells a month of theirs."""
    plain = Category.objects.filter(sensitive=False).values_list("pk", flat=True)
    return Filters(list(plain) or [NO_SUBJECT], since=month, until=next_month(month))


def _how_much(month: Month, total: int) -> Sentence:
    before = month_before(month.first)
    earlier = sum(by_category(_only(before)).values())
    note = gettext("%(month)s: %(n)s in the whole month") % {"month": month_name(before), "n": whole(earlier)}
    text = ngettext("%(n)s issue was sent in %(month)s.", "%(n)s issues were sent in %(month)s.", total)
    return Sentence(text % {"n": whole(total), "month": month.name}, _noted(note), _to_list(month))


def _about_what(month: Month, n: dict[int, int], total: int) -> Sentence:
    subjects = [c for c in Category.objects.filter(sensitive=False) if n.get(c.pk)]
    if not subjects:
        return Sentence(gettext("No subject stands out."), _n(month, total), _to_list(month))
    top = max(subjects, key=lambda c: n[c.pk])
    text = gettext("Most often about: %(subject)s, %(n)s of %(total)s (%(share)s).") % {
        "subject": top.name(),
        "n": whole(n[top.pk]),
        "total": whole(total),
        "share": percent(n[top.pk] / total),
    }
    return Sentence(text, _n(month, total), _to_list(month, category=top))


def _where(run: Run) -> Sentence:
    period = span(Period(run.since.isoformat(), run.until.isoformat()))
    values = {"period": period, "n": whole(run.totals["incidents"]), "run": run.pk}
    note = gettext("%(period)s, n = %(n)s, analysis %(run)s") % values
    return Sentence(hotspots_found(len(hotspots(run))), note, f"{reverse('problem-areas')}#hotspots")


def _closed(month: Month, total: int) -> Sentence:
    states = by_state(_only(month.first))
    closed = sum(count for state, count in states.items() if state in CLOSED)
    text = ngettext("%(n)s of %(issues)s is closed.", "%(n)s of %(issues)s are closed.", closed)
    return Sentence(
        text % {"n": whole(closed), "issues": issues(total)}, _n(month, total), _to_list(month, state=CLOSED_WORD)
    )


def _n(month: Month, total: int) -> str:
    return _noted(gettext("%(month)s, n = %(n)s") % {"month": month.name, "n": whole(total)})


def _noted(text: str) -> str:
    return shown.noted(text, Category.objects.filter(sensitive=True).exists())


def _to_list(month: Month, category: Category | None = None, state: str = "") -> str:
    asked = Asked(category, state, month.first, month.first)
    return f"{reverse('home')}?{asked.query}#results"
