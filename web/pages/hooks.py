"""Webhooks, for administrators: made, with the key shown once; how each stands; sent again; ended."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from issues.hook_standing import Standing, standings
from issues.hooks import Event, end_webhook, make_webhook, secret_of, send_again
from issues.models import Delivery, Webhook
from issues.naming import tracking_number
from web.outgoing import AddressRefusedError, check_url
from web.pages.hook_words import ADDRESS_WORDS, CONDITION_WORDS, EVENT_WORDS, LOOKS, MESSAGE_WORDS, events_said, said

LISTED = 50

DONE: dict[str, Promise] = {
    "again": _("What waits is sent within a minute. Open this page again to see what came of it."),
    "end": _("The webhook has ended. Nothing is sent there any more."),
}


class NewHookForm(forms.Form):
    """A new webhook: whose it is, where, and of what it hears."""

    name = forms.CharField(max_length=100)
    url = forms.CharField(max_length=500)
    events = forms.MultipleChoiceField(choices=[(event.value, event.value) for event in EVENT_WORDS])

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Webhook.objects.filter(name=name, ended_at=None).exists():
            raise forms.ValidationError(gettext("There is a webhook of this name. End it, or take another name."))
        return name

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            check_url(url)
        except AddressRefusedError as refused:
            raise forms.ValidationError(str(ADDRESS_WORDS[str(refused)])) from None
        return url


# What is said where a field is empty, too long or not of those offered.
FIELD_WORDS: dict[str, Promise] = {
    "name": _("Write whose it is, in at most 100 letters."),
    "url": _("Write the address, in at most 500 letters."),
    "events": _("Choose what it hears of."),
}


@never_cache
def hooks(request: HttpRequest) -> HttpResponse:
    """The webhooks there are; a new one comes with the key of its signatures, which is shown this once."""
    if request.method != "POST":
        return _list(request)
    form = NewHookForm(request.POST)
    if not form.is_valid():
        return _list(request, form=form, status=422)
    return _make(request, form)


@sensitive_variables("secret")
def _make(request: HttpRequest, form: NewHookForm) -> HttpResponse:
    events = [Event(value) for value in form.cleaned_data["events"]]
    made, _key = make_webhook(
        name=form.cleaned_data["name"], url=form.cleaned_data["url"], events=events, by=request.user
    )
    secret = secret_of(made)
    return render(request, "hooks/made.html", {"hook": made, "secret": secret}, status=201)


def _list(request: HttpRequest, *, form: NewHookForm | None = None, status: int = 200) -> HttpResponse:
    found = list(Webhook.objects.select_related("made_by"))
    standing, now = standings(found), timezone.now()
    rows = [{"hook": hook, "events": events_said(hook.events)} | _told(standing[hook.pk], now) for hook in found]
    values = {
        "held": [row for row in rows if row["hook"].ended_at is None],
        "ended": [row for row in rows if row["hook"].ended_at][::-1],
        "events": [(event.value, words) for event, words in EVENT_WORDS.items()],
        "typed": _typed(form),
        "problems": _problems(form),
    }
    return render(request, "hooks/list.html", values, status=status)


def _typed(form: NewHookForm | None) -> dict[str, Any]:
    if form is None:
        return {"events": [event.value for event in EVENT_WORDS]}
    sent = form.data
    return {"name": sent.get("name", "")[:100], "url": sent.get("url", "")[:500], "events": sent.getlist("events")}


def _problems(form: NewHookForm | None) -> dict[str, str]:
    """What is wrong with each field, in a sentence."""
    if form is None:
        return {}
    own = {field: [e for e in found.as_data() if e.code is None] for field, found in form.errors.items()}
    return {field: own[field][0].message if own[field] else str(FIELD_WORDS[field]) for field in own}


def _told(standing: Standing, now: dt.datetime) -> dict[str, Any]:
    condition = standing.condition
    return {
        "standing": standing,
        "condition": CONDITION_WORDS[condition],
        "look": LOOKS.get(condition, ""),
        "problem": said(standing.problem),
        "soon": bool(standing.next_at and standing.next_at <= now),
    }


@never_cache
def hook(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One webhook and its last messages; what waits is sent again, or the webhook ended, at a press."""
    shown = get_object_or_404(Webhook.objects.select_related("made_by"), pk=pk)
    if request.method != "POST":
        return _page(request, shown)
    act = request.POST.get("act", "")
    problem = {"again": _again, "end": _end}.get(act, _nothing)(request, shown)
    if problem:
        return _page(request, shown, refused=problem, status=422)
    return HttpResponseRedirect(f"{reverse('hook', args=[pk])}?done={act}", status=303)


def _again(request: HttpRequest, shown: Webhook) -> str:
    try:
        only = uuid.UUID(request.POST["delivery"]) if request.POST.get("delivery") else None
    except ValueError:
        return gettext("There is no such message.")
    if not send_again(webhook=shown, only=only):
        return gettext("Nothing waits here: it has arrived, or is being sent just now.")
    return ""


def _end(request: HttpRequest, shown: Webhook) -> str:
    return "" if end_webhook(webhook=shown, by=request.user) else gettext("It had ended already.")


def _nothing(request: HttpRequest, shown: Webhook) -> str:
    return gettext("Nothing was chosen to be done.")


def _page(request: HttpRequest, shown: Webhook, *, refused: str = "", status: int = 200) -> HttpResponse:
    shown.refresh_from_db(fields=["ended_at"])
    now, rows = timezone.now(), Delivery.objects.filter(webhook=shown)
    waiting = rows.filter(delivered_at=None).order_by("-attempts", "created_at", "pk")
    arrived = rows.filter(delivered_at__isnull=False).order_by("-delivered_at", "pk")
    values = {
        "hook": shown,
        "events": events_said(shown.events),
        "waits": [_line(delivery, now) for delivery in waiting[:LISTED]],
        "arrived": [_line(delivery, now) for delivery in arrived[:LISTED]],
        "refused": refused,
        "done": "" if refused else DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "hooks/page.html", values | _told(standings([shown])[shown.pk], now), status=status)


def _line(delivery: Delivery, now: dt.datetime) -> dict[str, Any]:
    """One message: of what it tells, and what became of it."""
    return {
        "delivery": delivery,
        "event": MESSAGE_WORDS[Event(delivery.kind)],
        "number": tracking_number(delivery.subject),
        "problem": said(delivery.problem),
        "tries": delivery.attempts + bool(delivery.delivered_at),
        "soon": delivery.due_at <= now,
    }


urlpatterns = [
    path("webhooks/", hooks, name="hooks"),
    path("webhooks/<uuid:pk>/", hook, name="hook"),
]
