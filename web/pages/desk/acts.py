"""The acts of the desk as a table: which right each needs, whether it must say why, whether it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from issues.handling import GIVEN, GROUPED
from issues.rules import DeskAct, IssueRight


@dataclass(frozen=True)
class Needs:
    """What an act needs; no `right` where no person does it."""

    right: IssueRight | None
    reason: bool = False


ACTS: Mapping[DeskAct, Needs] = {
    DeskAct.ROUTED: Needs(None),
    DeskAct.ASSIGNED: Needs(IssueRight.ASSIGN),
    DeskAct.NOTED: Needs(IssueRight.NOTE),
    DeskAct.MERGED: Needs(IssueRight.GROUP, reason=True),
    DeskAct.SPLIT: Needs(IssueRight.GROUP, reason=True),
    DeskAct.UNDONE: Needs(IssueRight.SEE_DESK),
    DeskAct.ENTERED: Needs(IssueRight.ENTER),
    DeskAct.EXTENDED: Needs(IssueRight.ANSWER, reason=True),
}
# Which right takes an act back: the one that does it; what a rule did, whoever assigns.
BACK: Mapping[str, IssueRight] = {act: ACTS[act].right or IssueRight.ASSIGN for act in GIVEN | GROUPED}


def printed() -> str:
    """The table as Markdown, for the docs."""
    rows = [
        f"| {act} | {needs.right or 'no person does it'} | {_yes(needs.reason)} | {_yes(act in BACK)} |"
        for act, needs in ACTS.items()
    ]
    return "\n".join(["| Act | Right it needs | Says why | Can be taken back |", "|---|---|---|---|", *rows])


def _yes(value: bool) -> str:
    return "yes" if value else ""
