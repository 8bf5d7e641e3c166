"""Who may do what, in all rooms together: the tables of each room's rules, joined, asked and printed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from analytics.rules import RESULT_RIGHTS
from issues.models import Issue
from issues.rules import ISSUE_RIGHTS
from neighborhoods.rules import EVERYBODY, MEANING, PEOPLE_RIGHTS, STAFF, Actor, Role, Subject

RIGHTS: Mapping[StrEnum, frozenset[Role]] = {**PEOPLE_RIGHTS, **ISSUE_RIGHTS, **RESULT_RIGHTS}


def allowed(actor: Actor, right: StrEnum, subject: Subject | None = None) -> bool:
    """Whether an act is somebody's: about a subject, or about anything at all."""
    return actor.may(RIGHTS[right], subject)


def subject_of(issue: Issue) -> Subject:
    """What an act on an issue is about."""
    return Subject(
        issue.department.slug if issue.department else "",
        issue.category.slug,
        issue.neighborhood.slug if issue.neighborhood else "",
    )


def printed() -> str:
    """Both tables as Markdown, for the docs."""
    roles = [f"| {role.value} | {MEANING[role]} | {'second factor' if role in STAFF else ''} |" for role in Role]
    rights = [f"| {right.value} | {_said(held)} |" for right, held in RIGHTS.items()]
    return "\n".join(["| Role | Who | Needs |", "|---|---|---|", *roles, "", "| May | Who |", "|---|---|", *rights])


def _said(held: frozenset[Role]) -> str:
    return "everybody" if held == EVERYBODY else ", ".join(role.value for role in Role if role in held)
