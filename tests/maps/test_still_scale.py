"""The scale bar is as long as it says."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pyproj import Geod

from analytics.results import ListeningReport
from maps.layers import report_layers
from maps.still import round_metres, svg
from maps.words import Words


@pytest.mark.parametrize("most, metres", [(0.2, 1), (1, 1), (19, 10), (20, 20), (999, 500), (1000, 1000), (7400, 5000)])
def test_it_takes_a_round_length(most: float, metres: int) -> None:
    assert round_metres(most) == metres


@pytest.mark.parametrize("lat", [10.0, 45.75, 63.0])
def test_its_metres_are_true_at_the_latitude(
    make_report: Callable[..., ListeningReport], words: Words, lat: float
) -> None:
    ring = ((21.20, lat), (21.22, lat), (21.22, lat + 0.01), (21.20, lat + 0.01), (21.20, lat))
    report = make_report(outline=((ring,),), cells=(), hotspots=(), clusters=())
    drawing = svg(report_layers(report), words)
    west, east = re.findall(r"M([\d.]+) [\d.]+L([\d.]+) ", drawing)[0]
    mm_per_m = (float(east) - float(west)) / Geod(ellps="WGS84").inv(21.20, lat + 0.005, 21.22, lat + 0.005)[2]
    bar = re.search(r'd="M([\d.]+) [\d.]+L[\d. ]+L([\d.]+) [\d.]+L[\d. ]+" .*?>\n.*?>([\d]+) (k?m)<', drawing)
    assert bar is not None
    said_m = int(bar[3]) * (1000 if bar[4] == "km" else 1)
    assert (float(bar[2]) - float(bar[1])) / mm_per_m == pytest.approx(said_m, rel=0.003)
