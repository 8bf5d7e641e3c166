"""A report in a minute: by address, by map, by list, from where one stands, and with the keyboard alone."""

from __future__ import annotations

import re
import time

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from issues.rules import Precision
from tests.journeys.reporter import TEXT, Reporter, make_streets, opened, reports_of
from tests.journeys.shots import shot

MOST_TAPS = 6
MOST_PRESSES = 45
MOST_S = 20


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


def kept(text, django_db_blocker):
    with django_db_blocker.unblock():
        [issue] = reports_of(text)
        return issue


def finishes(reporter, text, *, subject=""):
    """From the place on; a `subject` is searched for, and Enter takes it, and Enter again goes on."""
    reporter.tap("#step-where .primary")
    reporter.tap("#text")
    reporter.type(text)
    if subject:
        reporter.tap("#category-search")
        reporter.type(f"{subject}\n\n")
    else:
        reporter.tap("label:has(#category-water)")
        reporter.tap("#step-what .primary")
    shot(reporter.page, f"send-{text.split()[0].lower()}")
    reporter.tap("#finish")
    reporter.arrives()


def test_by_address_in_six_taps(reporter, django_db_blocker):
    started = time.monotonic()
    page = reporter.open().page
    reporter.tap("#search")
    reporter.type("lidia 12")
    expect(page.locator("#search-list li").first).to_have_text("Strada Lidia 12, Iosefin")
    shot(page, "where-by-address")
    reporter.type("\n")
    expect(page.locator("#place-said")).to_have_text("Strada Lidia 12, Iosefin")
    finishes(reporter, "Address first, then water everywhere.")
    assert time.monotonic() - started <= MOST_S
    assert reporter.taps <= MOST_TAPS
    issue = kept("Address first, then water everywhere.", django_db_blocker)
    assert (issue.address, issue.precision) == ("Strada Lidia 12", Precision.POINT)
    assert issue.point.coords == pytest.approx((21.2104, 45.74))


def test_by_map_in_six_taps(reporter, django_db_blocker):
    started = time.monotonic()
    page = reporter.open().page
    page.locator("#pick").scroll_into_view_if_needed()
    name = page.locator(".pick-map .place-name >> text=Iosefin")
    expect(name).to_be_visible()
    reporter.tap_at(name.bounding_box())
    expect(page.locator(".pin")).to_be_visible()
    expect(page.locator("#place-said")).to_have_text(re.compile("Strada Lidia, Iosefin"))
    shot(page, "where-by-map")
    finishes(reporter, "Mapped water on the road.")
    assert time.monotonic() - started <= MOST_S
    assert reporter.taps <= MOST_TAPS
    issue = kept("Mapped water on the road.", django_db_blocker)
    assert issue.point.coords == pytest.approx((21.21, 45.74), abs=0.002)
    assert issue.neighborhood.slug == "iosefin"


def test_by_list_in_six_taps(reporter, django_db_blocker):
    """Letters choose in the list of neighbourhoods; where a device shows a list to tap on, that is one tap more."""
    started = time.monotonic()
    page = reporter.open().page
    reporter.tap("#area")
    reporter.type("meh\n")
    reporter.tap("label:has-text('Bulevardul Cetății')")
    expect(page.locator("#place-said")).to_have_text("Bulevardul Cetății, Mehala")
    shot(page, "where-by-list")
    finishes(reporter, "Listed water in the street.", subject="water")
    assert time.monotonic() - started <= MOST_S
    assert reporter.taps <= MOST_TAPS
    issue = kept("Listed water in the street.", django_db_blocker)
    assert (issue.address, issue.precision) == ("Bulevardul Cetății", Precision.STREET)


def test_from_where_one_stands(site, browser, streets):
    context = opened(browser, geolocation={"longitude": 21.19, "latitude": 45.74, "accuracy": 12})
    context.grant_permissions(["geolocation"])
    reporter = Reporter(context, site)
    page = reporter.open().page
    expect(page.locator("#place-said")).to_be_empty()
    page.locator("#locate").tap()
    expect(page.locator("#locate-said")).to_have_text("Found, to within 12 m.")
    expect(page.locator("#place-said")).to_have_text("Strada Mureș, Fabric")
    context.close()
    assert reporter.flaws == []


def test_a_device_that_may_not_tell_says_so(reporter):
    page = reporter.open().page
    page.locator("#locate").tap()
    expect(page.locator("#locate-said")).to_contain_text("This device may not tell where it is.")


