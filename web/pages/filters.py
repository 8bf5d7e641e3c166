"""Which issues a visitor asks for: one small form, the same for the page, the map and the list."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from geo import hexes
from issues.counts import Filters
from issues.models import STATES, Issue
from issues.rules import CLOSED, OPEN
from issues.searching import LONGEST, words_of
from neighborhoods.models import BoundarySet, Category
from web.pages.dates import month_name, months_between, next_month

OPEN_WORD, CLOSED_WORD = "open", "closed"
_GROUPS = {OPEN_WORD: OPEN, CLOSED_WORD: CLOSED}
# Stands for "in no neighbourhood" where the slug of one would; no slug looks like this.
OUTSIDE = "-"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Asked:
    """A valid question: `since` and `until` are months (their first days), both included; empty means all.

    `area` (a slug, or OUTSIDE), `cell` (hexadecimal) and `bbox` (west, south, east, north, as text) say where: a list
    holds only what lies there, a map opens there and counts everything.
    """

    category: Category | None = None
    state: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    text: str = ""
    area: str = ""
    cell: str = ""
    bbox: str = ""

    def filters(self, categories: list[Category]) -> Filters:
        """The same question for the counts, within these categories."""
        states = sorted(_GROUPS.get(self.state, [self.state])) if self.state else ()
        until = next_month(self.until) if self.until else None
        return Filters([c.pk for c in categories], states, self.since, until, self.text)

    @property
    def query(self) -> str:
        """What is asked, wherever it is, as the end of an address; empty for everything."""
        return self.at().full_query

    @property
    def full_query(self) -> str:
        """The whole question, the place with it, as the end of an address; empty for everything."""
        return urlencode({k: v for k, v in self.values.items() if v}, safe=",")

    @property
    def values(self) -> dict[str, str]:
        """The question as the values of the form's fields."""
        return {
            "q": self.text,
            "category": self.category.slug if self.category else "",
            "state": self.state,
            "since": _month(self.since),
            "until": _month(self.until),
            "area": self.area,
            "cell": self.cell,
            "bbox": self.bbox,
        }

    def at(self, area: str = "", cell: str = "", bbox: str = "") -> Asked:
        """The same question in another place; without one, anywhere."""
        return replace(self, area=area, cell=cell, bbox=bbox)


class Choices(forms.Select):
    """A list to choose from, written at once: a template for every option would take longer than all the counting."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        held = "" if value is None else str(value)
        options = _options(tuple((str(key), str(label)) for key, label in self.choices), held)
        return format_html("<select{}>{}</select>", flatatt({"name": name, **self.attrs, **(attrs or {})}), options)


@lru_cache(maxsize=256)
def _options(choices: tuple[tuple[str, str], ...], held: str) -> SafeString:
    """The same words are written again on every page."""
    told = ((key, mark_safe(" selected") if key == held else "", label) for key, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', told)


class FilterForm(forms.Form):
    """Words, subject, state and whole months. A value that cannot be is refused and named, never guessed."""

    q = forms.CharField(
        label=_("Words"), required=False, max_length=LONGEST, widget=forms.TextInput({"type": "search", "size": 12})
    )
    category = forms.ChoiceField(label=_("Subject"), required=False, widget=Choices)
    state = forms.ChoiceField(label=_("State"), required=False, widget=Choices)
    since = forms.ChoiceField(label=_("From month"), required=False, widget=Choices)
    until = forms.ChoiceField(label=_("To month"), required=False, widget=Choices)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data if data is not None else QueryDict())
        months = cache(lambda: [(_month(m), month_name(m)) for m in known_months(self.subjects.values())])
        self.offer("category", gettext("all subjects"), lambda: [(c.slug, c.name()) for c in self.subjects.values()])
        self.offer("state", gettext("all states"), _states)
        self.offer("since", gettext("the beginning"), months)
        self.offer("until", gettext("today"), months)
        longest = ngettext("At most %(n)s letter.", "At most %(n)s letters.", LONGEST) % {"n": LONGEST}
        self.fields["q"].error_messages["max_length"] = longest

    @cached_property
    def subjects(self) -> dict[str, Category]:
        return {c.slug: c for c in Category.objects.all()}

    def offer(self, name: str, everything: str, choices: Callable[[], list[tuple[str, str]]]) -> None:
        """The choices of a field, and what leaving it empty means. They are asked for when they are needed: a program
        that draws no form mostly leaves a field empty."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = cache(lambda: [("", everything), *choices()])
        field.error_messages["invalid_choice"] = _("Choose one of the list.")

    def clean_q(self) -> str:
        text = str(self.cleaned_data["q"])
        if text and not words_of(text):
            raise forms.ValidationError(gettext("Write a word, or part of one."))
        return text

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
            self.subjects.get(found["category"]) if found["category"] else None,
            found["state"],
            _first_day(found["since"]),
            _first_day(found["until"]),
            found["q"],
        )


