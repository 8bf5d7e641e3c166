"""Too many reports from one place: the device works a little, and the report goes through."""

from __future__ import annotations

import hashlib
import re

import pytest
from playwright.sync_api import expect

from neighborhoods import limits
from tests.journeys.reporter import Reporter, make_streets, opened, reports_of
from tests.journeys.shots import shot


@pytest.fixture(scope="module")
def streets(site, django_db_blocker):
    with django_db_blocker.unblock():
        make_streets()


@pytest.fixture
def busy(monkeypatch):
    """As many reports from everywhere as the limit, and no more."""
    monkeypatch.setattr(limits, "last_hour", lambda **of: 60)
    monkeypatch.setattr(limits, "last_hour_of_both", lambda block, cell: (60, 60))


@pytest.fixture
def reporter(site, browser, streets, busy):
    context = opened(browser, service_workers="block")
    somebody = Reporter(context, site)
    somebody.excused = "429"
    yield somebody
    context.close()
    assert somebody.flaws == []


def worked(request):
    """Whether a request carries work, and with how many zero bits its digest begins."""
    found = re.search(r"(?:^|&)work=([^&]*)", request.post_data or "")
    text = found[1].replace("%3A", ":") if found else ""
    return text, 256 - int.from_bytes(hashlib.sha256(text.encode()).digest(), "big").bit_length()


def test_the_device_works_and_the_report_goes_through(reporter, django_db_blocker):
    page = reporter.open().page
    answers = []
    page.on("response", lambda r: answers.append(r) if r.request.method == "POST" and r.url.endswith("/new/") else None)
    reporter.fills_in("Worked for.")
    page.locator("#finish").tap()
    reporter.arrives(30_000)
    assert [answer.status for answer in answers] == [429, 201]
    text, bits = worked(answers[1].request)
    assert text
    assert bits >= 18
    with django_db_blocker.unblock():
        assert len(reports_of("Worked for.")) == 1


def test_the_work_is_seen_and_can_be_stopped(reporter, django_db_blocker):
    page = reporter.open().page
    harder = '{"challenge": "no number will do", "bits": 60, "message": "Many reports.", "retry_after": 600}'
    page.route(
        re.compile("/issues/new/$"),
        lambda route: route.fulfill(status=429, content_type="application/json", body=harder),
        times=1,
    )
    reporter.fills_in("Stopped first.")
    page.locator("#finish").tap()
    expect(page.locator("#sending progress")).to_be_visible()
    expect(page.locator("#sending h2")).to_have_text("One moment more")
    shot(page, "work")
    page.get_by_role("button", name="Stop").tap()
    expect(page.locator("#sending h2")).to_have_text("Your report waits")
    expect(page.locator("#sending .lead")).to_contain_text("Many reports.")
    with django_db_blocker.unblock():
        assert reports_of("Stopped first.") == []
    page.get_by_role("button", name="Send now").first.tap()
    reporter.arrives(30_000)
    with django_db_blocker.unblock():
        assert len(reports_of("Stopped first.")) == 1
