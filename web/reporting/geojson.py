"""A ListeningReport as one GeoJSON FeatureCollection: what its maps draw, with what its tables say of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from analytics.results import ListeningReport
from maps.layers import report_layers

LAYERS = ("outline", "cells", "hotspots", "clusters")


def features(report: ListeningReport) -> bytes:
    """RFC 7946: every feature names its layer (maps.layers.Layers); `ascult` says what the numbers stand on."""
    layers = report_layers(report)
    drawn = [
        {**feature, "properties": {"layer": name, **feature["properties"]}}
        for name in LAYERS
        for feature in getattr(layers, name)["features"]
    ]
    whole = {"type": "FeatureCollection", "features": drawn, "ascult": _about(report)}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _about(report: ListeningReport) -> dict[str, Any]:
    return {
        "city": report.city,
        "neighborhood": report.neighborhood,
        "name": report.name,
        "period": asdict(report.period),
        "boundary": asdict(report.boundary),
        "run": report.run.id,
        "findings_digest": report.run.findings_digest,
        "synthetic": report.synthetic,
        "threshold": report.threshold,
        "doubts": list(report.doubts),
    }
