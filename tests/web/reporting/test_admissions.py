"""What a report admits: a sentence for every doubt there is, in both languages."""

import pytest
from django.utils.translation import override

from analytics.doubts import Doubt
from web.reporting.admissions import doubts, exposure


@pytest.mark.parametrize("language", ["ro", "en"])
def test_every_doubt_has_its_sentence(make_report, language):
    every = make_report(doubts=tuple(d.value for d in Doubt))
    with override(language):
        said = doubts(every)
    assert len(said) == len(set(said)) == len(Doubt)
    assert all(text.endswith(".") for text in said)


def test_a_code_that_is_none_is_not_passed_over(make_report):
    with pytest.raises(ValueError, match="unheard-of"):
        doubts(make_report(doubts=("unheard-of",)))


@pytest.mark.parametrize(
    "n, said",
    [
        (1, "1 sesizare din oraș stă pe un punct implicit și nu este numărată."),
        (20, "20 de sesizări din oraș stau pe un punct implicit și nu sunt numărate."),
    ],
)
def test_left_out_pins_are_counted(make_report, n, said):
    with override("ro"):
        assert doubts(make_report(doubts=("default_pins_left_out",), default_pins_left_out=n)) == (said,)


def test_themes_on_bare_ground_are_named(make_report):
    report = make_report(doubts=("exposure_is_area",))
    with override("en"):
        assert doubts(report) == ("Measured against ground alone: Noise and disturbance.",)
        assert exposure(report) == (
            ("metres of street", "Street lighting and Streets, pavements, bridges"),
            ("ground", "Noise and disturbance"),
        )


def test_a_denominator_of_the_city_s_own_is_called_as_its_file_calls_it(make_report):
    with override("en"):
        named = exposure(make_report(exposure={"roads": "lamp_posts", "noise": "population"}))
    assert named[0] == ("lamp posts", "Streets, pavements, bridges")


def test_themes_that_all_lie_on_ground_are_not_listed(make_report):
    report = make_report(doubts=("exposure_is_area",), exposure={"roads": "area", "noise": "area"})
    with override("ro"):
        assert doubts(report) == ("Toate temele se raportează doar la suprafață.",)
        assert exposure(report) == (("suprafață", "toate temele"),)
