"""Looking at reports in a browser: with the mouse, with the keyboard and no script, and as everybody may use it."""

from __future__ import annotations

import uuid

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from issues.models import Issue, Photo, Verdict
from issues.naming import tracking_number
from issues.photos import FULL, add_photo, path_of
from issues.rules import PhotoState, TextState
from neighborhoods.following import MOST_ATTEMPTS
from neighborhoods.models import Notice
from tests.factories import instant, make_issue
from tests.followers import follow_place
from tests.journeys.door import enter
from tests.journeys.shots import shot
from tests.made_pictures import jpeg, near, pixel
from tests.staff import make_moderator, make_officer, make_person

DESK = {"viewport": {"width": 1280, "height": 900}}
BLACK, RED = (0, 0, 0), (255, 0, 0)


@pytest.fixture(scope="module")
def desk(site, tmp_path_factory):
    """Accounts, and issues about which something waits, by what they are for."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        make_moderator(), make_officer(), make_person()
        found = {
            name: make_issue("roads", place="mehala", i=40 + i, at=instant(2026, 3, 20), **more)
            for i, (name, more) in enumerate(
                {
                    "mouse": {},
                    "keyboard": {},
                    "publish": {"waiting": True, "description": "A hole."},
                    "full": {
                        "text_state": TextState.WITHHELD,
                        "description": "Call 0722 123 456",
                        "closed": instant(2026, 3, 25),
                    },
                }.items()
            )
        }
        found["sensitive"] = make_issue("social", place="mehala", i=50, address="Strada Lungă 7")
        for issue in found.values():
            add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(800, 600))
        full = found["full"]
        Verdict.objects.create(
            issue=full, closing=full.history.last(), fixed=False, said="0722 123 456",
            text_state=TextState.WITHHELD, at=instant(2026, 3, 26),
        )  # fmt: skip
        letters = [
            follow_place("mehala", email, confirmed=False).pk for email in ("ana@example.org", "ion@example.org")
        ]
        Notice.objects.filter(follow=letters[0]).update(attempts=MOST_ATTEMPTS, problem="550 no such mailbox")
        Notice.objects.filter(follow=letters[1]).update(due_at=instant(2026, 3, 26))
        yield {name: tracking_number(issue.pk) for name, issue in found.items()}


def sign_in(page, site, name="moderator", language="en"):
    page.goto(f"{site}/{language}/moderation/")
    enter(page, make_person(name))
    page.wait_for_url("**/moderation/**")


def photo_of(number):
    return Photo.objects.get(issue=Issue.objects.get(pk=_pk(number)))


def _pk(number):
    return next(pk for pk in Issue.objects.values_list("pk", flat=True) if tracking_number(pk) == number)


def test_with_the_mouse_a_plate_is_covered_and_the_photo_shown(site, tabs, desk):
    page = tabs(staff=True, **DESK)
    sign_in(page, site)
    shot(page, "moderation-queue")
    page.click(f"a[href$='{desk['mouse']}/']")
    photo = photo_of(desk["mouse"])
    assert near(pixel(path_of(photo, FULL).read_bytes(), 0.2, 0.2), RED, 30)

    page.click("details.cover summary")
    # the sheet has the photo's size, so nothing is drawn before the photo has come
    expect(page.locator(".look img")).not_to_have_js_property("naturalWidth", 0)
    page.locator(".look-sheet.open").scroll_into_view_if_needed()
    box = page.locator(".look-sheet").bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"], steps=4)
    page.mouse.up()
    expect(page.locator("[name=cover-left]").first).to_have_value("10.0")
    expect(page.locator(".look-sheet rect")).to_have_count(1)
    shot(page, "moderation-cover")
    page.click("button[value=cover]")
    expect(page.locator("#done")).to_have_text("These parts are black now. Please look again.")
    now = path_of(photo, FULL).read_bytes()
    assert near(pixel(now, 0.2, 0.2), BLACK)
    assert near(pixel(now, 0.45, 0.2), RED, 30)
    expect(page.locator(".look img")).not_to_have_js_property("naturalWidth", 0)
    shot(page, "moderation-covered")

    page.click("button[value=show-photo]")
    expect(page.locator("#done")).to_have_text("Everybody can see the photo now.")
    assert tabs().request.get(f"{site}/photos/{photo.pk}/full.jpg").status == 200


def test_with_the_keyboard_and_no_script(site, tabs, desk):
    page = tabs(staff=True, java_script_enabled=False, **DESK)
    sign_in(page, site)
    page.goto(f"{site}/en/moderation/{desk['keyboard']}/")
    press_until(page, "details.cover summary")
    page.keyboard.press("Enter")
    for value in ("0", "0", "50", "50"):
        page.keyboard.press("Tab")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_be_visible()
    photo = photo_of(desk["keyboard"])
    assert near(pixel(path_of(photo, FULL).read_bytes(), 0.2, 0.2), BLACK)
    press_until(page, "button[value=show-photo]")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_have_text("Everybody can see the photo now.")
    photo.refresh_from_db()
    assert photo.state == PhotoState.SHOWN


def press_until(page, selector, most=60):
    """Tab to what the selector names (without a script the page cannot be asked where the focus is)."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_what_waited_is_published(site, tabs, desk):
    stranger = tabs()
    stranger.goto(f"{site}/en/issues/{desk['publish']}/")
    expect(stranger.locator("main")).not_to_contain_text("A hole.")
    page = tabs(staff=True, **DESK)
    sign_in(page, site)
    page.goto(f"{site}/en/moderation/{desk['publish']}/")
    page.click("button[value=publish]")
    expect(page.locator("#done")).to_have_text("Everybody can see it now.")
    shot(page, "moderation-published")
    stranger.reload()
    expect(stranger.locator("main")).to_contain_text("A hole.")


def test_everybody_can_use_it(eyes, desk):
    page, site, language = eyes.page, eyes.site, eyes.view.language
    page.goto(f"{site}/{language}/sign-in/")
    page.fill("#username", "moderator")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem")
    eyes.look("wrong password")
    sign_in(page, site, language=language)
    expect(page.locator(".undone")).to_be_visible()
    eyes.look("queue, and what went undone")
    eyes.visit("moderation/?number=ZZZZ", "no such number", status=404)
    eyes.visit(f"moderation/{desk['full']}/", "desk")
    page.fill("[name=reason][id=hide-why]", " ")
    page.click("button[value=hide]")
    eyes.look("desk with a problem")
    eyes.visit(f"moderation/{desk['sensitive']}/", "sensitive")
    sign_in_again(page, site, language, "officer")
    eyes.visit(f"moderation/{desk['full']}/", "officer")
    sign_in_again(page, site, language, "nobody")
    eyes.look("not yours")
    assert eyes.found == {}


def sign_in_again(page, site, language, name):
    page.context.clear_cookies()
    sign_in(page, site, name, language)
