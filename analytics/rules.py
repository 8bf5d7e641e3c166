"""Who may do what with results, as a table; pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from neighborhoods.rules import EVERYBODY, Role


class ResultRight(StrEnum):
    """What may be done with analyses and what they found."""

    SEE = "see released results"
    ASK_WHAT_IF = "ask what another weighing would give"
    START = "start an analysis"


RESULT_RIGHTS: Mapping[StrEnum, frozenset[Role]] = {
    ResultRight.SEE: EVERYBODY,
    ResultRight.ASK_WHAT_IF: EVERYBODY,
    ResultRight.START: frozenset({Role.PLANNER}),
}
