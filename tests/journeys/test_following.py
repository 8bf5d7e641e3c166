"""Asking to be told, by keyboard: of one issue, and of an area drawn on the map."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from issues.models import Issue
from issues.naming import tracking_number
from neighborhoods.models import Follow
from tests.journeys.shots import shot
from web.mailing import deliver


@pytest.fixture
def page(tabs):
    return tabs()


def tab_to(page, selector, most=40):
    for _ in range(most):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def mailed_path():
    """The address of the one link in the mail that went out."""
    assert deliver() >= 1
    return re.search(r"http://[^/]+(/en/follow/\w{32}/)", mail.outbox[-1].body).group(1)


def test_one_issue_is_followed_by_keyboard_alone(site, page):
    issue = Issue.objects.public().filter(category__sensitive=False).order_by("pk").last()
    page.goto(f"{site}/en/follow/?kind=issue")
    tab_to(page, "#id_number")
    page.keyboard.type(tracking_number(issue.pk))
    page.keyboard.press("Tab")
    page.keyboard.type("ana@example.org")
    shot(page, "follow-issue")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("We have sent a link")
    shot(page, "follow-sent")
    page.goto(site + mailed_path())
    tab_to(page, "button.primary")
    shot(page, "follow-asked")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Thank you")
    shot(page, "follow-confirmed")
    held = Follow.objects.get(contact__email="ana@example.org")
    assert (held.subject, held.confirmed_at is not None) == (issue.pk, True)


def test_an_area_is_drawn_by_keyboard_alone(site, page):
    page.goto(f"{site}/en/follow/?kind=area")
    page.wait_for_load_state("networkidle")
    tab_to(page, "#map")
    said = page.locator("#map-read")
    page.keyboard.press("Enter")
    expect(said).to_have_text("1 corner")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        page.keyboard.press("Enter")
    expect(said).to_contain_text("4 corners, about")
    page.keyboard.press("Backspace")
    expect(said).to_contain_text("3 corners, about")
    assert page.locator("#id_area").input_value().count("\n") == 2
    tab_to(page, "#draw-finish")
    page.keyboard.press("Enter")
    expect(said).to_have_text("The area is drawn. Go on below.")
    shot(page, "follow-drawn")
    assert page.evaluate("document.activeElement.matches('.subjects summary')")
    tab_to(page, "#id_email")
    page.keyboard.type("dan@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("We have sent a link")
    held = Follow.objects.get(contact__email="dan@example.org")
    assert held.kind == "area"
    assert len(held.reach.coords[0]) == 4
    assert held.confirmed_at is None


def test_corners_are_pressed_and_stand_in_the_field(site, page):
    page.goto(f"{site}/en/follow/?kind=area")
    page.wait_for_load_state("networkidle")
    box = page.locator("#map").bounding_box()
    for x, y in ((0.3, 0.4), (0.6, 0.4), (0.6, 0.7)):
        page.locator("#map").click(position={"x": box["width"] * x, "y": box["height"] * y})
    expect(page.locator("#map-read")).to_contain_text("3 corners")
    expect(page.locator("path.drawn-corner")).to_have_count(3)
    page.locator("#corners summary").click()
    page.locator("#id_area").fill("21.19, 45.74\n21.20, 45.74")
    expect(page.locator("path.drawn-corner")).to_have_count(2)
    page.locator("#draw-back").click()
    assert page.locator("#id_area").input_value() == "21.19, 45.74"


def test_without_a_script_the_corners_are_written(site, tabs):
    page = tabs(java_script_enabled=False)
    page.goto(f"{site}/en/follow/?kind=area")
    expect(page.locator("#map")).to_be_hidden()
    expect(page.locator("#id_area")).to_be_visible()
    page.locator("#id_area").fill("21.19, 45.74\n21.20, 45.74\n21.20, 45.75")
    page.locator("#id_email").fill("eve@example.org")
    shot(page, "follow-plain")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.locator("h1")).to_have_text("We have sent a link")
