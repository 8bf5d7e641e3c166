"""Every page in both languages, on a phone and on a desk, by day and by night: usable by all, closed to the world."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = {"home":"/","list":"/issues/","listq":"/issues/?area=fabric&q=wor","none":"/issues/?q=nothingatall","wrong":"/issues/?q=%21&cell=x","found":"/?where=fab","nofound":"/?where=zzz","embed":"/embed/?area=fabric","pins":"/?category=lighting&bbox=21.182,45.732,21.192,45.738"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["ro", "en"])
def test_every_page(site, browser, language, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    flaws = {name: visit(context, f"{site}/{language}{path}", site) for name, path in PAGES.items()}
    context.close()
    assert {name: found for name, found in flaws.items() if found} == {}


def visit(context, url, site):
    """What is wrong with one page."""
    page = context.new_page()
    flaws: list[str] = []
    page.on("console", lambda m: flaws.append(m.text) if m.type == "error" and "404" not in m.text else None)
    page.on("pageerror", lambda e: flaws.append(str(e)))
    page.on("request", lambda r: None if r.url.startswith((site, "data:", "blob:")) else flaws.append(f"left: {r.url}"))
    page.goto(url)
    page.wait_for_load_state("networkidle")
    spill = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if spill > 0:
        flaws.append(f"{spill} px too wide")
    found = list(flaws)  # what the checker's own script says to a sealed frame is not the page's
    checked = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    page.close()
    return found + [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in checked]
