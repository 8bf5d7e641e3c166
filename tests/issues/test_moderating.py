"""Every act leaves a step; counts, incidents, searches and mails follow at once."""

import datetime as dt
import random
import uuid

import pytest
from django.db import DatabaseError, transaction

from issues import moderating
from issues.actions import change_status
from issues.counts import Filters, by_category
from issues.models import Incident, Issue, ModerationStep, StatusChange, Verdict
from issues.moderating import (
    ActRefusedError,
    cover_photo,
    edit_text,
    hide,
    keep_private,
    look_at_photo,
    look_at_said,
    publish,
    show_text,
)
from issues.photos import FULL, SMALL, add_photo, path_of
from issues.relink import relink
from issues.rules import ModerationAct, PhotoState, Precision, State, TextState
from neighborhoods.following import follow
from neighborhoods.models import Follow, Notice
from neighborhoods.models.notices import ISSUE, NEIGHBORHOOD
from tests.factories import instant, make_boundaries, make_issue
from tests.followers import follow_issue
from tests.made_pictures import jpeg, near, pixel
from tests.staff import make_moderator

pytestmark = pytest.mark.django_db
LNG, LAT = 21.19, 45.74


@pytest.fixture
def moderator():
    make_boundaries(["Fabric"])
    return make_moderator()


def refused(call, **more):
    with pytest.raises(ActRefusedError) as problem, transaction.atomic():
        call(**more)
    return problem.value.code


def acts(issue):
    return [(step.act, step.reason) for step in issue.moderation.all()]


def groups():
    """Which issues speak of one thing, and that each incident counts what it has."""
    found = {}
    for pk, incident in Issue.objects.values_list("pk", "incident_id"):
        found.setdefault(incident, set()).add(pk)
    assert dict(Incident.objects.values_list("pk", "issues")) == {k: len(v) for k, v in found.items()}
    return sorted(map(sorted, found.values()))


def pin(day, *, east=0.0, **more):
    return make_issue("lighting", lng=LNG + east, lat=LAT, at=instant(2026, 3, day), **more)


# --- publish and hide -----------------------------------------------------------------------------------------------


def test_what_waited_is_public_and_counted(moderator):
    issue = pin(1, waiting=True, description="Lampă stinsă")
    assert not Issue.objects.public().exists()
    publish(by=moderator, issue=issue)
    held = Issue.objects.public().get()
    assert (held.waiting, held.words) == (False, "lampa stinsa")
    assert acts(issue) == [(ModerationAct.PUBLISHED, "")]
    assert issue.moderation.get().by == moderator


def test_what_is_public_is_not_published_again(moderator):
    assert refused(publish, by=moderator, issue=pin(1)) == "done-already"
    assert not ModerationStep.objects.exists()


def test_hiding_says_why_and_takes_it_away(moderator):
    issue = pin(1)
    assert refused(hide, by=moderator, issue=issue, reason="  ") == "reason-missing"
    assert Issue.objects.public().exists()
    hide(by=moderator, issue=issue, reason="It names a neighbour.")
    assert not Issue.objects.public().exists()
    assert acts(issue) == [(ModerationAct.HIDDEN, "It names a neighbour.")]
    assert refused(hide, by=moderator, issue=issue, reason="twice") == "done-already"


def test_what_waited_may_be_refused(moderator):
    issue = pin(1, waiting=True)
    hide(by=moderator, issue=issue, reason="No issue of the city.")
    issue.refresh_from_db()
    assert (issue.hidden, issue.waiting) == (True, False)


def test_a_step_is_never_changed(moderator):
    issue = pin(1)
    hide(by=moderator, issue=issue, reason="so")
    with pytest.raises(DatabaseError, match="added, never changed"), transaction.atomic():
        ModerationStep.objects.update(reason="otherwise")


