"""The page of one issue: its course in order, what comes next, and nothing that nobody may see."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from issues.actions import change_status
from issues.models import Issue, ModerationStep, Photo, StatusChange
from issues.naming import tracking_number
from issues.rules import ModerationAct, PhotoState, State, TextState
from issues.verdicts import give_verdict
from issues.writing import CHANGED, NO_DATE
from neighborhoods.models import User
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def squares():
    make_boundaries(["Fabric", "Iosefin"])


@pytest.fixture
def police():
    return User.objects.create(username="police", signs_as="Local Police")


@pytest.fixture
def at(address):
    """The address of an issue's page."""
    return lambda issue: address("issue", tracking_number(issue.pk))


def add_photo(issue, state=PhotoState.SHOWN, **more):
    return Photo.objects.create(id=uuid.uuid4(), issue=issue, state=state, digest=b"x" * 32, width=4, height=3, **more)


def test_the_steps_stand_in_order_with_who_and_why(read, at, police):
    issue = make_issue("roads", at=instant(2026, 3, 5))
    change_status(by=police, issue=issue, to=State.IN_PROGRESS, reason="We come.", at=instant(2026, 3, 7))
    change_status(by=None, issue=issue, to=State.RESOLVED, reason="Filled.", at=instant(2026, 3, 9))
    text = read(at(issue))
    told = (
        "Received 5 March 2026 In progress 7 March 2026 Local Police We come. Resolved 9 March 2026 City of Timișoara"
    )
    assert told in text
    assert "Filled." in text


def test_a_promise_says_how_long_it_still_is(read, at):
    issue = make_issue("roads")
    for days, said in ((3, "3 days left"), (1, "1 day left"), (0, "that is today"), (-2, "2 days late")):
        Issue.objects.filter(pk=issue.pk).update(promised_on=timezone.localdate() + dt.timedelta(days=days))
        assert f"; {said} ." in read(at(issue))


def test_a_kept_promise_and_a_late_one(read, at):
    kept = make_issue("water", at=instant(2026, 3, 5), closed=instant(2026, 3, 6))
    late = make_issue("water", i=1, at=instant(2026, 3, 5), closed=instant(2026, 3, 10))
    assert "Answer was promised by 7 March 2026: kept." in read(at(kept))
    assert "Answer was promised by 7 March 2026: 3 days late." in read(at(late))


def test_what_comes_next_is_read_from_the_table(read, at):
    issue = make_issue("roads")
    text = read(at(issue))
    assert "Next it can be: in progress, resolved." in text
    assert "with the reason told here: refused, passed to another body, already reported." in text
    change_status(by=None, issue=issue, to=State.TRANSFERRED, reason="To the county.")
    assert "It can still become: resolved." in read(at(issue))


def test_the_text_is_shown_as_text(client, at):
    issue = make_issue("roads", description="<script>alert(1)</script>\n\nSecond.", address="Strada Lidia 7")
    html = client.get(at(issue)).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "Strada Lidia 7, Fabric" in html


@pytest.mark.parametrize(
    "state, said",
    [(TextState.WITHHELD, "A person looks at it first."), (TextState.PRIVATE, "The text is kept private.")],
)
def test_a_text_not_shown_is_said_to_be(read, at, state, said):
    issue = make_issue("roads", description="Mr Pop's hole.", address="Strada Lidia 7", text_state=state)
    text = read(at(issue))
    assert said in text
    assert "Pop" not in text
    assert "Lidia" not in text


def test_an_edited_text_stands_for_the_written_one(read, at):
    issue = make_issue("roads", description="Mr Pop's hole.")
    Issue.objects.filter(pk=issue.pk).update(text_state=TextState.EDITED, edited_text="A hole.")
    text = read(at(issue))
    assert "A hole." in text
    assert "Pop" not in text


def test_answers_are_told_in_words_but_free_text_only_as_shown(read, at):
    issue = make_issue("lighting", answers={"lamps": "one", "pole": "TM-1"})
    assert "How many lamps are out? one The number on the pole, if you can see it TM-1" in read(at(issue))
    Issue.objects.filter(pk=issue.pk).update(text_state=TextState.WITHHELD)
    text = read(at(issue))
    assert "How many lamps are out? one" in text
    assert "TM-1" not in text


