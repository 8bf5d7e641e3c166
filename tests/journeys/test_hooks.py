"""An administrator makes a webhook and sees what becomes of its messages: with the keyboard, and as all may use it."""

from __future__ import annotations

import datetime as dt
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from issues.hooks import Event, end_webhook, make_webhook
from issues.models import Delivery, Webhook
from issues.telling import tell_of_new
from neighborhoods.rules import Role
from tests.factories import make_issue
from tests.journeys.door import enter, kept
from tests.journeys.shots import shot
from tests.journeys.test_second_factor import press_until
from tests.staff import make_person
from web import outgoing
from web.hooks import deliver_hooks


@pytest.fixture(scope="module")
def chief(site):
    return make_person("chief of hooks", Role.ADMINISTRATOR)


@pytest.fixture
def receiver(monkeypatch, settings):
    """Another system on this machine, let through for once: its address, what it got, and how it answers."""
    got, answers = [], [204]

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if answers[0] == 204:
                got.append(json.loads(body))
            self.send_response(answers[0])
            self.end_headers()

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(outgoing, "PORTS", {server.server_port})
    monkeypatch.setattr(outgoing, "public_address", lambda host, port: "127.0.0.1")
    settings.HOOKS_OVER_HTTP = True
    yield f"http://dispatch.example.org:{server.server_port}/in", got, answers
    server.shutdown()
    server.server_close()
    kept(Webhook.objects.all().delete)


def raised(i):
    tell_of_new(make_issue("roads", place="fabric", i=80 + i, description="A deep hole."))


def test_with_the_keyboard_and_no_script(site, tabs, chief, receiver):
    address, got, answers = receiver
    page = tabs(staff=True, java_script_enabled=False)
    page.goto(f"{site}/en/webhooks/")
    enter(page, chief)
    expect(page.locator("h1")).to_have_text("Webhooks")
    press_until(page, "#name")
    page.keyboard.type("Dispatch, Dan I.")
    press_until(page, "#url", 1)
    page.keyboard.type(address)
    page.keyboard.press("Enter")
    expect(page.locator("#secret")).to_contain_text("whsec_")
    press_until(page, "a.primary")
    page.keyboard.press("Enter")
    expect(page.locator("#condition")).to_have_text("nothing to tell so far")

    kept(lambda: raised(1))
    assert kept(deliver_hooks) == 1
    assert got[0]["issue"]["text"] == "A deep hole."
    page.reload()
    expect(page.locator("#condition")).to_have_text("everything arrives")
    expect(page.locator(".messages li")).to_contain_text(got[0]["issue"]["number"])

    answers[0] = 503
    kept(lambda: raised(2))
    assert kept(deliver_hooks) == 0
    page.reload()
    expect(page.locator("#condition")).to_have_text("nothing arrives")
    expect(page.locator("#flaw")).to_contain_text("Something is broken at the receiver (answer 503).")
    expect(page.locator(".messages li").first).to_contain_text("tried once · next")
    shot(page, "hook-failing")

    answers[0] = 204
    press_until(page, "#flaw button")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("What waits is sent within a minute.")
    assert kept(deliver_hooks) == 1
    page.reload()
    expect(page.locator("#condition")).to_have_text("everything arrives")
    assert len(got) == 2

    press_until(page, ".acts details:last-child summary")
    page.keyboard.press("Enter")
    press_until(page, "button[value=end]", 1)
    page.keyboard.press("Enter")
    expect(page.locator("#condition")).to_have_text("it has ended")
    kept(lambda: raised(3))
    assert kept(deliver_hooks) == 0


def every_condition(view):
    """A webhook in each, some with long names and addresses; gives them by name."""
    made = {
        name: make_webhook(name=f"{name} {view}", url=url, events=list(Event), by=None)[0]
        for name, url in {
            "Quiet": "https://quiet.example.org/in",
            "Well": "https://well.example.org/in",
            "Failing": "https://dispatch.a-long-name-of-a-department.example.org/webhooks/ascult/incoming?city="
            + "x" * 80,
            "Partly": "https://partly.example.org/in",
            "Private": "https://inner.example.org/in",
            "Ended": "https://ended.example.org/in",
        }.items()
    }
    now, subject = timezone.now(), make_issue("roads", place="fabric").pk
    came = {"delivered_at": now + dt.timedelta(minutes=1)}
    later = {"due_at": now + dt.timedelta(hours=2)}
    rows = {
        "Well": [came, came | {"attempts": 3}],
        "Failing": [later | {"attempts": 9, "problem": "status 503"}, {"attempts": 0}, {"attempts": 0}],
        "Partly": [later | {"attempts": 2, "problem": "TimeoutError"}, came],
        "Private": [later | {"attempts": 4, "problem": outgoing.NOT_PUBLIC}],
        "Ended": [came, {}],
    }
    kinds = list(Event)
    Delivery.objects.bulk_create(
        Delivery(webhook=made[name], event=str(i), kind=kinds[i % 3], subject=subject, **row)
        for name, of_it in rows.items()
        for i, row in enumerate(of_it)
    )
    end_webhook(webhook=made["Ended"])
    return made


def test_everybody_can_use_it(eyes, chief):
    page = eyes.page
    eyes.open("webhooks/")
    enter(page, chief)
    page.wait_for_selector("#name")
    eyes.look("webhooks, none")
    page.fill("#url", "http://example.org/")
    page.click(".new button")
    page.wait_for_selector("#problem")
    eyes.look("webhooks, misunderstood")
    page.fill("#name", f"Dispatch {eyes.view}")
    page.fill("#url", "https://dispatch.example.org/in")
    page.click(".new button")
    page.wait_for_selector("#secret")
    eyes.look("webhook, its key shown once")
    made = kept(lambda: every_condition(eyes.view))
    eyes.visit("webhooks/", "webhooks")
    for name, hook in made.items():
        eyes.visit(f"webhooks/{hook.pk}/", f"webhook, {name.lower()}")
    eyes.visit(f"webhooks/{made['Failing'].pk}/?done=again", "webhook, sent again")
    eyes.open(f"webhooks/{made['Well'].pk}/")
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    kept(lambda: end_webhook(webhook=made["Well"]))
    page.click("button[value=end]")
    page.wait_for_selector("#problem")
    eyes.look("webhook, had ended already")
    kept(Webhook.objects.all().delete)
    assert eyes.found == {}
