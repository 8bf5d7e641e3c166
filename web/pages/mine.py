"""The reporter's own page, behind the private link: what was sent, what became of it, and how to take it back."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import re_path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext_lazy

from geo.written import LONGEST_EMAIL, email_problem, plain
from issues.erasing import erase_issue
from issues.models import Issue, Submission
from issues.naming import tracking_number
from issues.photos import MOST_PHOTOS
from issues.rules import CLOSED, ModerationAct, PhotoState, State, TextState
from issues.submitting import keep_email
from neighborhoods.models import Follow
from neighborhoods.models.notices import ISSUE
from web.pages import errors, verdicts
from web.pages.challenges import may_act
from web.pages.course import answers_for, local_day, next_words, promise, state_mark, state_words, steps, when_words
from web.pages.issue import answers, small_map, where
from web.pages.links import SECRET, unshared
from web.pages.posting import anonymous_post

# For so long after a report came in its page thanks for it, however it was reached.
THANKED = dt.timedelta(hours=1)
LINK = f"(?P<link>{SECRET})"

# What became of photos, by code.
PHOTO_WORDS = {
    "kept": ngettext_lazy("%(n)s photo has arrived.", "%(n)s photos have arrived.", "n"),
    "busy": ngettext_lazy(
        "%(n)s photo came at a busy moment. Please send it again.",
        "%(n)s photos came at a busy moment. Please send them again.",
        "n",
    ),
    "unkept": ngettext_lazy(
        "%(n)s photo could not be kept. Please send it again.",
        "%(n)s photos could not be kept. Please send them again.",
        "n",
    ),
    "failed": ngettext_lazy("%(n)s photo did not arrive.", "%(n)s photos did not arrive.", "n"),
    "empty": ngettext_lazy("%(n)s photo was empty.", "%(n)s photos were empty.", "n"),
    "too-large": ngettext_lazy("%(n)s photo is larger than 8 MB.", "%(n)s photos are larger than 8 MB.", "n"),
    "wrong-type": ngettext_lazy("%(n)s file is no JPEG, PNG or WebP.", "%(n)s files are no JPEG, PNG or WebP.", "n"),
    "broken": ngettext_lazy("%(n)s photo could not be read.", "%(n)s photos could not be read.", "n"),
    "too-many-pixels": ngettext_lazy("%(n)s photo has too many pixels.", "%(n)s photos have too many pixels.", "n"),
    "used": ngettext_lazy("%(n)s photo was sent before.", "%(n)s photos were sent before.", "n"),
    "too-many": ngettext_lazy(
        "%(n)s photo is over the five that a report may have.",
        "%(n)s photos are over the five that a report may have.",
        "n",
    ),
}

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """A view of the report behind a link: kept by nobody on the way, named to no other site, found by no search."""

    @anonymous_post
    @wraps(view)
    def guarded(request: HttpRequest, link: str) -> HttpResponse:
        response = _behind(view, request, link)
        response["Cache-Control"] = "no-store, private"
        return unshared(response)

    return guarded


def _behind(view: View, request: HttpRequest, link: str) -> HttpResponse:
    """The view's answer; 404 where nothing was ever under the link, 410 where it was erased."""
    kept = Submission.objects.select_related("issue__category", "issue__neighborhood")
    held = kept.filter(link=bytes.fromhex(link)).first()
    if held is None:
        return errors.not_found(request, Exception("no report is under this link"))
    if held.erased_at is not None or held.issue is None:
        on = when_words(local_day(held.erased_at), False) if held.erased_at else ""
        return render(request, "mine/gone.html", {"on": on}, status=410)
    return view(request, held)