def test_counts_follow(moderator):
    issue, other = pin(1), pin(2, east=0.01)
    assert _counted() == 2
    hide(by=moderator, issue=issue, reason="so")
    assert _counted() == 1
    publish(by=moderator, issue=issue)
    assert _counted() == 2
    assert other.pk


def _counted():
    return sum(by_category(Filters()).values())


# --- who hears ------------------------------------------------------------------------------------------------------


def wish(email, kind=ISSUE, **more):
    made = follow(email=email, language="en", kind=kind, **more)
    Follow.objects.filter(pk=made.pk).update(confirmed_at=instant(2026, 1, 1))
    return made


def notices(kind):
    return list(Notice.objects.filter(kind=kind).values_list("follow", flat=True))


def test_the_author_alone_is_told_why_it_is_hidden(moderator):
    issue = pin(1)
    author = wish("ana@example.org", subject=issue.pk, reporter=True)
    wish("dan@example.org", subject=issue.pk)
    hide(by=moderator, issue=issue, reason="so")
    assert notices("hidden") == [author.pk]
    assert Notice.objects.get(kind="hidden").event == f"moderation:{issue.moderation.get().pk}"


def test_followers_of_the_place_hear_once_it_is_published(moderator):
    near_by = wish("eva@example.org", NEIGHBORHOOD, slug="fabric")
    issue = pin(1, waiting=True)
    assert notices("new") == []
    publish(by=moderator, issue=issue)
    assert notices("new") == [near_by.pk]


def test_what_was_public_before_is_no_news(moderator):
    issue = pin(1)
    hide(by=moderator, issue=issue, reason="so")
    wish("eva@example.org", NEIGHBORHOOD, slug="fabric")
    publish(by=moderator, issue=issue)
    assert notices("new") == []


# --- incidents ------------------------------------------------------------------------------------------------------


def test_published_it_joins_its_like(moderator):
    first, second = pin(1), pin(2, waiting=True)
    assert groups() == [[first.pk], [second.pk]]
    publish(by=moderator, issue=second)
    assert groups() == [[first.pk, second.pk]]
    assert relink().changed == 0


def test_published_first_of_all_it_founds_the_incident(moderator):
    early, middle, late = pin(1, waiting=True), pin(2), pin(3)
    publish(by=moderator, issue=early)
    assert groups() == [[early.pk, middle.pk, late.pk]]
    assert Incident.objects.get().pk == early.pk
    assert relink().changed == 0


def test_a_street_stands_alone_when_published(moderator):
    first, street = pin(1), pin(2, waiting=True, precision=Precision.STREET)
    publish(by=moderator, issue=street)
    assert groups() == [[first.pk], [street.pk]]


def test_hiding_one_of_many_leaves_the_others_together(moderator):
    first, second, third = pin(1), pin(2), pin(3)
    hide(by=moderator, issue=second, reason="so")
    assert groups() == [[first.pk, third.pk], [second.pk]]
    assert relink().changed == 0


def test_hiding_the_first_lets_the_others_form_anew(moderator):
    """Two of them were near the first, and not near each other."""
    first = pin(1)
    radius = first.category.incident_radius_m / 77_900  # in degrees of longitude, about
    west, east, again = pin(2, east=-0.8 * radius), pin(3, east=0.8 * radius), pin(4, east=0.8 * radius)
    assert groups() == [[first.pk, west.pk, east.pk, again.pk]]
    hide(by=moderator, issue=first, reason="so")
    assert groups() == [[first.pk], [west.pk], [east.pk, again.pk]]
    assert relink().changed == 0
    publish(by=moderator, issue=first)
    assert groups() == [[first.pk, west.pk, east.pk, again.pk]]
    assert relink().changed == 0


