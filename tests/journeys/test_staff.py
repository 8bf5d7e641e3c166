"""An administrator makes an account, gives it a role and a program a key: with the keyboard, and as all may use it."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from neighborhoods.access import actor_of_token, make_token
from neighborhoods.accounts import close_account
from neighborhoods.models import ApiToken, Grant, User
from neighborhoods.rules import Role
from tests.journeys.door import enter, kept
from tests.journeys.shots import shot
from tests.journeys.test_second_factor import press_until
from tests.staff import make_person


@pytest.fixture(scope="module")
def chief(site):
    return make_person("chief", Role.ADMINISTRATOR)


def test_with_the_keyboard_and_no_script(site, tabs, chief):
    page = tabs(staff=True, java_script_enabled=False)
    page.goto(f"{site}/en/staff/")
    enter(page, chief)
    expect(page.locator("h1")).to_have_text("Accounts and roles")
    press_until(page, ".new summary")
    page.keyboard.press("Enter")
    press_until(page, "#name", 1)
    page.keyboard.type("ana.pop")
    page.keyboard.press("Tab")
    page.keyboard.type("Roads and bridges")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("One-time password")
    password = page.locator("#password").inner_text()
    account = User.objects.get(username="ana.pop")
    assert account.check_password(password)
    press_until(page, "a.primary")
    page.keyboard.press("Enter")

    press_until(page, "input[name=role]")
    page.keyboard.press("Space")
    press_until(page, "#area")
    page.keyboard.type("Fab")
    press_until(page, "button[value=give]", 1)
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("The role is given.")
    shot(page, "staff-role-given")
    grant = Grant.objects.get(user=account)
    assert (grant.role, grant.area, grant.given_by) == ("officer", "fabric", chief)
    press_until(page, "button[value=end]")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_have_text("The role is ended.")


def test_a_key_is_made_and_revoked(site, tabs, chief):
    page = tabs(staff=True)
    page.goto(f"{site}/en/keys/")
    enter(page, chief)
    page.fill("#name", "A map, Dan I.")
    page.keyboard.press("Enter")
    key = page.locator("#key").inner_text()
    shot(page, "staff-key")
    assert kept(lambda: actor_of_token(key))
    page.click("a.primary")
    expect(page.locator("main")).not_to_contain_text(key)
    page.click(".grants summary")
    page.click("button[value=revoke]")
    expect(page.locator(".done")).to_contain_text("The key is revoked.")
    assert actor_of_token(key) is None


def two_accounts(view, chief):
    """One that answers for a neighbourhood, and one that is closed."""
    shut = make_person(f"shut {view}")
    close_account(account=shut, by=chief, why="left the city hall")
    return make_person(f"somebody {view}", Role.OFFICER, area="fabric"), shut


def test_everybody_can_use_it(eyes, chief):
    page, view = eyes.page, eyes.view
    account, shut = kept(lambda: two_accounts(view, chief))
    eyes.open("staff/")
    enter(page, chief)
    page.wait_for_selector(".people")
    eyes.look("accounts")
    page.fill("#name", "chief")
    page.click(".new button")
    page.wait_for_selector("#problem")
    eyes.look("accounts, name taken")
    eyes.visit("staff/?q=nobody-like-this", "accounts, none")
    page.fill("#name", f"new.{view}")
    page.click(".new button")
    page.wait_for_selector("#password")
    eyes.look("one-time password")
    eyes.visit(f"staff/{account.pk}/", "account of somebody")
    page.click("button[value=give]")  # the browser itself asks for a role
    page.check("input[value=officer]")
    page.select_option("#area", "fabric")
    page.click("button[value=give]")
    page.wait_for_selector("#problem")
    eyes.look("account of somebody, role held already")
    eyes.visit(f"staff/{account.pk}/?done=give", "account of somebody, role given")
    eyes.visit(f"staff/{shut.pk}/", "closed account")
    eyes.visit(f"staff/{chief.pk}/", "own account among all")
    eyes.visit("keys/", "keys")
    kept(lambda: make_token(name=f"A map of {view}", by=chief))
    eyes.visit("keys/", "keys in force")
    page.fill("#name", f"A map of {view}")
    page.click(".new button")
    page.wait_for_selector("#problem")
    eyes.look("keys, name taken")
    page.fill("#name", f"Another map of {view}")
    page.click(".new button")
    page.wait_for_selector("#key")
    eyes.look("key shown once")
    kept(lambda: ApiToken.objects.filter(revoked_at=None).update(revoked_at=timezone.now()))
    assert eyes.found == {}


def test_who_did_what_can_be_read_by_all(eyes, chief):
    protector = kept(lambda: make_person(f"protector {eyes.view}", Role.PROTECTION))
    kept(lambda: two_accounts(f"acts {eyes.view}", chief))
    eyes.open("acts/")
    enter(eyes.page, protector)
    eyes.page.wait_for_selector(".log")
    eyes.look("who did what")
    shot(eyes.page, f"who-did-what-{eyes.view}")
    eyes.visit("acts/?account=nobody-there", "who did what, unknown account")
    eyes.visit("acts/?account=chief", "who did what, of one account")
    assert eyes.found == {}
