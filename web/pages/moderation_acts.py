"""The acts of the desk: a table of who may do what, what is called, and what is said afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geo.written import plain
from issues import moderating
from issues.actions import change_status
from issues.models import Issue, Photo, Verdict
from issues.moderating import ActRefusedError
from issues.photos import PhotoRefusedError
from issues.pictures import Rectangle
from issues.rules import IssueRight, MoveRefusedError, State
from web.pages.desk_problems import PROBLEMS as DESK_PROBLEMS

MOST_RECTANGLES = 20
# What rounding to tenths of a percent may add.
SLACK = 0.15

PROBLEMS: dict[str, tuple[int, Promise]] = {
    "done-already": (409, _("Somebody has done this already.")),
    "reason-missing": (422, _("Please say why: the author reads it.")),
    "text-missing": (422, _("Please write the text that everybody may read.")),
    "too-long": (422, _("The text is longer than 2,000 signs.")),
    "too-many-marks": (422, _("The text has too many marks on one letter.")),
    "nothing-covered": (422, _("Please say which part to cover.")),
    "gone": (409, _("This photo was refused. It is deleted for good.")),
    "no-rectangle": (422, _("A part has four numbers from 0 to 100, and lies within the photo.")),
    "no-state": (422, _("Please choose a state.")),
    "no-move": (422, _("The issue cannot go to this state, or it needs a reason.")),
    "unkept": (503, _("The photo could not be kept. Please try again.")),
    **DESK_PROBLEMS,
}


@dataclass(frozen=True)
class Act:
    """One act: the right it needs, the call, and what is said once it is done."""

    right: IssueRight
    call: Callable[[HttpRequest, Issue], object]
    said: Promise


def done(act: Act, request: HttpRequest, issue: Issue) -> tuple[str, int]:
    """Do an act; gives the problem and its HTTP answer, or nothing and 200."""
    try:
        act.call(request, issue)
    except ActRefusedError as refused:
        status, said = PROBLEMS[refused.code]
    except MoveRefusedError:
        status, said = PROBLEMS["no-move"]
    except PhotoRefusedError:
        status, said = PROBLEMS["unkept"]
    else:
        return "", 200
    return str(said), status


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


def _photo(request: HttpRequest, issue: Issue) -> Photo:
    try:
        return issue.photos.get(pk=uuid.UUID(request.POST.get("photo", "")))
    except (ValueError, Photo.DoesNotExist):
        raise Http404("no such photo of this issue") from None


def _verdict(request: HttpRequest, issue: Issue) -> Verdict:
    asked = request.POST.get("verdict", "")
    held = issue.verdicts.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() else None
    if held is None:
        raise Http404("nothing such was said of this issue")
    return held


def _look(shown: bool) -> Callable[[HttpRequest, Issue], object]:
    return lambda request, issue: moderating.look_at_photo(
        by=request.user, photo=_photo(request, issue), shown=shown, reason=_reason(request)
    )


def _said(shown: bool) -> Callable[[HttpRequest, Issue], object]:
    return lambda request, issue: moderating.look_at_said(
        by=request.user, verdict=_verdict(request, issue), shown=shown, reason=_reason(request)
    )


def _answer(request: HttpRequest, issue: Issue) -> object:
    to = request.POST.get("to", "")
    if to not in list(State):
        raise ActRefusedError("no-state", f"{to!r} is no state")
    return change_status(by=request.user, issue=issue, to=State(to), reason=plain(_reason(request)))


def rectangles_of(sent: QueryDict) -> list[Rectangle]:
    """The parts to cover: percentages left, top, width and height by fours; rows with nothing in them are passed over.

    Raises ActRefusedError for what is no rectangle within the photo.
    """
    columns = [sent.getlist(f"cover-{name}") for name in ("left", "top", "width", "height")]
    rows = [row for row in zip(*columns, strict=False) if any(text.strip() for text in row)]
    return [_rectangle(*row) for row in rows[:MOST_RECTANGLES]]


def _rectangle(*texts: str) -> Rectangle:
    try:
        left, top, width, height = (float(text.strip().replace(",", ".")) for text in texts)
    except ValueError:
        raise ActRefusedError("no-rectangle", f"four numbers are needed, not {texts}") from None
    right, bottom = left + width, top + height
    inside = 0 <= left < right <= 100 + SLACK and 0 <= top < bottom <= 100 + SLACK
    if not (inside and left < 100 and top < 100):
        raise ActRefusedError("no-rectangle", f"{texts} does not lie within the photo")
    return left / 100, top / 100, min(right, 100.0) / 100, min(bottom, 100.0) / 100


ACTS = {
    "publish": Act(
        IssueRight.MODERATE, lambda r, i: moderating.publish(by=r.user, issue=i), _("Everybody can see it now.")
    ),
    "hide": Act(
        IssueRight.MODERATE,
        lambda r, i: moderating.hide(by=r.user, issue=i, reason=_reason(r)),
        _("Nobody else sees it any more. The author reads why."),
    ),
    "show-text": Act(
        IssueRight.MODERATE,
        lambda r, i: moderating.show_text(by=r.user, issue=i),
        _("Everybody reads the text as written."),
    ),
    "edit-text": Act(
        IssueRight.MODERATE,
        lambda r, i: moderating.edit_text(by=r.user, issue=i, text=r.POST.get("text", "")),
        _("Everybody reads your text."),
    ),
    "keep-private": Act(
        IssueRight.MODERATE,
        lambda r, i: moderating.keep_private(by=r.user, issue=i, reason=_reason(r)),
        _("The text stays private. The author reads why."),
    ),
    "show-said": Act(IssueRight.MODERATE, _said(True), _("Everybody reads what the resident said.")),
    "keep-said": Act(IssueRight.MODERATE, _said(False), _("What the resident said stays private.")),
    "show-photo": Act(IssueRight.MODERATE, _look(True), _("Everybody can see the photo now.")),
    "refuse-photo": Act(IssueRight.MODERATE, _look(False), _("The photo is deleted. The author reads why.")),
    "cover": Act(
        IssueRight.MODERATE,
        lambda r, i: moderating.cover_photo(by=r.user, photo=_photo(r, i), rectangles=rectangles_of(r.POST)),
        _("These parts are black now. Please look again."),
    ),
    "answer": Act(IssueRight.ANSWER, _answer, _("The answer is public, and who follows is told.")),
}
