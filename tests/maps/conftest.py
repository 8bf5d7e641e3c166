"""One small neighbourhood: a square by the canal with a hot spot, a cluster and a cell that must stay silent."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.results import (
    Answered,
    Boundary,
    CellCount,
    Cluster,
    Hotspot,
    ListeningReport,
    Period,
    RunRef,
    Theme,
)
from geo import hexes
from maps.interactive import Assets
from maps.layers import Layers, report_layers
from maps.words import Words

CENTRE = (21.2272, 45.7537)


def disc(k: int, res: int = 9) -> list[str]:
    """The cells within k steps of the middle of the square, as text."""
    return [hexes.to_text(int(c)) for c in hexes.ring(int(hexes.cells_of(*CENTRE, res)[0]), k)]


def square(half: float) -> tuple[tuple[float, float], ...]:
    lng, lat = CENTRE
    corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
    return tuple((lng + 1.4 * x, lat + y) for x, y in corners)


def small_report(**changes: Any) -> ListeningReport:
    """A report of the square; every field can be changed."""
    cells = disc(3)
    counts = [CellCount(cell, (i * 7) % 23, withheld=i == 5) for i, cell in enumerate(cells)]
    hot = disc(0)[0]
    silent = Answered(90, 60, 30, 12.5, 9.0, 17.0)
    report = ListeningReport(
        city="timisoara",
        city_names={"ro": "Timișoara", "en": "Timișoara"},
        neighborhood="cetate",
        name="Cetate",
        outline=((square(0.0065),),),
        area_km2=2.2,
        boundary=Boundary("cartier", "2024-01-01", None, "not stated", "not stated", "not stated", "d", True),
        period=Period("2026-01-01", "2026-04-01"),
        previous=None,
        run=RunRef(1, "f", "i", 7, "0", {}),
        synthetic=True,
        threshold=5,
        issues=120,
        incidents=90,
        incidents_before=None,
        city_incidents=900,
        default_pins_left_out=0,
        exposure={"roads": "area"},
        themes=(Theme("roads", {"ro": "Drumuri", "en": "Roads"}, 40, 0.44, 0.34, 0.55, None),),
        map_res=9,
        cells=tuple(counts),
        hotspots=(
            Hotspot(hot, 9, "roads", 31, 12.0, 2.58, 0.0004, "poisson"),
            Hotspot(disc(3)[2], 9, "lighting", 14, 5.0, 2.8, 0.02, "poisson"),
        ),
        clusters=(Cluster("roads", 18, (21.2210, 45.7506), 120.0, cluster_hull(), 0.03, 1.9),),
        answered=silent,
        answered_city=silent,
        ranking=None,
        doubts=(),
    )
    return replace(report, **changes)


def cluster_hull() -> tuple[tuple[float, float], ...]:
    ring = ((21.2196, 45.7500), (21.2208, 45.7492), (21.2226, 45.7501), (21.2221, 45.7516), (21.2203, 45.7519))
    return (*ring, ring[0])


def romanian(**changes: Any) -> Words:
    """Words as the web room would hand them in."""
    words = Words(
        lang="ro",
        title="Cetate: unde s-au strâns sesizările",
        description="Harta cartierului Cetate cu numărul de incidente pe celulă. Două puncte fierbinți, un grup.",
        place="Cetate",
        counts="Incidente în fiecare celulă",
        none="niciunul",
        withheld="ascuns, sub 5 oameni",
        outline="limita cartierului",
        hotspots="punct fierbinte, cu numărul din listă",
        clusters="grup de incidente",
        cell=lambda p: "număr ascuns" if p["withheld"] else f"{p['n']} incidente",
        hotspot=lambda p: f"{p['category']}: {p['observed']} față de {p['expected']:.0f} așteptate\nq = {p['q']:.4f}",
        cluster=lambda p: f"Grup de {p['n']} incidente\nq = {p['q']:.2f}",
        q=lambda q: f"q = {q:.2f}".replace(".", ","),
        legend="Legenda hărții",
        keys="Mișcă harta cu săgețile. Enter citește celula din mijloc.",
        zoom_in="Mai aproape",
        zoom_out="Mai departe",
        close="Închide",
        attribution="Hotare aproximative; date sintetice",
    )
    return replace(words, **changes)


@pytest.fixture
def make_report() -> Callable[..., ListeningReport]:
    return small_report


@pytest.fixture
def make_words() -> Callable[..., Words]:
    return romanian


@pytest.fixture
def report() -> ListeningReport:
    return small_report()


@pytest.fixture
def layers() -> Layers:
    return report_layers(small_report())


@pytest.fixture
def words() -> Words:
    return romanian()


@pytest.fixture
def assets() -> Assets:
    """Stand-ins for Leaflet: the page must carry them, whatever they hold."""
    return Assets(leaflet_js="window.L = {};", leaflet_css=".leaflet-container { overflow: hidden; }")


@pytest.fixture
def leaflet() -> Assets:
    """The real thing, from the package that the site serves it from."""
    package = importlib.util.find_spec("leaflet")
    if package is None or package.origin is None:
        pytest.skip("django-leaflet is not installed")
    folder = Path(package.origin).parent / "static" / "leaflet"
    return Assets((folder / "leaflet.js").read_text("utf-8"), (folder / "leaflet.css").read_text("utf-8"))
