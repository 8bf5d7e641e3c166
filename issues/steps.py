"""What is done at the desk leaves a step: who, when and why. Steps are added, never changed."""

from __future__ import annotations

from typing import Any

from geo.written import blank, plain, text_problem
from issues.drafts import LONGEST_TEXT
from issues.models import DeskStep, Issue
from issues.moderating import ActRefusedError
from issues.rules import DeskAct
from neighborhoods.models import User


def leave(issue: Issue, act: DeskAct, by: User | None, reason: str = "", **details: Any) -> DeskStep:
    """Add a step. `details` are keys and slugs, never a word that a person wrote."""
    return DeskStep.objects.create(issue=issue, act=act, by=by, reason=reason, details=details)


def words_of(text: str, *, missing: str = "") -> str:
    """A reason or a note as it is kept. Raises ActRefusedError: too-long, too-many-marks, or the code `missing` where
    it shows nothing and that code is given."""
    said = plain(text)
    if blank(said):
        if missing:
            raise ActRefusedError(missing, "words are needed")
        return ""
    if problem := text_problem(said, LONGEST_TEXT):
        raise ActRefusedError(problem, "the words are not as words are kept")
    return said


def locked(issue: Issue) -> Issue:
    """The issue as it is now, alone: nothing else is locked after it."""
    rows = Issue.objects.select_related("category", "neighborhood", "department", "assignee")
    return rows.select_for_update(of=("self",)).get(pk=issue.pk)


def check_not_undone(step: DeskStep) -> None:
    """Raise ActRefusedError (done-already) where a step was taken back before. Asked once the issue is locked."""
    if DeskStep.objects.filter(issue=step.issue_id, act=DeskAct.UNDONE, details__step=step.pk).exists():
        raise ActRefusedError("done-already", "it was taken back before")
