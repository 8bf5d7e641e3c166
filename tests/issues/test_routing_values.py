"""Rules as plain values: what is right comes back the same, what is wrong is told by rule and field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.routing import Match, Rule
from issues.routing_values import MOST_RULES, MOST_WORDS, Known, Problem, RulesError, rules_of, values_of

KNOWN = Known(departments={"roads", "lights"}, categories={"roads", "signs"}, areas={"fabric", "mehala"})
WHOLE = {
    "position": 3,
    "department": "lights",
    "categories": ["roads", "signs"],
    "areas": ["fabric"],
    "words": ["stâlp", "bec ars"],
    "match": "all",
    "weekdays": [6, 7],
    "hours": [22, 6],
    "season": ["11-01", "02-29"],
    "on": False,
}
month_days = st.dates().map(lambda day: (day.month, day.day))
rules = st.builds(
    Rule,
    position=st.integers(1, 1000),
    department=st.sampled_from(sorted(KNOWN.departments)),
    categories=st.frozensets(st.sampled_from(sorted(KNOWN.categories))),
    areas=st.frozensets(st.sampled_from(sorted(KNOWN.areas))),
    words=st.lists(st.sampled_from(["bec", "Stâlp înclinat", "12"])).map(tuple),
    match=st.sampled_from(list(Match)),
    weekdays=st.frozensets(st.integers(1, 7)),
    hours=st.none() | st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda h: h[0] != h[1]),
    season=st.none() | st.tuples(month_days, month_days),
    on=st.booleans(),
)


def problems(*rows):
    with pytest.raises(RulesError) as refused:
        rules_of(list(rows), KNOWN)
    return refused.value.problems


def test_a_rule_is_read_whole():
    (rule,) = rules_of([WHOLE], KNOWN)
    assert rule.words == ("stâlp", "bec ars")
    assert (rule.match, rule.hours, rule.season, rule.on) == (Match.ALL, (22, 6), ((11, 1), (2, 29)), False)
    assert values_of(rule) == WHOLE


def test_what_is_left_out_is_not_asked():
    assert rules_of([{"position": 1, "department": "roads"}], KNOWN) == (Rule(1, "roads"),)


@given(st.lists(rules, unique_by=lambda rule: rule.position))
def test_rules_come_back_from_json_the_same_and_by_position(some):
    rows = json.loads(json.dumps([values_of(rule) for rule in some]))
    assert rules_of(rows, KNOWN) == tuple(sorted(some, key=lambda rule: rule.position))


@pytest.mark.parametrize(
    "field, value, code",
    [
        ("position", 0, "out-of-range"),
        ("position", True, "wrong-kind"),
        ("position", None, "missing"),
        ("department", "", "missing"),
        ("department", "circus", "unknown"),
        ("department", ["roads"], "wrong-kind"),
        ("categories", ["roads", "circus"], "unknown"),
        ("categories", "roads", "wrong-kind"),
        ("areas", [None], "wrong-kind"),
        ("areas", ["atlantis"], "unknown"),
        ("words", ["…"], "no-word"),
        ("words", ["bec"] * (MOST_WORDS + 1), "too-many"),
        ("words", ["b" * 101], "too-long"),
        ("words", [12], "wrong-kind"),
        ("match", "some", "unknown"),
        ("weekdays", [0], "out-of-range"),
        ("weekdays", [8], "out-of-range"),
        ("weekdays", ["monday"], "wrong-kind"),
        ("hours", [8], "wrong-kind"),
        ("hours", [8, 8], "out-of-range"),
        ("hours", [24, 6], "out-of-range"),
        ("hours", [22, 0], "out-of-range"),
        ("hours", [8.5, 16], "wrong-kind"),
        ("season", ["11-01"], "wrong-kind"),
        ("season", ["11-01", "02-30"], "out-of-range"),
        ("season", ["11-01", "13-01"], "out-of-range"),
        ("season", ["1-11", "03-31"], "wrong-kind"),
        ("season", ["११-०१", "03-31"], "wrong-kind"),
        ("on", "yes", "wrong-kind"),
        ("colour", "red", "unknown"),
    ],
)
def test_a_wrong_value_is_told_by_its_field(field, value, code):
    rule = 1 if field == "position" else 3
    assert problems({**WHOLE, field: value}) == [Problem(rule, field, code)]


def test_every_problem_is_told_at_once_and_in_words():
    rows = [{**WHOLE, "hours": [8, 8], "on": 1}, {**WHOLE, "position": 7, "department": "circus"}]
    with pytest.raises(
        RulesError, match="rule 3, hours: out-of-range; rule 3, on: wrong-kind; rule 7, department: unknown"
    ):
        rules_of(rows, KNOWN)


def test_a_position_is_taken_once():
    assert problems(WHOLE, {**WHOLE, "department": "roads"}) == [Problem(3, "position", "twice")]


@pytest.mark.parametrize("rows", [None, {}, "rules", 3])
def test_what_is_no_list_is_refused(rows):
    with pytest.raises(RulesError, match="rules: wrong-kind"):
        rules_of(rows, KNOWN)


def test_a_row_that_is_no_rule_is_refused_by_its_place():
    assert problems(WHOLE, "all to roads") == [Problem(2, "rule", "wrong-kind")]


def test_rules_without_end_are_refused():
    with pytest.raises(RulesError, match="too-many"):
        rules_of([WHOLE] * (MOST_RULES + 1), KNOWN)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WHOLE, "x"]), inner, max_size=5),
    )
)
def test_whatever_comes_is_read_or_refused_by_name(value):
    rows = value if isinstance(value, list) else [value]
    try:
        kept = rules_of(rows, KNOWN)
    except RulesError as problem:
        kept, refused = (), problem.problems
    else:
        refused = []
    assert bool(refused) != (len(kept) == len(rows))
