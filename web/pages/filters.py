"""Which issues a visitor asks for: one small form, the same for the page, the map and the list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from issues.counts import Filters, by_month
from issues.models import STATES
from issues.rules import CLOSED, OPEN
from neighborhoods.models import Category
from web.pages.dates import month_name, months_between, next_month

OPEN_WORD, CLOSED_WORD = "open", "closed"
_GROUPS = {OPEN_WORD: OPEN, CLOSED_WORD: CLOSED}


@dataclass(frozen=True)
class Asked:
    """A valid question: `since` and `until` are months (their first days), both included; empty means all."""

    category: Category | None = None
    state: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def filters(self, categories: list[Category]) -> Filters:
        """The same question for the counts, within these categories."""
        states = sorted(_GROUPS.get(self.state, [self.state])) if self.state else ()
        until = next_month(self.until) if self.until else None
        return Filters([c.pk for c in categories], states, self.since, until)

    @property
    def query(self) -> str:
        """The question as the end of an address; empty for everything."""
        values = {
            "category": self.category.slug if self.category else "",
            "state": self.state,
            "since": _month(self.since),
            "until": _month(self.until),
        }
        return urlencode({k: v for k, v in values.items() if v})


class FilterForm(forms.Form):
    """Subject, state and whole months. A value that is not on its list is refused and named, never guessed."""

    category = forms.ChoiceField(label=_("Subject"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    since = forms.ChoiceField(label=_("From month"), required=False)
    until = forms.ChoiceField(label=_("To month"), required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data if data is not None else QueryDict())
        self.subjects = {c.slug: c for c in Category.objects.all()}
        months = [(_month(m), month_name(m)) for m in known_months()]
        for name, choices in (
            ("category", [("", gettext("all subjects")), *((c.slug, c.name()) for c in self.subjects.values())]),
            ("state", _states()),
            ("since", [("", gettext("the beginning")), *months]),
            ("until", [("", gettext("today")), *months]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
            field.error_messages["invalid_choice"] = _("Choose one of the list.")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("This month comes before the first one."))
        return found

    @property
    def asked(self) -> Asked:
        """What was asked; everything where the form is empty or wrong."""
        if not self.is_valid():
            return Asked()
        found = self.cleaned_data
        return Asked(
            self.subjects.get(found["category"]), found["state"], _first_day(found["since"]), _first_day(found["until"])
        )


def known_months() -> list[dt.date]:
    """Every month from the first issue to the last, the latest first."""
    spoken = list(by_month(Filters()))
    return months_between(spoken[0], spoken[-1]) if spoken else []


def _states() -> list[tuple[str, str]]:
    groups = [("", gettext("all states")), (OPEN_WORD, gettext("still open")), (CLOSED_WORD, gettext("closed"))]
    return groups + [(value, str(label)) for value, label in STATES]


def _month(day: dt.date | None) -> str:
    return day.strftime("%Y-%m") if day else ""


def _first_day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(f"{text}-01") if text else None
