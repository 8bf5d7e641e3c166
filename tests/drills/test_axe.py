"""What the drill makes of many looks; the looks themselves are those of the journeys."""

from bench.drill_axe import VIEWS, counted


def looks(wrong=(), n=VIEWS, state="home"):
    return [{"test": "test_home.py", "state": state, "view": f"view {i}", "wrong": list(wrong)} for i in range(n)]


def test_states_seen_everywhere_without_a_flaw_are_good():
    found = counted(looks() + looks(state="map"))
    assert (len(found.states), found.partly, found.wrong.total()) == (2, 0, 0)


def test_a_state_not_seen_in_every_window_is_told():
    assert counted(looks() + looks(n=VIEWS - 1, state="map")).partly == 1


def test_flaws_are_counted_by_rule_and_told_with_their_place():
    found = counted(looks(["color-contrast: [['p']] [360 dark]"], n=2))
    assert found.wrong == {"color-contrast": 2}
    assert found.lines[0] == "test_home.py: home [view 0] color-contrast: [['p']] [360 dark]"
