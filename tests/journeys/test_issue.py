"""One issue without a script: what its reporter and a passer-by do when it is closed and is not fixed."""

from __future__ import annotations

import re
import uuid

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import expect

from issues.actions import change_status
from issues.drafts import Draft, checked
from issues.naming import tracking_number
from issues.rules import State
from issues.submitting import submit
from tests.factories import inside, instant, make_issue
from tests.journeys.shots import shot
from tests.made_pictures import jpeg


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    place = tmp_path_factory.mktemp("state")
    with override_settings(MEDIA_ROOT=place / "media", STATE_DIR=place):
        yield


def report(category, i, closed=False):
    """A report as it comes in, resolved where `closed`; gives its receipt."""
    lng, lat = inside("fabric", i)
    draft = Draft(category=category, text="A deep hole.", lng=lng, lat=lat, address="Strada Lidia 7", language="en")
    receipt = submit(key=uuid.uuid4(), draft=checked(draft, settings.CITY))
    if closed:
        change_status(by=None, issue=receipt.issue, to=State.RESOLVED, reason="Filled.")
    return receipt


@pytest.fixture(scope="module")
def reports(site, media, django_db_blocker):
    """Reports of every kind that the journeys need, kept for the server to see."""
    with django_db_blocker.unblock():
        late = make_issue("water", place="fabric", i=40, at=instant(2026, 3, 5), address="Strada Lidia 7")
        return {
            "new": report("roads", 31),
            "closed": report("roads", 32, closed=True),
            "mine": report("roads", 33, closed=True),
            "erase": report("roads", 34),
            "fixed": report("roads", 36, closed=True),
            "sensitive": report("social", 35, closed=True),
            "late": tracking_number(late.pk),
        }


@pytest.fixture
def page(tabs, reports):
    return tabs(java_script_enabled=False, excused="status of (404|410|422)")


def test_a_passer_by_disputes_with_a_photo(page, site, reports):
    page.goto(f"{site}/en/issues/{reports['closed'].number}/")
    page.get_by_role("link", name="No, it is still there").click()
    page.get_by_label("What is still wrong").fill("The hole is there.")
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a photo that shows it.")
    expect(page.get_by_label("What is still wrong")).to_have_value("The hole is there.")
    shot(page, "dispute-without-a-photo")
    picture = {"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    page.get_by_label("A photo that shows it").set_input_files(picture)
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_role("status")).to_have_text("Thank you. The issue is open again.")
    expect(page.locator(".step-now")).to_contain_text("A resident says it is not fixed.")
    expect(page.locator(".step-now")).to_contain_text("The hole is there.")
    expect(page.locator(".step-now")).to_contain_text("1 photo waits for a person to look.")
    shot(page, "disputed")


def test_the_reporter_disputes_from_the_private_page(page, site, reports):
    page.goto(f"{site}/en/mine/{reports['mine'].link}/")
    page.get_by_role("link", name="No, it is still there").click()
    assert reports["mine"].link in page.url
    page.get_by_label("What is still wrong").fill("Half of it is there.")
    page.get_by_role("button", name="Open it again").click()
    expect(page.locator(".step-now")).to_contain_text("You said it is not fixed.")
    shot(page, "disputed-by-the-reporter")
    page.get_by_role("link", name="The page that everybody sees").click()
    expect(page.locator(".step-now")).to_contain_text("Half of it is there.")
    assert reports["mine"].link not in page.content()


def test_who_says_it_is_fixed_presses_twice(page, site, reports):
    page.goto(f"{site}/en/issues/{reports['fixed'].number}/")
    page.get_by_role("link", name="Yes, it is fixed").click()
    page.get_by_role("button", name="Yes, it is fixed").click()
    expect(page.locator(".step-now")).to_contain_text("1 resident says it is fixed.")
    shot(page, "said-fixed")


def test_a_report_is_erased_by_its_reporter(page, site, reports):
    page.goto(f"{site}/en/mine/{reports['erase'].link}/")
    page.get_by_role("link", name="Erase my report").click()
    page.get_by_role("button", name="Erase it for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This report was erased")
    shot(page, "erased")
    page.goto(f"{site}/en/issues/{reports['erase'].number}/")
    expect(page.get_by_text("Whoever sent it has erased what they wrote.")).to_be_visible()
    assert "A deep hole." not in page.content()


def test_a_number_is_found_by_keyboard(page, site, reports):
    page.goto(f"{site}/en/issues/find/")
    page.get_by_label("Number").focus()
    page.keyboard.type(reports["late"].lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page.locator(".issue-number")).to_contain_text(reports["late"])
    expect(page.get_by_text(re.compile("days late"))).to_be_visible()
    shot(page, "issue-late")


def test_every_state_of_the_page_is_usable_by_all(eyes, reports):
    mine, closed = (f"mine/{reports[name].link}" for name in ("new", "sensitive"))
    eyes.visit(f"issues/{reports['new'].number}/", "new")
    eyes.visit(f"issues/{reports['late']}/", "late")
    eyes.visit(f"issues/{reports['sensitive'].number}/", "sensitive")
    eyes.visit("issues/find/", "find")
    eyes.visit(f"{mine}/", "mine")
    eyes.visit(f"{mine}/?photos=2-kept,1-too-large&email=wrong", "mine, with notes")
    eyes.visit(f"{closed}/", "mine, closed")
    eyes.visit(f"{closed}/verdict/", "question")
    eyes.visit(f"{closed}/verdict/?fixed=no", "not fixed")
    eyes.visit(f"{closed}/verdict/?fixed=yes", "fixed")
    eyes.visit(f"{mine}/verdict/", "nothing to judge", status=409)
    eyes.visit(f"{mine}/erase/", "erase")
    assert eyes.found == {}
