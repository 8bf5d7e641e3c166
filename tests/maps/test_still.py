"""The still map says what the report says, without colour, script or anything from elsewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from analytics.results import ListeningReport
from maps.layers import Layers, report_layers
from maps.palette import DARK, LIGHT
from maps.still import svg
from maps.words import Words

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawing: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(drawing).iter(f"{SVG}text")]


def test_it_has_a_name_and_a_description_for_those_who_do_not_see_it(layers: Layers, words: Words) -> None:
    root = ET.fromstring(svg(layers, words))
    assert root.get("role") == "img"
    title, desc = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", words.title)
    assert (desc.tag, desc.text) == (f"{SVG}desc", words.description)
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == desc.get("id")
    assert root.get("lang") == "ro"


def test_findings_are_told_without_colour(layers: Layers, words: Words) -> None:
    drawing = svg(layers, words)
    said = texts(drawing)
    assert {"1", "2", "A · q = 0,03", "N", "500 m", "Incidente în fiecare celulă"} <= set(said)
    assert words.attribution in said
    assert drawing.count('stroke="' + LIGHT["hatch"]) == 2  # the withheld cell and its sign in the legend
    assert 'stroke-dasharray="1.3 0.9"' in drawing


def test_nothing_comes_from_elsewhere_and_every_colour_from_the_palette(layers: Layers, words: Words) -> None:
    drawing = svg(layers, words)
    assert re.findall(r"https?://[^\"]*", drawing) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<(script|style|image|use|foreignObject)|href|url\(", drawing)
    assert set(re.findall(r"#[0-9a-f]{6}", drawing)) <= set(LIGHT.values())
    assert not set(re.findall(r"#[0-9a-f]{6}", drawing)) & (set(DARK.values()) - set(LIGHT.values()))


def test_the_same_report_gives_the_same_bytes(make_report: Callable[..., ListeningReport], words: Words) -> None:
    assert svg(report_layers(make_report()), words) == svg(report_layers(make_report()), words)


def test_names_cannot_break_out(layers: Layers, make_words: Callable[..., Words]) -> None:
    bad = '</text><script>alert("1")</script>&'
    drawing = svg(layers, make_words(title=bad, description=bad, outline=bad, attribution=bad, counts=bad))
    assert ET.fromstring(drawing)[0].text == bad
    assert bad in texts(drawing)
    assert "<script" not in drawing


def test_everything_stays_on_the_sheet(layers: Layers, words: Words) -> None:
    for width, height in ((170, 110), (90, 130), (60, 100)):
        drawing = svg(layers, words, width, height)
        for run in re.findall(r' d="([^"]*)"', drawing):
            pairs = [tuple(map(float, pair.split())) for pair in re.split("[MLZ]", run) if pair]
            assert all(0 <= x <= width and 0 <= y <= height for x, y in pairs), (width, height)


def test_an_empty_report_still_has_a_sheet(make_report: Callable[..., ListeningReport], words: Words) -> None:
    empty = report_layers(make_report(outline=(), cells=(), hotspots=(), clusters=()))
    drawing = svg(empty, words)
    assert "N" not in texts(drawing)
    assert ET.fromstring(drawing)[0].text == words.title
