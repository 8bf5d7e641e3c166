"""Who did what with accounts and keys of programs, when and why: added to, never changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from neighborhoods.models import AccountStep, ApiToken, User
from neighborhoods.rules import Act

__all__ = ["LONGEST_WHY", "PASSWORD_ACTS", "Act", "Done", "acts_of", "last_of", "note"]

LONGEST_WHY = 500
# After these the password of an account is somebody else's making, until its owner has chosen one.
PASSWORD_ACTS = (Act.MADE, Act.OPENED, Act.ONCE_GIVEN, Act.OWN_CHOSEN)


@dataclass(frozen=True)
class Done:
    """One row."""

    act: Act
    by: User
    why: str
    at: dt.datetime


def note(*, of: User | ApiToken, act: Act, by: User, why: str = "") -> None:
    """Add a row."""
    whose = {"account": of} if isinstance(of, User) else {"token": of}
    AccountStep.objects.create(**whose, act=act, by=by, why=why.strip()[:LONGEST_WHY])


def acts_of(of: User | ApiToken) -> list[Done]:
    """All that was done with it, in order."""
    return [Done(Act(step.act), step.by, step.why, step.at) for step in of.steps.select_related("by")]


def last_of(of: User, among: Iterable[Act]) -> Done | None:
    """The newest of some kinds of acts on an account."""
    named = set(among)
    return next((done for done in reversed(acts_of(of)) if done.act in named), None)
