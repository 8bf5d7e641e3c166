"""What all pages of the desk wear: the way from one to the other, as far as the account may go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from issues.rules import IssueRight
from web.permissions import allowed

_TABS: Sequence[tuple[str, IssueRight, Promise]] = (
    ("desk", IssueRight.SEE_DESK, _("The desk")),
    ("moderation", IssueRight.SEE_DESK, _("What waits")),
    ("desk-enter", IssueRight.ENTER, _("Enter a report")),
    ("desk-rules", IssueRight.RULE, _("Routing rules")),
    ("desk-templates", IssueRight.RULE, _("Reply templates")),
)


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages of the desk that are this account's."""
    at = request.resolver_match.url_name if request.resolver_match else ""
    return [
        {"url": reverse(name), "label": label, "current": name == at}
        for name, right, label in _TABS
        if allowed(request.actor, right)
    ]
