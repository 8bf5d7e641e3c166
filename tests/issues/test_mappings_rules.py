"""Rules decide in order; what no rule knows falls to "other" and is counted by its own word."""

import pytest

from issues.mappings import MappingError
from tests.tiny import SOURCE, tiny_apply, tiny_city

BARE = SOURCE[: SOURCE.index("[[category]]")]


def categories(folder, rules, *rows, **more):
    return tiny_apply(folder, *rows, text=BARE + rules, **more).rows["category"].tolist()


def test_values_are_whole_cells_in_any_case(tmp_path):
    rule = '[[category]]\ncolumn = "kind"\nvalues = { "Pot Hole" = "roads" }\n'
    kinds = ["pot hole", " POT HOLE ", "pot holes"]
    assert categories(tmp_path, rule, *({"kind": k} for k in kinds)) == ["roads", "roads", "other"]


@pytest.mark.parametrize(
    "hit, yes, no",
    [
        ('contains = ["lamp", "b.c"]', ["A LAMP post", "a b.c d"], ["a bxc d"]),
        ('starts = ["dark"]', ["Dark street"], ["too dark"]),
        ("matches = '^l\\d+$'", ["l12"], ["l12x", "L12"]),
        ('contains = ["ș"]', ["Șoseaua"], ["soseaua"]),
    ],
)
def test_text_rules(tmp_path, hit, yes, no):
    rule = f'[[category]]\ncolumn = "kind"\n{hit}\nis = "lighting"\n'
    assert set(categories(tmp_path, rule, *({"kind": k} for k in yes))) == {"lighting"}
    assert set(categories(tmp_path, rule, *({"kind": k} for k in no))) == {"other"}


def test_the_first_rule_that_hits_decides(tmp_path):
    rules = (
        '[[category]]\ncolumn = "kind"\nvalues = { "a" = "roads" }\n'
        '[[category]]\ncolumn = "title"\ncontains = "x"\nis = "lighting"\n'
    )
    rows = [{"kind": "a", "title": "x"}, {"kind": "b", "title": "x"}, {"kind": "b", "title": "y"}]
    assert categories(tmp_path, rules, *rows) == ["roads", "lighting", "other"]


def test_a_category_the_city_lacks_is_passed_over(tmp_path):
    rule = '[[category]]\ncolumn = "kind"\ncontains = "hole"\nis = ["potholes", "roads"]\n'
    assert categories(tmp_path, rule, {"kind": "a hole"}) == ["roads"]
    with_both = tiny_city(slugs=("roads", "potholes", "other"))
    assert categories(tmp_path, rule, {"kind": "a hole"}, city=with_both) == ["potholes"]
    with_none = tiny_city(slugs=("lighting", "other"))
    assert categories(tmp_path, rule, {"kind": "a hole"}, city=with_none) == ["other"]


def test_unmapped_words_are_counted(tmp_path):
    rows = [{"kind": k} for k in ("roads", "ufo", "ufo", "", "other")]
    mapped = tiny_apply(tmp_path, *rows, {"kind": "ghost", "lng": ""})
    assert mapped.unmapped == {"ufo": 2, "(empty)": 1}


def test_a_city_without_other_is_refused(tmp_path):
    with pytest.raises(MappingError, match="no category other"):
        tiny_apply(tmp_path, {}, city=tiny_city(slugs=("roads",)))


def test_states_by_rule_else_by_the_closing_date(tmp_path):
    rules = (
        '[[state]]\ncolumn = "text"\nstarts = "not ours"\nis = "transferred"\n'
        '[[state]]\ncolumn = "status"\nvalues = { "working" = "in_progress" }\n'
    )
    rows = [
        {"status": "working"},
        {"status": "working", "text": "Not ours, passed on"},
        {"status": "?"},
        {"status": "?", "closed": "2026-03-05"},
    ]
    mapped = tiny_apply(tmp_path, *rows, text=BARE + rules)
    assert mapped.rows["state"].tolist() == ["in_progress", "transferred", "received", "resolved"]
