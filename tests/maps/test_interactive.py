"""One whole page: the map, its legend and its words, for eyes, keyboard and screen reader."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from analytics.results import ListeningReport
from maps.interactive import Assets, page
from maps.layers import Layers, report_layers
from maps.words import Words


def furniture(html: str) -> dict[str, Any]:
    """What page.js is told."""
    found = re.search(r"furnish\(map_\d+, \{[\w:, ]*\}, (\{.*\})\);", html)
    assert found is not None
    return json.loads(found[1])


def test_it_is_one_document_in_the_reader_s_language(layers: Layers, words: Words, assets: Assets) -> None:
    html = page(layers, words, assets)
    assert html.startswith('<!DOCTYPE html>\n<html lang="ro">')
    assert html.count("<html") == html.count("</html>") == html.count("<body") == html.count("<main>") == 1
    assert f"<title>{words.title}</title>" in html
    assert "<title>Altfel</title>" in page(layers, words, assets, title="Altfel")
    assert "user-scalable" not in html
    assert "maximum-scale" not in html


def test_the_map_has_a_name_a_description_and_a_hint_for_the_keyboard(
    layers: Layers, words: Words, assets: Assets
) -> None:
    html = page(layers, words, assets)
    assert re.search(r'<div class="folium-map" id="map_\d+" role="region" aria-label="Cetate: unde', html)
    assert f'id="about">{words.description}<' in html
    assert f'id="keys">{words.keys}<' in html


def test_every_finding_has_a_badge_with_words(layers: Layers, words: Words, assets: Assets) -> None:
    told = furniture(page(layers, words, assets))
    assert [b["text"] for b in told["badges"]] == ["1", "2", "A · q = 0,03"]
    assert told["badges"][0]["words"] == "roads: 31 față de 12 așteptate\nq = 0.0004"
    assert told["place"]["text"] == "Cetate"
    assert told["close"] == "Închide"


def test_hot_spots_of_one_cell_share_a_badge(
    make_report: Callable[..., ListeningReport], report: ListeningReport, words: Words, assets: Assets
) -> None:
    first, second = report.hotspots
    layers = report_layers(make_report(hotspots=(first, second, first)))
    assert [b["text"] for b in furniture(page(layers, words, assets))["badges"][:2]] == ["1, 3", "2"]


def test_the_legend_speaks_in_words_and_numbers(layers: Layers, words: Words, assets: Assets) -> None:
    html = page(layers, words, assets)
    legend = html[html.index('<section class="legend"') : html.index("</section>")]
    for text in (words.counts, words.none, "1–4", "18–22", words.withheld, words.outline, words.hotspots):
        assert text in legend
    assert re.findall(r'data-layer="(\w+)"', legend) == ["hotspots", "clusters"]


def test_counts_carry_their_class_and_nothing_of_what_is_withheld(layers: Layers, words: Words, assets: Assets) -> None:
    html = page(layers, words, assets)
    assert html.count('"className": "cell withheld"') == 1
    assert furniture(html)["cells"].count("număr ascuns") == 1
    assert len(furniture(html)["cells"]) == len(layers.cells["features"])
    assert html.count('"className": "cell step-5"') == sum(
        f["properties"]["klass"] == 5 for f in layers.cells["features"]
    )


def test_an_empty_report_is_still_a_page(
    make_report: Callable[..., ListeningReport], words: Words, assets: Assets
) -> None:
    html = page(report_layers(make_report(outline=(), cells=(), hotspots=(), clusters=())), words, assets)
    told = furniture(html)
    assert (told["bounds"], told["place"], told["badges"]) == (None, None, [])
