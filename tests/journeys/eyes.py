"""Eyes and ears of the journeys: what a checker finds on a page, and what should never happen beside it.

A page is looked at by day and by night; on a phone in Romanian, whose words are longer, and on a desk in English, as
each width shows other parts of a page. By night only colours differ (`test_eyes.py` holds stylesheets and scripts to
that), so only the rules that look at colours are tried again. With ASCULT_LOOKS, the name of a file (the drill), each
language, width and light is a page loaded for itself and tried by every rule, and every look becomes a line of the
file.
"""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.journeys.shots import shot

AXE = f"{AXE_SCRIPT};undefined"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
PHONE, DESK = 360, 1280
HEIGHT = 800
QUIET_S, LONGEST_S = 0.1, 15.0
REFUSED = "Failed to load resource: the server responded with a status of"
LOOKS = os.environ.get("ASCULT_LOOKS", "")


class Watch:
    """What should never happen: an error on the console (a violated policy is one), a request to another site.

    `excused` is what a journey provokes: the words of console errors that are no flaw.
    """

    def __init__(self, over: Page | BrowserContext, *sites: str) -> None:
        self.sites = (*sites, "data:", "blob:")
        self.flaws: list[str] = []
        self.excused = "no failure is excused"
        self._going: set[Request] = set()
        self._since = time.monotonic()
        over.on("console", self._said)
        over.on("pageerror" if isinstance(over, Page) else "weberror", self._broke)
        over.on("request", self._left)
        over.on("requestfinished", self._came)
        over.on("requestfailed", self._came)

    def _said(self, message: Any) -> None:
        if message.type == "error" and not re.search(self.excused, message.text):
            self.flaws.append(f"{message.text} ({message.location['url']})")

    def _broke(self, problem: Any) -> None:
        self.flaws.append(str(getattr(problem, "error", problem)))

    def _left(self, request: Request) -> None:
        self._going.add(request)
        if not request.url.startswith(self.sites):
            self.flaws.append(f"left: {request.url}")

    def _came(self, request: Request) -> None:
        self._going.discard(request)
        self._since = time.monotonic()

    def settle(self, page: Page) -> None:
        """Until everything asked for has come, and nothing more was asked for a moment."""
        page.wait_for_load_state()
        ends = time.monotonic() + LONGEST_S
        while self._going or time.monotonic() - self._since < QUIET_S:
            if time.monotonic() > ends:
                raise AssertionError(f"still on the way: {sorted(request.url for request in self._going)}")
            page.wait_for_timeout(20)


class Tabs:
    """Tabs of one journey, each on a phone of its own that was never here, unless told otherwise."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self._open: list[tuple[BrowserContext, Watch, bool]] = []

    def __call__(self, *, excused: str = "", staff: bool = False, **more: Any) -> Page:
        """Open one. What is `excused` on its console is no flaw. A cookie is one, unless `staff` are at work."""
        window = {"viewport": {"width": PHONE, "height": 740}, "reduced_motion": "reduce"}
        context = self.browser.new_context(**window | more)
        context.set_default_timeout(10_000)
        watch = Watch(context, self.site)
        watch.excused = excused or watch.excused
        self._open.append((context, watch, staff))
        return context.new_page()

    def closed(self) -> list[str]:
        """Close them all; what went wrong in any."""
        flaws: list[str] = []
        for context, watch, staff in self._open:
            flaws += watch.flaws
            if not staff:
                flaws += [f"cookie: {cookie['name']}" for cookie in context.cookies()]
            context.close()
        return flaws


@dataclass(frozen=True)
class View:
    """A language, and the window a page is loaded in; unless `alone` it is tried at all `widths`, day and night."""

    language: str
    width: int = PHONE
    scheme: str = "light"
    alone: bool = False
    widths: tuple[int, ...] = (DESK, PHONE)

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.scheme}" if self.alone else self.language

    def looks(self) -> list[tuple[int, str, Any]]:
        """Every (width, scheme, rules) to try."""
        if self.alone:
            return [(self.width, self.scheme, RULES)]
        return [look for width in self.widths for look in ((width, "dark", COLOURS), (width, "light", RULES))]


def views() -> list[View]:
    """One for each language; in the long form one for each language and window."""
    if not LOOKS:
        return [View("ro", widths=(PHONE,)), View("en", widths=(DESK,))]
    return [
        View(lang, width, scheme, True)
        for lang in ("ro", "en")
        for width in (PHONE, DESK)
        for scheme in ("light", "dark")
    ]


class Eyes(Watch):
    """One tab that looks at pages in a view. `found` is what is wrong, by the name of the state a page was in."""

    def __init__(self, browser: Browser, site: str, view: View, **more: Any) -> None:
        self.site, self.view = site, view
        window = {"viewport": {"width": view.width, "height": HEIGHT}, "color_scheme": view.scheme}
        self.context: BrowserContext = browser.new_context(**window | {"reduced_motion": "reduce"} | more)
        self.context.set_default_timeout(15_000)
        super().__init__(self.context, site)
        self.page: Page = self.context.new_page()
        self.found: dict[str, list[str]] = {}

    def visit(self, path: str, name: str = "", *, status: int = 200) -> None:
        """Open a page of the site in the view's language, and look at it."""
        self.open(path, status=status)
        self.look(name or path)

    def open(self, path: str, *, status: int = 200) -> None:
        answer = self.page.goto(f"{self.site}/{self.view.language}/{path}")
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"

    def look(self, name: str) -> None:
        """Note what is wrong with the page as it is now."""
        self.settle(self.page)
        self.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        wrong: list[str] = []
        for width, scheme, rules in self.view.looks():
            wrong += [f"{flaw} [{width} {scheme}]" for flaw in self._tried(width, scheme, rules)]
            if rules is RULES:
                shot(self.page, f"look-{name}-{self.view.language}-{width}-{scheme}".replace(" ", "-"))
        if not self.view.alone:
            self.page.set_viewport_size({"width": self.view.width, "height": HEIGHT})
        if wrong:
            self.found[name] = wrong
        if LOOKS:
            test = os.environ["PYTEST_CURRENT_TEST"].rpartition("/")[2].partition("[")[0]
            with open(LOOKS, "a", encoding="utf-8") as file:
                file.write(json.dumps({"test": test, "state": name, "view": str(self.view), "wrong": wrong}) + "\n")

    def _tried(self, width: int, scheme: str, rules: Any) -> list[str]:
        if not self.view.alone:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.emulate_media(color_scheme=scheme)
            self.settle(self.page)
        # the status of the page itself is what its visit is about
        heard = [flaw for flaw in self.flaws if not (flaw.startswith(REFUSED) and flaw.endswith(f"({self.page.url})"))]
        found = heard + flaws_of(self.page, rules)
        self.flaws.clear()  # what the checker's own script says to a sealed frame is not the page's
        return found


def flaws_of(page: Page, rules: Any = RULES) -> list[str]:
    """What the checker finds on a page, and how far the page is wider than its window."""
    spill = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options).then(({violations}) => violations)", options)
    flaws = [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in found]
    return [f"{spill} px too wide", *flaws] if spill > 0 else flaws
