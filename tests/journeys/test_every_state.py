"""Every state into which acts, limits and failures bring a page: usable by all."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import override_settings

from issues.drafts import Draft, checked
from issues.erasing import erase_issue
from issues.holding import hold
from issues.moderating import hide
from issues.naming import tracking_number
from issues.rules import TextState
from issues.submitting import submit
from neighborhoods import limits
from neighborhoods.following import stop
from neighborhoods.models.notices import DAILY
from neighborhoods.wrong_passwords import Try
from tests.factories import instant, make_issue
from tests.followers import follow_issue, follow_place
from tests.journeys.reporter import make_streets
from tests.staff import make_moderator
from web.pages import issue as issue_page
from web.pages import signing
from web.pages.raising import places

PLACE = {"lng": 21.19, "lat": 45.74}


@pytest.fixture(scope="module")
def world(site, tmp_path_factory, django_db_blocker):
    """What the pages are about, by name: numbers of issues, and what stands behind private links."""
    state = tmp_path_factory.mktemp("state")
    with override_settings(STATE_DIR=state, MEDIA_ROOT=state), django_db_blocker.unblock():
        make_streets()
        made = {name: make_issue("roads", place="fabric", i=60 + i) for i, name in enumerate(["seen", "hidden"])}
        made["waiting"] = make_issue("roads", place="fabric", waiting=True)
        made["withheld"] = make_issue("roads", place="fabric", text_state=TextState.WITHHELD)
        made["closed"] = make_issue("roads", place="fabric", closed=instant(2026, 3, 20))
        hide(by=make_moderator(), issue=made["hidden"], reason="It names a neighbour.")
        stopped = follow_place("iosefin", pace=DAILY)
        stop(bytes(stopped.secret))
        links = {
            "asked": follow_issue(made["seen"], "ion@example.org", confirmed=False),
            "followed": follow_issue(made["seen"]),
            "daily": follow_place("fabric", pace=DAILY, categories=[made["seen"].category_id]),
            "stopped": stopped,
            "held": hold(key=uuid.uuid4(), draft=draft("A lamp is out."), email="ana@example.org"),
            "used": used(),
        }
        erased = submit(key=uuid.uuid4(), draft=draft("To be erased."))
        erase_issue(issue=erased.issue)
        yield {
            **{name: tracking_number(issue.pk) for name, issue in made.items()},
            **{name: bytes(one.secret).hex() for name, one in links.items()},
            "gone": erased.link,
            "erased": erased.number,
        }


def draft(text):
    return checked(Draft("lighting", text, language="en", **PLACE), settings.CITY)


def used():
    """A report that waits for its link, under whose key another one came in meanwhile."""
    key = uuid.uuid4()
    submit(key=key, draft=draft("Other words."))
    return hold(key=key, draft=draft("Words."), email="dan@example.org")


@pytest.fixture
def limit(monkeypatch, world):
    """As many of everything in the last hour as no limit allows."""
    monkeypatch.setattr(limits, "last_hour", lambda **of: 10_000)
    monkeypatch.setattr(limits, "last_hour_of_both", lambda block, cell: (10_000, 10_000))
    monkeypatch.setattr(signing, "begin", lambda name, address: Try(90, {}, []))


@pytest.fixture
def plain(eyes):
    """A form whose script never arrives, so that the checker's own can run where none would."""
    eyes.context.route("**/raising.js", lambda route: route.abort())
    eyes.excused = "ERR_FAILED"
    return eyes


def fill_in(page):
    """The report form without its script, up to the button that sends."""
    press(page, "what")
    page.locator("#text").fill("Lampă arsă")
    page.locator("#category-water").check()
    press(page, "send")


def press(page, value):
    page.locator(f"section:not([hidden]) button[value={value}]").first.click()
    page.wait_for_load_state()