def test_shown_photos_show_and_waiting_ones_are_counted(client, read, at):
    issue = make_issue("roads")
    shown, waiting = add_photo(issue), add_photo(issue, PhotoState.WAITING)
    refused = add_photo(issue, PhotoState.REFUSED)
    html = client.get(at(issue)).content.decode()
    assert str(shown.pk) in html
    assert str(waiting.pk) not in html
    assert str(refused.pk) not in html
    assert "1 photo waits for a person to look." in read(at(issue))


def test_the_same_thing_reported_again_is_linked_both_ways(client, at):
    first = make_issue("roads", lng=21.19, lat=45.74)
    second = make_issue("roads", lng=21.19, lat=45.74, at=instant(2026, 3, 6))
    hidden = make_issue("roads", lng=21.19, lat=45.74, at=instant(2026, 3, 7))
    Issue.objects.filter(pk=hidden.pk).update(hidden=True)
    html = client.get(at(first)).content.decode()
    assert "1 more report of the same" in html
    assert at(second) in html
    assert at(hidden) not in html
    assert at(first) in client.get(at(second)).content.decode()


def test_follow_and_feed_name_the_issue(client, at):
    issue = make_issue("roads")
    html = client.get(at(issue)).content.decode()
    number = tracking_number(issue.pk)
    assert f"kind=issue&amp;number={number}" in html
    assert f"{number}.atom" in html


def test_a_number_in_another_spelling_leads_to_the_page(client, address):
    issue = make_issue("roads")
    number = tracking_number(issue.pk)
    for spelling in (number.lower(), number.replace("-", ""), number.replace("-", " ")):
        assert client.get(address("issue", spelling)).headers["Location"] == address("issue", number)
    answer = client.get(address("issue", number.lower()) + "?said=no")
    assert answer.headers["Location"].endswith("/?said=no")


@pytest.mark.parametrize("number", ["K7QF-2M9X", "0000-0000", "nonsense"])
def test_a_number_of_no_issue(client, address, number):
    assert client.get(address("issue", number)).status_code == 404


def test_find_leads_to_the_page_or_says_there_is_none(client, address):
    issue = make_issue("roads")
    number = tracking_number(issue.pk)
    found = client.get(address("issue-find"), {"number": f" {number.lower()} "})
    assert found.headers["Location"] == address("issue", number)
    lost = client.get(address("issue-find"), {"number": "<b>"})
    assert lost.status_code == 404
    assert "No issue has the number &lt;b&gt;." in lost.content.decode()
    assert client.get(address("issue-find")).status_code == 200


def test_what_waits_shows_number_and_state_alone(client, read, at):
    issue = make_issue("roads", description="Loud.", address="Strada Lidia 7", waiting=True)
    text = read(at(issue))
    assert f"Issue {tracking_number(issue.pk)} Received" in text
    assert "A person looks at it before it is shown." in text
    assert not any(word in text for word in ("Loud", "Lidia", "Fabric", "bridges", "2026"))
    assert client.get(at(issue)).headers["X-Robots-Tag"] == "noindex"


def test_what_was_hidden_is_gone_and_why_is_told(client, at, police):
    issue = make_issue("roads", description="Buy now.")
    Issue.objects.filter(pk=issue.pk).update(hidden=True)
    for reason in ("Once.", "It is an advertisement."):
        ModerationStep.objects.create(issue=issue, act=ModerationAct.HIDDEN, reason=reason, by=police)
    answer = client.get(at(issue))
    html = answer.content.decode()
    assert answer.status_code == 410
    assert "Why: It is an advertisement." in html
    assert "Buy now" not in html


