"""The desk in a browser: a day's work by keyboard alone, and the same without a script."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from issues.models import DeskStep, Issue, ReplyTemplate
from issues.naming import tracking_number
from issues.rules import State
from neighborhoods.models import Department
from neighborhoods.rules import Role
from tests.factories import make_issue
from tests.staff import make_person, sign_in


@pytest.fixture(scope="module")
def desk(site):
    """Accounts, and issues of this month, the oldest of them past its legal deadline."""
    Issue.objects.open().update(state=State.RESOLVED, closed_at=timezone.now())
    Department.objects.get_or_create(slug="parks", defaults={"names": {"en": "Parks", "ro": "Parcuri"}})
    ReplyTemplate.objects.create(name="On the way", text="We look at {number}.", state="in_progress")
    roles = {"b_officer": Role.OFFICER, "b_keeper": Role.ADMINISTRATOR, "b_moderator": Role.MODERATOR}
    sessions = {name: session_of(make_person(name, role)) for name, role in roles.items()}
    days = {"late": 40, "first": 12, "second": 6, "fresh": 1}
    found = {
        name: make_issue("roads", place="mehala", i=60 + 3 * i, at=timezone.now() - dt.timedelta(days=ago))
        for i, (name, ago) in enumerate(days.items())
    }
    make_issue("roads", lng=found["first"].point.x, lat=found["first"].point.y + 0.0007, at=timezone.now())
    return {name: tracking_number(issue.pk) for name, issue in found.items()} | sessions


def session_of(account):
    """The cookie of somebody who has shown a password and a code."""
    client = Client()
    sign_in(client, account)
    return client.cookies["sessionid"].value


def opened(browser, site, session, **more):
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | more)
    context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    return context.new_page()


def issue_of(number):
    return next(issue for issue in Issue.objects.order_by("-pk") if tracking_number(issue.pk) == number)


def tab_to(page, selector, most=80):
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def focused(page):
    return page.evaluate("document.activeElement.closest('.case')?.id || document.activeElement.id")


def test_a_morning_by_keyboard_alone(site, browser, desk):
    page = opened(browser, site, desk["b_officer"])
    page.goto(f"{site}/en/desk/")
    expect(page.locator(".case").first).to_have_id(f"case-{desk['late']}")
    expect(page.locator(".case").first).to_contain_text("days late")
    page.keyboard.press("j")
    assert focused(page) == f"case-{desk['late']}"
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page) == f"case-{desk['late']}"

    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#chosen")).to_have_text("Chosen: 2")
    page.keyboard.press("a")
    assert focused(page) == "bulk-department"
    page.keyboard.type("Parks")
    tab_to(page, "button[value=assign]")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("Done: 2 of 2 issues.")
    assert issue_of(desk["late"]).department.slug == "parks"

    tab_to(page, "#back")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cases")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/moderation/{desk['late']}/")
    tab_to(page, "#template")
    tab_to(page, "form:has(#template) button")
    page.keyboard.press("Enter")
    page.wait_for_url("**template=**")
    expect(page.locator("#answer-why")).to_have_value(f"We look at {desk['late']}.")
    tab_to(page, "button[value=answer]")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_be_visible()
    assert issue_of(desk["late"]).state == State.IN_PROGRESS


def test_every_key_of_the_help_does_what_it_says(site, browser, desk):
    page = opened(browser, site, desk["b_officer"])
    page.goto(f"{site}/en/desk/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    assert page.locator("#keys").get_attribute("open") is None
    assert focused(page).startswith("case-")
    page.keyboard.press("/")
    assert focused(page) == "id_q"
    page.keyboard.type("jxa")  # in a field letters are letters
    expect(page.locator("#id_q")).to_have_value("jxa")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.locator("#map-read")).to_contain_text(desk["late"])
    page.keyboard.press("f")
    assert focused(page) == "id_q"
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    assert focused(page) == "bulk-to"
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.wait_for_url("**/day-sheet/**")
    expect(page.locator(".stops li")).to_have_count(1)


def test_the_keys_can_be_switched_off(site, browser, desk):
    page = opened(browser, site, desk["b_officer"])
    page.goto(f"{site}/en/desk/")
    page.click("#keys summary")
    page.uncheck("#keys-on")
    page.reload()
    page.keyboard.press("j")
    assert not focused(page).startswith("case-")


def test_without_a_script_everything_is_a_form(site, browser, desk):
    page = opened(browser, site, desk["b_officer"], java_script_enabled=False)
    page.goto(f"{site}/en/desk/")
    tab_to(page, f"#case-{desk['fresh']} input")
    page.keyboard.press("Space")
    tab_to(page, "#bulk-assign summary")
    page.keyboard.press("Enter")
    page.select_option("#bulk-person", label="b_officer")
    tab_to(page, "button[value=assign]")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("Done: 1 of 1 issue.")
    assert issue_of(desk["fresh"]).assignee.username == "b_officer"
    assert not page.locator("#keys").count() or not page.locator("#keys").is_visible()


def test_two_of_one_thing_are_put_together_by_keyboard(site, browser, desk):
    page = opened(browser, site, desk["b_officer"])
    page.goto(f"{site}/en/moderation/{desk['first']}/")
    tab_to(page, "[name=into]")
    page.keyboard.press("Space")
    tab_to(page, "#merge-why")
    page.keyboard.type("One hole.")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_have_text("The two count as one thing now.")
    assert DeskStep.objects.filter(act="merged").count() == 1
    tab_to(page, "button[value=take-back]")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_have_text("It is taken back.")