def test_what_was_asked_to_be_told(eyes, world):
    for name in ("asked", "followed", "daily", "stopped"):
        eyes.visit(f"follow/{world[name]}/", name)
        eyes.visit(f"follow/{world[name]}/stop/", f"{name}, to stop")
    eyes.visit(f"follow/{world['daily']}/?done=pace", "pace changed")
    eyes.visit(f"follow/{world['followed']}/?done=confirm", "just confirmed")
    eyes.visit(f"follow/{world['daily']}/stop/?daily=1", "to stop the daily mail")
    eyes.visit(f"follow/?kind=issue&number={world['seen']}", "an issue to follow")
    for kind in ("issue", "neighborhood", "area"):
        eyes.open(f"follow/?kind={kind}")
        eyes.page.locator("#id_email").fill("nobody")
        eyes.page.locator("#wish button.primary").click()
        eyes.page.locator(".problems").wait_for()
        eyes.look(f"{kind} misunderstood")
    assert eyes.found == {}


def test_an_issue_and_what_becomes_of_it(eyes, world):
    eyes.visit(f"issues/{world['hidden']}/", "hidden", status=410)
    eyes.visit(f"issues/{world['waiting']}/", "waiting")
    eyes.visit(f"issues/{world['withheld']}/", "text withheld")
    eyes.visit(f"issues/{world['erased']}/", "erased")
    eyes.visit(f"mine/{world['gone']}/", "private page of what was erased", status=410)
    eyes.visit(f"issues/{world['closed']}/verdict/?fixed=no", "to dispute")
    eyes.page.locator("button.primary").click()
    eyes.page.locator(".problems").wait_for()
    eyes.look("disputed without words")
    eyes.visit(f"held/{world['held']}/", "held")
    eyes.visit(f"held/{world['used']}/", "held, and used")
    eyes.page.locator("button.primary").click()
    eyes.page.locator("a.button[href$='/issues/new/']").wait_for()
    eyes.look("held, and gone")
    assert eyes.found == {}


def test_past_a_limit(plain, limit, world):
    page = plain.page
    plain.open(f"issues/new/?lng={PLACE['lng']}&lat={PLACE['lat']}")
    fill_in(page)
    press(page, "finish")
    page.locator("#limited").wait_for()
    plain.look("too many reports")
    page.locator("#lift").fill("nobody")
    press(page, "lift")
    plain.look("no address for the link")
    plain.open("follow/?kind=neighborhood&slug=fabric")
    page.locator("#id_email").fill("ana@example.org")
    page.locator("#wish button.primary").click()
    page.locator(".problems").wait_for()
    plain.look("too many follows")
    plain.open(f"issues/{world['closed']}/verdict/?fixed=yes")
    page.locator("button.primary").click()
    page.locator(".problems").wait_for()
    plain.look("too many verdicts")
    plain.open("sign-in/")
    page.fill("#username", "moderator")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.locator("#problem").wait_for()
    plain.look("too many passwords")
    assert plain.found == {}


def test_past_a_limit_by_mail(plain, monkeypatch, world):
    monkeypatch.setattr(limits, "last_hour", lambda *, block=None, cell=None: 10_000 if cell else 0)
    monkeypatch.setattr(limits, "last_hour_of_both", lambda block, cell: (0, 10_000))
    page = plain.page
    plain.open(f"issues/new/?lng={PLACE['lng']}&lat={PLACE['lat']}")
    fill_in(page)
    press(page, "finish")
    page.locator("#lift").fill(f"{uuid.uuid4().hex}@example.org")
    press(page, "lift")
    page.locator("#limited").wait_for(state="detached")
    plain.look("a link lifts the limit")
    assert plain.found == {}


def test_when_something_broke(plain, monkeypatch, world):
    def broken(number):
        raise RuntimeError("a mistake of ours")

    def gone(*given):
        raise OperationalError("the database is away")

    page = plain.page
    with monkeypatch.context() as patch:
        patch.setattr(issue_page, "issue_of", broken)
        plain.visit(f"issues/{world['seen']}/", "our mistake", status=500)
        patch.setattr(issue_page, "issue_of", gone)
        plain.visit(f"issues/{world['seen']}/", "no database", status=503)
    plain.open(f"issues/new/?lng={PLACE['lng']}&lat={PLACE['lat']}")
    page.evaluate("document.getElementById('text').value = 'x'.repeat(70000)")
    press(page, "what")
    plain.look("too much")
    monkeypatch.setattr(places, "areas", gone)
    plain.visit("issues/new/", "the form without a database", status=503)
    assert plain.found == {}