@pytest.mark.parametrize("seed", range(4))
def test_acts_in_any_order_end_as_rebuilding_would(moderator, seed):
    """A crowded street over forty days, some of it closed, hidden and shown at random."""
    chance = random.Random(seed)
    issues = []
    for _ in range(9):
        at = instant(2026, 3, 1) + dt.timedelta(hours=chance.randrange(40 * 24))
        closed = at + dt.timedelta(days=chance.randrange(1, 9)) if chance.random() < 0.3 else None
        east = chance.random() * 0.0015
        issues.append(make_issue("lighting", lng=LNG + east, lat=LAT, at=at, closed=closed))
    relink()
    for _ in range(8):
        issue = Issue.objects.get(pk=chance.choice(issues).pk)
        if issue.hidden:
            publish(by=moderator, issue=issue)
        else:
            hide(by=moderator, issue=issue, reason="so")
        groups()
        assert relink().changed == 0


def test_a_new_issue_does_not_join_what_is_hidden(moderator):
    first = pin(1)
    hide(by=moderator, issue=first, reason="so")
    assert pin(2).incident_id != first.pk


# --- texts ----------------------------------------------------------------------------------------------------------


def withheld(**more):
    return pin(1, text_state=TextState.WITHHELD, description="Sunați la 0722 000 000", **more)


def test_a_text_is_shown_and_found(moderator):
    issue = withheld()
    assert (issue.public_text, issue.words) == ("", "")
    held = show_text(by=moderator, issue=issue)
    assert held.public_text == "Sunați la 0722 000 000"
    assert held.words == "sunati la 0722 000 000"
    assert refused(show_text, by=moderator, issue=issue) == "done-already"
    assert acts(issue) == [(ModerationAct.TEXT_SHOWN, "")]


def test_an_edited_text_takes_its_place_and_the_first_is_kept(moderator):
    issue = edit_text(by=moderator, issue=withheld(address="Strada X 1"), text=" Sunați-mă. ")
    assert (issue.public_text, issue.words) == ("Sunați-mă.", "sunati ma")
    assert issue.description == "Sunați la 0722 000 000"
    assert edit_text(by=moderator, issue=issue, text="Altfel.").public_text == "Altfel."
    assert [act for act, _ in acts(issue)] == [ModerationAct.TEXT_EDITED] * 2


@pytest.mark.parametrize("text, code", [("", "text-missing"), (" \n", "text-missing"), ("a" * 2001, "too-long")])
def test_an_edited_text_is_a_text(moderator, text, code):
    assert refused(edit_text, by=moderator, issue=withheld(), text=text) == code


def test_a_private_text_is_neither_read_nor_found(moderator):
    issue = show_text(by=moderator, issue=withheld())
    assert refused(keep_private, by=moderator, issue=issue, reason="") == "reason-missing"
    held = keep_private(by=moderator, issue=issue, reason="It names a child.")
    assert (held.public_text, held.public_address, held.words) == ("", "", "")
    assert not held.hidden


def test_words_of_a_sensitive_subject_are_never_found(moderator):
    issue = make_issue("social", lng=LNG, lat=LAT, text_state=TextState.WITHHELD)
    assert show_text(by=moderator, issue=issue).words == ""


def test_words_on_a_closing_wait_too(moderator):
    issue = pin(1, closed=instant(2026, 3, 5))
    step = StatusChange.objects.get(state=State.RESOLVED)
    said = Verdict.objects.create(
        issue=issue, closing=step, fixed=False, said="0722 000 000", text_state=TextState.WITHHELD, at=step.at
    )
    assert refused(look_at_said, by=moderator, verdict=said, shown=False) == "reason-missing"
    assert look_at_said(by=moderator, verdict=said, shown=True).public_said == "0722 000 000"
    assert look_at_said(by=moderator, verdict=said, shown=False, reason="a number").public_said == ""
    assert acts(issue) == [(ModerationAct.TEXT_SHOWN, ""), (ModerationAct.TEXT_PRIVATE, "a number")]


# --- photos ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def photo(moderator, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return add_photo(issue=pin(1), id=uuid.uuid4(), data=jpeg(640, 480))


