"""What is asked of the queue: one small form, the same for the list, the map and a saved view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from issues.deskqueue import ME, NOBODY, DeskAsked
from issues.models import STATES
from issues.searching import LONGEST
from neighborhoods.models import Category, Department
from neighborhoods.rules import Actor
from web.pages.desk import people
from web.pages.desk.words import CHANNELS, STANDINGS
from web.pages.filters import Choices
from web.pages.shown import current_set
from web.spoken import spoken


@dataclass(frozen=True)
class Asked:
    """A valid question: for the queue, and as the end of an address (empty for everything that is open)."""

    queue: DeskAsked = field(default_factory=DeskAsked)
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        return urlencode(self.values)

    def but(self, **changes: str) -> str:
        """The same question with other values, as the end of an address."""
        return urlencode({name: value for name, value in {**self.values, **changes}.items() if value})


class DeskForm(forms.Form):
    """A value that cannot be is refused and named, never guessed."""

    q = forms.CharField(
        label=_("Words"), required=False, max_length=LONGEST, widget=forms.TextInput({"type": "search"})
    )
    standing = forms.ChoiceField(label=_("Deadline"), required=False, widget=Choices)
    department = forms.ChoiceField(label=_("Department"), required=False, widget=Choices)
    person = forms.ChoiceField(label=_("Whose"), required=False, widget=Choices)
    category = forms.ChoiceField(label=_("Subject"), required=False, widget=Choices)
    area = forms.ChoiceField(label=_("Neighbourhood"), required=False, widget=Choices)
    state = forms.ChoiceField(label=_("State"), required=False, widget=Choices)
    channel = forms.ChoiceField(label=_("Came by"), required=False, widget=Choices)
    disputed = forms.BooleanField(label=_("closing disputed"), required=False)
    repeat = forms.BooleanField(label=_("at a repeat place"), required=False)

    def __init__(self, data: QueryDict, actor: Actor) -> None:
        super().__init__(data, label_suffix="")
        departments = [(d.slug, spoken(d.names)) for d in Department.objects.all()]
        chosen = current_set()
        areas = list(chosen.areas.order_by("name").values_list("slug", "name")) if chosen else []
        mine = [(ME, gettext("mine")), (NOBODY, gettext("nobody's"))]
        self._offer("standing", gettext("all deadlines"), [(str(s), label) for s, label in STANDINGS.items()])
        self._offer("department", gettext("all departments"), [*departments, (NOBODY, gettext("no department"))])
        self._offer("person", gettext("everybody's"), [*mine, *((str(p.pk), p.name) for p in people.staff())])
        self._offer("category", gettext("all subjects"), [(c.slug, c.name()) for c in Category.objects.all()])
        self._offer("area", gettext("the whole city"), areas)
        self._offer("state", gettext("all that is open"), list(STATES))
        self._offer("channel", gettext("every way"), list(CHANNELS.items()))

    def _offer(self, name: str, everything: str, choices: list[tuple[str, Any]]) -> None:
        held = self.fields[name]
        assert isinstance(held, forms.ChoiceField)
        held.choices = [("", everything), *choices]
        held.error_messages["invalid_choice"] = _("Choose one of the list.")

    @property
    def asked(self) -> Asked:
        """What was asked; everything that is open where the form is empty or wrong."""
        if not self.is_valid():
            return Asked()
        found = self.cleaned_data
        queue = DeskAsked(
            standing=found["standing"],
            department=found["department"],
            person=found["person"],
            category=found["category"],
            area=found["area"],
            state=found["state"],
            text=found["q"],
            channel=found["channel"],
            disputed=found["disputed"],
            repeat=found["repeat"],
        )
        values = {name: "1" if value is True else str(value) for name, value in found.items() if value}
        return Asked(queue, values)
