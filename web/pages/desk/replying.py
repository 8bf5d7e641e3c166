"""Reply templates beside an issue: which fit, and what one says once its places are filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from issues.models import Issue, ReplyTemplate
from issues.naming import tracking_number
from issues.replies import Fault, Placeholder, ReplyError, filled
from web.pages.course import answers_for, local_day, state_words
from web.pages.desk.people import department_name
from web.pages.issue import where
from web.reporting.numbers import day

PLACES: Mapping[Placeholder, Promise] = {
    Placeholder.NUMBER: _("the number of the issue"),
    Placeholder.SUBJECT: _("its subject"),
    Placeholder.PLACE: _("where it is, as everybody reads it"),
    Placeholder.DATE: _("the day it was reported"),
    Placeholder.DEPARTMENT: _("who answers for it"),
    Placeholder.PROMISE: _("the day an answer is promised for"),
}
FAULTS: Mapping[Fault, Promise] = {
    Fault.UNKNOWN: _("There is no place called “%(name)s”."),
    Fault.UNCLOSED: _("A brace is opened and not closed: %(name)s"),
    Fault.UNOPENED: _("A brace is closed that was not opened."),
    Fault.EMPTY: _("This issue has nothing to put at “%(name)s”."),
}


def fitting(issue: Issue) -> list[ReplyTemplate]:
    """Templates in use for the subject of an issue, or for all."""
    rows = ReplyTemplate.objects.filter(Q(category=None) | Q(category=issue.category_id), active=True)
    return list(rows.order_by("state", "name"))


def offered(issue: Issue) -> list[dict[str, Any]]:
    """The same for a list to choose from, each with the state it belongs to."""
    return [
        {"key": row.pk, "name": row.name, "state": state_words(row.state) if row.state else ""}
        for row in fitting(issue)
    ]


def values_of(issue: Issue) -> dict[str, str]:
    """What fills the places: nothing that the public page of the issue does not say."""
    return {
        Placeholder.NUMBER: tracking_number(issue.pk),
        Placeholder.SUBJECT: issue.category.name(),
        Placeholder.PLACE: where(issue),
        Placeholder.DATE: day(local_day(issue.opened_at).isoformat()),
        Placeholder.DEPARTMENT: department_name(issue.department) or answers_for(issue),
        Placeholder.PROMISE: day(issue.promised_on.isoformat()) if issue.promised_on else "",
    }


def samples() -> dict[str, str]:
    """Values of an issue that there is not, to look at a template with."""
    today = day(timezone.localdate().isoformat())
    return {
        Placeholder.NUMBER: "K7QF-2M9X",
        Placeholder.SUBJECT: gettext("Street lighting"),
        Placeholder.PLACE: gettext("Strada Mare 5, Fabric"),
        Placeholder.DATE: today,
        Placeholder.DEPARTMENT: gettext("Public lighting"),
        Placeholder.PROMISE: today,
    }


def tried(text: str, values: Mapping[str, str]) -> tuple[str, str]:
    """The filled text, or why it cannot be filled: (text, "") or ("", problem)."""
    try:
        return filled(text, values), ""
    except ReplyError as problem:
        return "", str(FAULTS[problem.fault]) % {"name": problem.name}


def chosen(issue: Issue, asked: str) -> tuple[ReplyTemplate | None, str, str]:
    """A template asked for by its key, filled for an issue: (template, text, problem); none for anything else."""
    key = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 12 else 0
    template = next((row for row in fitting(issue) if row.pk == key), None)
    return (template, *tried(template.text, values_of(issue))) if template else (None, "", "")
