"""Who may do what with issues: one table, which the command set_roles puts into force."""

from __future__ import annotations

from dataclasses import dataclass

MODERATE, ANSWER = "issues.moderate_issue", "issues.answer_issue"


@dataclass(frozen=True)
class Role:
    """A group of accounts, what it may do, and why it may do no more."""

    name: str
    permissions: frozenset[str]
    why: str


ROLES = (
    Role(
        "Moderator",
        frozenset({MODERATE}),
        "looks at what waits, publishes, hides, edits; never sees where a sensitive issue truly lies, nor its photos",
    ),
    Role(
        "Officer",
        frozenset({ANSWER}),
        "answers and changes the state, and sees the true place; cannot hide what is said of the city hall",
    ),
)


def printed() -> str:
    """The table as Markdown, for the docs."""
    rows = [f"| {role.name} | {', '.join(sorted(role.permissions))} | {role.why} |" for role in ROLES]
    return "\n".join(["| Role | May | Which means |", "|---|---|---|", *rows])