class PlaceForm(FilterForm):
    """The same, and where: a neighborhood to choose; a hexagon or a view comes from the map."""

    field_order = ["q", "category", "area", "state", "since", "until"]

    area = forms.ChoiceField(label=_("Neighbourhood"), required=False, widget=Choices)
    cell = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    bbox = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, chosen: BoundarySet | None) -> None:
        super().__init__(data)
        self.chosen = chosen
        outside = (OUTSIDE, gettext("outside every neighbourhood"))
        self.offer("area", gettext("the whole city"), lambda: [*self.names.items(), outside])

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of neighborhoods by slug, in their order."""
        return dict(self.chosen.areas.order_by("name").values_list("slug", "name")) if self.chosen else {}

    def clean_cell(self) -> str:
        text = str(self.cleaned_data["cell"]).lower()
        if text and not _known_cell(text):
            raise forms.ValidationError(gettext("There is no such hexagon."))
        return text

    def clean_bbox(self) -> str:
        text = str(self.cleaned_data["bbox"])
        if text and box_of(text) is None:
            raise forms.ValidationError(gettext("The box is west, south, east, north in degrees."))
        return text

    @property
    def asked(self) -> Asked:
        found = super().asked
        if not self.is_valid():
            return found
        where = self.cleaned_data
        return replace(found, area=where["area"], cell=where["cell"], bbox=where["bbox"])


def address_of_part(request: HttpRequest, response: HttpResponse, form: FilterForm, address: str) -> None:
    """Where htmx asks for a part of a page, the page's address becomes the shortest that asks the same."""
    patch_vary_headers(response, ["HX-Request"])
    if request.headers.get("HX-Request") and form.is_valid():
        response.headers["HX-Push-Url"] = address


def known_months(subjects: Iterable[Category]) -> list[dt.date]:
    """Every month from the first issue to the last, the latest first; sensitive subjects stretch it no further."""
    plain = [subject.pk for subject in subjects if not subject.sensitive]
    days = Issue.objects.public().filter(category_id__in=plain).values_list("opened_on", flat=True)
    # Both ends of an index; an aggregate over a choice of subjects would read every issue there is.
    first, last = days.order_by("opened_on", "pk").first(), days.newest().first()
    return months_between(first, last) if first and last else []


def box_of(text: str) -> Box | None:
    """West, south, east, north in degrees, cut to the city's own box, as nothing was ever recorded beyond it.

    Nothing where the text is no box. A box beside the city becomes a speck on its edge: an answer without cells.
    """
    try:
        west, south, east, north = (float(v) for v in text.split(","))
    except ValueError:
        return None
    if not all(map(math.isfinite, (west, south, east, north))) or west >= east or south >= north:
        return None
    most = settings.CITY.bbox
    cut = (max(west, most[0]), max(south, most[1]), min(east, most[2]), min(north, most[3]))
    return (
        min(cut[0], most[2] - 1e-6),
        min(cut[1], most[3] - 1e-6),
        max(cut[2], most[0] + 1e-6),
        max(cut[3], most[1] + 1e-6),
    )


def _known_cell(text: str) -> bool:
    try:
        return int(hexes.resolution(hexes.from_text(text))) in hexes.ANALYSIS_RES
    except hexes.CellError:
        return False


def _states() -> list[tuple[str, str]]:
    groups = [(OPEN_WORD, gettext("still open")), (CLOSED_WORD, gettext("closed"))]
    return groups + [(value, str(label)) for value, label in STATES]


def _month(day: dt.date | None) -> str:
    return day.strftime("%Y-%m") if day else ""


def _first_day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(f"{text}-01") if text else None
