"""From step to step: focus, the browser's Back, what is missing, and no flaw that a checker finds."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from tests.journeys.reporter import TEXT, Reporter, make_streets, opened
from tests.journeys.shots import shot
from tests.made_pictures import jpeg


@pytest.fixture(scope="module")
def streets(site, django_db_blocker):
    with override_settings(REPORTS_PER_HOUR=1000), django_db_blocker.unblock():
        make_streets()
        yield


@pytest.fixture
def reporter(site, browser, streets):
    context = opened(browser)
    somebody = Reporter(context, site)
    yield somebody
    context.close()
    assert somebody.flaws == []


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim()")


def test_each_step_takes_the_focus_and_back_goes_one_back(reporter):
    page = reporter.open().page
    asked = []
    page.on("request", lambda r: asked.append(r.url) if r.is_navigation_request() else None)
    reporter.says_where()
    assert focused(page) == "2 of 3: What"
    page.locator("#text").fill(TEXT)
    page.locator("#category-water").check()
    page.locator("#step-what .primary").tap()
    assert focused(page) == "3 of 3: Send"
    expect(page.locator("#sum-text")).to_have_text(TEXT)
    expect(page.locator("#sum-category")).to_have_text("Water and sewers")
    expect(page.locator("[data-facts=water]")).to_be_visible()
    page.go_back()
    assert focused(page) == "2 of 3: What"
    page.go_back()
    assert focused(page) == "1 of 3: Where"
    page.go_forward()
    expect(page.locator("#text")).to_have_value(TEXT)
    assert asked == []


def test_what_a_step_lacks_is_said_where_it_lacks(reporter):
    page = reporter.open().page
    page.locator("#step-where .primary").tap()
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problem-place")).to_be_visible()
    shot(page, "problem-where")
    page.locator("#problems a").tap()
    expect(page.locator("#search")).to_be_focused()
    reporter.says_where()
    expect(page.locator("#problems")).to_be_hidden()
    page.locator("#step-what .primary").tap()
    expect(page.locator("#problems li")).to_have_count(2)
    expect(page.locator("#text")).to_have_attribute("aria-invalid", "true")
    page.locator("#text").fill(TEXT)
    expect(page.locator("#problem-text")).to_be_hidden()
    expect(page.locator("#problems li")).to_have_count(1)
    page.locator("#category-water").check()
    expect(page.locator("#problems")).to_be_hidden()


def test_a_chosen_place_takes_its_problem_away(reporter):
    page = reporter.open().page
    page.locator("#step-where .primary").tap()
    expect(page.locator("#problems")).to_be_visible()
    page.locator("#pick-here").tap()
    expect(page.locator("#problems")).to_be_hidden()


def test_enter_in_a_field_goes_on(reporter):
    page = reporter.open().page
    reporter.says_where()
    page.go_back()
    page.locator("#address").press("Enter")
    expect(page.locator("#step-what")).to_be_visible()


def test_what_the_server_finds_brings_its_step_back(reporter):
    reporter.excused = "422"
    page = reporter.open().page
    reporter.fills_in()
    page.locator("#email").fill("a@b")
    page.locator("#finish").tap()
    expect(page.locator("#problem-email")).to_have_text(re.compile("not an e-mail address"))
    expect(page.locator("#step-send")).to_be_visible()
    expect(page.locator("#problems")).to_be_focused()


def test_an_address_is_chosen_with_arrows_and_left_with_escape(reporter):
    page = reporter.open().page
    field = page.locator("#search")
    field.fill("lidia 1")
    expect(page.locator("#search-list li")).to_have_count(2)
    expect(field).to_have_attribute("aria-expanded", "true")
    first = field.get_attribute("aria-activedescendant")
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") != first
    field.press("Escape")
    expect(page.locator("#search-list")).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#place-said")).to_be_empty()


def test_an_address_written_and_not_chosen_is_asked_for(reporter):
    page = reporter.open().page
    page.locator("#search").fill("lidia 1")
    page.locator("#step-where .primary").tap()
    expect(page.locator("#problem-place")).to_have_text("Choose one of the places found.")
    page.locator("#problems a").tap()
    page.locator("#search-list li").first.tap()
    expect(page.locator("#place-said")).to_have_text("Strada Lidia, Iosefin")


def test_the_only_answer_to_an_address_is_taken(reporter):
    page = reporter.open().page
    page.locator("#search").fill("lidia 12")
    page.locator("#step-where .primary").tap()
    expect(page.locator("#step-what")).to_be_visible()
    expect(page.locator("input[name=place]")).to_have_value("Strada Lidia 12, Iosefin")


def test_who_saves_data_gets_the_map_on_a_press(site, browser, streets):
    context = opened(browser)
    context.add_init_script("Object.defineProperty(navigator, 'connection', {value: {saveData: true}});")
    reporter = Reporter(context, site)
    page = reporter.open().page
    page.locator("#pick").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert page.evaluate("typeof L") == "undefined"
    page.get_by_role("button", name="Show the map").tap()
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()
    context.close()
    assert reporter.flaws == []


def test_no_step_has_a_flaw(eyes, streets):
    eyes.excused = "ERR_INTERNET_DISCONNECTED|ERR_FAILED"
    page = eyes.page
    eyes.open("issues/new/")
    page.locator("#step-where .primary").click()
    page.locator("#pick").scroll_into_view_if_needed()
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()
    eyes.look("missing")
    page.locator("#search").fill("lidia")
    expect(page.locator("#search-list")).to_be_visible()
    eyes.look("options")
    page.locator("#search").press("Enter")
    expect(page.locator(".pin")).to_be_visible()
    eyes.look("where")
    page.locator("#area").select_option("fabric")
    expect(page.locator("#street-list input").first).to_be_visible()
    eyes.look("streets")
    page.locator("#step-where .primary").click()
    page.locator("#text").fill(TEXT)
    page.locator("#category-lighting").check()
    eyes.look("what")
    page.locator("#step-what .primary").click()
    page.locator("#photos").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    expect(page.locator("#photo-list li")).to_have_count(1)
    eyes.look("send")
    page.reload()
    expect(page.locator("#drafts button").first).to_be_visible()
    eyes.look("draft offered")
    page.locator("#drafts button").first.click()
    expect(page.locator("#step-send")).to_be_visible()
    eyes.context.set_offline(True)
    page.locator("#finish").click()
    expect(page.locator("#sending .go button").first).to_be_visible()
    eyes.look("waiting")
    assert eyes.found == {}
