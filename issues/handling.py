"""Who deals with an issue, what staff say to each other, and by when. Each act leaves a step; most can be undone."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from issues.deadlines import ExtensionRefusedError, check_extension
from issues.models import DeskStep, Issue, Note
from issues.moderating import ActRefusedError
from issues.rules import ISSUE_RIGHTS, OPEN, DeskAct, IssueRight, State
from issues.steps import check_not_undone, leave, locked, words_of
from issues.telling import tell_of_extension
from issues.terms import clock, due
from issues.together import apart_again
from neighborhoods.access import actor_of_account
from neighborhoods.contacts import despite_forgetting
from neighborhoods.models import Department, User
from neighborhoods.rules import Subject

# Whoever holds one of these may be given issues, as far as the role reaches.
WORKERS = ISSUE_RIGHTS[IssueRight.ASSIGN] | ISSUE_RIGHTS[IssueRight.ANSWER]
GIVEN = frozenset({DeskAct.ASSIGNED, DeskAct.ROUTED})
GROUPED = frozenset({DeskAct.MERGED, DeskAct.SPLIT})


@transaction.atomic
def assign(*, by: User, issue: Issue, department: Department | None, person: User | None, reason: str = "") -> DeskStep:
    """Give an issue to a department and a person, or to neither.

    Raises ActRefusedError: done-already; out-of-reach, where no role of the person reaches the issue as it then is;
    too-long, too-many-marks.
    """
    said = words_of(reason)
    held = locked(issue)
    if held.department == department and held.assignee == person:
        raise ActRefusedError("done-already", "the issue is theirs")
    if person is not None and not reaches(person, held, department):
        raise ActRefusedError("out-of-reach", f"no role of {person} reaches the issue")
    return _give(held, DeskAct.ASSIGNED, by, department, person, said)


def reaches(person: User, issue: Issue, department: Department | None) -> bool:
    """Whether a person may work on an issue once it is a department's."""
    subject = Subject(
        department.slug if department else "",
        issue.category.slug,
        issue.neighborhood.slug if issue.neighborhood else "",
    )
    return person.is_active and actor_of_account(person, second_factor=True).may(WORKERS, subject)


def _give(
    held: Issue,
    act: DeskAct,
    by: User,
    department: Department | None,
    person: User | None,
    reason: str = "",
    **more: int,
) -> DeskStep:
    was = {
        "was_department": held.department.slug if held.department else "",
        "was_person": held.assignee_id or 0,
    }
    held.department, held.assignee = department, person
    held.save(update_fields=["department", "assignee"])
    now = {"department": department.slug if department else "", "person": person.pk if person else 0}
    return leave(held, act, by, reason, **was, **now, **more)


@transaction.atomic
def note(*, by: User, issue: Issue, text: str) -> Note:
    """Keep a note that only staff read. Raises ActRefusedError: text-missing, too-long, too-many-marks."""
    said = words_of(text, missing="text-missing")
    held = locked(issue)
    made = Note.objects.create(issue=held, text=said, by=by)
    leave(held, DeskAct.NOTED, by, note=made.pk)
    return made


@despite_forgetting
@transaction.atomic
def extend(*, by: User, issue: Issue, reason: str, at: dt.datetime | None = None) -> DeskStep:
    """Make the legal deadline of an issue later, once, by the days the city's file allows; its reporter is told why.

    Raises ActRefusedError: reason-missing, too-long, too-many-marks; done-already; closed; no-term, where the law sets
    none or it cannot be longer; over, where it has passed.
    """
    said = words_of(reason, missing="reason-missing")
    held = locked(issue)
    if State(held.state) not in OPEN:
        raise ActRefusedError("closed", f"an issue that is {held.state} has no deadline to extend")
    if held.desk_steps.filter(act=DeskAct.EXTENDED).exists():
        raise ActRefusedError("done-already", "the deadline was extended before")
    days = settings.CITY.terms.extension_days
    deadlines = due([held])[held.pk]
    if deadlines.legal_on is None or not days:
        raise ActRefusedError("no-term", "there is no legal term that can be longer")
    try:
        check_extension(days, said, deadlines, clock(held.category.slug).day(at or timezone.now()), days)
    except ExtensionRefusedError as refused:
        raise ActRefusedError("over", str(refused)) from refused
    step = leave(held, DeskAct.EXTENDED, by, said, days=days)
    tell_of_extension(held, step)
    return step


@transaction.atomic
def take_back(*, by: User, step: DeskStep) -> DeskStep:
    """Undo an assignment, a routing, a merge or a split, as long as nothing has been built on it.

    Raises ActRefusedError: stays, for an act that cannot be undone; done-already; changed-since.
    """
    act = DeskAct(step.act)
    if act in GROUPED:
        return apart_again(by=by, step=step)
    if act not in GIVEN:
        raise ActRefusedError("stays", f"what was {act} stays")
    held = locked(step.issue)
    check_not_undone(step)
    now = {"department": held.department.slug if held.department else "", "person": held.assignee_id or 0}
    if any(step.details.get(name, empty) != now[name] for name, empty in (("department", ""), ("person", 0))):
        raise ActRefusedError("changed-since", "the issue was given to others since")
    department = Department.objects.filter(slug=step.details.get("was_department", "")).first()
    person = User.objects.filter(pk=step.details.get("was_person", 0)).first()
    if person is not None and not reaches(person, held, department):
        person = None  # whose role has ended since would never see it
    return _give(held, DeskAct.UNDONE, by, department, person, step=step.pk)
