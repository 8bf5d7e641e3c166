"""One issue's work: who has it, notes apart, deadlines, templates, merge and split, all of it in the history."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from issues.models import DeskStep, Issue, Note, ReplyTemplate, StatusChange, Verdict
from issues.naming import tracking_number
from issues.rules import DeskAct, State
from neighborhoods.models import Department
from neighborhoods.rules import Role
from tests.factories import make_boundaries, make_issue
from tests.staff import make_moderator, make_officer, make_person, sign_in
from tests.web.pages.conftest import words
from web.pages.desk.acts import ACTS, printed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_boundaries(["Fabric", "Iosefin"])


@pytest.fixture
def officer(client):
    sign_in(client, make_officer())
    return client


def ago(days):
    noon = dt.datetime.combine(timezone.localdate() - dt.timedelta(days=days), dt.time(12), settings.CITY.zone)
    return min(noon, timezone.now())


def at(issue):
    return f"/en/moderation/{tracking_number(issue.pk)}/"


def department(slug="roads"):
    return Department.objects.get_or_create(slug=slug, defaults={"names": {"en": slug.title()}})[0]


def act(client, issue, name, **more):
    return client.post(at(issue), {"act": name, **more})


def page(client, issue, **asked):
    answer = client.get(at(issue), asked)
    assert answer.status_code == 200
    return words(answer.content.decode())


# --- whose it is ----------------------------------------------------------------------------------------------------


def test_it_is_given_to_a_department_and_a_person(officer):
    issue, other = make_issue(at=ago(1)), make_person("ana", Role.OFFICER)
    roads = department()
    answer = act(officer, issue, "assign", department="roads", person=other.pk, reason="Your street.")
    assert answer.status_code == 303
    issue.refresh_from_db()
    assert (issue.department, issue.assignee) == (roads, other)
    said = page(officer, issue)
    assert "Given to" in said or "given to" in said
    assert "Your street." in said


@pytest.mark.parametrize(
    "sent", [{"department": "nowhere"}, {"person": "999999"}, {"person": "x"}, {"person": "٣"}, {"person": "1" * 30}]
)
def test_what_is_not_on_the_list_is_refused(officer, sent):
    issue = make_issue()
    assert act(officer, issue, "assign", **sent).status_code == 422
    assert not DeskStep.objects.filter(by__isnull=False).exists()


def test_nobody_is_given_what_they_could_not_see(officer):
    issue = make_issue("lighting")
    parks = make_person("parks", Role.OFFICER, department=department("parks"))
    answer = act(officer, issue, "assign", department="roads", person=parks.pk)
    assert answer.status_code == 422
    department()
    answer = act(officer, issue, "assign", department="roads", person=parks.pk)
    assert "role does not reach" in words(answer.content.decode())


def test_who_gives_an_issue_away_is_led_to_the_queue(client):
    roads, parks = department(), department("parks")
    issue = make_issue()
    Issue.objects.filter(pk=issue.pk).update(department=roads)
    sign_in(client, make_person("roads", Role.OFFICER, department=roads))
    answer = act(client, issue, "assign", department=parks.slug)
    assert answer["Location"] == "/en/desk/?told=given-away#done"
    assert client.get(at(issue)).status_code == 403


def test_giving_is_taken_back(officer):
    issue = make_issue()
    department("parks")
    before = Issue.objects.get(pk=issue.pk).department
    act(officer, issue, "assign", department="parks")
    step = DeskStep.objects.get(act="assigned")
    assert act(officer, issue, "take-back", step=step.pk).status_code == 303
    assert Issue.objects.get(pk=issue.pk).department == before
    assert act(officer, issue, "take-back", step=step.pk).status_code == 409


@pytest.mark.parametrize("step", ["", "x", "0", "9" * 40])
def test_there_is_no_such_step(officer, step):
    assert act(officer, make_issue(), "take-back", step=step).status_code == 404


def test_a_moderator_gives_nothing_to_anybody(client):
    issue = make_issue()
    sign_in(client, make_moderator())
    assert act(client, issue, "assign", department="").status_code == 403
    assert "Whose is it?" not in page(client, issue)


# --- notes ----------------------------------------------------------------------------------------------------------


def test_a_note_is_for_staff_alone(officer):
    issue = make_issue(description="A hole.")
    assert act(officer, issue, "note", text="Call the water company first.").status_code == 303
    assert "Call the water company first." in page(officer, issue)
    number = tracking_number(issue.pk)
    stranger = Client()
    for path in (f"/en/issues/{number}/", "/en/issues/", f"/en/feeds/issues/{number}.atom", "/en/feeds/issues.atom"):
        assert "water company" not in stranger.get(path).content.decode(), path
    assert Note.objects.get().by == make_officer()


def test_a_note_without_words_is_none(officer):
    issue = make_issue()
    assert act(officer, issue, "note", text="  ").status_code == 422
    assert not Note.objects.exists()


# --- time -----------------------------------------------------------------------------------------------------------


def test_the_legal_deadline_is_later_once_and_with_a_reason(officer):
    issue = make_issue(at=ago(10))
    assert "20 days left" in page(officer, issue)
    assert act(officer, issue, "extend", reason=" ").status_code == 422
    assert act(officer, issue, "extend", reason="We wait for a part.").status_code == 303
    assert "35 days left" in page(officer, issue)
    assert act(officer, issue, "extend", reason="Once more.").status_code == 409


def test_what_is_late_already_is_offered_no_more_time(officer):
    assert "More time" not in page(officer, make_issue(at=ago(50)))
    assert act(officer, Issue.objects.get(), "extend", reason="Late.").status_code == 409


# --- answers --------------------------------------------------------------------------------------------------------


def test_a_template_begins_the_answer(officer):
    issue = make_issue("lighting", at=ago(1))
    number = tracking_number(issue.pk)
    row = ReplyTemplate.objects.create(name="On the way", text="We go and look at {number}.", state="in_progress")
    ReplyTemplate.objects.create(name="Not in use", text="x", active=False)
    answer = officer.get(at(issue), {"template": row.pk})
    assert f"We go and look at {number}.</textarea>" in answer.content.decode()
    assert 'value="in_progress" required checked' in answer.content.decode()
    assert "Not in use" not in answer.content.decode()


@pytest.mark.parametrize("key", ["0", "x", "9" * 30, "-1"])
def test_a_template_that_is_none_changes_nothing(officer, key):
    assert officer.get(at(make_issue()), {"template": key}).status_code == 200


def test_an_answer_is_looked_at_before_it_is_sent(officer):
    issue = make_issue()
    answer = act(officer, issue, "preview", to="in_progress", reason="We <b>go</b>.")
    assert "This is what everybody will read" in answer.content.decode()
    assert "We &lt;b&gt;go&lt;/b&gt;." in answer.content.decode()
    assert issue.history.count() == 1
    answer = act(officer, issue, "answer", to="in_progress", reason="We go.")
    assert answer.status_code == 303


def test_a_refusal_without_a_reason_is_not_kept(officer):
    issue = make_issue()
    assert act(officer, issue, "answer", to="refused", reason=" ").status_code == 422
    assert Issue.objects.get(pk=issue.pk).state == State.RECEIVED


# --- one thing or two -----------------------------------------------------------------------------------------------


def neighbours():
    """Two issues of one subject 90 m apart, which no rule puts together."""
    first = make_issue("roads", lng=21.19, lat=45.74, at=ago(5))
    return first, make_issue("roads", lng=21.19, lat=45.7408, at=ago(4))


def test_what_lies_near_is_shown_put_together_and_taken_apart(officer):
    first, second = neighbours()
    assert first.incident_id != second.incident_id
    markup = officer.get(at(second)).content.decode()
    assert f'value="{tracking_number(first.pk)}"' in markup
    assert "What lies near" in markup
    assert act(officer, second, "merge", into=tracking_number(first.pk), reason="").status_code == 422
    assert act(officer, second, "merge", into=tracking_number(first.pk), reason="One hole.").status_code == 303
    second.refresh_from_db()
    assert second.incident_id == Issue.objects.get(pk=first.pk).incident_id
    assert "put together with" in page(officer, second)
    step = DeskStep.objects.get(act="merged")
    assert act(officer, second, "take-back", step=step.pk).status_code == 303
    second.refresh_from_db()
    assert second.incident_id != Issue.objects.get(pk=first.pk).incident_id


def test_an_issue_out_of_reach_is_not_merged_into(client):
    first, second = neighbours()
    roads = department()
    Issue.objects.filter(pk=second.pk).update(department=roads)
    Issue.objects.filter(pk=first.pk).update(department=department("parks"))
    sign_in(client, make_person("roads", Role.OFFICER, department=roads))
    assert tracking_number(first.pk) not in client.get(at(second)).content.decode()
    assert act(client, second, "merge", into=tracking_number(first.pk), reason="One.").status_code == 422


def test_what_is_near_a_sensitive_place_is_not_told_to_who_may_not_see_it(client):
    first = make_issue("social", lng=21.19, lat=45.74, at=ago(5))
    make_issue("social", lng=21.19, lat=45.7409, at=ago(4))
    sign_in(client, make_moderator())
    assert "What lies near" not in client.get(at(first)).content.decode()


# --- everything -----------------------------------------------------------------------------------------------------


def test_the_history_has_every_act_in_order(officer):
    issue = make_issue(at=ago(3))
    department("parks")
    act(officer, issue, "assign", department="parks")
    act(officer, issue, "note", text="A note.")
    act(officer, issue, "answer", to="in_progress", reason="We go.")
    rows = officer.get(at(issue)).context["history"]
    assert [row.when for row in rows] == sorted(row.when for row in rows)
    said = [str(row.what) for row in rows]
    assert said[0] == "received"
    assert {"given to Parks", "noted", "in progress"} <= set(said)
    assert [row.why for row in rows if row.public and row.why] == ["We go."]


def test_a_disputed_closing_is_in_view(officer):
    issue = make_issue(at=ago(9), closed=ago(2))
    closing = StatusChange.objects.get(issue=issue, state=State.RESOLVED)
    Verdict.objects.create(issue=issue, closing=closing, fixed=False, said="Still there.", at=ago(1))
    assert "1 closing was disputed" in page(officer, issue)


# --- the table ------------------------------------------------------------------------------------------------------


def test_the_table_in_the_docs_is_the_one_in_force():
    assert set(ACTS) == set(DeskAct)
    assert printed() in (settings.ROOT / "docs" / "workflow.md").read_text(encoding="utf-8")


def test_what_must_say_why_is_refused_without_a_reason(officer):
    first, second = neighbours()
    for name, more in (("merge", {"into": tracking_number(first.pk)}), ("extend", {})):
        assert act(officer, second, name, reason="  ", **more).status_code == 422
    act(officer, second, "merge", into=tracking_number(first.pk), reason="One.")
    assert act(officer, second, "split", reason="  ").status_code == 422
    assert act(officer, second, "split", reason="Two.").status_code == 303