@private
def page(request: HttpRequest, held: Submission) -> HttpResponse:
    """All the reporter wrote, all that became of it, and what the reporter can do."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return render(request, "mine/page.html", _context(request, held, held.issue))


def _context(request: HttpRequest, held: Submission, issue: Issue) -> dict[str, Any]:
    link = bytes(held.link).hex()
    photos = list(issue.photos.filter(verdict=None))
    return {
        "issue": issue,
        "link": link,
        "address": request.build_absolute_uri(reverse("mine", args=[link])),
        "number": tracking_number(issue.pk),
        "thanked": _thanked(request, held, issue),
        "said": request.GET.get("said", ""),
        "discreet": issue.category.sensitive,
        "subject": issue.category.name(),
        "where": where(issue, own=True),
        "state": state_words(issue.state),
        "mark": state_mark(issue.state),
        "who": answers_for(issue),
        "sent": when_words(local_day(issue.opened_at), False),
        "steps": steps(issue, own=True),
        "promise": promise(issue, own=True),
        "next": next_words(issue, own=True),
        "answers": answers(issue, own=True),
        "map": small_map(issue, own=True),
        "seen": seen_by_others(issue),
        "photos": photos,
        "photo_notes": photo_notes(request.GET.getlist("photos")),
        "photo_room": max(0, MOST_PHOTOS - len(photos)),
        "next_photo": uuid.uuid4(),
        "shown": PhotoState.SHOWN,
        "refused": PhotoState.REFUSED,
        "closed": issue.state in CLOSED,
        "resolved": issue.state == State.RESOLVED,
        **_told(request, held, issue),
    }


def _thanked(request: HttpRequest, held: Submission, issue: Issue) -> bool:
    """Whether the page begins with thanks; once it is closed, what became of it is the news."""
    just_sent = "new" in request.GET or timezone.now() - held.received_at < THANKED
    return just_sent and issue.state not in CLOSED


def seen_by_others(issue: Issue) -> list[str]:
    """What the public sees of it and what not, in sentences, each with the reason a person gave."""
    said = []
    if issue.hidden and issue.waiting:
        said.append(gettext("A person looks at it before others can see it."))
    elif issue.hidden:
        said.append(_because(gettext("Others do not see it any more."), issue, ModerationAct.HIDDEN))
    if issue.category.sensitive:
        said.append(gettext("This subject speaks of people: others see its state, its week and about where it is."))
    elif not issue.hidden:
        said.append(_text_seen(issue))
    return said


def _text_seen(issue: Issue) -> str:
    if issue.text_state == TextState.WITHHELD:
        return gettext("Your text may hold personal data. Others see it after a person has looked.")
    if issue.text_state == TextState.EDITED:
        return gettext("Others read it like this: “%(text)s”") % {"text": issue.edited_text}
    if issue.text_state == TextState.PRIVATE:
        return _because(gettext("Your text is kept private."), issue, ModerationAct.TEXT_PRIVATE)
    return gettext("Others read it as you wrote it, without your e-mail address.")


def _because(said: str, issue: Issue, act: ModerationAct) -> str:
    step = issue.moderation.filter(act=act).last()
    return gettext("%(said)s Why: %(why)s") % {"said": said, "why": step.reason} if step and step.reason else said


def photo_notes(told: Sequence[str]) -> list[str]:
    """What became of photos that came along, out of codes like "2-kept,1-too-large"; what is no code is passed over."""
    notes = []
    for part in ",".join(told).split(","):
        found = re.fullmatch(r"(?:(\d{1,3})-)?([a-z-]{1,20})", part)
        if found and found[2] in PHOTO_WORDS:
            notes.append(str(PHOTO_WORDS[found[2]] % {"n": int(found[1] or 1)}))
    return notes


def _told(request: HttpRequest, held: Submission, issue: Issue) -> dict[str, Any]:
    """Whether the reporter is told by e-mail, and whether the address was confirmed."""
    wish = None
    if held.contact_id is not None:
        wishes = Follow.objects.filter(contact=held.contact_id, kind=ISSUE, subject=issue.pk).defer("reach")
        wish = wishes.order_by("stopped_at", "confirmed_at").first()
    return {
        "told": wish is not None and wish.stopped_at is None,
        "confirmed": wish is not None and wish.confirmed_at is not None,
        "stopped": wish is not None and wish.stopped_at is not None,
        "longest_email": LONGEST_EMAIL,
        "email_problem": "email" in request.GET,
    }


@private
def tell(request: HttpRequest, held: Submission) -> HttpResponse:
    """Keep an e-mail address for a report that has none; it counts once its owner has confirmed it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    back = reverse("mine", args=[bytes(held.link).hex()])
    email = plain(request.POST.get("email", ""))
    if not email or email_problem(email):
        return HttpResponseRedirect(f"{back}?email=wrong#told", status=303)
    if may_act(request):
        keep_email(submission=held, email=email, language=get_language() or "")
    return HttpResponseRedirect(f"{back}#told", status=303)


@private
def verdict(request: HttpRequest, held: Submission) -> HttpResponse:
    """The reporter says whether it is really fixed; the private link stays on private pages."""
    back = reverse("mine", args=[bytes(held.link).hex()])
    asker = verdicts.Asker(back, by_reporter=True, told=held.contact_id is not None)
    return verdicts.judged(request, held.issue, asker)


@private
def erase(request: HttpRequest, held: Submission) -> HttpResponse:
    """What erasing does, and the button that does it."""
    back = reverse("mine", args=[bytes(held.link).hex()])
    if request.method == "POST":
        erase_issue(issue=held.issue)
        return HttpResponseRedirect(back, status=303)
    return render(request, "mine/erase.html", {"back": back, "number": tracking_number(held.issue.pk)})


urlpatterns = [
    re_path(rf"^mine/{LINK}/$", page, name="mine"),
    re_path(rf"^mine/{LINK}/told/$", tell, name="mine-told"),
    re_path(rf"^mine/{LINK}/verdict/$", verdict, name="mine-verdict"),
    re_path(rf"^mine/{LINK}/erase/$", erase, name="mine-erase"),
]
