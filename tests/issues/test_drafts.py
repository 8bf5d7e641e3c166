"""What may be sent, what may not, and that the same report always has the same digest."""

import math
from dataclasses import replace

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from geo.written import blank, plain
from issues.drafts import LONGEST_TEXT, Draft, DraftError, answered, checked, draft_of

CITY = settings.CITY
LNG, LAT = CITY.centre
GOOD = Draft(category="lighting", text="The lamp is out.", lng=LNG, lat=LAT, language="en")


def problems(**changes):
    try:
        checked(replace(GOOD, **changes), CITY)
    except DraftError as found:
        return found.problems
    return {}


@pytest.mark.parametrize(
    "lng, lat, problem",
    [
        (math.nan, LAT, "not-a-number"),
        (LNG, math.inf, "not-a-number"),
        (float("1e400"), LAT, "not-a-number"),
        (10**400, LAT, "not-a-number"),
        (LNG, 91, "outside"),
        (181, LAT, "outside"),
        (1e308, LAT, "outside"),
        (LAT, LNG, "swapped"),
        (0, 0, "outside"),
        (CITY.bbox[0] - 0.00001, LAT, "outside"),
        (str(LNG), LAT, "not-a-number"),
        (LNG, True, "not-a-number"),
        ([LNG], LAT, "not-a-number"),
        (None, LAT, "not-a-number"),
        (207_000.0, 480_000.0, "outside"),  # metres of the national grid
        (2_362_900.0, 5_738_000.0, "outside"),  # metres of web maps
    ],
)
def test_a_place_that_is_none_is_named(lng, lat, problem):
    assert problems(lng=lng, lat=lat) == {"place": problem}


def test_a_place_on_the_edge_is_inside_and_kept_to_six_places():
    west, south, _east, _north = CITY.bbox
    kept = checked(replace(GOOD, lng=west - 4e-7, lat=south), CITY)
    assert (kept.lng, kept.lat) == (west, south)
    assert checked(replace(GOOD, lng=LNG + 1e-12), CITY).lng == round(LNG, 6)


def test_minus_nought_is_nought():
    somewhere = replace(CITY, bbox=(-1.0, -1.0, 1.0, 1.0))
    kept = checked(replace(GOOD, lng=-0.0, lat=-1e-9), somewhere)
    assert math.copysign(1, kept.lng) == math.copysign(1, kept.lat) == 1


@pytest.mark.parametrize(
    "text, problem",
    [
        ("", "missing"),
        ("  \n\t ", "missing"),
        ("\u200b\u200d\ufeff", "missing"),
        ("\u3164\u2800 \u200d", "missing"),
        ("a" * (LONGEST_TEXT + 1), "too-long"),
        ("a" + "\u0301\u0302" * 300, "too-many-marks"),
        ("a" + "\u20dd" * 9, "too-many-marks"),
        (None, "unknown"),
        (["text"], "unknown"),
        (5, "unknown"),
    ],
)
def test_a_text_that_says_nothing_or_too_much_is_named(text, problem):
    assert problems(text=text) == {"text": problem}


@pytest.mark.parametrize(
    "text, kept",
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{ 7*7 }} {% include 'x' %} javascript:alert(1)", "{{ 7*7 }} {% include 'x' %} javascript:alert(1)"),
        ("ab\x00c\x1b[2J", "abc[2J"),
        ("evil\u202etxt.exe\u200b", "eviltxt.exe"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("s\u0326 t\u0326", "ș ț"),
        ("👩\u200d👩\u200d👧 ok", "👩\u200d👩\u200d👧 ok"),
        ("lone \ud800 half", "lone  half"),
        ("Фабрик улица", "Фабрик улица"),
        ("x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
    ],
)
def test_a_text_is_kept_as_written_without_what_nobody_sees(text, kept):
    assert checked(replace(GOOD, text=text), CITY).text == kept


