"""Five formats from one frozen report: the same bytes every time."""

import pytest

from analytics.results import ListeningReport, from_json, to_json
from web.reporting.formats import FORMATS, UnknownFormatError, render, rendering_digest


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_same_report_gives_the_same_bytes(report, fmt):
    again = from_json(ListeningReport, to_json(report))
    assert render(report, fmt, "ro") == render(again, fmt, "ro")


@pytest.mark.parametrize("fmt", FORMATS)
def test_only_words_hang_on_the_language(report, fmt):
    assert (render(report, fmt, "ro") != render(report, fmt, "en")) == FORMATS[fmt].in_words


def test_json_is_the_report_as_frozen(report):
    data = render(report, "json", "ro")
    assert data == to_json(report).encode()
    assert from_json(ListeningReport, data.decode()) == report


def test_an_unknown_format_is_refused_with_those_there_are(report):
    with pytest.raises(UnknownFormatError, match=r"docx.*html, pdf, json, csv, geojson"):
        render(report, "docx", "ro")


def test_the_rendering_has_a_digest():
    assert len(rendering_digest()) == 64