def test_a_place_far_away_is_no_place(site, browser, streets):
    context = opened(browser, geolocation={"longitude": 26.1, "latitude": 44.43, "accuracy": 30})
    context.grant_permissions(["geolocation"])
    reporter = Reporter(context, site)
    reporter.excused = "422"
    page = reporter.open().page
    page.locator("#locate").tap()
    expect(page.locator("#locate-said")).to_contain_text("outside the city")
    page.locator("#step-where .primary").tap()
    expect(page.locator("#problems")).to_be_visible()
    context.close()
    assert reporter.flaws == []


def test_with_the_keyboard_alone(site, browser, streets, django_db_blocker):
    context = opened(browser, viewport={"width": 1280, "height": 900}, has_touch=False)
    reporter = Reporter(context, site)
    page = reporter.open().page
    reporter.tab_to(".skip")
    reporter.press("Enter")
    reporter.tab_to(".pick-map")
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()
    expect(page.locator("#pick-keys")).to_be_visible()
    shot(page, "keys-at-the-map")
    for key in ("ArrowDown", "ArrowLeft", "ArrowRight", "+"):
        reporter.press(key)
    expect(page.locator(".pick-said")).to_have_text(re.compile("In the middle: .+"))
    reporter.press("Enter")
    expect(page.locator(".pin")).to_be_visible()
    expect(page.locator("#place-said")).to_have_text(re.compile("Iosefin|Mehala"))
    shot(page, "keys-pin")
    reporter.tab_to("#step-where .primary")
    reporter.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "2 of 3: What"
    reporter.tab_to("#text")
    reporter.type("Keyed water in the cellar.")
    reporter.tab_to("#category-search")
    reporter.type("water")
    reporter.press("Enter")
    assert page.evaluate("document.activeElement.value") == "water"
    shot(page, "keys-subject")
    reporter.tab_to("#step-what .primary")
    reporter.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "3 of 3: Send"
    reporter.tab_to("#finish")
    reporter.press("Enter")
    reporter.arrives()
    context.close()
    assert reporter.presses <= MOST_PRESSES
    assert reporter.flaws == []
    assert kept("Keyed water in the cellar.", django_db_blocker)


def test_space_drops_the_pin_escape_takes_it_away(reporter):
    page = reporter.open().page
    page.locator("#pick").scroll_into_view_if_needed()
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()
    page.locator(".pick-map").focus()
    reporter.press("Space")
    expect(page.locator(".pin")).to_be_visible()
    expect(page.locator("input[name=lng]")).not_to_have_value("")
    reporter.press("Escape")
    expect(page.locator(".pin")).to_have_count(0)
    expect(page.locator("input[name=lng]")).to_have_value("")


def test_who_cannot_drag_moves_the_map_with_buttons(reporter):
    page = reporter.open().page
    page.locator("#pick").scroll_into_view_if_needed()
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()
    page.get_by_role("button", name="South").tap()
    page.get_by_role("button", name="North").tap()
    page.locator(".leaflet-control-zoom-in").tap()
    page.get_by_role("button", name="South").tap()
    expect(page.locator(".pick-said")).to_have_text(re.compile("In the middle: "))
    page.locator("#pick-here").tap()
    south = float(page.locator("input[name=lat]").input_value())
    assert south < 45.75
    expect(page.locator("#place-said")).to_have_text(re.compile("Iosefin|Mehala"))


def test_the_pin_is_dragged(site, browser, streets):
    context = opened(browser, viewport={"width": 1280, "height": 900}, has_touch=False)
    reporter = Reporter(context, site)
    page = reporter.open().page
    page.locator("#search").fill("lidia 12")
    expect(page.locator("#search-list")).to_be_visible()
    page.locator("#search").press("Enter")
    page.locator(".pick-map").scroll_into_view_if_needed()
    expect(page.locator(".pin")).to_be_visible()
    before = float(page.locator("input[name=lng]").input_value())
    box = page.locator(".pin").bounding_box()
    page.mouse.move(box["x"] + 22, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 62, box["y"] + 20, steps=5)
    page.mouse.up()
    expect(page.locator("#place-said")).to_have_text(re.compile("Iosefin"))
    assert float(page.locator("input[name=lng]").input_value()) > before
    context.close()
    assert reporter.flaws == []


def test_nothing_found_says_what_else_to_do(reporter):
    page = reporter.open().page
    page.locator("#search").fill("qqqqqqq")
    expect(page.locator("#found-said")).to_contain_text("the list below, or the map")
    expect(page.locator("#search-list")).to_be_hidden()
    assert TEXT not in page.content()
