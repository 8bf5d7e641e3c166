"""The legend names what is on the map, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from analytics.results import CellCount, ListeningReport
from maps.layers import Layers, report_layers
from maps.legend import Legend, classes, findings
from maps.words import Words


def test_counts_come_in_numbers_with_none_and_withheld_in_words(layers: Layers, words: Words) -> None:
    entries = classes(layers, words)
    assert entries[0] == ("class-0", "niciunul")
    assert entries[1] == ("class-1", "1–4")
    assert entries[-1] == ("withheld", "ascuns, sub 5 oameni")
    assert len(entries) == 7


def test_only_what_is_drawn_is_named(make_report: Callable[..., ListeningReport], words: Words) -> None:
    layers = report_layers(make_report(cells=(CellCount("891e24aeb77ffff", 3),), hotspots=(), clusters=()))
    assert classes(layers, words) == [("class-3", "1–3")]
    assert findings(layers, words) == [("outline", "limita cartierului")]


def test_two_columns_take_less_height_than_one(layers: Layers, words: Words) -> None:
    legend = Legend(words.counts, (classes(layers, words), findings(layers, words)))
    assert legend.height(120, columns=2) < legend.height(60, columns=1)
    assert "".join(legend.draw(0, 0, 60, columns=1)).count("<text") == 12
