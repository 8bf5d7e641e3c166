"""Staff set a second factor up and sign in with it: with the keyboard alone, and as everybody may use it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from neighborhoods.accounts import make_account
from neighborhoods.models import Attempt, User
from neighborhoods.rules import Role
from neighborhoods.wrong_passwords import FREE
from tests.journeys.door import code_for, give_password, kept
from tests.journeys.shots import shot
from tests.staff import PASSWORD, make_person


def press_until(page, selector, most=40):
    """Tab to what the selector names."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


@pytest.mark.parametrize("script", [True, False])
def test_with_the_keyboard_from_the_password_to_the_desk(site, tabs, script):
    account = kept(lambda: make_person(f"keys {script}", Role.MODERATOR))
    page = tabs(staff=True, java_script_enabled=script)
    page.goto(f"{site}/en/moderation/")
    press_until(page, "#username")
    page.keyboard.type(account.username)
    press_until(page, "#password", 1)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("One more step")
    press_until(page, "a.primary")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Set up your second factor")
    shot(page, "second-factor-set-up")
    secret = page.locator(".secret").inner_text()
    press_until(page, "#code")
    page.keyboard.type(code_for(secret))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Recovery codes")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    press_until(page, "a.primary")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/en/moderation/")

    page.goto(f"{site}/en/account/")
    press_until(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_have_text("You are signed out.")
    give_password(page, account)
    press_until(page, "#code")
    page.keyboard.type(codes[3])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/en/moderation/")


def test_what_one_wanted_is_there_after_all_of_it(site, tabs):
    account = kept(lambda: make_person("wants", Role.MODERATOR))
    page = tabs(staff=True, excused="404")
    page.goto(f"{site}/en/moderation/?number=ZZZZ")
    give_password(page, account)
    page.click("a.primary")
    page.fill("#code", code_for(page.locator(".secret").inner_text()))
    page.keyboard.press("Enter")
    page.click("a.primary")
    expect(page).to_have_url(f"{site}/en/moderation/?number=ZZZZ")


def test_the_picture_of_the_key_can_be_read_at_night(site, tabs):
    """Dark squares on white, whatever the scheme."""
    account = kept(lambda: make_person("night", Role.MODERATOR))
    page = tabs(staff=True, color_scheme="dark")
    page.goto(f"{site}/en/moderation/")
    give_password(page, account)
    page.click("a.primary")
    assert page.locator(".qr").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".qr").evaluate("one => one.complete && one.naturalWidth > 0")


def test_a_password_that_was_given_is_changed_at_once(site, tabs):
    chief = kept(lambda: make_person("chief of passwords", Role.ADMINISTRATOR))
    account, once = kept(lambda: make_account(name="new.ana", signs_as="", by=chief))
    page = tabs(staff=True)
    page.goto(f"{site}/en/sign-in/")
    give_password(page, account, once)
    page.fill("#password", "four white horses run")
    page.fill("#again", "four white horses run")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/en/account/")


def test_everybody_can_use_it(eyes):
    page, language = eyes.page, eyes.view.language
    account = kept(lambda: make_person(f"eyes {eyes.view}", Role.MODERATOR))
    eyes.open("moderation/")
    give_password(page, account)
    page.wait_for_selector("a.primary")
    eyes.look("one more step")
    page.click("a.primary")
    eyes.look("set up")
    page.fill("#code", "000000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem")
    eyes.look("set up, wrong code")
    page.fill("#code", code_for(page.locator(".secret").inner_text()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/codes/")
    eyes.look("recovery codes")
    eyes.visit("account/", "account")
    eyes.visit("account/password/", "change the password")
    for field in ("now", "password", "again"):
        page.fill(f"#{field}", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem")
    eyes.look("change the password, not another")
    eyes.visit("account/second-factor/off/", "take it away")
    eyes.visit("account/codes/new/", "new recovery codes")
    eyes.visit("staff/", "not yours", status=403)
    eyes.visit(f"sign-in/again/code/?next=/{language}/account/codes/", "code once more")
    page.context.clear_cookies()
    eyes.open("sign-in/")
    give_password(page, account)
    page.wait_for_selector("#code")
    eyes.look("code")
    for _ in range(FREE["both"]):
        page.fill("#code", "000000")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    page.wait_for_selector("#problem")
    eyes.look("code, wrong")
    page.fill("#code", "000000")
    page.keyboard.press("Enter")
    expect(page.locator("#problem")).to_have_text(re.compile(r"\d"))
    eyes.look("code, too many")
    kept(Attempt.objects.all().delete)
    assert eyes.found == {}


def test_everybody_can_choose_a_password(eyes):
    page = eyes.page
    chief = kept(lambda: make_person("chief of passwords", Role.ADMINISTRATOR))
    account, once = kept(lambda: make_account(name=f"new.{eyes.view}", signs_as="", by=chief))
    eyes.open("sign-in/")
    give_password(page, account, once)
    page.wait_for_selector("#again")
    eyes.look("choose a password")
    page.fill("#password", "short")
    page.fill("#again", "short")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem")
    eyes.look("choose a password, too short")
    page.context.clear_cookies()
    plain = kept(lambda: make_person(f"plain {eyes.view}"))
    eyes.open("sign-in/again/?next=/en/account/")
    give_password(page, plain)
    page.wait_for_url("**/sign-in/again/**")
    eyes.look("password once more")
    assert User.objects.get(pk=account.pk).check_password(once)
    assert eyes.found == {}
