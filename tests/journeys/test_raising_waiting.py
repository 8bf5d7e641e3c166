"""A line that breaks: the draft is kept, the report waits on the device and sends itself, and arrives once."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from tests.journeys.reporter import MINE, Reporter, make_streets, opened, reports_of
from tests.journeys.shots import shot

NO_LINE = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch|503"


@pytest.fixture(scope="module")
def streets(site, django_db_blocker):
    with override_settings(REPORTS_PER_HOUR=1000), django_db_blocker.unblock():
        make_streets()
        yield


@pytest.fixture
def context(browser, streets):
    made = opened(browser)
    yield made
    made.close()


@pytest.fixture
def reporter(site, context):
    somebody = Reporter(context, site)
    somebody.excused = NO_LINE
    yield somebody
    assert somebody.flaws == []


@pytest.fixture
def sent(django_db_blocker):
    """How many reports of a text the city has."""

    def counted(text):
        with django_db_blocker.unblock():
            return len(reports_of(text))

    return counted


def ready(page):
    """The service worker keeps the form."""
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("async () => Boolean(await caches.match(location.pathname, {ignoreVary: true}))")


def arrives(page, sent, text):
    """The city has the report, once, whatever the page shows."""
    for _ in range(50):
        page.wait_for_timeout(200)
        if sent(text):
            break
    assert sent(text) == 1


def test_without_a_line_it_waits_and_then_sends_itself(reporter, context, sent):
    page = reporter.open().page
    reporter.fills_in("Offline, then online.")
    context.set_offline(True)
    page.locator("#finish").tap()
    expect(page.locator("#sending h2")).to_have_text("Your report waits")
    expect(page.locator("#waiting")).to_contain_text("Waiting to send: 1")
    assert sent("Offline, then online.") == 0
    shot(page, "waiting")
    context.set_offline(False)
    reporter.arrives()
    assert sent("Offline, then online.") == 1


def test_reloaded_while_it_waits(reporter, context, sent):
    page = reporter.open().page
    ready(page)
    reporter.fills_in("Reloaded while waiting.")
    context.set_offline(True)
    page.locator("#finish").tap()
    expect(page.locator("#waiting")).to_contain_text("Waiting to send: 1")
    page.reload()
    expect(page.locator("#waiting")).to_contain_text("Waiting to send: 1")
    expect(page.locator("#step-where")).to_be_visible()
    shot(page, "waiting-reloaded")
    context.set_offline(False)
    expect(page.locator("#waiting a")).to_have_text(re.compile("[0-9A-Z]{4}-[0-9A-Z]{4}"))
    assert sent("Reloaded while waiting.") == 1
    page.locator("#waiting a").tap()
    reporter.arrives()
    page.wait_for_function("() => localStorage.getItem('ascult-waiting') === null")
    reporter.open()
    expect(page.locator("#waiting")).to_be_empty()


def test_two_tabs_send_once(reporter, context, site, sent):
    posts = []
    context.on("request", lambda r: posts.append(r.url) if r.method == "POST" and r.url.endswith("/new/") else None)
    first = reporter.open().page
    other = Reporter(context, site)
    other.excused = NO_LINE
    reporter.fills_in("Two tabs, one report.")
    second = other.open().page
    first.bring_to_front()  # what lies behind is slowed down
    context.set_offline(True)
    first.locator("#finish").tap()
    expect(second.locator("#waiting")).to_contain_text("Waiting to send: 1")
    failed = len(posts)
    context.set_offline(False)
    reporter.arrives()
    expect(second.locator("#waiting")).not_to_contain_text("Waiting")
    assert sent("Two tabs, one report.") == 1
    assert len(posts) - failed <= 1
    assert other.flaws == []


def test_the_form_opens_without_a_line(reporter, context, sent):
    page = reporter.open().page
    ready(page)
    context.set_offline(True)
    reporter.open()
    page.locator("#pick").scroll_into_view_if_needed()
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()
    page.locator("#pick-here").tap()
    expect(page.locator("#place-said")).to_have_text("A point on the map")
    page.locator("#step-where .primary").tap()
    page.locator("#text").fill("Written without any line.")
    page.locator("#category-water").check()
    page.locator("#step-what .primary").tap()
    page.locator("#finish").tap()
    expect(page.locator("#sending h2")).to_have_text("Your report waits")
    context.set_offline(False)
    reporter.arrives()
    assert sent("Written without any line.") == 1


def test_private_pages_are_never_kept(reporter):
    page = reporter.open().page
    ready(page)
    reporter.fills_in("Nothing private is kept.")
    page.locator("#finish").tap()
    reporter.arrives()
    kept = page.evaluate(
        """async () => {
          const names = await caches.keys();
          const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
          return all.flat().map((request) => new URL(request.url).pathname);
        }"""
    )
    assert [path for path in kept if not path.startswith("/static/")] == ["/en/issues/new/"]


def test_any_page_of_the_site_sends_what_waits(reporter, context, site, sent):
    page = reporter.open().page
    reporter.fills_in("Sent from another page.")
    context.set_offline(True)
    page.locator("#finish").tap()
    expect(page.locator("#waiting")).to_contain_text("Waiting to send: 1")
    page.goto("about:blank")
    context.set_offline(False)
    page.goto(f"{site}/en/neighborhoods/")
    arrives(page, sent, "Sent from another page.")
    reporter.open()
    expect(page.locator("#waiting")).to_contain_text("Your report has arrived:")


def test_once_its_page_is_seen_the_device_keeps_nothing_of_a_report(reporter):
    page = reporter.open().page
    reporter.fills_in("Kept no longer than needed.")
    page.locator("#finish").tap()
    reporter.arrives()
    page.wait_for_function("() => localStorage.getItem('ascult-waiting') === null")
    held = "async () => (await import('/static/ascult/raising/store.js')).all('reports')"
    assert page.evaluate(held) == []


def test_a_link_whose_page_does_not_come_is_kept(reporter, context, sent):
    page = reporter.open().page
    reporter.fills_in("The thanks are lost on the way.")
    context.route(re.compile("/mine/"), lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: "/mine/" in request.url):
        page.locator("#finish").tap()
    page.wait_for_timeout(1000)  # the browser shows a page of its own
    assert sent("The thanks are lost on the way.") == 1
    reporter.open()
    expect(page.locator("#waiting a")).to_have_attribute("href", MINE)


def test_a_city_that_does_not_answer_keeps_the_report_waiting(site, browser, streets, sent):
    context = opened(browser, service_workers="block")
    reporter = Reporter(context, site)
    reporter.excused = "503"
    page = reporter.open().page
    reporter.fills_in("Busy at first.")
    body = '{"message": "The report cannot be kept just now.", "retry_after": 1}'
    page.route(
        re.compile("/issues/new/$"),
        lambda route: route.fulfill(status=503, content_type="application/json", body=body),
        times=1,
    )
    page.locator("#finish").tap()
    expect(page.locator("#sending .lead")).to_contain_text("The report cannot be kept just now.")
    assert sent("Busy at first.") == 0
    page.get_by_role("button", name="Send now").first.tap()
    reporter.arrives()
    assert sent("Busy at first.") == 1
    assert reporter.flaws == []
    context.close()


def test_a_stranger_on_the_way_is_not_the_city(site, browser, streets, sent):
    context = opened(browser, service_workers="block")
    reporter = Reporter(context, site)
    page = reporter.open().page
    reporter.fills_in("A hotel answers.")
    page.route(
        re.compile("/issues/new/$"),
        lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Log in</h1>"),
        times=1,
    )
    page.locator("#finish").tap()
    expect(page.locator("#sending h2")).to_have_text("Your report waits")
    page.get_by_role("button", name="Send now").first.tap()
    reporter.arrives()
    assert sent("A hotel answers.") == 1
    context.close()


def test_what_waits_can_be_changed(reporter, context, sent):
    page = reporter.open().page
    reporter.fills_in("Wrong words.")
    context.set_offline(True)
    page.locator("#finish").tap()
    page.get_by_role("button", name="Change it").tap()
    expect(page.locator("#step-send")).to_be_visible()
    page.locator("#step-send button[value=what]").first.tap()
    page.locator("#text").fill("Right words.")
    page.locator("#step-what .primary").tap()
    context.set_offline(False)
    page.locator("#finish").tap()
    reporter.arrives()
    assert (sent("Wrong words."), sent("Right words.")) == (0, 1)


def test_a_draft_is_kept_and_offered_again(reporter, sent):
    page = reporter.open().page
    reporter.says_where()
    page.locator("#text").fill("Half a report, with a lamp.")
    page.locator("#category-lighting").check()
    page.get_by_label("several").check()
    expect(page.locator("#draft-said")).to_have_text("Draft kept on this device.")
    key = page.locator("input[name=key]").input_value()
    page.reload()
    expect(page.locator("#drafts")).to_contain_text("Half a report, with a lamp.")
    shot(page, "draft-offered")
    page.get_by_role("button", name="Go on with it").tap()
    expect(page.locator("#step-what")).to_be_visible()
    expect(page.locator("#text")).to_have_value("Half a report, with a lamp.")
    expect(page.get_by_label("several")).to_be_checked()
    expect(page.locator("input[name=key]")).to_have_value(key)
    page.locator("#step-what .primary").tap()
    expect(page.locator("#sum-place")).to_have_text("Strada Lidia 12, Iosefin")
    page.locator("#finish").tap()
    reporter.arrives()
    assert sent("Half a report, with a lamp.") == 1
    reporter.open()
    expect(page.locator("#drafts")).to_be_empty()


def test_a_draft_is_kept_when_the_page_is_left(reporter):
    page = reporter.open().page
    reporter.says_where()
    page.locator("#text").fill("Left in a hurry.")
    page.goto("about:blank")
    reporter.open()
    expect(page.locator("#drafts")).to_contain_text("Left in a hurry.")
    page.get_by_role("button", name="Throw it away").tap()
    expect(page.locator("#drafts")).to_be_empty()
    reporter.open()
    expect(page.locator("#drafts")).to_be_empty()


def test_a_draft_is_kept_when_the_browser_ends_the_page_before_its_database_wrote(reporter):
    page = reporter.open().page
    reporter.excused = "kept in memory only"
    reporter.says_where()
    page.locator("#text").fill("Left in a greater hurry.")
    page.evaluate("void (IDBDatabase.prototype.transaction = () => { throw new Error('the page is gone'); })")
    page.goto("about:blank")
    reporter.open()
    expect(page.locator("#drafts")).to_contain_text("Left in a greater hurry.")
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('ascult-left-'))") == []
    page.get_by_role("button", name="Go on with it").tap()
    expect(page.locator("#text")).to_have_value("Left in a greater hurry.")


def test_a_draft_open_in_one_tab_is_not_offered_in_another(reporter, context, site):
    reporter.open()
    reporter.says_where()
    reporter.page.locator("#text").fill("Only here.")
    expect(reporter.page.locator("#draft-said")).to_have_text("Draft kept on this device.")
    other = Reporter(context, site).open()
    other.page.wait_for_timeout(3000)
    expect(other.page.locator("#drafts")).to_be_empty()
    reporter.page.close()
    expect(other.page.locator("#drafts")).to_contain_text("Only here.")  # as soon as that tab is closed


def test_a_browser_that_keeps_nothing_says_so_and_sends_all_the_same(site, browser, streets, sent):
    context = opened(browser, service_workers="block")
    context.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined});")
    reporter = Reporter(context, site)
    page = reporter.open().page
    reporter.fills_in("Kept nowhere.")
    expect(page.locator("#draft-said")).to_have_text(re.compile("keeps no drafts"))
    page.locator("#finish").tap()
    page.wait_for_url(MINE)
    assert sent("Kept nowhere.") == 1
    assert reporter.flaws == []
    context.close()
