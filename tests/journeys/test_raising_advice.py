"""What the form advises: a subject for the words, issues like it; and it never insists."""

from __future__ import annotations

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from analytics.methods.grams import Suggested
from tests.factories import SIDE, SOUTH, WEST, make_issue
from tests.journeys.reporter import TEXT, Reporter, make_streets, opened, reports_of
from tests.journeys.shots import shot
from web.pages import suggestions


@pytest.fixture(scope="module")
def streets(site, django_db_blocker):
    with override_settings(REPORTS_PER_HOUR=1000), django_db_blocker.unblock():
        make_streets()
        make_issue("water", lng=WEST + 1.5 * SIDE + 0.0004, lat=SOUTH + SIDE / 2, description="Water in the street.")
        yield


@pytest.fixture(autouse=True)
def sure(monkeypatch):
    monkeypatch.setattr(suggestions, "suggest", lambda text: Suggested("lighting", 0.87))


@pytest.fixture
def reporter(site, browser, streets):
    context = opened(browser)
    somebody = Reporter(context, site)
    yield somebody
    context.close()
    assert somebody.flaws == []


def test_a_subject_is_suggested_and_taken(reporter, django_db_blocker):
    page = reporter.open().page
    reporter.says_where()
    page.locator("#text").fill("Suggested: the lamp is out.")
    expect(page.locator("#suggestion")).to_contain_text("Street lighting (87% sure)")
    expect(page.locator("#category-lighting")).not_to_be_checked()
    shot(page, "suggestion")
    page.get_by_role("button", name="Take “Street lighting”").tap()
    expect(page.locator("#category-lighting")).to_be_checked()
    expect(page.locator("#suggestion")).to_be_empty()
    expect(page.get_by_role("group", name="How many lamps are out?")).to_be_visible()
    page.locator("#step-what .primary").tap()
    page.locator("#finish").tap()
    reporter.arrives()
    with django_db_blocker.unblock():
        assert reports_of("Suggested: the lamp is out.")[0].category.slug == "lighting"


def test_a_choice_made_is_never_overridden(reporter):
    page = reporter.open().page
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "suggestion" in r.url else None)
    reporter.says_where()
    page.locator("#category-water").check()
    page.locator("#text").fill(TEXT)
    page.wait_for_timeout(1000)
    expect(page.locator("#suggestion")).to_be_empty()
    assert asked == []


def test_a_few_letters_ask_for_nothing(reporter):
    page = reporter.open().page
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "suggestion" in r.url else None)
    reporter.says_where()
    page.locator("#text").fill("A lamp is out.")
    page.wait_for_timeout(1000)
    assert asked == []


def test_questions_follow_the_subject_and_the_answers(reporter):
    page = reporter.open().page
    reporter.says_where()
    page.locator("#category-lighting").check()
    expect(page.get_by_label("The number on the pole, if you can see it")).to_be_hidden()
    page.get_by_label("one", exact=True).check()
    expect(page.get_by_label("The number on the pole, if you can see it")).to_be_visible()
    page.locator("#category-water").check()
    expect(page.get_by_label("one", exact=True)).to_be_hidden()


def test_the_search_among_subjects_knows_no_marks(site, tabs, streets):
    page = tabs(locale="ro-RO", has_touch=True)
    page.goto(f"{site}/ro/issues/new/")
    page.locator("#search").fill("lidia 12")
    expect(page.locator("#search-list")).to_be_visible()
    page.locator("#search").press("Enter")
    page.locator("#step-where .primary").tap()
    page.locator("#category-search").fill("apa")
    expect(page.locator("#category-water")).to_be_visible()
    expect(page.locator("#category-lighting")).to_be_hidden()
    page.locator("#category-search").press("Enter")
    expect(page.locator("#category-water")).to_be_checked()


def test_issues_like_it_are_shown_and_stop_nobody(reporter, django_db_blocker):
    page = reporter.open().page
    reporter.says_where()
    page.locator("#category-water").check()
    page.locator("#text").fill("Similar water in the street.")
    follow = page.locator("#similar a").first
    expect(follow).to_contain_text("This is it: follow instead")
    assert follow.get_attribute("href").endswith("/#follow")
    shot(page, "similar")
    page.locator("#step-what .primary").tap()
    page.locator("#finish").tap()
    reporter.arrives()
    with django_db_blocker.unblock():
        assert len(reports_of("Similar water in the street.")) == 1
