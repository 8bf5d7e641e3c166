"""How a report is made: where, what, send, and a receipt.

One form holds all three sections, and everything typed travels with every press of a button: nothing is kept here, no
cookie is set, and no script is needed. A script sends the same form once, at the end, and is answered as JSON.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from geo.written import email_problem, plain
from issues.drafts import DraftError
from issues.holding import TooManyHeldError, hold
from issues.submitting import KeyErasedError, KeyUsedError
from web.pages.challenges import LINK, RETRY_AFTER_S, Refusal, may_act
from web.pages.links import unshared
from web.pages.posting import anonymous_post
from web.pages.raising import answers, places, steps
from web.pages.raising.delivery import GONE, RefusedError, add_photos, checked_draft, deliver
from web.pages.raising.reading import UnreadableError, sent_with
from web.pages.raising.screen import Screen, shown, unavailable
from web.pages.raising.typed import Typed, fresh_key, typed_of

log = logging.getLogger(__name__)

Photos = Sequence[UploadedFile]


@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def raising(request: HttpRequest) -> HttpResponse:
    """The form, its steps and its end. While the database does not answer it comes back with every word in it."""
    if request.method != "POST":
        return _opened(request)
    script = _by_script(request)
    try:
        sent = sent_with(request)
    except UnreadableError as problem:
        return problem.answer() if script else _unreadable(request, problem)
    typed = typed_of(sent.values)
    try:
        return answers.answer(request, typed) if script else _turned(request, typed, sent.photos)
    except GONE as problem:
        log.warning("a report waits, the database does not answer: %s", type(problem).__name__)
        if script:
            return answers.unavailable()
        return shown(request, _with_photos(unavailable(typed), sent.photos))


def _by_script(request: HttpRequest) -> bool:
    kinds = ["text/html", "application/json"]
    return request.content_type == kinds[1] or request.get_preferred_type(kinds) == kinds[1]


def _opened(request: HttpRequest) -> HttpResponse:
    subject = request.GET.get("category", "")
    typed = Typed(category=subject if settings.CITY.spec(subject) else "")
    try:
        return shown(request, Screen(places.begun(typed, request.GET), "where"))
    except GONE as problem:
        log.warning("the form is shown without the database: %s", type(problem).__name__)
        return shown(request, unavailable(typed))


def _unreadable(request: HttpRequest, problem: UnreadableError) -> HttpResponse:
    plain = {"synthetic": False, "approximate": False, "message": str(problem)}
    return render(request, "raising/unreadable.html", plain, status=problem.status)


def _turned(request: HttpRequest, typed: Typed, photos: Photos) -> HttpResponse:
    """The answer to one press of a button."""
    go = steps.meant(typed)
    if go == "finish":
        return _sent(request, typed, photos)
    if go == "lift":
        return _held(request, typed)
    screen = steps.LOOKS[go](typed) if go in steps.LOOKS else steps.moved(typed, go)
    return shown(request, _with_photos(screen, photos))


def _with_photos(screen: Screen, photos: Photos) -> Screen:
    """A browser forgets chosen files with every page; say so."""
    if not photos:
        return screen
    return replace(screen, notice=f"{screen.notice} {gettext('Please choose the photos again.')}".strip())


def _sent(request: HttpRequest, typed: Typed, photos: Photos) -> HttpResponse:
    try:
        key, receipt = deliver(request, typed)
    except RefusedError as problem:
        return _limited(request, typed, problem.refusal)
    except (DraftError, KeyUsedError, KeyErasedError, UnreadableError) as problem:
        return shown(request, _with_photos(_not_sent(typed, problem), photos))
    came = add_photos(receipt.issue, key, photos)
    response = HttpResponseRedirect(
        reverse("mine", args=[receipt.link]) + (f"?new=1&photos={came}" if came else "?new=1"), status=303
    )
    return unshared(response)


def _not_sent(typed: Typed, problem: Exception) -> Screen:
    if isinstance(problem, DraftError):
        return steps.stopped(typed, problem.problems)
    status, notice = {
        KeyUsedError: (
            409,
            _("This form has sent a report already. Press “Send the report” again to send this as another one."),
        ),
        KeyErasedError: (
            410,
            _("This report was sent, and erased since. Press “Send the report” again to send it anew."),
        ),
        UnreadableError: (400, _("The form did not arrive whole. Please press “Send the report” again.")),
    }[type(problem)]
    return Screen(replace(typed, key=fresh_key()), "send", notice=str(notice), status=status)


def _limited(request: HttpRequest, typed: Typed, refusal: Refusal) -> HttpResponse:
    notice = gettext("Your report is not sent yet. Nothing of it is lost.")
    response = shown(request, Screen(typed, "send", notice=notice, limited=True, status=429))
    response["Retry-After"] = str(refusal.retry_after_s)
    return response


def _held(request: HttpRequest, typed: Typed) -> HttpResponse:
    """The way past a limit without a script: the report waits for a link that we mail."""
    email = plain(typed.lift)
    problem = email_problem(email) if email else "missing"
    try:
        key, draft = checked_draft(typed)
        if not problem and not may_act(request, LINK):
            return _many_links(request, typed)
        if not problem:
            hold(key=key, draft=draft, email=email)
    except TooManyHeldError:
        problem = "too-many"
    except (DraftError, UnreadableError) as found:
        return shown(request, _not_sent(typed, found))
    if problem:
        return shown(request, Screen(typed, "send", problems={"lift": problem}, limited=True, status=422))
    return render(request, "raising/held.html", {"days": settings.CITY.retention.unconfirmed_days})


def _many_links(request: HttpRequest, typed: Typed) -> HttpResponse:
    """No more links for now: each goes to whatever address a stranger names."""
    response = shown(request, Screen(typed, "send", problems={"lift": "many-links"}, limited=True, status=429))
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


urlpatterns = [path("issues/new/", raising, name="issue-new")]
