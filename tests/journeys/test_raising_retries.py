"""What becomes of a report after each kind of answer, asked of the module itself; and the worker behind the pages."""

from __future__ import annotations

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from tests.journeys.reporter import Reporter, make_streets, opened, reports_of


@pytest.fixture(scope="module")
def streets(site, django_db_blocker):
    with override_settings(REPORTS_PER_HOUR=1000), django_db_blocker.unblock():
        make_streets()
        yield


@pytest.fixture(scope="module")
def page(site, browser, streets):
    context = opened(browser)
    reporter = Reporter(context, site)
    yield reporter.open().page
    context.close()
    assert reporter.flaws == []


def asked(page, function, *arguments):
    """What an exported function of sending.js gives."""
    return page.evaluate(
        "async ([name, given]) => (await import('/static/ascult/raising/sending.js'))[name](...given)",
        [function, list(arguments)],
    )


@pytest.mark.parametrize("tries, seconds", [(1, 5), (2, 30), (3, 120), (4, 600), (5, 3600), (50, 3600)])
def test_pauses_grow_and_vary_by_a_fifth(page, tries, seconds):
    assert asked(page, "pauseMs", tries, 0.5) == pytest.approx(1000 * seconds)
    assert asked(page, "pauseMs", tries, 0) == pytest.approx(800 * seconds)
    assert asked(page, "pauseMs", tries, 1) == pytest.approx(1200 * seconds)


RECEIPT = {"mine": "/en/mine/0/", "number": "ABCD-EFGH"}


@pytest.mark.parametrize(
    "status, body, understood, state",
    [
        (201, RECEIPT, True, "sent"),
        (200, RECEIPT, True, "sent"),
        (200, {}, True, "waiting"),
        (200, {}, False, "waiting"),
        (0, {}, False, "waiting"),
        (500, {}, False, "waiting"),
        (503, {"message": "Later."}, True, "waiting"),
        (429, {"challenge": "c", "bits": 18, "retry_after": 600}, True, "waiting"),
        (404, {}, False, "waiting"),
        (422, {"problems": {"text": "Write."}}, True, "failed"),
        (409, {"code": "key-used"}, True, "failed"),
        (410, {"code": "erased"}, True, "failed"),
        (403, {"code": "cross-site"}, True, "failed"),
    ],
)
def test_only_the_city_itself_ends_the_waiting(page, status, body, understood, state):
    record = {"key": "k", "state": "sending", "tries": 0, "fields": [["text", "Words."]]}
    answer = {"status": status, "body": body, "understood": understood, "later": 0}
    became = asked(page, "after", record, answer, 1_000_000, 0.5)
    assert became["state"] == state
    assert bool(became["fields"]) == (state != "sent")
    if status in (0, 500):
        assert (became["tries"], became["next"]) == (1, 1_005_000)
    if status == 429:
        assert (became["challenge"], became["next"]) == ({"text": "c", "bits": 18}, 1_600_000)


@pytest.mark.parametrize(
    "status, understood, state",
    [
        (201, True, "sent"),
        (200, True, "sent"),
        (0, False, "waiting"),
        (503, True, "waiting"),
        (429, True, "waiting"),
        (404, False, "waiting"),
        (409, True, "refused"),
        (413, False, "refused"),
        (415, True, "refused"),
    ],
)
def test_a_photo_is_kept_until_the_city_has_it(page, status, understood, state):
    photo = {"key": "p", "state": "waiting", "tries": 0, "blob": "bytes"}
    answer = {"status": status, "body": {}, "understood": understood, "later": 0}
    became = asked(page, "afterPhoto", photo, answer, 1_000_000, 0.5)
    assert became["state"] == state
    assert (became["blob"] is None) == (state == "sent")


def test_the_service_worker_sends_with_no_page_open(site, browser, streets, django_db_blocker):
    context = opened(browser)
    reporter = Reporter(context, site)
    reporter.excused = "ERR_INTERNET_DISCONNECTED"
    page = reporter.open().page
    page.evaluate("navigator.serviceWorker.ready")
    reporter.fills_in("Sent from behind.")
    context.set_offline(True)
    page.locator("#finish").tap()
    expect(page.locator("#waiting")).to_contain_text("Waiting to send: 1")
    worker = context.new_cdp_session(page)
    seen = []
    worker.on("ServiceWorker.workerRegistrationUpdated", lambda told: seen.extend(told["registrations"]))
    worker.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    registration = next(one["registrationId"] for one in seen if one["scopeURL"].startswith(site))
    page.goto("about:blank")
    context.set_offline(False)
    event = {"origin": site, "registrationId": registration, "tag": "ascult-reports", "lastChance": False}
    worker.send("ServiceWorker.dispatchSyncEvent", event)
    for _ in range(50):
        page.wait_for_timeout(200)
        with django_db_blocker.unblock():
            if reports_of("Sent from behind."):
                break
    with django_db_blocker.unblock():
        assert len(reports_of("Sent from behind.")) == 1
    reporter.open()
    expect(page.locator("#waiting")).to_contain_text("Your report has arrived:")
    context.close()
    assert reporter.flaws == []
