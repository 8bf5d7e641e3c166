"""Map and list show the same: what is pointed at in one is lit in the other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

LIT = re.compile(r"\blit\b")


@pytest.mark.parametrize("path", ["/en/problem-areas/", "/en/problem-areas/?res=9", "/en/neighborhoods/fabric/"])
def test_a_row_lights_its_shape(site, tabs, path):
    page = tabs(viewport={"width": 1280, "height": 720})
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    row = page.locator("[data-place]").first
    row.hover()
    expect(row).to_have_class(LIT)
    expect(page.locator("#map path.lit")).to_have_count(1)


def test_a_shape_lights_its_row(site, tabs):
    page = tabs(viewport={"width": 1280, "height": 900})
    page.goto(f"{site}/en/problem-areas/")
    page.wait_for_load_state("networkidle")
    page.locator("#map path.area").last.click(position={"x": 20, "y": 60})
    expect(page.locator("tr.lit")).to_have_count(1)
    expect(page.locator("#map-read")).to_contain_text("were expected")
