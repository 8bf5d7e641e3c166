"""Issues as rows of the queue: what stands beside each, for the eyes of who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext

from issues.deskqueue import Row
from issues.naming import tracking_number
from neighborhoods.rules import Actor
from web.pages.course import local_day, state_words, when_words
from web.pages.desk import people
from web.pages.desk.words import channel_words, standing_words
from web.pages.issue import where
from web.pages.photos import may_look

EXCERPT = 160


def listed(rows: Sequence[Row], actor: Actor) -> list[dict[str, Any]]:
    """The rows for the template, in their order."""
    return [_row(row, actor) for row in rows]


def _row(row: Row, actor: Actor) -> dict[str, Any]:
    issue, number = row.issue, tracking_number(row.issue.pk)
    near = may_look(actor, issue)
    return {
        "number": number,
        "url": reverse("moderate", args=[number]),
        "subject": issue.category.name(),
        "where": where(issue, own=near),
        "standing": standing_words(row.stands, row.deadlines, closed=issue.closed_at is not None),
        "excerpt": Truncator(issue.title or issue.description).chars(EXCERPT, truncate="…"),
        "state": state_words(issue.state),
        "department": people.department_name(issue.department) or gettext("no department"),
        "person": people.name_of(issue.assignee) or gettext("nobody's"),
        "opened": when_words(local_day(issue.opened_at), False),
        "channel": channel_words(issue.channel),
        "marks": _marks(row),
    }


def _marks(row: Row) -> list[str]:
    """What to mind, in words."""
    said = []
    if row.issue.waiting:
        said.append(gettext("waits to be published"))
    elif row.issue.hidden:
        said.append(gettext("hidden"))
    if row.disputed:
        said.append(gettext("closing disputed"))
    if row.repeat:
        said.append(gettext("repeat place"))
    if row.issue.category.sensitive:
        said.append(gettext("sensitive subject"))
    return said
