"""The first page by keyboard, without a script, and with one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.shots import shot


@pytest.fixture
def page(site, tabs):
    opened = tabs(viewport={"width": 1280, "height": 900})
    opened.goto(f"{site}/en/")
    opened.wait_for_load_state("networkidle")
    return opened


def test_the_keyboard_skips_the_map_and_reaches_the_list(page):
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.skip-map')"):
            break
    expect(page.locator(".skip-map")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#results') !== null")


def test_enter_reads_the_middle_of_the_map(page):
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-read")).to_have_text(re.compile(r"issue|Nobody has said anything here"))


def test_a_choice_renews_list_map_and_address(page):
    before = page.locator("#map-said").inner_text()
    page.select_option("select[name=category]", "lighting")
    expect(page.locator("#results .sum")).to_contain_text("Together: 20 issues.")
    expect(page.locator("#map-said")).to_contain_text("Together: 20.")
    assert page.locator("#map-said").inner_text() != before
    assert "category=lighting" in page.url
    shot(page, "home-filtered")
    page.reload()
    expect(page.locator("select[name=category]")).to_have_value("lighting")


def test_closer_the_hexagons_are_smaller(page):
    with page.expect_request(re.compile("res=10")):
        for _ in range(2):
            page.locator(".leaflet-control-zoom-in").click()


def test_outlines_and_names_show_without_a_base_map(page):
    expect(page.locator(".place-name >> text=Fabric")).to_be_visible()
    assert page.locator("path.border").count() == 3
    assert page.locator(".leaflet-tile").count() == 0


def test_without_a_script_the_list_filters_and_the_map_is_a_picture(site, tabs):
    page = tabs(java_script_enabled=False)
    page.goto(f"{site}/ro/")
    expect(page.locator("noscript img.still")).to_be_visible()
    expect(page.locator("#map")).to_be_hidden()
    page.select_option("select[name=category]", "roads")
    page.get_by_role("button", name="Arată").click()
    assert "category=roads" in page.url
    expect(page.locator("#results .sum")).to_contain_text("Împreună: 30 de sesizări.")
