from pathlib import Path

import pytest

from issues.rules import CLOSED, MOVES, OPEN, MoveRefusedError, State, check_move, diagram

DOC = Path(__file__).parents[2] / "docs" / "workflow.md"


def test_every_state_is_open_or_closed_and_has_a_way_on():
    assert set(State) == OPEN | CLOSED
    assert not OPEN & CLOSED
    assert set(MOVES) == set(State)
    assert all(MOVES[s] for s in State)


def test_every_state_can_be_reached():
    assert {to for moves in MOVES.values() for to in moves} | {State.RECEIVED} == set(State)


def test_a_move_the_table_lacks_is_refused_with_those_it_has():
    with pytest.raises(MoveRefusedError, match="resolved cannot become refused; it may become in_progress"):
        check_move(State.RESOLVED, State.REFUSED, "because")


@pytest.mark.parametrize("to", [State.REFUSED, State.TRANSFERRED, State.DUPLICATE])
def test_some_moves_need_a_reason(to):
    with pytest.raises(MoveRefusedError, match="without a reason"):
        check_move(State.RECEIVED, to, "  ")
    check_move(State.RECEIVED, to, "it is on the county's road")


def test_the_diagram_in_the_docs_is_the_table():
    assert diagram() in DOC.read_text(encoding="utf-8")
