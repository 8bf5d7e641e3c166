"""The PDF maker of the reports draws the map as it is meant, and the tag tree carries its name."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from maps.bars import Bar, bars
from maps.layers import Layers
from maps.still import svg
from maps.words import Words

pypdf = pytest.importorskip("pypdf")
weasyprint = pytest.importorskip("weasyprint")


@pytest.fixture
def printed(layers: Layers, words: Words, caplog: pytest.LogCaptureFixture) -> tuple[Any, list[str]]:
    """The pages of a PDF with the map and one bar, and what the printer complained of."""
    drawn = svg(layers, words) + bars([Bar("Drumuri", 0.4, 0.3, 0.5, "40 %", "n = 40")], "Teme", "O temă", "ro")
    document = weasyprint.HTML(string=f'<html lang="ro"><title>Hartă</title><body>{drawn}</body></html>')
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf = document.write_pdf(pdf_variant="pdf/ua-1")
    complaints = [record.getMessage() for record in caplog.records if record.name == "weasyprint"]
    return pypdf.PdfReader(io.BytesIO(pdf)), complaints


def figures(node: Any) -> Iterator[str]:
    """The alternative texts of all figures in a tag tree."""
    node = node.get_object()
    if isinstance(node, list):
        for part in node:
            yield from figures(part)
    elif isinstance(node, dict):
        if node.get("/S") == "/Figure":
            yield str(node.get("/Alt"))
        if "/K" in node:
            yield from figures(node["/K"])


def test_it_prints_without_complaint_on_one_page(printed: tuple[Any, list[str]]) -> None:
    assert len(printed[0].pages) == 1
    assert printed[1] == []


def test_the_tag_tree_says_what_the_drawings_are(printed: tuple[Any, list[str]], words: Words) -> None:
    assert list(figures(printed[0].trailer["/Root"]["/StructTreeRoot"])) == [words.title, "Teme"]


def test_rose_lines_and_the_darkest_class_reach_the_paper(printed: tuple[Any, list[str]]) -> None:
    content = printed[0].pages[0].get_contents().get_data().decode("latin-1")
    assert "0.690196 0.098039 0.313725 RG" in content
    assert "0.082353 0.227451 0.388235 rg" in content
    assert "[1.3 0.9] 0 d" in content


def test_labels_stay_text(printed: tuple[Any, list[str]], words: Words) -> None:
    # Spaces are set as distances, so a reader may drop them.
    text = "".join(printed[0].pages[0].extract_text().split())
    for said in (words.counts, "18–22", "500 m", "Drumuri", "n = 40"):
        assert said.replace(" ", "") in text
