"""From the map to the list and on to one issue, by pointer and by keyboard, with a script and without."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.journeys.eyes import Watch
from tests.journeys.shots import shot

NUMBER = re.compile(r"\d+")


@pytest.fixture
def desk(tabs):
    """A tab on a wide screen."""
    return tabs(viewport={"width": 1280, "height": 900})


def visit(page, url):
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return page


def total(page):
    return int(NUMBER.search(page.locator("#results .sum").inner_text())[0])


def test_a_hexagon_leads_to_the_list_of_its_issues(desk, site):
    page = visit(desk, f"{site}/en/?category=lighting")
    page.locator("#map path.cell").first.click()
    n = int(NUMBER.search(page.locator("#map-read").inner_text())[0])
    page.get_by_role("link", name="Show these in the list").first.click()
    assert "category=lighting" in page.url
    assert total(page) == page.locator(".issue").count() == n


def test_near_enough_the_keyboard_reads_an_issue_and_opens_it(desk, site):
    page = visit(desk, f"{site}/en/?cell=8a1e1928a697fff")
    cell = page.evaluate(
        "fetch('/en/live/cells.json?category=lighting&res=10&bbox=21.17,45.72,21.25,45.76')"
        ".then(r => r.json()).then(a => a.features[0].geometry.coordinates)"
    )
    page.goto(
        f"{site}/en/?category=lighting&bbox={cell[0] - 0.001},{cell[1] - 0.001},{cell[0] + 0.001},{cell[1] + 0.001}"
    )
    expect(page.locator(".pin").first).to_be_visible()
    expect(page.locator("#legend")).to_contain_text("received")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-read")).to_contain_text("Street lighting: received")
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.closest('#map-links') !== null"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Street lighting")


def test_the_list_of_a_view_holds_what_the_map_shows(desk, site):
    page = visit(desk, f"{site}/en/?bbox=21.182,45.733,21.192,45.738")
    expect(page.locator("#map-list a")).to_have_text("Show these in the list")
    n = int(NUMBER.search(page.locator("#map-said").inner_text())[0])
    page.locator("#map-list a").click()
    assert total(page) == n
    shot(page, "list-of-a-view")
    page.get_by_role("link", name="Show the whole city").click()
    assert total(page) > n


def test_words_and_choices_renew_the_list_and_its_address(desk, site):
    page = visit(desk, f"{site}/en/issues/")
    everything = total(page)
    page.select_option("select[name=area]", "fabric")
    expect(page.locator("#results .sum")).not_to_contain_text(f"Together: {everything} ")
    assert "area=fabric" in page.url
    here = total(page)
    page.fill("input[name=q]", "does wor")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/en/issues/?q=does+wor&area=fabric")
    expect(page.locator("#results .sum")).to_contain_text(f"Together: {here} ")
    page.fill("input[name=q]", "doesnotoccur")
    page.keyboard.press("Enter")
    expect(page.locator("#results")).to_contain_text("Nothing matches.")
    page.reload()
    expect(page.locator("input[name=q]")).to_have_value("doesnotoccur")


def test_without_a_script_the_list_is_narrowed_and_walked(site, tabs):
    page = tabs(java_script_enabled=False)
    page.goto(f"{site}/en/issues/")
    everything, seen = total(page), page.locator(".issue").count()
    page.get_by_role("link", name="Older issues").click()
    assert seen + page.locator(".issue").count() == everything
    page.get_by_role("link", name="Back to the newest").click()
    page.select_option("select[name=category]", "roads")
    page.get_by_role("button", name="Show").click()
    assert total(page) == 30
    page.get_by_role("link", name="Show on the map").click()
    expect(page.locator("#results .sum")).to_contain_text("Together: 30 issues.")


def test_a_place_is_found_without_a_script(site, tabs):
    page = tabs(java_script_enabled=False)
    page.goto(f"{site}/en/")
    page.fill("#where", "fabr")
    page.get_by_role("button", name="Find").click()
    page.locator(".found").get_by_role("link", name="In the list").click()
    expect(page.locator("#results .sum")).to_contain_text("Only here: Fabric.")


@pytest.fixture
def elsewhere(site):
    """Another site, which shows our map."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{site}/en/embed/?category=roads" width="600" height="480">'.encode())

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_another_site_may_show_the_map(site, browser, elsewhere):
    context = browser.new_context()
    watch = Watch(context, site, elsewhere)
    page = context.new_page()
    page.goto(elsewhere)
    frame = page.frame_locator("iframe")
    expect(frame.locator("#map-said")).to_contain_text("Together: 30.")
    expect(frame.locator("#map path.cell").first).to_be_visible()
    with context.expect_page() as opened:
        frame.get_by_role("link", name="Show all in the list").click()
    expect(opened.value.locator("#results .sum")).to_contain_text("Together: 30 issues.")
    assert (watch.flaws, context.cookies()) == ([], [])
    context.close()
