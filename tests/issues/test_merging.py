"""A person's word on what is one thing: it holds against every rule, is answered together, and can be taken back."""

import random

import pytest
from django.db import transaction

from issues.actions import change_status
from issues.handling import take_back
from issues.models import DeskStep, Incident, Issue, PlacedTogether
from issues.moderating import ActRefusedError, hide, publish
from issues.relink import relink
from issues.rules import DeskAct, State
from issues.together import merge, split
from neighborhoods.models import Notice
from tests.factories import instant, make_boundaries, make_issue
from tests.followers import follow_issue
from tests.staff import make_officer

pytestmark = pytest.mark.django_db

LNG, LAT = 21.19, 45.74
METRE = 1 / 77_700  # of longitude there, in degrees, about


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])


@pytest.fixture
def ana():
    return make_officer("ana")


def pothole(day, metres=0.0, category="roads", **more):
    """Of potholes within 30 m and 45 days of the first one all are one incident."""
    return make_issue(category, lng=LNG + metres * METRE, lat=LAT, at=instant(2026, 3, day), **more)


def incidents(*issues):
    """Of each issue, the first of its incident; rebuilding everything would change nothing."""
    found = [Issue.objects.get(pk=issue.pk).incident_id for issue in issues]
    assert dict(Incident.objects.values_list("pk", "issues")) == {
        key: Issue.objects.filter(incident=key).count() for key in Issue.objects.values_list("incident", flat=True)
    }
    assert relink().changed == 0
    return found


def test_two_far_apart_become_one_and_their_members_with_them(ana):
    a, b = pothole(1), pothole(2, 10)
    far, further = pothole(3, 500), pothole(4, 510)
    step = merge(by=ana, issue=further, into=b, reason="The same burst pipe.")
    assert incidents(a, b, far, further) == [a.pk] * 4
    assert Incident.objects.get().issues == 4
    assert (step.act, step.by, step.reason, step.details["into"]) == (DeskAct.MERGED, ana, "The same burst pipe.", b.pk)


def test_everybody_attached_to_what_was_merged_hears_the_outcome(ana):
    a, far = pothole(1), pothole(3, 500)
    followed = follow_issue(far)
    merge(by=ana, issue=far, into=a, reason="One job.")
    assert not Notice.objects.exists()
    change_status(by=ana, issue=a, to=State.RESOLVED, reason="Mended.", at=instant(2026, 3, 9))
    assert Issue.objects.get(pk=far.pk).state == State.RESOLVED
    assert list(Notice.objects.values_list("follow", "subject")) == [(followed.pk, far.pk)]


def test_without_a_merge_they_do_not(ana):
    a, far = pothole(1), pothole(3, 500)
    follow_issue(far)
    change_status(by=ana, issue=a, to=State.RESOLVED, reason="Mended.", at=instant(2026, 3, 9))
    assert not Notice.objects.exists()


@pytest.mark.parametrize("reason", ["", "   ", "\u200b"])
def test_neither_is_done_without_a_reason(ana, reason):
    a, b, far = pothole(1), pothole(2), pothole(3, 500)
    for act in (lambda: merge(by=ana, issue=far, into=a, reason=reason), lambda: split(by=ana, issue=b, reason=reason)):
        with pytest.raises(ActRefusedError) as refused:
            act()
        assert refused.value.code == "reason-missing"
    assert incidents(a, b, far) == [a.pk, a.pk, far.pk]
    assert not DeskStep.objects.filter(act__in=[DeskAct.MERGED, DeskAct.SPLIT]).exists()


def test_what_is_one_already_is_not_merged_and_what_stands_alone_is_not_split(ana):
    a, b, far = pothole(1), pothole(2), pothole(3, 500)
    for code, act in [
        ("done-already", lambda: merge(by=ana, issue=b, into=a, reason="One.")),
        ("done-already", lambda: merge(by=ana, issue=a, into=a, reason="One.")),
        ("alone", lambda: split(by=ana, issue=far, reason="Two.")),
    ]:
        with pytest.raises(ActRefusedError) as refused:
            act()
        assert refused.value.code == code


def test_what_is_hidden_or_of_other_discretion_is_not_merged(ana):
    a, hidden = pothole(1), pothole(2, 500)
    hide(by=ana, issue=hidden, reason="Not for here.")
    quarrel = pothole(3, 100, "noise")
    for issue, into, code in [(hidden, a, "not-public"), (a, hidden, "not-public"), (quarrel, a, "sensitive")]:
        with pytest.raises(ActRefusedError) as refused:
            merge(by=ana, issue=issue, into=into, reason="One.")
        assert refused.value.code == code


def test_subjects_may_differ(ana):
    a, leak = pothole(1), pothole(2, 10, "water")
    merge(by=ana, issue=leak, into=a, reason="The pothole is the leak.")
    assert incidents(a, leak) == [a.pk, a.pk]


