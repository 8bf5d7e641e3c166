"""Which rule decides, one condition at a time; and the dry run against routing voice by voice."""

import datetime as dt
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.routing import Match, Routed, Rule, Voice, route, tried

HERE = ZoneInfo("Europe/Bucharest")
WEDNESDAY = dt.datetime(2026, 3, 4, 10, 30, tzinfo=HERE)


def voice(text="", category="roads", area="fabric", opened=WEDNESDAY, department=""):
    return Voice(category, area, text, opened, HERE, department)


def fits(said, **conditions):
    return route(said, [Rule(1, "here", **conditions)]).rule is not None


def test_the_first_that_fits_wins_by_position_and_not_by_place_in_the_list():
    rules = [Rule(20, "late"), Rule(10, "early", categories=frozenset({"roads"}))]
    assert route(voice(), rules) == Routed(rules[1], "early")
    assert route(voice(category="parks"), rules) == Routed(rules[0], "late")


def test_without_a_rule_a_voice_stays_where_it_is():
    rules = [Rule(1, "parks", categories=frozenset({"parks"}))]
    assert route(voice(department="roads"), rules) == Routed(None, "roads")


def test_a_rule_that_is_off_takes_nothing():
    assert not fits(voice(), on=False)


@pytest.mark.parametrize("area, found", [("fabric", True), ("iosefin", True), ("mehala", False), ("", False)])
def test_the_area_is_one_of_those_named(area, found):
    assert fits(voice(area=area), areas=frozenset({"fabric", "iosefin"})) == found


def test_all_that_a_rule_names_must_fit():
    conditions = {"categories": frozenset({"roads"}), "weekdays": frozenset({3}), "words": ("groap",)}
    assert fits(voice("Groapă adâncă"), **conditions)
    assert not fits(voice("Groapă adâncă", category="parks"), **conditions)
    assert not fits(voice("Groapă adâncă", opened=WEDNESDAY + dt.timedelta(days=1)), **conditions)
    assert not fits(voice("Asfalt crăpat"), **conditions)


@pytest.mark.parametrize(
    "words, found",
    [
        (["groapa"], True),
        (["GROAPĂ"], True),
        (["groa"], True),  # only begun
        (["roapa"], False),  # not from its middle
        (["stâlpul înclinat"], True),  # side by side
        (["stâlpul înclin"], True),
        (["stâlp înclinat"], False),  # only the last may be begun
        (["înclinat stâlpul"], False),
        (["12"], True),
    ],
)
def test_words_match_as_the_search_does(words, found):
    said = voice("O groapă lângă stâlpul înclinat, la nr. 12A")
    assert fits(said, words=tuple(words)) == found


def test_cedillas_and_commas_are_one():
    assert fits(voice("Maşină pe trotuar"), words=("mașin",))


def test_any_word_or_all_of_them():
    said = voice("Bec ars")
    assert fits(said, words=("bec", "lampă"), match=Match.ANY)
    assert not fits(said, words=("bec", "lampă"), match=Match.ALL)
    assert fits(said, words=("ars", "bec"), match=Match.ALL)


def test_a_text_without_words_fits_no_word():
    assert not fits(voice("…"), words=("bec",))
    assert fits(voice("…"))


@pytest.mark.parametrize(
    "hours, inside",
    [
        ((8, 16), range(8, 16)),
        ((22, 6), [22, 23, *range(6)]),
        ((0, 24), range(24)),
        ((23, 24), [23]),
        ((7, 6), [h for h in range(24) if h != 6]),
    ],
)
def test_hours_run_up_to_their_end_and_may_pass_midnight(hours, inside):
    found = [h for h in range(24) if fits(voice(opened=WEDNESDAY.replace(hour=h, minute=59)), hours=hours)]
    assert found == sorted(inside)


@pytest.mark.parametrize(
    "day, found",
    [
        ("2025-10-31", False),
        ("2025-11-01", True),
        ("2025-12-31", True),
        ("2026-01-01", True),
        ("2026-03-31", True),
        ("2026-04-01", False),
    ],
)
def test_a_season_may_pass_the_new_year(day, found):
    opened = dt.datetime.fromisoformat(f"{day}T23:59").replace(tzinfo=HERE)
    assert fits(voice(opened=opened), season=((11, 1), (3, 31))) == found
    assert fits(voice(opened=opened), season=((4, 1), (10, 31))) != found


