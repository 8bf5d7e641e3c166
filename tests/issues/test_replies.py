"""Replies filled from a closed list of names, and refused by name for anything else."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.replies import Fault, Placeholder, ReplyError, filled, used

VALUES = {
    "number": "K7QF-2M9X",
    "subject": "Iluminat public",
    "place": "Strada Mureș 12",
    "date": "4 martie",
    "department": "Drumuri",
    "promise": "11 martie",
}


def fault(template, values=VALUES):
    with pytest.raises(ReplyError) as refused:
        filled(template, values)
    return refused.value.fault, refused.value.name, refused.value.at


def test_every_place_is_filled():
    text = "Sesizarea {number} ({ subject }), {place}: răspundem până la {promise}.\nMulțumim, {department}, {date}"
    assert filled(text, VALUES) == (
        "Sesizarea K7QF-2M9X (Iluminat public), Strada Mureș 12: răspundem până la 11 martie.\n"
        "Mulțumim, Drumuri, 4 martie"
    )
    assert used(text) == set(Placeholder)


def test_a_text_without_places_stays_as_it_is():
    assert filled("Mulțumim! 100% %s $x", {}) == "Mulțumim! 100% %s $x"


@pytest.mark.parametrize(
    "template, told",
    [
        ("Nr. {numer}", (Fault.UNKNOWN, "numer", 4)),
        ("{}", (Fault.UNKNOWN, "", 0)),
        ("{Number}", (Fault.UNKNOWN, "Number", 0)),
        ("{number.__class__}", (Fault.UNKNOWN, "number.__class__", 0)),
        ("{number!r}", (Fault.UNKNOWN, "number!r", 0)),
        ("{0}", (Fault.UNKNOWN, "0", 0)),
        ("Nr. {number", (Fault.UNCLOSED, "{number", 4)),
        ("{number\n}", (Fault.UNCLOSED, "{number", 0)),
        ("{{number}}", (Fault.UNCLOSED, "{", 0)),
        ("Nr. number}", (Fault.UNOPENED, "}", 10)),
        ("{number}}", (Fault.UNOPENED, "}", 8)),
    ],
)
def test_a_wrong_place_is_told_by_name_when_filled_and_when_kept(template, told):
    assert fault(template) == told
    with pytest.raises(ReplyError) as refused:
        used(template)
    assert (refused.value.fault, refused.value.name, refused.value.at) == told


@pytest.mark.parametrize("values", [{}, {"promise": ""}, {"promise": " \n"}])
def test_a_reply_never_leaves_with_a_hole(values):
    assert fault("Până la {promise}", values) == (Fault.EMPTY, "promise", 8)


def test_a_value_is_not_read_for_names_again():
    assert filled("{place}", VALUES | {"place": "{number} {nothing} }"}) == "{number} {nothing} }"


def test_a_value_is_one_line():
    assert filled("La {place}.", {"place": " Strada\r\nMureș\t12 "}) == "La Strada Mureș 12."


def test_the_message_says_what_and_where():
    with pytest.raises(ReplyError, match="'numer' at 4 is unknown"):
        filled("Nr. {numer}", VALUES)


@given(st.text(alphabet="ab{}\n ") | st.text())
def test_any_text_is_refused_when_kept_or_can_be_filled(template):
    assert _said(used, template) == _said(lambda text: filled(text, VALUES) and used(text), template)


def _said(reading, template):
    try:
        return reading(template) or set()
    except ReplyError as problem:
        return problem.fault, problem.name, problem.at


def test_a_text_of_braces_alone_is_refused_at_once():
    begun = time.process_time()
    assert fault("{" * 100_000)[0] == Fault.UNCLOSED
    assert fault("{" + "a" * 100_000)[1] == "{" + "a" * 40
    assert time.process_time() - begun < 1
