"""The map without a mouse, in a real browser: what no look at the markup can tell."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.results import ListeningReport
from maps.interactive import Assets, page
from maps.layers import report_layers
from maps.words import Words

pytestmark = pytest.mark.journey

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
def screen(
    tmp_path: Path, make_report: Callable[..., ListeningReport], words: Words, leaflet: Assets
) -> Iterator[tuple[Any, list[str]]]:
    """The page of the small report as a file, and everything that the browser complained of or asked for."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    file = tmp_path / "map.html"
    file.write_text(page(report_layers(make_report()), words, leaflet), encoding="utf-8")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=_FLAGS)
        tab = browser.new_page(viewport={"width": 800, "height": 600}, reduced_motion="reduce")
        noise: list[str] = []
        tab.on("console", lambda message: noise.append(message.text))
        tab.on("pageerror", lambda error: noise.append(str(error)))
        tab.on("request", lambda request: noise.append(request.url) if request.url != file.as_uri() else None)
        tab.goto(file.as_uri())
        yield tab, noise
        browser.close()


def test_enter_reads_the_cell_in_the_middle(screen: tuple[Any, list[str]]) -> None:
    tab, noise = screen
    tab.keyboard.press("Tab")
    for _ in range(2):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(300)
    tab.keyboard.press("Enter")
    said = tab.locator(".leaflet-popup-content").inner_text()
    assert said.endswith("incidente")
    tab.keyboard.press("Escape")
    tab.wait_for_function("!document.querySelector('.leaflet-popup')")
    assert noise == []


def test_tab_walks_the_findings_and_enter_opens_them(screen: tuple[Any, list[str]]) -> None:
    tab, noise = screen
    names = []
    for _ in range(4):
        tab.keyboard.press("Tab")
        names.append(tab.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert names[1].startswith("1: roads: 31")
    assert names[2].startswith("2: lighting: 14")
    assert names[3].startswith("A · q = 0,03: Grup de 18")
    tab.keyboard.press("Enter")
    assert "Grup de 18 incidente" in tab.locator(".leaflet-popup-content").inner_text()
    assert tab.locator(".leaflet-popup-close-button").get_attribute("aria-label") == "Închide"
    assert noise == []


def test_the_legend_takes_findings_off_the_map(screen: tuple[Any, list[str]]) -> None:
    tab, noise = screen
    drawn = tab.locator(".leaflet-overlay-pane path.hotspots")
    assert drawn.count() == 2
    tab.locator("[data-layer=hotspots]").press("Space")
    assert drawn.count() == 0
    assert tab.locator(".badge-hotspots").count() == 0
    tab.locator("[data-layer=hotspots]").press("Space")
    assert drawn.count() == 2
    assert noise == []