@pytest.mark.parametrize(
    "changes, found",
    [
        ({"category": ""}, {"category": "missing"}),
        ({"category": "dragons"}, {"category": "unknown"}),
        ({"category": ["lighting"]}, {"category": "unknown"}),
        ({"category": None}, {"category": "missing"}),
        ({"precision": "exact"}, {"precision": "unknown"}),
        ({"precision": ["point"]}, {"precision": "unknown"}),
        ({"address": "a" * 301}, {"address": "too-long"}),
        ({"address": 12}, {"address": "unknown"}),
        ({"email": "ion"}, {"email": "not-an-address"}),
        ({"email": "ion@example.ro\nBcc: all@example.ro"}, {"email": "not-an-address"}),
        ({"email": "a@b.ro, c@d.ro"}, {"email": "not-an-address"}),
        ({"email": f"{'a' * 60}@{'b' * 190}.example"}, {"email": "too-long"}),
        ({"email": 7}, {"email": "not-an-address"}),
        ({"answers": ["yes"]}, {"answers": "unknown"}),
        ({"answers": None}, {"answers": "unknown"}),
        ({"text": "", "category": "", "lat": 0.0}, {"text": "missing", "category": "missing", "place": "outside"}),
    ],
)
def test_every_problem_is_named_by_its_field(changes, found):
    assert problems(**changes) == found


@pytest.mark.parametrize("email", ["", "ion@example.ro", "  Ioana.Pop+x@mail.example.com ", "ion@poșta.ro"])
def test_an_address_is_kept_trimmed(email):
    assert checked(replace(GOOD, email=email), CITY).email == email.strip()


def test_a_language_the_city_does_not_speak_becomes_its_first():
    assert checked(replace(GOOD, language="../xx"), CITY).language == CITY.languages[0]
    assert checked(replace(GOOD, language=["en"]), CITY).language == CITY.languages[0]


def test_answers_are_kept_where_they_were_asked():
    spec = CITY.spec("illegal-parking")
    assert answered(spec, {"blocks": " crossing ", "of-another-subject": "x", 5: "y"}) == ({"blocks": "crossing"}, {})


@pytest.mark.parametrize("value", ["dragons", True, 1, ["crossing"], {"a": 1}, False])
def test_an_answer_that_was_not_offered_is_named(value):
    assert problems(category="illegal-parking", answers={"blocks": value}) == {"answers.blocks": "unknown"}


def test_no_answer_is_no_problem():
    assert problems(category="illegal-parking", answers={"blocks": None}) == {}
    assert problems(category="illegal-parking", answers={"blocks": "  "}) == {}


def test_the_digest_is_of_what_is_said_not_of_the_page_it_was_said_on():
    said = checked(GOOD, CITY)
    assert replace(said, language="ro", channel="app").digest() == said.digest()
    for change in ({"text": "Another."}, {"lng": LNG + 0.001}, {"email": "ion@example.ro"}, {"answers": {"a": "b"}}):
        assert replace(said, **change).digest() != said.digest()


@given(text=st.text(max_size=60), address=st.text(max_size=40), lng=st.floats(21.1, 21.3), lat=st.floats(45.7, 45.8))
def test_checking_again_changes_nothing(text, address, lng, lat):
    try:
        once = checked(Draft(category="lighting", text=text, address=address, lng=lng, lat=lat), CITY)
    except DraftError:
        return
    assert checked(once, CITY) == once
    assert once.digest() == checked(once, CITY).digest()
    once.text.encode()


@given(st.text())
def test_plain_is_plain_and_blank_shows_nothing(text):
    assert plain(plain(text)) == plain(text)
    assert not blank(text + "a")
    assert "\x00" not in plain(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*Draft.__dataclass_fields__, "status", "hidden", "id"]), json_values))
def test_whatever_json_holds_is_a_draft_or_a_problem(values):
    found = {}
    try:
        kept = checked(draft_of(values), CITY)
    except DraftError as problem:
        found = problem.problems
    else:
        kept.digest()
    assert all(isinstance(code, str) and code for code in found.values())
