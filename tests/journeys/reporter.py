"""Somebody who reports a problem in a browser: what they tap and press is counted, and what goes wrong is noted."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.gis.geos import Point
from playwright.sync_api import Browser, BrowserContext, Page, expect

from issues.models import Issue
from neighborhoods.models import Address
from neighborhoods.street_words import street_key
from tests.factories import SIDE, SOUTH, WEST
from tests.journeys.eyes import Watch

STREETS = {"Strada Lidia": (1, "iosefin"), "Strada Mureș": (0, "fabric"), "Bulevardul Cetății": (2, "mehala")}
TEXT = "The lamp by the bus stop has been out for two weeks."
expect.set_options(timeout=10_000)  # a shared machine pauses

MINE = re.compile(r"/en/mine/[0-9a-f]{32}/")


def make_streets() -> None:
    """Three streets with a house each, one in every square."""
    for street, (column, slug) in STREETS.items():
        for number in ("", "12"):
            lng = WEST + (column + 0.5) * SIDE + (0.0004 if number else 0)
            Address.objects.create(
                street=street,
                number=number,
                words=street_key(street),
                point=Point(lng, SOUTH + SIDE / 2, srid=4326),
                neighborhood=slug,
                source="drawn for the test",
            )


def opened(browser: Browser, **more: Any) -> BrowserContext:
    """A phone of its own, with nothing kept on it."""
    context = browser.new_context(
        **{"viewport": {"width": 360, "height": 740}, "has_touch": True, "reduced_motion": "reduce"} | more
    )
    context.set_default_timeout(10_000)
    return context


class Reporter(Watch):
    """One tab of a browser at the form."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site = context, site
        self.taps = self.presses = 0
        self.page: Page = context.new_page()
        super().__init__(self.page, site)

    def open(self) -> Reporter:
        self.page.goto(f"{self.site}/en/issues/new/")
        expect(self.page.locator("#search[role=combobox]")).to_be_attached()  # the script has begun
        return self

    def tap(self, selector: str) -> None:
        self.page.locator(selector).tap()
        self.taps += 1

    def tap_at(self, box: Any) -> None:
        """Tap the middle of a box on the screen."""
        self.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.taps += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def tab_to(self, selector: str) -> None:
        """Tab until the focus is there; every press counts."""
        for _ in range(60):
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"Tab never comes to {selector}")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def says_where(self, search: str = "lidia 12") -> None:
        """The shortest way past the first step."""
        self.page.locator("#search").fill(search)
        expect(self.page.locator("#search-list")).to_be_visible()
        self.page.locator("#search").press("Enter")
        self.page.locator("#step-where .primary").click()

    def fills_in(self, text: str = TEXT, category: str = "water") -> None:
        """Everything up to the button that sends."""
        self.says_where()
        self.page.locator("#text").fill(text)
        self.page.locator(f"#category-{category}").check()
        self.page.locator("#step-what .primary").click()
        expect(self.page.locator("#finish")).to_be_visible()

    def arrives(self, timeout_ms: float = 10_000) -> None:
        """The reporter's own page is there."""
        self.page.wait_for_url(MINE, timeout=timeout_ms)


def reports_of(text: str) -> list[Issue]:
    """What the city has of this text, in the order it came."""
    return list(Issue.objects.filter(description=text).order_by("pk"))
