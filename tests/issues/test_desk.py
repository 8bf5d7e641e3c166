"""What waits for a person: all of it once, the oldest first, and nothing that nobody need look at."""

import datetime as dt
import uuid

import pytest

from issues.desk import FROM_THE_START, PHOTO, PUBLISH, SAID, TEXT, Load, load, oldest
from issues.models import Issue, Photo, Verdict
from issues.rules import PhotoState, TextState
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])


def march(day):
    return instant(2026, 3, day)


def issue(i, *, day, category="roads", **more):
    made = make_issue(category, i=i, **more)
    Issue.objects.filter(pk=made.pk).update(recorded_at=march(day))
    return made


def photo_of(issue, *, day, state=PhotoState.WAITING):
    made = Photo.objects.create(
        id=uuid.uuid4(), issue=issue, digest=uuid.uuid4().bytes * 2, width=9, height=9, state=state
    )
    Photo.objects.filter(pk=made.pk).update(recorded_at=march(day))


def said_of(issue, *, day, state=TextState.WITHHELD):
    Verdict.objects.create(
        issue=issue, closing=issue.history.last(), fixed=True, said="0722 123 456", text_state=state, at=march(day)
    )


def queue(*asked):
    return [(row.issue.pk, row.since, tuple(row.whys)) for row in oldest(*asked or (10,))]


def test_where_nothing_waits():
    seen = issue(0, day=1)
    photo_of(seen, day=2, state=PhotoState.SHOWN)
    photo_of(seen, day=2, state=PhotoState.REFUSED)
    said_of(seen, day=2, state=TextState.PRIVATE)
    assert queue() == []
    assert load() == dict.fromkeys((PUBLISH, TEXT, SAID, PHOTO), Load(0, None))


def test_each_stands_once_with_all_its_reasons_since_the_oldest_of_them():
    much = issue(0, day=5, waiting=True, text_state=TextState.WITHHELD)
    photo_of(much, day=7)
    photo_of(much, day=6)
    said_of(much, day=4)
    other = issue(1, day=1)
    photo_of(other, day=8)
    assert queue() == [(much.pk, march(4), (PUBLISH, TEXT, SAID, PHOTO)), (other.pk, march(8), (PHOTO,))]
    assert load() == {
        PUBLISH: Load(1, march(5)),
        TEXT: Load(1, march(5)),
        SAID: Load(1, march(4)),
        PHOTO: Load(3, march(6)),
    }


def test_pages_go_on_where_the_one_before_ended():
    rows = [issue(i, day=1 + i // 2, waiting=True) for i in range(5)]
    seen, after = [], FROM_THE_START
    while page := oldest(2, after):
        seen += [row.issue.pk for row in page]
        after = page[-1].since, page[-1].issue.pk
    assert seen == [row.pk for row in rows]


def test_of_a_sensitive_subject_only_publishing_waits():
    social = issue(0, day=1, category="social", waiting=True, text_state=TextState.WITHHELD)
    photo_of(social, day=1)
    said_of(social, day=1)
    assert queue() == [(social.pk, march(1), (PUBLISH,))]
    assert {why: held.n for why, held in load().items()} == {PUBLISH: 1, TEXT: 0, SAID: 0, PHOTO: 0}


def test_what_a_person_has_hidden_is_settled():
    hidden = issue(0, day=1, text_state=TextState.WITHHELD)
    photo_of(hidden, day=1)
    said_of(hidden, day=1)
    Issue.objects.update(hidden=True)
    assert queue() == []
    assert sum(held.n for held in load().values()) == 0


def test_it_asks_a_constant_number_of_questions(django_assert_num_queries):
    for i in range(6):
        issue(i, day=1, waiting=True)
    with django_assert_num_queries(2):
        assert all(row.issue.category.name() and row.issue.neighborhood.name for row in oldest(10))
    with django_assert_num_queries(4):
        load()


def test_times_are_instants():
    issue(0, day=1, waiting=True)
    assert oldest(1)[0].since == dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)
