"""The way in for staff: the password, and the code of an app that the journey holds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import connection
from playwright.sync_api import Page

from neighborhoods.models import User
from tests.staff import PASSWORD
from web.accounts import secret_for
from web.codes import code_of

T = TypeVar("T")


def kept(act: Callable[[], T]) -> T:
    """Do something for good, until the city of the journeys goes: what a test does itself, the server never sees."""

    def beside() -> T:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as hand:
        return hand.submit(beside).result()


def give_password(page: Page, account: User, password: str = PASSWORD) -> None:
    """At the page for signing in."""
    page.fill("#username", account.username)
    page.fill("#password", password)
    page.keyboard.press("Enter")


def enter(page: Page, account: User) -> None:
    """At the page for signing in: all the way in. The account gets a new second factor, whose codes nobody has used."""
    kept(lambda: secret_for(account))
    give_password(page, account)
    page.wait_for_selector("#code")
    page.fill("#code", code_of(account))
    page.keyboard.press("Enter")


def code_for(secret: str) -> str:
    """What an app shows for the key that a page shows."""
    _before, now, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret.replace(" ", ""), now))
