"""The eyes and ears of the journeys themselves: they see what is wrong, at the width and in the light where it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.eyes import DESK, PHONE, Eyes, View, Watch, views

STATIC = Path(__file__).resolve().parents[2] / "web" / "static" / "ascult"
TEMPLATES = STATIC.parents[1] / "templates"
NIGHT = re.compile(r"@media[^{]*prefers-color-scheme[^{]*\{((?:[^{}]|\{[^{}]*\})*)\}")
PAGE = """<!doctype html><html lang="en"><title>A page</title><style>
body {{ background: #fff; color: #000; }} {style}
</style><main><h1>Words</h1><p class="faint">More words</p><div class="wide">.</div></main>"""

FAINT = ".faint { color: #ccc; }"


@pytest.fixture
def seen(site, browser):
    eyes = Eyes(browser, site, View("en"))

    def of(style):
        eyes.page.set_content(PAGE.format(style=style))
        eyes.look("page")
        return eyes.found.pop("page", [])

    yield of
    eyes.context.close()


def test_a_good_page_has_no_flaw(seen):
    assert seen("") == []


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_shows_in_one_window_only_is_seen(seen, width, scheme):
    where = "max-width: 400px" if width == PHONE else "min-width: 1000px"
    [flaw] = seen(f"@media ({where}) and (prefers-color-scheme: {scheme}) {{ {FAINT} }}")
    assert flaw.startswith("color-contrast")
    assert flaw.endswith(f"[{width} {scheme}]")


def test_a_page_wider_than_its_window_is_seen(seen):
    assert seen(".wide { width: 361px; }")[0].endswith("px too wide [360 dark]")


@pytest.mark.parametrize(
    "act, said",
    [
        ("document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))", "inline script"),
        ("document.body.setAttribute('style', 'color: red')", "inline style"),
        ("fetch('http://127.0.0.1:9/')", "connect"),
        ("setTimeout(() => { throw new Error('a mistake'); })", "a mistake"),
        ("fetch('/nowhere/')", "404"),
    ],
)
def test_what_should_never_happen_is_heard(site, browser, act, said):
    page = browser.new_page()
    watch = Watch(page, site)
    page.goto(f"{site}/en/sign-in/")
    watch.settle(page)
    assert watch.flaws == []
    page.evaluate(f"() => {{ {act}; }}")
    page.wait_for_timeout(300)
    assert any(said in flaw for flaw in watch.flaws), watch.flaws
    page.context.close()


def test_a_request_to_another_site_is_heard(site, browser):
    page = browser.new_page()
    watch = Watch(page, site)
    watch.excused = "ERR_"
    page.set_content("<img src='http://127.0.0.1:9/x.png' alt=''>")
    expect(page.locator("img")).to_have_js_property("complete", True)
    assert watch.flaws == ["left: http://127.0.0.1:9/x.png"]
    page.context.close()


def test_by_night_only_colours_differ():
    """So a page looked over by day at both widths needs by night only the rules that look at colours."""
    for sheet in STATIC.rglob("*.css"):
        for block in NIGHT.findall(sheet.read_text()):
            properties = re.findall(r"([\w-]+)\s*:\s*[^;{}]+;", block)
            assert properties
            assert [name for name in properties if not name.startswith("--") and name not in ("filter", "color")] == []
    for file in [*STATIC.rglob("*.js"), *TEMPLATES.rglob("*.html")]:
        assert "prefers-color-scheme" not in file.read_text(), file


def test_the_long_form_has_every_window_for_itself(monkeypatch):
    assert [str(view) for view in views()] == ["ro", "en"]
    monkeypatch.setattr("tests.journeys.eyes.LOOKS", "looks.jsonl")
    assert len({str(view) for view in views()}) == 8
