"""The course of an issue as tables: states, and which may follow which; pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an issue stands."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    DUPLICATE = "duplicate"


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

# Moves that must say why.
REASON_NEEDED = frozenset({State.REFUSED, State.TRANSFERRED, State.DUPLICATE})


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