def test_a_season_of_one_day():
    new_year = ((1, 1), (1, 1))
    assert fits(voice(opened=dt.datetime(2026, 1, 1, tzinfo=HERE)), season=new_year)
    assert not fits(voice(opened=dt.datetime(2026, 1, 2, tzinfo=HERE)), season=new_year)


def test_the_citys_clock_tells_day_and_hour():
    late = voice(opened=dt.datetime(2026, 3, 4, 23, 30, tzinfo=dt.UTC))  # half past one on Thursday
    assert fits(late, weekdays=frozenset({4}), hours=(1, 2))
    assert not fits(late, weekdays=frozenset({3}))


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no zone"):
        fits(voice(opened=WEDNESDAY.replace(tzinfo=None)), hours=(8, 16))


def test_the_dry_run_counts_what_each_rule_takes_and_changes():
    rules = [
        Rule(1, "lights", words=("bec",)),
        Rule(2, "roads", categories=frozenset({"roads"})),
        Rule(3, "roads", categories=frozenset({"roads"})),
        Rule(4, "parks", on=False),
    ]
    voices = [
        voice("Bec ars", department="roads"),
        voice("Bec spart", department="lights"),
        voice("Groapă", department="roads"),
        voice("Groapă"),
        voice("Bancă ruptă", category="parks", department="parks"),
    ]
    trial = tried(iter(voices), rules)
    assert {p: (c.matched, c.changed) for p, c in trial.rules.items()} == {1: (2, 1), 2: (2, 1), 3: (0, 0), 4: (0, 0)}
    assert (trial.voices, trial.unmatched, trial.changed) == (5, 1, 2)
    assert trial.moves == {("roads", "lights"): 1, ("", "roads"): 1}


some_rules = st.lists(
    st.builds(
        Rule,
        position=st.integers(1, 99),
        department=st.sampled_from(["a", "b", "c"]),
        categories=st.frozensets(st.sampled_from(["roads", "parks"]), max_size=1),
        areas=st.frozensets(st.sampled_from(["fabric", "mehala"]), max_size=1),
        words=st.lists(st.sampled_from(["bec", "gro", "ars"]), max_size=2).map(tuple),
        match=st.sampled_from(list(Match)),
        weekdays=st.frozensets(st.integers(1, 7), max_size=4),
        hours=st.none() | st.sampled_from([(8, 16), (22, 6)]),
        season=st.none() | st.sampled_from([((11, 1), (3, 31)), ((6, 1), (8, 31))]),
        on=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda rule: rule.position,
)
some_voices = st.lists(
    st.builds(
        Voice,
        category=st.sampled_from(["roads", "parks"]),
        area=st.sampled_from(["fabric", "mehala", ""]),
        text=st.sampled_from(["Bec ars", "Groapă", ""]),
        opened_at=st.datetimes(
            dt.datetime.fromisoformat("2025-01-01"), dt.datetime.fromisoformat("2026-12-31"), timezones=st.just(dt.UTC)
        ),
        zone=st.just(HERE),
        department=st.sampled_from(["a", "b", ""]),
    ),
    max_size=12,
)


@given(some_voices, some_rules)
def test_the_dry_run_tells_what_routing_would_do(voices, rules):
    trial = tried(voices, rules)
    singly = [route(one, rules) for one in voices]
    assert trial.unmatched == sum(routed.rule is None for routed in singly)
    assert trial.changed == sum(routed.department != one.department for routed, one in zip(singly, voices, strict=True))
    assert trial.changed == sum(trial.moves.values()) == sum(c.changed for c in trial.rules.values())
    assert trial.unmatched + sum(c.matched for c in trial.rules.values()) == trial.voices == len(voices)


@given(some_voices, some_rules)
def test_a_rule_more_at_the_end_takes_only_what_none_took(voices, rules):
    before, after = tried(voices, rules), tried(voices, [*rules, Rule(100, "rest")])
    assert after.rules[100].matched == before.unmatched
    assert after.unmatched == 0


def test_ten_thousand_voices_and_a_hundred_rules_in_seconds():
    rules = [Rule(n, "d", words=(f"cuvant{n}", f"altul{n}")) for n in range(1, 101)]
    text = "Pe strada noastră a căzut un stâlp și nimeni nu vine să îl ridice de trei zile încoace. " * 3
    voices = (voice(text) for _ in range(10_000))
    begun = time.process_time()
    assert tried(voices, rules).unmatched == 10_000
    assert time.process_time() - begun < 10
