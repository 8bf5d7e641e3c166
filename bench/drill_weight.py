"""What the report page weighs on the wire, and when it can be used on a bad line. Last line: JSON.

In a real browser on packed files: bytes as received (bodies packed, with headers), before the map and with it, without
tiles. Usable: the first step's field can be written in and its script has run, at 400 kbit/s and 400 ms, uncached.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import time
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench._city import load_places, use_database
from bench._figures import Figures
from bench._site import served

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
BEFORE_MAP_KB, WITH_MAP_KB, USABLE_S = 60, 150, 3.0


class Scale:
    """Weighs what a page receives."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.bytes = 0
        self.session.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def slow(self) -> None:
        self.session.send("Network.emulateNetworkConditions", SLOW)


def fresh(browser: Browser) -> tuple[Page, Scale]:
    """A phone's page that has never been here; no service worker, whose own fetching is not the page's."""
    page = browser.new_context(viewport={"width": 360, "height": 740}, service_workers="block").new_page()
    return page, Scale(page)


def weigh(browser: Browser, url: str, figures: Figures) -> None:
    for what, aim in (("before the map", BEFORE_MAP_KB), ("with the map", WITH_MAP_KB)):
        page, scale = fresh(browser)
        if what == "before the map":  # it comes by itself a moment later; here it does not
            page.route("**/leaflet*", lambda route: route.abort())
        page.goto(url)
        page.wait_for_load_state("networkidle")
        if what == "with the map":
            page.wait_for_selector("#pick .leaflet-pane", state="attached", timeout=30_000)
            page.wait_for_load_state("networkidle")
        figures.take(what, scale.bytes / 1024, "KB", at_most=aim)
        page.context.close()


def usable(browser: Browser, url: str) -> float:
    page, scale = fresh(browser)
    scale.slow()
    started = time.perf_counter()
    page.goto(url, wait_until="domcontentloaded", timeout=60_000)
    page.fill("#search", "Mureș")
    seconds = time.perf_counter() - started
    page.context.close()
    return seconds


def measure(url: str, runs: int) -> Figures:
    """Every figure of one page, with its aim."""
    figures = Figures("weight")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        weigh(browser, url, figures)
        times = [usable(browser, url) for _ in range(runs)]
        figures.take(f"usable on a bad line, median of {runs}", statistics.median(times), "s", at_most=USABLE_S)
        browser.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    use_database("ascult_drill_pages", fresh=True)
    load_places()
    with served(os.environ["DATABASE_URL"]) as site:
        figures = measure(f"{site}/ro/issues/new/", given.runs)
    figures.finish()


if __name__ == "__main__":
    main()
