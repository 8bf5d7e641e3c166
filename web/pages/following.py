"""Asking to be told, confirming it, and stopping it. Without an account, without a cookie, without a script."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues.naming import tracking_number
from neighborhoods.following import change_pace, confirm, follow, held_by, stop, stop_daily
from neighborhoods.models import Follow
from neighborhoods.models.notices import ADDRESS, AREA, DAILY, ISSUE, NEIGHBORHOOD, PACES
from web.pages import shown
from web.pages.challenges import RETRY_AFTER_S, may_act
from web.pages.followed import subjects_of, words_of
from web.pages.furniture import map_context
from web.pages.links import SECRET, unshared
from web.pages.posting import anonymous_post
from web.pages.wishes import FORMS, WishForm

BEHIND = rf"^follow/(?P<secret>{SECRET})/"
# A field that people do not see; what fills it in is a program.
TRAP = "website"

TABS = {
    NEIGHBORHOOD: _("A neighbourhood"),
    ADDRESS: _("Around an address"),
    AREA: _("A drawn area"),
    ISSUE: _("One issue"),
}
TITLES = {
    NEIGHBORHOOD: _("Hear about a neighbourhood"),
    ADDRESS: _("Hear about what is around an address"),
    AREA: _("Hear about an area you draw"),
    ISSUE: _("Hear about one issue"),
}


@never_cache
@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form of one kind of wish; after sending it says that a link is on its way, whatever was known before."""
    if request.method == "POST":
        return _sent(request)
    if "sent" in request.GET:
        return render(request, "following/sent.html")
    kind = request.GET.get("kind", NEIGHBORHOOD)
    form = FORMS.get(kind, FORMS[NEIGHBORHOOD])(None, _given(request))
    return _form(request, form)


def _given(request: HttpRequest) -> dict[str, Any]:
    """What a link has filled in already, and a new key."""
    names = ("number", "slug", "lng", "lat", "area", "search", "radius_m")
    given: dict[str, Any] = {name: request.GET[name] for name in names if request.GET.get(name)}
    return given | {"key": uuid.uuid4().hex, "categories": request.GET.getlist("category")}


def _sent(request: HttpRequest) -> HttpResponse:
    form = FORMS.get(request.POST.get("kind", ""), FORMS[NEIGHBORHOOD])(request.POST, {})
    if not form.is_valid():
        return _form(request, form, status=422)
    if not may_act(request):
        form.add_error(None, gettext("Many requests come from here just now. Please try again in ten minutes."))
        response = _form(request, form, status=429)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
    if not request.POST.get(TRAP):
        follow(language=get_language() or "", **form.wish())
    return HttpResponseRedirect(f"{reverse('follow')}?sent={form.kind}", status=303)


def _form(request: HttpRequest, form: WishForm, *, status: int = 200) -> HttpResponse:
    kind = form.kind
    values: dict[str, Any] = {
        "form": form,
        "kind": kind,
        "title": TITLES[kind],
        "tabs": [(name, label, f"{reverse('follow')}?kind={name}") for name, label in TABS.items()],
        "problems": _problems(form),
        "trap": TRAP,
    }
    if kind == AREA:
        values |= map_context(shown.current_set(), title=gettext("Map to draw on"), areas=reverse("live-areas"))
        values["draw_words"] = _draw_words()
    return render(request, "following/form.html", values, status=status)


def _problems(form: WishForm) -> list[tuple[str, str]]:
    """Every problem with the id of its field, for the summary above the form."""
    if not form.is_bound:
        return []
    return [
        (form[name].id_for_label or f"id_{name}" if name in form.fields else "", text)
        for name, texts in form.errors.items()
        for text in texts
    ]


def _draw_words() -> dict[str, Any]:
    """What the map says while an area is drawn; numbers of corners by the names that browsers give to plurals."""
    corners = {
        name: ngettext("%(n)s corner", "%(n)s corners", n) for name, n in (("one", 1), ("few", 2), ("other", 20))
    }
    return {
        "none": gettext("No corner yet."),
        "corners": corners,
        "area": gettext("%(corners)s, about %(km2)s km²"),
        "most": gettext("A hundred corners are the most."),
        "done": gettext("The area is drawn. Go on below."),
        "few": gettext("An area has at least three corners."),
    }


# --- behind the links of the mails -----------------------------------------------------------------------------------


def _found(secret: str) -> Follow:
    held = held_by(bytes.fromhex(secret))
    if held is None:
        raise Http404("nothing is followed under this link")
    return held


@never_cache
@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, secret: str) -> HttpResponse:
    """What is followed under a link: to confirm it, change it, stop it. Only a press does any of that: programs that
    look through mails open every link."""
    held = _found(secret)
    if request.method == "POST":
        done = _change(held, request.POST)
        return unshared(HttpResponseRedirect(f"{request.path}?done={done}" if done else request.path, status=303))
    values = _context(held) | {"done": request.GET.get("done", "")}
    return unshared(render(request, "following/manage.html", values))


def _change(held: Follow, wanted: Any) -> str:
    """Do what was pressed; gives its name, or nothing where it was no button of ours."""
    secret, go = bytes(held.secret), wanted.get("go", "")
    if go == "confirm":
        confirm(secret)
    elif go == "stop":
        stop(secret)
    elif go == "pace" and wanted.get("pace") in dict(PACES):
        change_pace(secret, wanted["pace"])
    else:
        return ""
    return str(go)


def _context(held: Follow) -> dict[str, Any]:
    state = "stopped" if held.stopped_at else "asked" if held.confirmed_at is None else "followed"
    return {
        "follow": held,
        "state": state,
        "what": words_of(held),
        "only": subjects_of(held),
        "paces": PACES,
        "number": tracking_number(held.subject) if held.kind == ISSUE and held.subject else "",
        "stop": reverse("follow-stop", args=[bytes(held.secret).hex()]),
        "manage": reverse("follow-confirm", args=[bytes(held.secret).hex()]),
    }


@never_cache
@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def stopping(request: HttpRequest, secret: str) -> HttpResponse:
    """A button that stops the mails; a mail program may press it by itself (RFC 8058). ?daily: the whole daily mail."""
    held = _found(secret)
    daily = "daily" in request.GET and held.pace == DAILY
    if request.method == "POST":
        (stop_daily if daily else stop)(bytes(held.secret))
        held.refresh_from_db(fields=["stopped_at"])
    return unshared(render(request, "following/stop.html", _context(held) | {"daily": daily}))


urlpatterns = [
    path("follow/", ask, name="follow"),
    re_path(rf"{BEHIND}$", manage, name="follow-confirm"),
    re_path(rf"{BEHIND}stop/$", stopping, name="follow-stop"),
]
