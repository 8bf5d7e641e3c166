"""A running site with a small analysed city, and a real browser before it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_analysed
from tests.journeys.eyes import LOOKS, Eyes, Tabs, View, views

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.django_db)  # without a mark no test database is made
    if LOOKS:  # the drill: only those who look pages over
        items[:] = [item for item in items if "eyes" in getattr(item, "fixturenames", ())]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "eyes" in metafunc.fixturenames:
        metafunc.parametrize("view", views(), ids=str)


@pytest.fixture(scope="module")
def chromium() -> str:
    """The system's own browser; without one every journey is skipped, and says so."""
    if os.environ.get("ASCULT_JOURNEYS") == "skip":
        pytest.skip("journeys are switched off (ASCULT_JOURNEYS=skip)")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("journeys need Chromium: apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def site(chromium: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of a server on the test database, which holds one small city until the last journey is over."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # The browser's driver keeps an event loop in this thread; the database is asked between its turns.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        patch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)  # no session outlives its request
        assert connection.settings_dict["NAME"].startswith("test_")
        make_analysed(source="demo")
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)  # locators remember keys


@pytest.fixture(scope="module")
def browser(site: str, chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()
        connection.close()  # beside the driver's event loop this thread holds a connection of its own


@pytest.fixture
def eyes(site: str, browser: Browser, view: View) -> Iterator[Eyes]:
    """Somebody who looks pages over; asked for, a test runs in every language."""
    somebody = Eyes(browser, site, view)
    yield somebody
    somebody.context.close()


@pytest.fixture
def tabs(site: str, browser: Browser) -> Iterator[Tabs]:
    """Opens tabs, each in a browser of its own; nothing may go wrong in any of them."""
    opened = Tabs(browser, site)
    yield opened
    assert opened.closed() == []
