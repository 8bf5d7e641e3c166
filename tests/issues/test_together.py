"""An incident is answered as one: its open issues go along, and everybody attached hears it once."""

import threading

import pytest
from django.db import connection

from issues.actions import change_status, raise_issue
from issues.models import Issue, StatusChange
from issues.rules import MoveRefusedError, State
from neighborhoods.models import Notice, User
from tests.factories import instant, make_boundaries, make_category, make_issue
from tests.followers import follow_issue, follow_place, told

pytestmark = pytest.mark.django_db
DAY = instant(2026, 3, 9)


@pytest.fixture
def three():
    """Three issues of one incident, each a day after the one before."""
    make_boundaries(["Fabric"])
    found = [make_issue("lighting", lng=21.19 + i / 1e5, lat=45.74, at=instant(2026, 3, 1 + i)) for i in range(3)]
    assert len({i.incident_id for i in found}) == 1
    return found


def states(issues):
    return [Issue.objects.get(pk=i.pk).state for i in issues]


def test_a_closing_closes_the_open_ones_each_by_its_own_step(three):
    who = User.objects.create(username="ana", signs_as="Street lighting desk")
    change_status(by=who, issue=three[1], to=State.RESOLVED, reason="A new lamp.", at=DAY)
    assert states(three) == [State.RESOLVED] * 3
    steps = StatusChange.objects.filter(state=State.RESOLVED)
    assert {(s.issue_id, s.reason, s.by, s.at) for s in steps} == {(i.pk, "A new lamp.", who, DAY) for i in three}
    assert set(Issue.objects.values_list("closed_at", flat=True)) == {DAY}


def test_taking_up_takes_up_all(three):
    change_status(by=None, issue=three[0], to=State.IN_PROGRESS, at=DAY)
    assert states(three) == [State.IN_PROGRESS] * 3


def test_one_alone_where_it_is_asked_for(three):
    change_status(by=None, issue=three[0], to=State.RESOLVED, at=DAY, whole_incident=False)
    assert states(three) == [State.RESOLVED, State.RECEIVED, State.RECEIVED]


def test_saying_that_one_repeats_another_leaves_the_other_open(three):
    follow_issue(three[0])
    change_status(by=None, issue=three[1], to=State.DUPLICATE, reason="Said before.", at=DAY)
    assert states(three) == [State.RECEIVED, State.DUPLICATE, State.RECEIVED]
    assert not Notice.objects.exists()


def test_what_is_closed_stays_as_it_was_closed(three):
    change_status(by=None, issue=three[2], to=State.REFUSED, reason="Not ours.", at=DAY, whole_incident=False)
    change_status(by=None, issue=three[0], to=State.RESOLVED, at=DAY)
    assert states(three) == [State.RESOLVED, State.RESOLVED, State.REFUSED]


def test_a_dispute_reopens_its_own_issue_alone(three):
    change_status(by=None, issue=three[0], to=State.RESOLVED, at=DAY)
    Issue.objects.filter(pk=three[2].pk).update(state=State.RECEIVED, closed_at=None)
    change_status(by=None, issue=three[0], to=State.IN_PROGRESS, at=DAY)
    assert states(three) == [State.IN_PROGRESS, State.RESOLVED, State.RECEIVED]


def test_an_issue_newer_than_the_answer_is_not_answered_by_it(three):
    change_status(by=None, issue=three[0], to=State.RESOLVED, at=instant(2026, 3, 2, 13))
    assert states(three) == [State.RESOLVED, State.RESOLVED, State.RECEIVED]


def test_what_is_hidden_goes_its_own_way(three):
    Issue.objects.filter(pk=three[0].pk).update(hidden=True)
    change_status(by=None, issue=three[0], to=State.REFUSED, reason="Not a lamp.", at=DAY)
    assert states(three) == [State.REFUSED, State.RECEIVED, State.RECEIVED]
    change_status(by=None, issue=three[1], to=State.RESOLVED, at=DAY)
    assert states(three) == [State.REFUSED, State.RESOLVED, State.RESOLVED]


