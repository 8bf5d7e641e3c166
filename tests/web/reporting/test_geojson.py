"""The GeoJSON draws what the report counts."""

import json

import shapely
from shapely.geometry import shape

from web.reporting.geojson import LAYERS, features


def by_layer(report):
    drawn = json.loads(features(report))["features"]
    return {name: [f for f in drawn if f["properties"]["layer"] == name] for name in LAYERS}


def test_counts_and_findings_equal_the_report_s(report):
    layers = by_layer(report)
    counts = {f["properties"]["cell"]: f["properties"]["n"] for f in layers["cells"]}
    assert counts == {c.cell: None if c.withheld else c.n for c in report.cells}
    hot = [(f["properties"]["cell"], f["properties"]["observed"], f["properties"]["q"]) for f in layers["hotspots"]]
    assert hot == [(h.cell, h.observed, h.q) for h in report.hotspots]
    assert [f["properties"]["n"] for f in layers["clusters"]] == [c.n for c in report.clusters]


def test_every_shape_is_valid_and_lies_here(report):
    for found in by_layer(report).values():
        for feature in found:
            drawn = shape(feature["geometry"])
            assert drawn.is_valid
            assert shapely.box(21.1, 45.6, 21.4, 45.9).contains(drawn)


def test_it_says_what_it_stands_on(report):
    about = json.loads(features(report))["ascult"]
    assert about["findings_digest"] == report.run.findings_digest
    assert about["boundary"]["approximate"] is about["synthetic"] is True
    assert about["period"] == {"since": "2026-01-01", "until": "2026-04-01"}


def test_a_silent_area_keeps_its_outline(silent):
    layers = by_layer(silent)
    assert [len(layers[name]) for name in LAYERS] == [1, 0, 0, 0]
