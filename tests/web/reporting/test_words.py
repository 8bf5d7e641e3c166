"""What the maps of a report say, in both languages."""

import pytest
from django.utils.translation import override

from maps.layers import report_layers
from web.reporting.words import description, map_words


def said(report, language):
    with override(language):
        words, layers = map_words(report), report_layers(report)
        hot, clump = (getattr(layers, k)["features"][0]["properties"] for k in ("hotspots", "clusters"))
        return words.hotspot(hot), words.cluster(clump), words.cell({"withheld": False, "n": 20}), words.span(4, 1200)


def test_a_place_is_told_with_what_was_expected_and_how_sure_it_is(report):
    assert said(report, "en") == (
        "1. Streets, pavements, bridges\n31 problems where 12.3 were expected\n"
        "q < 0.001. At most about 1 in 1,000 is chance.",
        "A. Streets, pavements, bridges\n18 problems, 1.9 times the expected\n"
        "q = 0.030. At most about 1 in 30 is chance.",
        "20 problems",
        "4–1,200",
    )
    assert said(report, "ro") == (
        "1. Străzi, alei, trotuare, poduri\n31 de probleme unde ne așteptam la 12,3\n"
        "q < 0,001. Cel mult cam 1 din 1.000 e întâmplare.",
        "A. Străzi, alei, trotuare, poduri\n18 probleme, de 1,9 ori cât ne așteptam\n"
        "q = 0,030. Cel mult cam 1 din 30 e întâmplare.",
        "20 de probleme",
        "4–1.200",
    )


def test_a_withheld_cell_says_no_number(report):
    with override("en"):
        assert map_words(report).cell({"withheld": True, "n": 3}) == "Number withheld"


@pytest.mark.parametrize("approximate, name", [(True, "limita (aproximativă)"), (False, "limita")])
def test_an_approximate_boundary_is_called_so(make_report, approximate, name):
    report = make_report()
    boundary = type(report.boundary)(**{**vars(report.boundary), "approximate": approximate})
    with override("ro"):
        assert map_words(make_report(boundary=boundary)).outline == name


def test_the_map_is_told_to_whoever_does_not_see_it(report, silent):
    with override("en"):
        assert description(silent) == "No hexagon holds a problem."
        assert description(report) == (
            "18 hexagons hold problems; the fullest holds 21. 2 hexagons hold more problems than expected. "
            "Problems of one kind lie close together at 2 places."
        )
