"""A report without a script: by address, by list, with mistakes, with photos, and to the page of thanks."""

from __future__ import annotations

import re
import time

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from tests.journeys.reporter import make_streets, reports_of
from tests.journeys.shots import shot
from tests.made_pictures import jpeg

MOST_TAPS, MOST_PRESSES, MOST_S = 6, 45, 20
MINE = re.compile(r"/(en|ro)/mine/[0-9a-f]{32}/\?new=1")


@pytest.fixture(scope="module")
def streets(site, django_db_blocker):
    with override_settings(REPORTS_PER_HOUR=1000), django_db_blocker.unblock():
        make_streets()
        yield


@pytest.fixture
def page(tabs, site, streets):
    opened = tabs(java_script_enabled=False, has_touch=True, excused="status of 422")
    opened.goto(f"{site}/en/issues/new/")
    return opened


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_by_address_in_six_taps(page, django_db_blocker):
    started, taps = time.monotonic(), []
    page.on("request", lambda r: taps.append("press") if r.method == "POST" else None)
    page.locator("#search").fill("lidia 12")
    press(page, "Find")
    shot(page, "plain-found")
    expect(page.get_by_label("Strada Lidia 12, Iosefin")).to_be_checked()  # the only one found
    press(page, "Next")
    page.locator("#text").fill("A lamp in a dark corner.")
    page.locator("label:has(#category-parking)").click()
    press(page, "Next")
    shot(page, "plain-send")
    expect(page.locator("#sum-place")).to_have_text("Strada Lidia 12, Iosefin")
    press(page, "Send the report")
    page.wait_for_url(MINE)
    assert time.monotonic() - started < MOST_S
    assert len(taps) + 1 <= MOST_TAPS  # and one for the subject
    with django_db_blocker.unblock():
        [issue] = reports_of("A lamp in a dark corner.")
        assert (issue.address, issue.precision, issue.neighborhood.slug) == ("Strada Lidia 12", "point", "iosefin")


def test_by_list_with_a_question_and_thanks(page, django_db_blocker):
    page.locator("#area").select_option("fabric")
    press(page, "Show its streets")
    page.get_by_label("Strada Mureș").check()
    page.locator("#address").fill("by the school")
    press(page, "Next")
    page.locator("#text").fill("Several lamps are out.")
    page.locator("#category-lighting").check()
    press(page, "Next")
    expect(page.locator("#questions-lighting")).to_be_in_viewport()  # it is in focus, without a script
    shot(page, "plain-questions")
    page.get_by_label("several").check()
    press(page, "Next")
    press(page, "Send the report")
    page.wait_for_url(MINE)
    shot(page, "plain-thanks")
    with django_db_blocker.unblock():
        [issue] = reports_of("Several lamps are out.")
        assert (issue.address, issue.precision) == ("Strada Mureș, by the school", "street")
        assert issue.answers == {"lamps": "several"}


def test_mistakes_are_told_and_lead_to_their_fields(page):
    press(page, "Next")
    expect(page.get_by_role("alert")).to_contain_text("Say where it is")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator("#search")).to_be_focused()
    page.locator("#search").fill("21.19, 45.74")
    press(page, "Find")
    expect(page.locator("#problem-place")).to_contain_text("look swapped")
    press(page, "Swap the two numbers")
    expect(page.locator("#place-said")).to_contain_text("Fabric")
    press(page, "Next")
    page.locator("#text").fill("Half a thou")
    press(page, "Next")
    shot(page, "plain-mistake")
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.name") == "category"
    expect(page.locator("#text")).to_have_value("Half a thou")
    expect(page).to_have_title(re.compile("^Please look again · 2 of 3: What"))


def test_back_and_forth_keeps_every_word(page):
    page.locator("#search").fill("mures")
    press(page, "Find")
    page.get_by_label("Strada Mureș, Fabric", exact=True).check()
    press(page, "Next")
    page.locator("#text").fill("Words\nin two lines")
    press(page, "Back")
    expect(page.locator("#place-said")).to_have_text("Strada Mureș, Fabric")
    press(page, "Next")
    expect(page.locator("#text")).to_have_value("Words\nin two lines")


def test_photos_come_with_the_report(page, tmp_path, django_db_blocker):
    names = [tmp_path / "lamp.jpg", tmp_path / "page.jpg"]
    names[0].write_bytes(jpeg(320, 240))
    names[1].write_text("<html>not a photo</html>")
    page.goto(page.url + "?lng=21.19&lat=45.74&category=parking")
    press(page, "Next")
    page.locator("#text").fill("With two photos.")
    press(page, "Next")
    page.locator("#photos").set_input_files(names)
    press(page, "Send the report")
    page.wait_for_url(re.compile(r"\?new=1&photos=1-kept,1-wrong-type"))
    shot(page, "plain-photos")
    with django_db_blocker.unblock():
        [issue] = reports_of("With two photos.")
        assert issue.photos.count() == 1


def test_with_the_keyboard_alone(page, django_db_blocker):
    presses = []

    def key(name, times=1):
        for _ in range(times):
            page.keyboard.press(name)
            presses.append(name)

    def tab_to(wanted):
        for _ in range(60):
            if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
            key("Tab")
        raise AssertionError(f"Tab never comes to {wanted}")

    key("Tab")
    key("Enter")  # past the links on top
    tab_to("#search")
    page.keyboard.type("lidia 12")
    key("Enter")
    page.wait_for_selector("#found-list input")
    key("Enter")  # the one found has the focus: on
    page.wait_for_selector("#step-what:not([hidden])")
    key("Tab")
    key("Enter")
    tab_to("#text")
    page.keyboard.type("By keyboard alone.")
    key("Tab")
    key("ArrowDown", 3)
    tab_to("#step-what .primary")
    key("Enter")
    page.wait_for_selector("#step-send:not([hidden])")
    key("Tab")
    key("Enter")
    tab_to("#finish")
    key("Enter")
    page.wait_for_url(MINE)
    assert len(presses) <= MOST_PRESSES
    with django_db_blocker.unblock():
        assert len(reports_of("By keyboard alone.")) == 1


def test_every_state_is_usable_by_all(eyes, streets):
    """With a script that never arrives, so that the checker's own can run."""
    eyes.context.route("**/raising.js", lambda route: route.abort())
    eyes.excused = "ERR_FAILED"
    page = eyes.page

    def go(value, name):
        page.locator(f"section:not([hidden]) button[value={value}]").first.click()
        page.wait_for_load_state()
        eyes.look(name)

    eyes.visit("issues/new/", "empty")
    go("what", "missing")
    page.locator("#search").fill("12.5, 45.74")
    go("find", "outside")
    page.locator("#search").fill("mures")
    go("find", "found")
    page.locator("#area").select_option("fabric")
    go("streets", "streets")
    page.locator("#street-list input").first.check()
    go("what", "what")
    go("send", "what missing")
    page.locator("#text").fill("Lampă arsă")
    page.locator("#category-lighting").check()
    go("send", "questions")
    go("send", "send")
    page.locator("#email").fill("nobody")
    go("finish", "send wrong")
    assert eyes.context.cookies() == []
    assert eyes.found == {}
