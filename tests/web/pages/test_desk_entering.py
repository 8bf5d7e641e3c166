"""A report entered for somebody: the public form's sections, the way it came, the day it came, who entered it."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from issues.models import DeskStep, Issue, Submission
from neighborhoods.models import Contact, Follow
from neighborhoods.rules import Role
from tests.factories import inside, make_boundaries, make_category
from tests.staff import make_officer, make_person, sign_in
from tests.web.pages.conftest import words

pytestmark = pytest.mark.django_db
ENTER = "/en/desk/enter/"


@pytest.fixture
def officer(client):
    make_boundaries(["Fabric"])
    make_category()
    sign_in(client, make_officer())
    return client


def form(**more):
    lng, lat = inside("fabric")
    whole = {
        "key": "6f1c2b1e-7d1a-4c35-9d2e-0a3b5c7d9e11",
        "step": "send",
        "lng": f"{lng:.6f}",
        "lat": f"{lat:.6f}",
        "category": "roads",
        "asked": "roads",
        "text": "A deep hole by the school.",
        "channel": "phone",
        "go": "finish",
    }
    return whole | more


def test_it_is_entered_with_its_channel_and_who_entered_it(officer):
    answer = officer.post(ENTER, form())
    assert answer.status_code == 303
    issue = Issue.objects.get()
    assert issue.channel == "phone"
    assert DeskStep.objects.get(act="entered").by == make_officer()
    told = officer.get(answer["Location"].partition("#")[0])
    assert "The report is entered." in words(told.content.decode())
    assert "entered for a person (telephone)" in words(told.content.decode())


def test_the_deadlines_run_from_the_day_it_came(officer):
    day = timezone.localdate() - dt.timedelta(days=3)
    assert officer.post(ENTER, form(day=day.isoformat())).status_code == 303
    assert Issue.objects.get().opened_on == day


@pytest.mark.parametrize("day", ["2999-01-01", "yesterday", "1969-01-01", "2026-13-01"])
def test_a_day_that_cannot_be_is_named(officer, day):
    answer = officer.post(ENTER, form(day=day))
    assert answer.status_code == 422
    assert "Give a day up to today, or none." in words(answer.content.decode())
    assert not Issue.objects.exists()


@pytest.mark.parametrize("channel", ["", "web", "smoke"])
def test_the_way_it_came_must_be_said(officer, channel):
    answer = officer.post(ENTER, form(channel=channel))
    assert answer.status_code == 422
    assert "Say how it reached you." in words(answer.content.decode())
    assert "A deep hole by the school." in answer.content.decode()
    assert not Issue.objects.exists()


def test_section_by_section_everything_typed_travels(officer):
    answer = officer.post(ENTER, form(step="where", go="what", text="", category=""))
    assert re.search(r'id="step-what" data-step="what">', answer.content.decode())
    answer = officer.post(ENTER, form(step="what", go="send", text=""))
    assert answer.status_code == 422
    assert 'value="phone" required checked' in answer.content.decode()


def test_pressed_twice_it_is_entered_once(officer):
    first, again = officer.post(ENTER, form()), officer.post(ENTER, form())
    assert first["Location"] == again["Location"]
    assert Issue.objects.count() == 1
    assert officer.post(ENTER, form(text="Something else.")).status_code == 409


def test_an_address_is_asked_whether_it_wants_to_be_told_and_shown_to_nobody(officer):
    answer = officer.post(ENTER, form(email="ana@example.org"))
    assert Contact.objects.count() == 1
    assert Follow.objects.get().confirmed_at is None
    assert Submission.objects.get().contact_id is not None
    told = officer.get(answer["Location"].partition("#")[0]).content.decode()
    assert "ana@example.org" not in told


def test_no_cookie_and_no_key_of_the_person_lie_at_the_desk(officer):
    answer = officer.post(ENTER, form())
    link = bytes(Submission.objects.get().link).hex()
    assert link not in answer["Location"]
    assert link not in officer.get(answer["Location"].partition("#")[0]).content.decode()


def test_a_body_that_is_no_form_is_refused(officer):
    assert officer.post(ENTER, "{}", content_type="application/xml").status_code == 415


def test_entering_is_for_the_desk(client):
    make_boundaries(["Fabric"])
    sign_in(client, make_person("planner", Role.PLANNER))
    assert client.get(ENTER).status_code == 403
    assert settings.CITY.languages


def test_as_a_browser_sends_it_with_the_token_of_the_page(officer):
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, make_officer())
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(ENTER).content.decode())[1]
    assert browser.post(ENTER, form()).status_code == 403
    assert browser.post(ENTER, form(csrfmiddlewaretoken=token)).status_code == 303
    assert Issue.objects.get().channel == "phone"
