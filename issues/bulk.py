"""One act on many issues, each for itself: one that is refused keeps none of the others back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from issues.actions import change_status
from issues.handling import assign, reaches
from issues.models import Issue
from issues.moderating import ActRefusedError
from issues.rules import MoveRefusedError, State
from issues.steps import locked
from neighborhoods.models import Department, User

MOST = 200


@dataclass(frozen=True)
class Assign:
    """Give to a department and a person. What is empty stays as it is, except that nobody keeps what is out of their
    reach then; `nobody` takes it from whoever has it."""

    department: Department | None = None
    person: User | None = None
    nobody: bool = False
    reason: str = ""

    def do(self, by: User, issue: Issue) -> None:
        held = locked(issue)
        department, person = self.department or held.department, self.person or held.assignee
        if self.nobody or (self.person is None and person is not None and not reaches(person, held, department)):
            person = None
        assign(by=by, issue=held, department=department, person=person, reason=self.reason)


@dataclass(frozen=True)
class Answer:
    """Change the state, with the same reason for all; open ones of the same incident go along."""

    to: State
    reason: str = ""

    def do(self, by: User, issue: Issue) -> None:
        change_status(by=by, issue=issue, to=self.to, reason=self.reason)


def many(*, by: User, issues: Iterable[Issue], act: Assign | Answer) -> list[tuple[Issue, str]]:
    """Do it with each issue in a transaction of its own; gives each with a problem's code, or nothing where it is done.

    Codes are those of the acts (ActRefusedError), and no-move where the course does not allow it. What went along with
    an earlier one, as the same thing on the ground, is done. Raises ValueError for more than MOST.
    """
    chosen = list(issues)
    if len(chosen) > MOST:
        raise ValueError(f"at most {MOST} issues at once, not {len(chosen)}")
    answered: set[int] = set()
    done = []
    for issue in chosen:
        code = _done(by, issue, act)
        if isinstance(act, Answer):
            incident, state = Issue.objects.values_list("incident", "state").get(pk=issue.pk)
            if code == "no-move" and state == act.to and incident in answered:
                code = ""
            if not code and incident is not None:
                answered.add(incident)
        done.append((issue, code))
    return done


def _done(by: User, issue: Issue, act: Assign | Answer) -> str:
    try:
        with transaction.atomic():
            act.do(by, issue)
    except ActRefusedError as refused:
        return refused.code
    except MoveRefusedError:
        return "no-move"
    return ""
