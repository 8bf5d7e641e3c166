"""A report becomes GeoJSON that anyone may read, in the report's own order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from analytics.results import CellCount, ListeningReport
from geo import hexes
from maps.layers import Layers, bounds, cells_layer, letters, report_layers

Make = Callable[..., ListeningReport]


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, list):
        for part in value:
            yield from numbers(part)
    else:
        yield value


def properties(layer: dict[str, Any]) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in layer["features"]]


def test_a_cell_says_its_count_and_class_and_a_withheld_one_neither(layers: Layers, report: ListeningReport) -> None:
    counts = {c.cell: c for c in report.cells}
    for own in properties(layers.cells):
        if own["withheld"]:
            assert (own["n"], own["klass"], own["step"]) == (None, 0, 0)
        else:
            assert own["n"] == counts[own["cell"]].n
            assert (own["klass"] == 0) == (own["n"] == 0)
    assert sum(own["withheld"] for own in properties(layers.cells)) == 1


def test_what_is_withheld_moves_no_class(make_report: Make) -> None:
    cells = hexes.ring(int(hexes.cells_of(21.2272, 45.7537, 9)[0]), 1)
    rows = [CellCount(hexes.to_text(int(c)), n) for c, n in zip(cells, [1, 2, 3, 4, 5, 6, 7], strict=True)]
    hidden = [CellCount(rows[0].cell, 4000, withheld=True), *rows[1:]]
    layers = report_layers(make_report(cells=tuple(hidden)))
    assert max(layers.breaks) == 7
    assert "4000" not in json.dumps(layers.cells)


def test_hot_spots_and_clusters_keep_the_report_s_order(layers: Layers, report: ListeningReport) -> None:
    spots = properties(layers.hotspots)
    assert [own["label"] for own in spots] == ["1", "2"]
    assert [own["cell"] for own in spots] == [spot.cell for spot in report.hotspots]
    assert [own["label"] for own in properties(layers.clusters)] == ["A"]
    assert properties(layers.clusters)[0]["q"] == report.clusters[0].q


def test_shapes_are_valid_closed_and_rounded(layers: Layers) -> None:
    for layer in (layers.outline, layers.cells, layers.hotspots, layers.clusters):
        for feature in layer["features"]:
            assert shape(feature["geometry"]).is_valid
            assert all(value == round(value, 6) for value in numbers(feature["geometry"]["coordinates"]))


def test_a_cell_is_drawn_where_it_lies(layers: Layers) -> None:
    feature = layers.hotspots["features"][0]
    assert shape(feature["geometry"]).contains(shapely.Point(21.2272, 45.7537))


def test_the_order_of_the_cells_changes_nothing(make_report: Make, report: ListeningReport) -> None:
    assert report_layers(make_report(cells=report.cells[::-1])) == report_layers(report)


def test_bounds_hold_everything_and_nothing_has_none(layers: Layers, make_report: Make) -> None:
    west, south, east, north = bounds(layers) or (0, 0, 0, 0)
    assert 21.2 < west < 21.2272 < east < 21.25
    assert 45.74 < south < 45.7537 < north < 45.77
    empty = report_layers(make_report(outline=(), cells=(), hotspots=(), clusters=()))
    assert empty.breaks == ()
    assert empty.cells == {"type": "FeatureCollection", "features": []}
    assert bounds(empty) is None


def test_cells_may_come_as_numbers_or_text_and_share_the_breaks_of_others() -> None:
    cells = [int(c) for c in hexes.ring(int(hexes.cells_of(21.2272, 45.7537, 9)[0]), 1)][:3]
    layer = cells_layer(cells, [3, None, 50], (10, 20))
    assert layer == cells_layer([hexes.to_text(c) for c in cells], [3, None, 50], (10, 20))
    assert [own["klass"] for own in properties(layer)] == [1, 0, 2]


def test_wrong_input_is_refused() -> None:
    with pytest.raises(hexes.CellError, match="not an H3 cell"):
        cells_layer(["fabric"], [1])
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        cells_layer(["891e24a4a4bffff"], [])


def test_letters_go_on_after_z() -> None:
    assert [letters(i) for i in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