def test_a_refused_move_moves_nobody(three):
    Issue.objects.filter(pk=three[0].pk).update(state=State.REFUSED, closed_at=DAY)
    with pytest.raises(MoveRefusedError):
        change_status(by=None, issue=three[0], to=State.RESOLVED, at=DAY)
    assert states(three) == [State.REFUSED, State.RECEIVED, State.RECEIVED]


def test_everybody_attached_hears_once_under_their_own_number(three):
    make = [follow_issue(issue, f"{i}@example.org") for i, issue in enumerate(three)]
    follow_issue(three[2], "0@example.org")
    follow_place("fabric", "0@example.org")
    follow_place("fabric", "9@example.org", pace="daily")
    change_status(by=None, issue=three[0], to=State.RESOLVED, at=DAY)
    step = StatusChange.objects.get(issue=three[0], state=State.RESOLVED)
    rows = list(Notice.objects.order_by("subject", "pace").values_list("event", "subject", "follow__kind", "pace"))
    event = f"status:{step.pk}"
    assert sorted(rows) == sorted(
        [(event, i.pk, "issue", "once") for i in three] + [(event, three[0].pk, "neighborhood", "daily")]
    )
    assert {n.details["step"] for n in Notice.objects.all()} == {step.pk}
    assert make[0].contact_id in Notice.objects.filter(subject=three[0].pk).values_list("contact", flat=True)


def test_who_was_told_it_is_a_repeat_hears_the_outcome_too(three):
    change_status(by=None, issue=three[2], to=State.DUPLICATE, reason="Said before.", at=DAY)
    follow_issue(three[2])
    change_status(by=None, issue=three[0], to=State.RESOLVED, at=DAY)
    assert [(kind, subject) for _event, kind, subject in told("status:")] == [("status", three[2].pk)]


def test_of_a_hidden_issue_only_its_reporter_hears(three):
    Issue.objects.filter(pk=three[0].pk).update(hidden=True)
    mine = follow_issue(three[0], reporter=True)
    for i, other in enumerate([three[0], three[1]]):
        follow_issue(other, f"{i}@example.org")
    follow_place("fabric", "9@example.org")
    change_status(by=None, issue=three[0], to=State.REFUSED, reason="Not a lamp.", at=DAY)
    assert list(Notice.objects.values_list("follow", flat=True)) == [mine.pk]


def test_of_a_sensitive_issue_its_followers_hear_and_no_place_does():
    make_boundaries(["Fabric"])
    issue = make_issue("social", lng=21.19, lat=45.74)
    own = follow_issue(issue)
    follow_place("fabric", "dan@example.org")
    change_status(by=None, issue=issue, to=State.IN_PROGRESS, at=DAY)
    assert list(Notice.objects.values_list("follow", flat=True)) == [own.pk]


def test_the_same_few_statements_for_an_incident_of_any_size(three, django_assert_num_queries):
    def cost(issue, to):
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            change_status(by=None, issue=issue, to=to, at=DAY)
        return len(asked)

    follow_issue(three[0])
    few = cost(three[0], State.IN_PROGRESS)
    for i in range(20):
        again = make_issue("lighting", lng=21.19, lat=45.74, at=instant(2026, 3, 4))
        follow_issue(again, f"{i}@example.org")
        follow_place("fabric", f"p{i}@example.org")
    assert cost(three[0], State.RESOLVED) == few


@pytest.mark.django_db(transaction=True)
def test_two_answers_to_one_incident_at_once_give_one_closing_each():
    make_boundaries(["Fabric"])
    category = make_category("lighting")
    pair = [
        raise_issue(by=None, category=category, lng=21.19, lat=45.74, description="Dark.", at=instant(2026, 3, 1 + i))
        for i in range(2)
    ]
    refused = []

    def close(issue):
        try:
            change_status(by=None, issue=issue, to=State.RESOLVED, at=DAY)
        except MoveRefusedError as problem:
            refused.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=[issue]) for issue in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states(pair) == [State.RESOLVED] * 2
    assert StatusChange.objects.filter(state=State.RESOLVED).count() == 2
    assert len(refused) == 1  # the second finds its issue closed already