def test_of_a_sensitive_subject_only_weeks_states_and_about_where(client, read, at, police):
    issue = make_issue("social", description="An old lady.", address="Strada Lidia 7", at=instant(2026, 3, 5))
    change_status(by=police, issue=issue, to=State.REFUSED, reason="We met Mrs Pop.", at=instant(2026, 3, 12))
    add_photo(issue)
    html, text = client.get(at(issue)).content.decode(), read(at(issue))
    assert "Social assistance , Fabric" in text
    assert "Received 2–8 March 2026" in text
    assert "Refused 9–15 March 2026" in text
    assert "The place is approximate, to protect people." in text
    assert not any(
        word in html for word in ("old lady", "Lidia", "Pop", "Local Police", "2026-03", "photos/", "follow")
    )
    assert not any(word in text for word in (" 5 March", " 12 March"))
    assert client.get(at(issue)).headers["X-Robots-Tag"] == "noindex"
    assert 'name="robots" content="noindex"' in html


def test_its_true_point_is_not_on_the_map(client, at):
    issue = make_issue("social", lng=21.1893, lat=45.7411)
    near = make_issue("social", lng=21.1895, lat=45.7412)
    assert issue.public_point == near.public_point

    def drawn(one):
        return client.get(at(one)).content.decode().split("<svg")[2].split("</svg>")[0]

    assert drawn(issue) == drawn(near)


def test_an_ordinary_page_may_be_found(client, at):
    assert "X-Robots-Tag" not in client.get(at(make_issue("roads"))).headers


def test_a_dispute_is_told_with_its_words_and_shown_photo(client, read, at):
    issue = make_issue("roads", closed=instant(2026, 3, 9))
    verdict = give_verdict(
        issue=issue, fixed=False, said="The hole is there.", by_reporter=True, at=instant(2026, 3, 11)
    )
    photo = add_photo(issue, verdict=verdict)
    told = "In progress 11 March 2026 A resident A resident says it is not fixed. The hole is there."
    assert told in read(at(issue))
    assert str(photo.pk) in client.get(at(issue)).content.decode()


def test_a_withheld_dispute_waits(read, at):
    issue = make_issue("roads", closed=instant(2026, 3, 9))
    verdict = give_verdict(issue=issue, fixed=False, said="Mr Pop knows.", by_reporter=True)
    verdict.text_state = TextState.WITHHELD
    verdict.save()
    text = read(at(issue))
    assert "Pop" not in text
    assert "What was written waits until a person has looked." in text


def test_who_says_it_is_fixed_is_counted_under_the_closing(read, at):
    issue = make_issue("roads", closed=instant(2026, 3, 9))
    for _ in range(2):
        give_verdict(issue=issue, fixed=True)
    assert "2 residents say it is fixed." in read(at(issue))


def test_a_closed_issue_asks_whether_it_is_so_and_an_open_one_does_not(client, at):
    closed, still_open = make_issue("roads", closed=instant(2026, 3, 9)), make_issue("roads", i=1)
    assert "Was it really fixed?" in client.get(at(closed)).content.decode()
    assert "/verdict/" not in client.get(at(still_open)).content.decode()


def test_what_the_program_noted_of_an_import_is_said_in_words(read, at):
    issue = make_issue("roads", source="elsewhere")
    StatusChange.objects.create(issue=issue, state=State.RESOLVED, at=instant(2026, 3, 5), reason=NO_DATE)
    StatusChange.objects.create(issue=issue, state=State.RESOLVED, at=instant(2026, 4, 1), reason=f"{CHANGED}title")
    Issue.objects.filter(pk=issue.pk).update(state=State.RESOLVED, closed_at=instant(2026, 3, 5))
    text = read(at(issue))
    assert "Resolved City of Timișoara The source does not say on which day." in text
    assert "Changed at the source 1 April 2026" in text
    assert CHANGED not in text
    assert f"Taken over from: elsewhere {issue.external_id}" in text


def test_an_address_that_names_its_area_is_not_told_it_again(read, at):
    issue = make_issue("roads", place="fabric", address="Strada Lidia 7, Fabric")
    assert "Strada Lidia 7, Fabric" in read(at(issue))
    assert "Fabric, Fabric" not in read(at(issue))


def test_where_no_area_is_the_page_says_so(read, at):
    assert "outside every neighbourhood" in read(at(make_issue("roads", lng=21.10, lat=45.67)))
