"""What waits, oldest first; the desk shows all that may be seen; every act by its own permission."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from issues.models import Issue, ModerationStep, StatusChange, Verdict
from issues.naming import tracking_number
from issues.photos import add_photo
from issues.rules import State, TextState
from neighborhoods.following import follow
from neighborhoods.models import User
from tests.factories import instant, make_boundaries, make_issue
from tests.made_pictures import jpeg
from tests.staff import make_moderator, make_officer, make_person, sign_in
from tests.web.pages.conftest import words
from web.pages import moderation

pytestmark = pytest.mark.django_db
QUEUE = "/en/moderation/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff(client):
    make_boundaries(["Fabric", "Iosefin"])
    sign_in(client, make_moderator())
    return client


def desk(issue):
    return f"/en/moderation/{tracking_number(issue.pk)}/"


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return words(answer.content.decode())


def recorded(issue, hours_ago):
    Issue.objects.filter(pk=issue.pk).update(recorded_at=timezone.now() - dt.timedelta(hours=hours_ago))
    return issue


def act(client, issue, name, **more):
    return client.post(desk(issue), {"act": name, **more})


def numbers(client, path=QUEUE):
    answer = client.get(path)
    return [row["number"] for row in answer.context["rows"]]


# --- the queue ------------------------------------------------------------------------------------------------------


def test_nothing_waits(staff):
    make_issue()
    assert "Nothing waits. Thank you." in page(staff, QUEUE)


def test_what_waits_stands_oldest_first_with_its_reasons(staff):
    waiting = recorded(make_issue(waiting=True, description="Behind the school."), 2)
    text = recorded(make_issue(i=1, text_state=TextState.WITHHELD, description="Call 0722 123 456"), 30)
    photo = add_photo(issue=make_issue(i=2), id=uuid.uuid4(), data=jpeg())
    assert numbers(staff) == [tracking_number(i.pk) for i in (text, waiting, photo.issue)]
    said = page(staff, QUEUE)
    assert "Texts to look at 1 the oldest for 1 day · late" in said
    assert "a phone number" in said
    assert "Behind the school." in said
    assert "Photos to look at 1" in said
    assert said.count("late") == 2


def test_one_issue_stands_once_however_much_waits_about_it(staff):
    issue = make_issue(waiting=True, text_state=TextState.WITHHELD)
    add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    rows = staff.get(QUEUE).context["rows"]
    assert [[str(why) for why in row["whys"]] for row in rows] == [["to publish", "a text", "a photo"]]


def test_what_residents_said_of_a_closing_waits_too(staff):
    issue = make_issue(closed=instant(2026, 3, 9))
    said_of(issue, "0722 123 456")
    assert numbers(staff) == [tracking_number(issue.pk)]


def test_nobody_looks_at_what_is_never_shown(staff):
    """Texts and photos of sensitive subjects, and of what was hidden."""
    sensitive = make_issue("social", text_state=TextState.WITHHELD)
    add_photo(issue=sensitive, id=uuid.uuid4(), data=jpeg())
    hidden = make_issue(i=1, text_state=TextState.WITHHELD)
    Issue.objects.filter(pk=hidden.pk).update(hidden=True)
    assert numbers(staff) == []


def test_pages_follow_each_other_without_gap_or_repeat(staff, monkeypatch):
    monkeypatch.setattr(moderation, "ROWS", 2)
    issues = [recorded(make_issue(i=i, waiting=True), 10 - i // 2) for i in range(5)]
    wanted = [tracking_number(i.pk) for i in issues]
    found, path = [], QUEUE
    while path:
        answer = staff.get(path)
        found += [row["number"] for row in answer.context["rows"]]
        path = f"{QUEUE}?after={answer.context['further']}" if answer.context["further"] else ""
    assert sorted(found) == sorted(wanted)
    assert len(found) == 5


@pytest.mark.parametrize("after", ["x", "1", "1-x", "-1-1", "9" * 30 + "-1", "1e9-1", "٣-١"])
def test_a_page_nobody_gave_is_not_there(staff, after):
    assert staff.get(QUEUE, {"after": after}).status_code == 404


def test_any_issue_opens_by_its_number(staff):
    issue = make_issue()
    number = tracking_number(issue.pk)
    assert staff.get(QUEUE, {"number": f" {number.lower().replace('-', '')} "})["Location"] == desk(issue)
    answer = staff.get(QUEUE, {"number": "ZZZZ-ZZZZ"})
    assert answer.status_code == 404
    assert "There is no issue with this number." in words(answer.content.decode())


# --- the desk -------------------------------------------------------------------------------------------------------


def said_of(issue, said):
    step = StatusChange.objects.get(issue=issue, state=State.RESOLVED)
    return Verdict.objects.create(
        issue=issue, closing=step, fixed=False, said=said, text_state=TextState.WITHHELD, at=step.at
    )


def test_what_is_personal_is_marked_by_kind(staff):
    issue = make_issue(text_state=TextState.WITHHELD, description="Lamp <b>out</b>, call 0722 123 456 please")
    markup = staff.get(desk(issue)).content.decode()
    assert '<mark title="a phone number">0722 123 456' in markup
    assert "Lamp &lt;b&gt;out&lt;/b&gt;, call " in markup


def test_the_true_place_of_a_sensitive_issue_is_for_who_answers(staff):
    issue = make_issue("social", lng=21.19123, lat=45.74123, address="Strada Lungă 7")
    add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    said = page(staff, desk(issue))
    for secret in ("Strada Lungă 7", "21.191230", "45.741230"):
        assert secret not in said
    assert "1 photo came along." in said
    assert "/moderation/photos/" not in staff.get(desk(issue)).content.decode()
    sign_in(staff, make_officer())
    said = page(staff, desk(issue))
    assert "Strada Lungă 7" in said
    assert "45.741230, 21.191230" in said
    assert "/moderation/photos/" in staff.get(desk(issue)).content.decode()


def test_no_address_to_write_to_is_ever_shown(staff):
    issue = make_issue()
    follow(email="ana@example.org", language="en", kind="issue", subject=issue.pk, reporter=True)
    User.objects.update(email="moderator@example.org")
    for path in (QUEUE, desk(issue)):
        assert "example.org" not in staff.get(path).content.decode()


def test_a_number_written_otherwise_leads_to_the_one_address(staff):
    issue = make_issue()
    assert staff.get(desk(issue).lower())["Location"] == desk(issue)
    assert staff.get("/en/moderation/ZZZZ-ZZZZ/").status_code == 404


# --- acts -----------------------------------------------------------------------------------------------------------


def test_publishing_says_so_and_leads_on(staff):
    issue, other = recorded(make_issue(waiting=True), 5), make_issue(i=1, waiting=True)
    answer = act(staff, issue, "publish")
    assert (answer.status_code, answer["Location"]) == (303, f"{desk(issue)}?done=publish#done")
    said = staff.get(answer["Location"])
    assert "Everybody can see it now." in said.content.decode()
    assert said.context["following"] == tracking_number(other.pk)
    assert not Issue.objects.get(pk=issue.pk).hidden
    assert ModerationStep.objects.get().by.username == "moderator"


def test_hiding_without_a_reason_is_asked_again(staff):
    issue = make_issue()
    answer = act(staff, issue, "hide", reason=" ")
    assert answer.status_code == 422
    assert "Please say why: the author reads it." in answer.content.decode()
    assert act(staff, issue, "hide", reason="It names a neighbour.").status_code == 303
    assert Issue.objects.get().hidden
    assert "It names a neighbour." in page(staff, desk(issue))


def test_somebody_was_quicker(staff):
    issue = make_issue(waiting=True)
    act(staff, issue, "publish")
    answer = act(staff, issue, "publish")
    assert answer.status_code == 409
    assert "Somebody has done this already." in answer.content.decode()


def test_texts_are_shown_edited_and_kept(staff):
    issue = make_issue(text_state=TextState.WITHHELD, description="Call 0722 123 456")
    assert act(staff, issue, "edit-text", text="Call me.").status_code == 303
    assert Issue.objects.get().public_text == "Call me."
    answer = act(staff, issue, "edit-text", text="x" * 2001)
    assert answer.status_code == 422
    assert "x" * 2001 in answer.content.decode()
    assert act(staff, issue, "keep-private", reason="A number.").status_code == 303
    assert Issue.objects.get().public_text == ""
    assert act(staff, issue, "show-text").status_code == 303
    assert Issue.objects.get().public_text == "Call 0722 123 456"


def test_words_on_a_closing_are_decided(staff):
    issue = make_issue(closed=instant(2026, 3, 9))
    verdict = said_of(issue, "0722 123 456")
    assert act(staff, issue, "show-said", verdict=verdict.pk).status_code == 303
    assert Verdict.objects.get().text_state == TextState.SHOWN
    assert act(staff, issue, "keep-said", verdict=verdict.pk, reason="so").status_code == 303
    other = make_issue(i=1)
    assert act(staff, other, "show-said", verdict=verdict.pk).status_code == 404
    assert act(staff, issue, "show-said", verdict="x").status_code == 404


def test_an_act_nobody_knows_is_none(staff):
    issue = make_issue()
    for name in ("", "erase", "publish\0"):
        assert act(staff, issue, name).status_code == 400


def test_an_officer_answers(client):
    make_boundaries(["Fabric"])
    issue = make_issue()
    sign_in(client, make_officer())
    assert act(client, issue, "answer", to="refused").status_code == 422
    assert act(client, issue, "answer", to="nothing").status_code == 422
    assert act(client, issue, "answer", to="in_progress", reason="A crew comes on Monday.").status_code == 303
    step = StatusChange.objects.filter(issue=issue).last()
    assert (step.state, step.reason, step.by.username) == (State.IN_PROGRESS, "A crew comes on Monday.", "officer")


def test_signs_that_no_text_has_are_no_part_of_an_answer(client):
    make_boundaries(["Fabric"])
    issue = make_issue()
    sign_in(client, make_officer())
    assert act(client, issue, "answer", to="in_progress", reason=" A crew\0 comes.\u202e ").status_code == 303
    assert StatusChange.objects.filter(issue=issue).last().reason == "A crew comes."


# --- who may --------------------------------------------------------------------------------------------------------

WHO = {"anonymous": lambda: None, "no permission": make_person, "moderator": make_moderator, "officer": make_officer}
ACTS = {  # what each sends, and which of the two may
    "publish": ({}, "moderator"),
    "hide": ({"reason": "so"}, "moderator"),
    "show-text": ({}, "moderator"),
    "edit-text": ({"text": "so"}, "moderator"),
    "keep-private": ({"reason": "so"}, "moderator"),
    "show-said": ({}, "moderator"),
    "keep-said": ({"reason": "so"}, "moderator"),
    "show-photo": ({}, "moderator"),
    "refuse-photo": ({"reason": "so"}, "moderator"),
    "cover": ({f"cover-{n}": "10" for n in ("left", "top", "width", "height")}, "moderator"),
    "answer": ({"to": "in_progress"}, "officer"),
}


def test_the_table_knows_every_act():
    from web.pages.moderation_acts import ACTS as KNOWN

    assert set(ACTS) == set(KNOWN)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ACTS)
def test_who_may_act(client, name, who):
    make_boundaries(["Fabric"])
    issue = make_issue(closed=instant(2026, 3, 9), text_state=TextState.WITHHELD)
    if name == "publish":
        Issue.objects.update(hidden=True, waiting=True)
    sent, may = ACTS[name]
    verdict = said_of(issue, "so")
    photo = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    if account := WHO[who]():
        sign_in(client, account)
    answer = act(client, issue, name, verdict=verdict.pk, photo=photo.pk, **sent)
    assert answer.status_code == {may: 303, "anonymous": 302}.get(who, 403)
    done = ModerationStep.objects.count() + StatusChange.objects.filter(state=State.IN_PROGRESS).count()
    assert done == (who == may)


@pytest.mark.parametrize("who", WHO)
def test_who_may_look(client, who):
    make_boundaries(["Fabric"])
    issue = make_issue()
    if account := WHO[who]():
        sign_in(client, account)
    wanted = {"anonymous": 302, "no permission": 403}.get(who, 200)
    for path in (QUEUE, desk(issue)):
        answer = client.get(path)
        assert answer.status_code == wanted
        assert "no-store" in answer["Cache-Control"]


def test_only_moderators_read_the_queue(client):
    make_boundaries(["Fabric"])
    make_issue(waiting=True, description="Behind the school.")
    sign_in(client, make_officer())
    assert "Behind the school." not in page(client, QUEUE)


def test_another_site_acts_for_nobody():
    make_boundaries(["Fabric"])
    issue = make_issue(waiting=True)
    client = Client(enforce_csrf_checks=True)
    sign_in(client, make_moderator())
    assert act(client, issue, "publish").status_code == 403
    assert Issue.objects.get().waiting
