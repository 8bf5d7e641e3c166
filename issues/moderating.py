"""What people who moderate do; every act leaves a step, and what it means for counts and searches follows at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from geo.words import folded
from geo.written import plain, text_problem
from issues.drafts import LONGEST_TEXT
from issues.hooks import tell_raised, tell_text, tell_withdrawn
from issues.models import Issue, ModerationStep, Photo, Verdict
from issues.photos import FULL, drop_files, path_of, store
from issues.pictures import Rectangle, covered
from issues.regrouping import regroup
from issues.rules import ACT_REASON_NEEDED, ModerationAct, PhotoState, TextState
from issues.telling import tell_author, tell_of_new
from neighborhoods.contacts import despite_forgetting
from neighborhoods.models import User


class ActRefusedError(ValueError):
    """An act that is not done. `code`: done-already, reason-missing, text-missing, too-long, too-many-marks,
    nothing-covered, gone."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@despite_forgetting
@transaction.atomic
def publish(*, by: User, issue: Issue) -> Issue:
    """Let everybody see an issue that waited or was hidden. Who follows its place hears of what was never seen yet."""
    held = _locked(issue)
    if not held.hidden:
        raise ActRefusedError("done-already", "the issue is public")
    first_time = held.waiting
    held.hidden = held.waiting = False
    held.words = public_words(held)
    held.save(update_fields=["hidden", "waiting", "words"])
    step = _step(held, ModerationAct.PUBLISHED, by)
    regroup(held, was_seen=False)
    if first_time:
        tell_of_new(held)
    else:
        tell_raised(held, step.pk)
    return held


@despite_forgetting
@transaction.atomic
def hide(*, by: User, issue: Issue, reason: str) -> Issue:
    """Take an issue from everywhere public, or refuse one that waited; its author is told why."""
    held = _locked(issue)
    if held.hidden and not held.waiting:
        raise ActRefusedError("done-already", "the issue is hidden")
    was_seen = not held.hidden
    held.hidden, held.waiting = True, False
    held.save(update_fields=["hidden", "waiting"])
    step = _step(held, ModerationAct.HIDDEN, by, reason)
    if was_seen:
        regroup(held, was_seen=True)
        tell_withdrawn(held, step.pk)
    tell_author(held, step)
    return held


@transaction.atomic
def show_text(*, by: User, issue: Issue) -> Issue:
    """Show the text as it was written."""
    return _text(_locked(issue), TextState.SHOWN, ModerationAct.TEXT_SHOWN, by)


@transaction.atomic
def edit_text(*, by: User, issue: Issue, text: str) -> Issue:
    """Show another text in place of the one written, which is kept."""
    said = plain(text)
    problem = text_problem(said, LONGEST_TEXT) if said else "text-missing"
    if problem:
        raise ActRefusedError(problem, "the text for the public is missing or not as texts are")
    held = _locked(issue)
    held.edited_text = said
    return _text(held, TextState.EDITED, ModerationAct.TEXT_EDITED, by)


@despite_forgetting
@transaction.atomic
def keep_private(*, by: User, issue: Issue, reason: str) -> Issue:
    """Show nothing of the text; the issue itself stays as public as it is. The author is told why."""
    return _text(_locked(issue), TextState.PRIVATE, ModerationAct.TEXT_PRIVATE, by, reason)


@transaction.atomic
def look_at_said(*, by: User, verdict: Verdict, shown: bool, reason: str = "") -> Verdict:
    """Show what a resident said of a closing, or keep it private."""
    issue = _locked(verdict.issue)
    held = Verdict.objects.select_for_update().get(pk=verdict.pk)
    state, act = (
        (TextState.SHOWN, ModerationAct.TEXT_SHOWN) if shown else (TextState.PRIVATE, ModerationAct.TEXT_PRIVATE)
    )
    if held.text_state == state:
        raise ActRefusedError("done-already", f"what was said is {state}")
    held.text_state = state
    held.save(update_fields=["text_state"])
    _step(issue, act, by, reason)
    return held


@despite_forgetting
@transaction.atomic
def look_at_photo(*, by: User, photo: Photo, shown: bool, reason: str = "", at: dt.datetime | None = None) -> Photo:
    """Show a photo to everybody, or to nobody: its files are deleted for good, and its sender is told why."""
    held = _locked_photo(photo)
    state = PhotoState.SHOWN if shown else PhotoState.REFUSED
    if held.state == state:
        raise ActRefusedError("done-already", f"the photo is {state}")
    _check_there(held)
    act = ModerationAct.PHOTO_SHOWN if shown else ModerationAct.PHOTO_REFUSED
    step = _step(held.issue, act, by, reason, held)
    held.state, held.reason = state, step.reason[:300]
    held.looked_by, held.looked_at = by, at or timezone.now()
    held.save(update_fields=["state", "reason", "looked_by", "looked_at"])
    if act == ModerationAct.PHOTO_REFUSED:
        drop_files(held)
        if held.verdict_id is None:
            tell_author(held.issue, step)
    return held


@transaction.atomic
def cover_photo(*, by: User, photo: Photo, rectangles: Sequence[Rectangle]) -> Photo:
    """Blacken parts of a photo, in both its files and for good.

    Raises ActRefusedError where there is nothing to cover, ValueError for a rectangle outside the photo.
    """
    if not rectangles:
        raise ActRefusedError("nothing-covered", "no rectangle is given")
    held = _locked_photo(photo)
    _check_there(held)
    made = covered(path_of(held, FULL).read_bytes(), rectangles)
    _step(held.issue, ModerationAct.PHOTO_COVERED, by, photo=held)
    store(held, made)
    return held


def public_words(issue: Issue) -> str:
    """What a search may find an issue by: the folded words of what the public reads of it."""
    return folded(" ".join([issue.public_title, issue.public_text, issue.public_address]))


def _text(issue: Issue, state: TextState, act: ModerationAct, by: User, reason: str = "") -> Issue:
    if issue.text_state == state != TextState.EDITED:
        raise ActRefusedError("done-already", f"the text is {state}")
    issue.text_state = state
    issue.words = public_words(issue)
    issue.save(update_fields=["text_state", "edited_text", "words"])
    step = _step(issue, act, by, reason)
    tell_text(issue, step.pk)
    if act == ModerationAct.TEXT_PRIVATE:
        tell_author(issue, step)
    return issue


def _step(issue: Issue, act: ModerationAct, by: User, reason: str = "", photo: Photo | None = None) -> ModerationStep:
    said = plain(reason)
    if act in ACT_REASON_NEEDED and not said:
        raise ActRefusedError("reason-missing", f"{act} needs a reason")
    return ModerationStep.objects.create(issue=issue, photo=photo, act=act, reason=said, by=by)


def _check_there(photo: Photo) -> None:
    if photo.state == PhotoState.REFUSED:
        raise ActRefusedError("gone", "a refused photo has no files")


def _locked_photo(photo: Photo) -> Photo:
    _locked(photo.issue)
    return Photo.objects.select_for_update(of=("self",)).select_related("issue__category").get(pk=photo.pk)


def _locked(issue: Issue) -> Issue:
    """The issue as it is now, with the others of its incident locked in one order, as a change of state locks them."""
    wanted = Q(pk=issue.pk)
    if issue.incident_id is not None:
        wanted |= Q(incident=issue.incident_id)
    rows = Issue.objects.select_related("category", "neighborhood").filter(wanted)
    return next(row for row in rows.select_for_update(of=("self",)).order_by("pk") if row.pk == issue.pk)