def test_a_merge_taken_back_is_as_if_it_had_not_been(ana):
    a, b = pothole(1), pothole(2, 500)
    c = pothole(3, 510)
    step = merge(by=ana, issue=c, into=a, reason="One.")
    back = take_back(by=ana, step=step)
    assert incidents(a, b, c) == [a.pk, b.pk, b.pk]
    assert (back.act, back.details["step"]) == (DeskAct.UNDONE, step.pk)
    with pytest.raises(ActRefusedError, match="before"):
        take_back(by=ana, step=step)


def test_what_came_between_joins_what_is_begun_anew(ana):
    a, b = pothole(1), pothole(2, 500)
    step = merge(by=ana, issue=b, into=a, reason="One.")
    late = pothole(5, 505)
    assert incidents(b, late) == [a.pk, late.pk]
    take_back(by=ana, step=step)
    assert incidents(a, b, late) == [a.pk, b.pk, b.pk]


def test_one_in_the_middle_is_taken_out_and_nobody_joins_it(ana):
    a, b, c = pothole(1), pothole(2), pothole(3)
    step = split(by=ana, issue=b, reason="The other lane.")
    assert incidents(a, b, c) == [a.pk, b.pk, a.pk]
    change_status(by=ana, issue=a, to=State.RESOLVED, at=instant(2026, 3, 4))
    late = pothole(6)
    assert incidents(b, late) == [b.pk, late.pk]
    take_back(by=ana, step=step)
    assert incidents(a, b, c, late) == [a.pk, a.pk, a.pk, late.pk]


def test_those_left_behind_stay_together(ana):
    a, b, c = pothole(1), pothole(2, -25), pothole(3, 25)  # b and c are not within reach of each other
    assert incidents(a, b, c) == [a.pk] * 3
    step = split(by=ana, issue=a, reason="It was the manhole.")
    assert incidents(a, b, c) == [a.pk, b.pk, b.pk]
    take_back(by=ana, step=step)
    assert incidents(a, b, c) == [a.pk] * 3


def test_one_merged_in_may_be_split_out_again(ana):
    a, far = pothole(1), pothole(2, 500)
    merged = merge(by=ana, issue=far, into=a, reason="One.")
    step = split(by=ana, issue=far, reason="No, two.")
    assert incidents(a, far) == [a.pk, far.pk]
    with pytest.raises(ActRefusedError) as refused:
        take_back(by=ana, step=merged)
    assert refused.value.code == "changed-since"
    take_back(by=ana, step=step)
    assert incidents(a, far) == [a.pk, a.pk]
    assert PlacedTogether.objects.filter(ended_at=None).count() == 1


def test_while_the_first_is_hidden_the_others_stay_together(ana):
    a, b, c = pothole(1), pothole(2, 500), pothole(3, 900)
    merge(by=ana, issue=b, into=a, reason="One.")
    merge(by=ana, issue=c, into=a, reason="One.")
    hide(by=ana, issue=a, reason="Names a neighbour.")
    assert incidents(a, b, c) == [a.pk, b.pk, b.pk]
    hide(by=ana, issue=b, reason="Names a neighbour.")
    assert incidents(a, b, c) == [a.pk, b.pk, c.pk]
    publish(by=ana, issue=b)
    assert incidents(a, b, c) == [a.pk, b.pk, b.pk]
    publish(by=ana, issue=a)
    assert incidents(a, b, c) == [a.pk] * 3


def test_a_mark_of_the_source_gives_way_to_a_person(ana):
    a, b = pothole(1, source="register"), pothole(2, 500, source="register")
    Issue.objects.filter(pk=b.pk).update(duplicate_of=a.external_id)
    relink()
    assert incidents(a, b) == [a.pk, a.pk]
    step = split(by=ana, issue=Issue.objects.get(pk=b.pk), reason="Two.")
    assert incidents(a, b) == [a.pk, b.pk]
    take_back(by=ana, step=step)
    assert incidents(a, b) == [a.pk, a.pk]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_rebuilding_would_change_nothing(ana, seed):
    chance = random.Random(seed)
    days = sorted(chance.sample(range(1, 29), 12))
    issues = [pothole(day, chance.choice([0, 15, 25, 40, 55, 200])) for day in days]
    steps = []
    for _ in range(25):
        one, other = (Issue.objects.get(pk=issue.pk) for issue in chance.sample(issues, 2))
        acts = [
            lambda: merge(by=ana, issue=one, into=other, reason="One."),  # noqa: B023
            lambda: split(by=ana, issue=one, reason="Two."),  # noqa: B023
            lambda: take_back(by=ana, step=chance.choice(steps)),
            lambda: publish(by=ana, issue=one) if one.hidden else hide(by=ana, issue=one, reason="Not here."),  # noqa: B023
        ]
        act = chance.choice(acts[: 4 if steps else 2])
        try:
            with transaction.atomic():
                done = act()
        except ActRefusedError:
            continue
        if isinstance(done, DeskStep) and done.act != DeskAct.UNDONE:
            steps.append(done)
        incidents(*issues)
