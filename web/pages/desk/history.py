"""All that happened to an issue, in order of time: its course, decisions about it, acts at the desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from issues.models import DeskStep, Issue, StatusChange
from issues.naming import tracking_number
from issues.rules import DeskAct
from neighborhoods.models import Department, User
from web.pages.course import reason_words, state_words, who_words
from web.pages.desk import people
from web.pages.desk.words import channel_words
from web.spoken import spoken


@dataclass(frozen=True)
class Happened:
    """One act: what, by whom, why, when. `public` where everybody reads it; `step` is the key of what can be undone."""

    what: str
    who: str
    why: str
    when: dt.datetime
    public: bool = False
    step: int = 0


def told(issue: Issue, undoable: Set[str]) -> list[Happened]:
    """Everything, the oldest first. Rows are only ever added, so what is here stays."""
    steps = list(issue.desk_steps.select_related("by"))
    names = _Names(steps)
    undone = {row.details.get("step") for row in steps if row.act == DeskAct.UNDONE}
    rows = [_changed(row) for row in issue.history.select_related("by")]
    rows += [
        Happened(str(row.get_act_display()), people.name_of(row.by), row.reason, row.at)
        for row in issue.moderation.select_related("by")
    ]
    rows += [_done(row, names, undoable if row.pk not in undone else frozenset()) for row in steps]
    zone = settings.CITY.zone
    placed = sorted(rows, key=lambda row: row.when)
    return [Happened(**{**row.__dict__, "when": row.when.astimezone(zone)}) for row in placed]


def _changed(row: StatusChange) -> Happened:
    who = people.name_of(row.by) or who_words(row) or gettext("whoever reported it")
    return Happened(state_words(row.state), who, reason_words(row), row.at, public=True)


def _done(row: DeskStep, names: _Names, undoable: Set[str]) -> Happened:
    step = row.pk if row.act in undoable else 0
    what = names.said(row) or str(row.get_act_display())
    return Happened(what, people.name_of(row.by) or gettext("a rule"), row.reason, row.at, step=step)


class _Names:
    """Departments, people and issues that steps name, asked for once."""

    def __init__(self, steps: Iterable[DeskStep]) -> None:
        rows = list(steps)
        slugs = {value for row in rows for name in ("department", "was_department") if (value := row.details.get(name))}
        keys = {value for row in rows for name in ("person", "was_person") if (value := row.details.get(name))}
        self.departments = {d.slug: spoken(d.names) for d in Department.objects.filter(slug__in=slugs)}
        self.people = {u.pk: people.name_of(u) for u in User.objects.filter(pk__in=keys)}

    def said(self, row: DeskStep) -> str:
        """What was done, with the names it is about; nothing where the act says it all."""
        details: dict[str, Any] = row.details
        if row.act in {DeskAct.ASSIGNED, DeskAct.ROUTED}:
            slug, key = details.get("department", ""), details.get("person", 0)
            to = [self.departments.get(slug, ""), self.people.get(key, "")]
            named = ", ".join(name for name in to if name) or gettext("nobody")
            return gettext("given to %(name)s") % {"name": named}
        if row.act == DeskAct.MERGED and details.get("into"):
            return gettext("put together with %(number)s") % {"number": tracking_number(details["into"])}
        if row.act == DeskAct.ENTERED and details.get("channel"):
            return gettext("entered for a person (%(channel)s)") % {"channel": channel_words(details["channel"])}
        return ""
