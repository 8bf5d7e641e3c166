"""Every page of the desk in every state into which a day's work brings it: usable by all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.utils import timezone

from issues.handling import note
from issues.models import Issue, ReplyTemplate, RoutingRule, SavedView
from issues.naming import tracking_number
from issues.routed import kept_rows
from issues.rules import State
from neighborhoods.actions import sync_departments
from neighborhoods.rules import Role
from tests.factories import make_issue
from tests.journeys.door import kept
from tests.journeys.test_desk import session_of
from tests.staff import make_person

LONG = "Groapă adâncă lângă trecerea de pietoni de la școală, plină cu apă după fiecare ploaie. " * 6


@pytest.fixture(scope="module")
def world(site):
    """Issues of this month, the oldest of them past its legal deadline; who works on them, by name their cookies."""
    Issue.objects.open().update(state=State.RESOLVED, closed_at=timezone.now())
    sync_departments(settings.CITY)
    roles = {"officer": Role.OFFICER, "keeper": Role.ADMINISTRATOR, "moderator": Role.MODERATOR}
    people = {name: make_person(f"the {name} of states", role) for name, role in roles.items()}
    people["far"] = make_person("the officer of elsewhere", Role.OFFICER, area="mehala")
    days = {"late": 40, "first": 12, "second": 6, "fresh": 1}
    made = {
        name: make_issue(
            "roads",
            place="fabric",
            i=60 + 3 * i,
            at=timezone.now() - dt.timedelta(days=ago),
            description=LONG,
            address="Strada Episcop Augustin Pacha 12, colț cu Bulevardul Regele Ferdinand",
        )
        for i, (name, ago) in enumerate(days.items())
    }
    first = made["first"].point
    made["near"] = make_issue("roads", lng=first.x, lat=first.y + 0.0007, at=timezone.now())
    made["waiting"] = make_issue("lighting", place="fabric", i=80, at=timezone.now(), waiting=True)
    made["sensitive"] = make_issue("social", place="fabric", i=82, at=timezone.now())
    made["closed"] = make_issue("roads", place="iosefin", at=timezone.now(), closed=timezone.now())
    note(by=people["officer"], issue=made["first"], text="Echipa trece joi. " * 12)
    numbers = {name: tracking_number(issue.pk) for name, issue in made.items()}
    return numbers | {name: session_of(account) for name, account in people.items()}


def become(eyes, session):
    eyes.context.clear_cookies()
    eyes.context.add_cookies([{"name": "sessionid", "value": session, "url": eyes.site}])


def press(eyes, selector, state, shown="#problem"):
    """Press a button, whatever the browser itself would say of the form before."""
    eyes.page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    eyes.page.locator(selector).first.click()
    eyes.page.locator(shown).first.wait_for()
    eyes.look(state)


def choose(eyes, *numbers):
    for number in numbers:
        eyes.page.locator(f"#case-{number} input").check()


def test_the_queue(eyes, world):
    become(eyes, world["officer"])
    eyes.visit("desk/", "queue")
    eyes.page.keyboard.press("j")
    eyes.page.keyboard.press("m")
    eyes.page.locator("#map-read").filter(has_text=world["late"]).wait_for()
    eyes.look("queue, one read on the map")
    eyes.visit("desk/?q=nothing-like-this", "queue, none")
    eyes.visit("desk/?category=atlantis", "queue, misunderstood")
    eyes.visit("desk/?category=roads&area=fabric", "queue, narrowed")
    eyes.page.fill("#view-name", f"Drumuri întârziate {eyes.view}")
    press(eyes, ".keep-view button", "queue, view saved", "#done")
    become(eyes, world["moderator"])
    eyes.visit("desk/", "queue of a moderator")
    become(eyes, world["far"])
    eyes.visit("desk/", "queue of who reaches little")
    eyes.visit(f"moderation/{world['late']}/", "not theirs to see", status=403)
    kept(SavedView.objects.all().delete)
    assert eyes.found == {}


def test_many_at_once_and_the_day_sheet(eyes, world):
    become(eyes, world["officer"])
    eyes.open("desk/")
    choose(eyes, world["late"], world["first"])
    eyes.look("queue, two chosen")
    press(eyes, "button[value=assign]", "many, nobody chosen")
    eyes.open("desk/")
    choose(eyes, world["late"], world["first"])
    eyes.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    eyes.page.select_option("#bulk-to", "refused")
    press(eyes, "button[value=answer]", "many, none of them done", "#done")
    eyes.open("desk/")
    choose(eyes, world["late"], world["fresh"])
    eyes.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    eyes.page.select_option("#bulk-person", "nobody")
    press(eyes, "button[value=assign]", "many, done", "#done")
    chosen = "&".join(f"issue={world[name]}" for name in ("late", "first", "fresh", "sensitive"))
    eyes.visit(f"desk/day-sheet/?{chosen}", "day sheet")
    become(eyes, world["far"])
    eyes.visit(f"desk/day-sheet/?{chosen}", "day sheet, none of theirs", status=404)
    assert eyes.found == {}


def test_one_issue(eyes, world):
    become(eyes, world["officer"])
    template = kept(lambda: ReplyTemplate.objects.create(name="Pe drum", text="{number}: {link}", state="in_progress"))
    for name in ("late", "first", "waiting", "sensitive", "closed"):
        eyes.visit(f"moderation/{world[name]}/", f"issue, {name}")
    eyes.visit(f"moderation/{world['first']}/?template={template.pk}", "issue, answer from a template")
    for act in ("note", "extend", "merge", "answer"):
        eyes.open(f"moderation/{world['first']}/")
        eyes.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        press(eyes, f"button[value={act}]", f"issue, {act} without words")
    become(eyes, world["moderator"])
    eyes.visit(f"moderation/{world['first']}/", "issue of a moderator")
    kept(ReplyTemplate.objects.all().delete)
    assert eyes.found == {}


def test_entering(eyes, world):
    become(eyes, world["officer"])
    page = eyes.page
    eyes.visit("desk/enter/", "entering")
    press(eyes, "section:not([hidden]) button[value=what]", "entering, no channel", "#problem-channel:visible")
    page.locator("input[name=channel]").first.check()
    press(eyes, "section:not([hidden]) button[value=what]", "entering, no place", ".problems:visible")
    page.evaluate(
        "['lng', 'lat'].forEach((name, i) => { document.getElementsByName(name)[0].value = [21.19, 45.74][i] })"
    )
    press(eyes, "section:not([hidden]) button[value=what]", "entering, what", "#step-what:visible")
    page.locator("#text").fill("Lampă arsă")
    page.locator("#category-water").check()
    page.locator("section:not([hidden]) button[value=send]").click()
    page.locator("#step-send:visible, #similar:visible").first.wait_for()
    if page.locator("#step-what:visible").count():  # the report of the other language is like this one
        eyes.look("entering, one like it")
        page.locator("section:not([hidden]) button[value=send]").click()
        page.locator("#step-send:visible").wait_for()
    eyes.look("entering, send")
    press(eyes, "#finish", "entered", "#done")
    assert eyes.found == {}


def test_rules(eyes, world):
    become(eyes, world["keeper"])
    page = eyes.page
    eyes.visit("desk/rules/", "rules, none")
    press(eyes, "button[value=new]", "a new rule", "#rule-name")
    press(eyes, "button[value=keep]", "a rule, misunderstood", "#problems")
    for name in ("Gropi în carosabil lângă școli", "Gropi"):
        if not page.locator("#rule-name").count():
            page.click("button[value=new]")
        page.fill("#rule-name", name)
        page.select_option("#rule-department", index=1)
        page.fill("#rule-words", "groapa, asfalt")
        page.click("button[value=keep]")
        page.locator("#rule-name").wait_for(state="detached")
    eyes.look("rules, a draft")
    press(eyes, "button[value=try]", "rules, tried", "#trial")
    press(eyes, "button[value=put]", "rules, in force", "#done")
    press(eyes, "button[value=edit-1]", "a rule, changed", "#rule-name")
    assert len(kept(kept_rows)) == 2
    kept(RoutingRule.objects.all().delete)
    assert eyes.found == {}


def test_templates(eyes, world):
    become(eyes, world["keeper"])
    page = eyes.page
    eyes.visit("desk/templates/", "templates, none")
    press(eyes, "button[value=keep]", "a template, misunderstood")
    page.fill("#name", "Am trimis echipa de drumuri")
    page.fill("#text", "{nothing}")
    press(eyes, "button[value=preview]", "a template, a place unknown")
    page.fill("#text", "Bună ziua! Sesizarea {number} este la echipa de drumuri.")
    press(eyes, "button[value=preview]", "a template, how it reads", "#preview")
    press(eyes, "button[value=keep]", "templates", "#done")
    page.click(".rule-list a")
    page.locator("#name").wait_for()
    eyes.look("a template, changed")
    kept(ReplyTemplate.objects.all().delete)
    assert eyes.found == {}
