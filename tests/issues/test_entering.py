"""What staff enter for a person is a report like any other, with the way it came and who entered it."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from issues.drafts import Draft, DraftError
from issues.entering import enter
from issues.models import DeskStep, Issue, Submission
from issues.rules import Channel, DeskAct, TextState
from neighborhoods.models import Follow
from tests.factories import make_boundaries, make_category
from tests.staff import make_officer

pytestmark = pytest.mark.django_db(transaction=True)
LAMP = Draft("lighting", "The lamp is out.", 21.19, 45.74, language="en")


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])
    make_category()


@pytest.fixture
def ana():
    return make_officer("ana")


@pytest.mark.parametrize("channel", list(Channel))
def test_the_way_it_came_and_who_entered_it_are_kept(ana, channel):
    receipt = enter(by=ana, draft=LAMP, channel=channel)
    issue = Issue.objects.get()
    assert (receipt.issue, issue.channel) == (issue, channel.value)
    step = issue.desk_steps.get(act=DeskAct.ENTERED)
    assert (step.by, step.details) == (ana, {"channel": channel.value})
    assert Submission.objects.get().issue == issue
    assert issue.history.get().by is None  # the public is not told who sat at the telephone


@pytest.mark.parametrize("channel", ["", "web", "open311", "Phone"])
def test_no_other_way_is_kept(ana, channel):
    with pytest.raises(DraftError) as refused:
        enter(by=ana, draft=LAMP, channel=channel)
    assert refused.value.problems == {"channel": "unknown"}
    assert not Issue.objects.exists()


def test_it_is_looked_at_and_followed_like_any_other(ana):
    draft = Draft("lighting", "Ring me: 0722 123 456", 21.19, 45.74, language="en", email="ion@example.ro")
    issue = enter(by=ana, draft=draft, channel=Channel.PHONE).issue
    assert Issue.objects.get().text_state == TextState.WITHHELD
    assert Follow.objects.get().subject == issue.pk


def test_the_same_key_enters_once(ana):
    key = uuid.uuid4()
    first, again = (enter(by=ana, draft=LAMP, channel=Channel.PAPER, key=key) for _ in range(2))
    assert (first.number, again.replay) == (again.number, True)
    assert DeskStep.objects.filter(act=DeskAct.ENTERED).count() == 1


def test_a_letter_counts_from_the_day_it_came(ana):
    came = timezone.now() - dt.timedelta(days=3)
    enter(by=ana, draft=LAMP, channel=Channel.PAPER, at=came)
    assert Issue.objects.get().opened_at == came
    with pytest.raises(DraftError):
        enter(by=ana, draft=LAMP, channel=Channel.PAPER, at=timezone.now() + dt.timedelta(hours=1))


def test_a_draft_that_cannot_be_kept_leaves_nothing(ana):
    with pytest.raises(DraftError):
        enter(by=ana, draft=Draft("lighting", " ", 21.19, 45.74), channel=Channel.PHONE)
    assert not DeskStep.objects.exists()
