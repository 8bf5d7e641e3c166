"""What waits for a person to look, and the desk on which one issue lies: everything by form, nothing needs a script."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from issues.desk import FROM_THE_START, PHOTO, PUBLISH, SAID, TEXT, Waiting, load, oldest
from issues.models import Issue
from issues.naming import issue_of, tracking_number
from issues.rules import IssueRight
from neighborhoods.personal import personal_kinds
from web.pages import moderation_acts, moderation_desk
from web.pages.desk import work
from web.pages.desk.frame import tabs
from web.pages.issue import found, where
from web.pages.moderation_desk import KIND_WORDS
from web.pages.undone import undone
from web.permissions import RIGHTS, allowed, subject_of

ACTS = moderation_acts.ACTS | work.ACTS
ROWS = 20
EXCERPT = 160
LATE = dt.timedelta(hours=24)

WHY_WORDS: dict[str, Promise] = {
    PUBLISH: _("to publish"),
    TEXT: _("a text"),
    SAID: _("what a resident said of a closing"),
    PHOTO: _("a photo"),
}
LOAD_WORDS: dict[str, Promise] = {
    PUBLISH: _("Issues to publish"),
    TEXT: _("Texts to look at"),
    SAID: _("Words about closings"),
    PHOTO: _("Photos to look at"),
}


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; what was not done by itself; and the way to any issue by its number."""
    asked = request.GET.get("number", "").strip()
    if asked and (issue := issue_of(asked)) is not None:
        return HttpResponseRedirect(reverse("moderate", args=[tracking_number(issue.pk)]))
    values = _queue(request) if allowed(request.actor, IssueRight.MODERATE) else {}
    values |= {"tabs": tabs(request), "asked": asked, "undone": undone(timezone.now())}
    return render(request, "moderation/index.html", values, status=404 if asked else 200)


def _queue(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    held = request.actor.counting(RIGHTS[IssueRight.MODERATE])
    rows = oldest(ROWS + 1, _cursor(request.GET.get("after", "")), held)
    shown, more = rows[:ROWS], len(rows) > ROWS
    return {
        "queue": True,
        "rows": [_row(row, now) for row in shown],
        "further": _cursor_of(shown[-1]) if more else "",
        "first_page": "after" not in request.GET,
        "loads": [
            {"label": LOAD_WORDS[why], "n": one.n, "since": _since(one.oldest, now), "late": _late(one.oldest, now)}
            for why, one in load(held).items()
        ],
    }


def _row(row: Waiting, now: dt.datetime) -> dict[str, Any]:
    issue = row.issue
    said = issue.title or issue.description
    return {
        "number": tracking_number(issue.pk),
        "subject": issue.category.name(),
        "where": where(issue),
        "since": _since(row.since, now),
        "late": _late(row.since, now),
        "whys": [WHY_WORDS[why] for why in row.whys],
        "kinds": _kinds(issue) if TEXT in row.whys else [],
        "excerpt": said if len(said) <= EXCERPT else f"{said[:EXCERPT].rstrip()} …",
    }


def _kinds(issue: Issue) -> list[Promise]:
    """What personal data the text seems to hold, which is why it waits."""
    said = "\n".join([issue.title, issue.description, issue.address, *map(str, issue.answers.values())])
    return [KIND_WORDS[kind] for kind in sorted(personal_kinds(said))]


def _since(at: dt.datetime | None, now: dt.datetime) -> str:
    return timesince(at, now, depth=1) if at else ""


def _late(at: dt.datetime | None, now: dt.datetime) -> bool:
    return at is not None and now - at > LATE


def _cursor(text: str) -> tuple[dt.datetime, int]:
    """Where a page begins, out of microseconds and a key. Raises Http404 for what no page gave."""
    if not text:
        return FROM_THE_START
    at, _dash, key = text.partition("-")
    if not (at.isascii() and at.isdigit() and key.isascii() and key.isdigit() and len(text) <= 40):
        raise Http404("no page begins there")
    try:
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=int(at)), min(int(key), 2**62)
    except OverflowError:
        raise Http404("no page begins there") from None


def _cursor_of(row: Waiting) -> str:
    since = row.since - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return f"{since // dt.timedelta(microseconds=1)}-{row.issue.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def desk(request: HttpRequest, number: str) -> HttpResponse:
    """Everything about one issue, and the acts that the account may do."""
    issue = found(number)
    if not allowed(request.actor, IssueRight.SEE_DESK, subject_of(issue)):
        return render(request, "signing/not-yours.html", status=403)
    here = reverse("moderate", args=[tracking_number(issue.pk)])
    if request.method != "POST":
        if request.path != here:
            return HttpResponseRedirect(here)
        return _desk(request, issue)
    if request.POST.get("act") == "preview":
        return _desk(request, issue)
    return _acted(request, issue, here)


def _acted(request: HttpRequest, issue: Issue, here: str) -> HttpResponse:
    """One act, and where its doer goes on: back to the issue, or to the queue where it is not theirs any more."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        return _desk(request, issue, problem=gettext("Nothing was chosen."), status=400)
    if not allowed(request.actor, act.right, subject_of(issue)):
        return render(request, "signing/not-yours.html", status=403)
    problem, status = moderation_acts.done(act, request, issue)
    if problem:
        return _desk(request, issue, problem=problem, status=status)
    if not allowed(request.actor, IssueRight.SEE_DESK, subject_of(found(tracking_number(issue.pk)))):
        return HttpResponseRedirect(f"{reverse('desk')}?told=given-away#done", status=303)
    told = {"done": request.POST["act"]} | ({"photo": request.POST["photo"]} if "photo" in request.POST else {})
    return HttpResponseRedirect(f"{here}?{urlencode(told)}#done", status=303)


def _desk(request: HttpRequest, issue: Issue, *, problem: str = "", status: int = 200) -> HttpResponse:
    done = ACTS.get(request.GET.get("done", ""))
    values = moderation_desk.context(found(tracking_number(issue.pk)), request.actor)
    held = request.actor.counting(RIGHTS[IssueRight.MODERATE])
    next_one = (
        next((row.issue for row in oldest(2, held=held) if row.issue.pk != issue.pk), None)
        if values["moderates"]
        else None
    )
    values |= work.context(values["issue"], request) | {
        "tabs": tabs(request),
        "problem": problem,
        "done": "" if problem else done.said if done else work.ELSEWHERE.get(request.GET.get("done", ""), ""),
        "done_photo": request.GET.get("photo", ""),
        "act": request.POST.get("act", ""),
        "typed": request.POST,
        "following": tracking_number(next_one.pk) if next_one else "",
    }
    return render(request, "moderation/desk.html", values, status=status)


urlpatterns = [
    path("moderation/", index, name="moderation"),
    path("moderation/<str:number>/", desk, name="moderate"),
]
