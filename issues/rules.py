"""The course of an issue, and who may do what with it, as tables: states, which may follow which, rights; pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from neighborhoods.rules import EVERYBODY, PEOPLE, WRITERS, Role


class State(StrEnum):
    """Where an issue stands."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    DUPLICATE = "duplicate"


class TextState(StrEnum):
    """What the public reads of a text."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    EDITED = "edited"
    PRIVATE = "private"


class Precision(StrEnum):
    """How closely the place is known: a point, or only the street."""

    POINT = "point"
    STREET = "street"


class PhotoState(StrEnum):
    """Whether a person has looked at a photo, and what came of it."""

    WAITING = "waiting"
    SHOWN = "shown"
    REFUSED = "refused"


class ModerationAct(StrEnum):
    """What a person who moderates may do."""

    PUBLISHED = "published"
    HIDDEN = "hidden"
    TEXT_SHOWN = "text_shown"
    TEXT_EDITED = "text_edited"
    TEXT_PRIVATE = "text_private"
    PHOTO_SHOWN = "photo_shown"
    PHOTO_REFUSED = "photo_refused"
    PHOTO_COVERED = "photo_covered"


class DeskAct(StrEnum):
    """What staff do at the desk beside moderating and answering."""

    ROUTED = "routed"
    ASSIGNED = "assigned"
    NOTED = "noted"
    MERGED = "merged"
    SPLIT = "split"
    UNDONE = "undone"
    ENTERED = "entered"
    EXTENDED = "extended"


class Channel(StrEnum):
    """By which way a report reached staff who entered it."""

    PHONE = "phone"
    COUNTER = "counter"
    PAPER = "paper"
    FIELD = "field"


CLOSED = frozenset({State.RESOLVED, State.REFUSED, State.TRANSFERRED, State.DUPLICATE})
OPEN = frozenset(set(State) - CLOSED)

# A closed issue goes back to work when the closing is disputed; nothing is ever closed for good.
MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.IN_PROGRESS, *CLOSED}),
    State.IN_PROGRESS: frozenset(CLOSED),
    State.RESOLVED: frozenset({State.IN_PROGRESS}),
    State.REFUSED: frozenset({State.IN_PROGRESS}),
    State.TRANSFERRED: frozenset({State.IN_PROGRESS, State.RESOLVED}),
    State.DUPLICATE: frozenset({State.IN_PROGRESS}),
}

# Acts of moderation that must say why; the author reads the reason.
ACT_REASON_NEEDED = frozenset({ModerationAct.HIDDEN, ModerationAct.TEXT_PRIVATE, ModerationAct.PHOTO_REFUSED})

# Moves that must say why.
REASON_NEEDED = frozenset({State.REFUSED, State.TRANSFERRED, State.DUPLICATE})


class IssueRight(StrEnum):
    """What may be done with issues."""

    SEE = "see public issues"
    REPORT = "report a problem"
    SEND = "send reports in for others"
    FOLLOW_UP = "follow one's own report up"
    JUDGE = "say whether it was really fixed"
    SEE_DESK = "see the desk"
    MODERATE = "publish, hide, edit, look at photos"
    ANSWER = "answer and change the state"
    SEE_PLACE = "see where a sensitive issue truly lies, and its photos"
    ASSIGN = "assign to a department or a person"
    NOTE = "write and read internal notes"
    GROUP = "merge and split incidents"
    ENTER = "enter a report for a person"
    RULE = "keep routing rules and reply templates"
    HOOK = "make and end webhooks, and see what they were told"


_DESK = frozenset({Role.MANAGER, Role.MODERATOR, Role.OFFICER})

ISSUE_RIGHTS: Mapping[StrEnum, frozenset[Role]] = {
    IssueRight.SEE: EVERYBODY,
    IssueRight.REPORT: WRITERS,
    IssueRight.SEND: frozenset({Role.API_WRITE}),
    IssueRight.FOLLOW_UP: frozenset({Role.REPORTER}),
    IssueRight.JUDGE: PEOPLE,
    IssueRight.SEE_DESK: _DESK,
    IssueRight.MODERATE: frozenset({Role.MODERATOR}),
    IssueRight.ANSWER: frozenset({Role.OFFICER}),
    IssueRight.SEE_PLACE: frozenset({Role.OFFICER}),
    IssueRight.ASSIGN: frozenset({Role.MANAGER, Role.OFFICER}),
    IssueRight.NOTE: _DESK,
    IssueRight.GROUP: frozenset({Role.MODERATOR, Role.OFFICER}),
    IssueRight.ENTER: _DESK,
    IssueRight.RULE: frozenset({Role.ADMINISTRATOR}),
    IssueRight.HOOK: frozenset({Role.ADMINISTRATOR}),
}


class MoveRefusedError(ValueError):
    """A change of state the table does not allow; the message names both states."""


def check_move(current: State, to: State, reason: str) -> None:
    """Raise MoveRefusedError unless the table allows the move and it gives a reason where one is needed."""
    if to not in MOVES[current]:
        allowed = ", ".join(sorted(MOVES[current]))
        raise MoveRefusedError(f"an issue that is {current} cannot become {to}; it may become {allowed}")
    if to in REASON_NEEDED and not reason.strip():
        raise MoveRefusedError(f"an issue cannot become {to} without a reason")


def diagram() -> str:
    """The table as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.RECEIVED}"]
    lines += [f"    {a} --> {b}" for a in State for b in sorted(MOVES[a])]
    return "\n".join(lines)