def test_a_photo_is_shown_by_somebody(moderator, photo):
    held = look_at_photo(by=moderator, photo=photo, shown=True, at=instant(2026, 3, 2))
    assert (held.state, held.looked_by, held.looked_at) == (PhotoState.SHOWN, moderator, instant(2026, 3, 2))
    assert refused(look_at_photo, by=moderator, photo=photo, shown=True) == "done-already"
    step = photo.issue.moderation.get()
    assert (step.act, step.photo) == (ModerationAct.PHOTO_SHOWN, photo)


def test_a_refusal_says_why(moderator, photo):
    assert refused(look_at_photo, by=moderator, photo=photo, shown=False) == "reason-missing"
    assert look_at_photo(by=moderator, photo=photo, shown=False, reason="A face.").reason == "A face."


@pytest.mark.parametrize("shown_before", [False, True])
def test_a_refused_photo_is_deleted_for_good(moderator, photo, shown_before, django_capture_on_commit_callbacks):
    if shown_before:
        look_at_photo(by=moderator, photo=photo, shown=True)
    with django_capture_on_commit_callbacks(execute=True):
        look_at_photo(by=moderator, photo=photo, shown=False, reason="A face.")
    assert not any(path_of(photo, size).exists() for size in (FULL, SMALL))
    photo.refresh_from_db()
    assert (photo.state, photo.reason) == (PhotoState.REFUSED, "A face.")
    assert refused(look_at_photo, by=moderator, photo=photo, shown=True) == "gone"
    assert refused(cover_photo, by=moderator, photo=photo, rectangles=[(0, 0, 1, 1)]) == "gone"
    assert refused(look_at_photo, by=moderator, photo=photo, shown=False, reason="Twice.") == "done-already"


def test_covered_parts_are_gone_from_both_files(moderator, photo):
    before = [path_of(photo, size).read_bytes() for size in (FULL, SMALL)]
    assert refused(cover_photo, by=moderator, photo=photo, rectangles=[]) == "nothing-covered"
    cover_photo(by=moderator, photo=photo, rectangles=[(0, 0, 0.5, 0.5)])
    for size, old in zip((FULL, SMALL), before, strict=True):
        now = path_of(photo, size).read_bytes()
        assert near(pixel(old, 0.25, 0.25), (255, 0, 0), 20)
        assert near(pixel(now, 0.25, 0.25), (0, 0, 0))
    assert acts(photo.issue) == [(ModerationAct.PHOTO_COVERED, "")]


def test_a_failed_cover_leaves_no_step(moderator, photo, monkeypatch):
    def broken(photo, pictures):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(moderating, "store", broken)
    with pytest.raises(OSError, match="No space"), transaction.atomic():
        cover_photo(by=moderator, photo=photo, rectangles=[(0, 0, 1, 1)])
    assert not ModerationStep.objects.exists()


def test_a_step_outlives_its_photo(moderator, photo):
    look_at_photo(by=moderator, photo=photo, shown=True)
    issue = photo.issue
    photo.delete()
    assert issue.moderation.get().photo is None


def test_moderation_leaves_the_course_alone(moderator):
    issue = pin(1)
    change_status(by=moderator, issue=issue, to=State.IN_PROGRESS, at=issue.opened_at + dt.timedelta(days=1))
    hide(by=moderator, issue=issue, reason="so")
    assert issue.history.count() == 2


def test_the_reporter_is_told_why_words_or_a_photo_stay_private(moderator, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    issue = pin(5)
    follow_issue(issue, reporter=True)
    follow_issue(issue, "ion@example.org")
    keep_private(by=moderator, issue=issue, reason="It names a neighbour.")
    photo = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    look_at_photo(by=moderator, photo=photo, shown=False, reason="A face.")
    told = Notice.objects.filter(kind="hidden").values_list("event", "contact")
    assert {event for event, _ in told} == {f"moderation:{step.pk}" for step in issue.moderation.all()}
    assert len({contact for _, contact in told}) == 1
