"""Who did what, for the data-protection officer: every act of staff on issues, accounts, keys and webhooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from issues.models import DeskStep, ModerationStep, StatusChange, Webhook
from issues.naming import tracking_number
from neighborhoods.access import held_of
from neighborhoods.acts import Act
from neighborhoods.models import AccountStep, Grant, User
from web.pages.course import state_words
from web.pages.staff_words import ACT_WORDS, name_of
from web.role_words import ROLE_WORDS, Reaches

PAGE = 100
# A place in the list: when, from which source, the key of the row.
Mark = tuple[dt.datetime, int, str]
Said = tuple[str, str, str]


@dataclass(frozen=True)
class Acted:
    """One act: when, by whom, what, on what, and why; and its place in the list."""

    at: dt.datetime
    who: str
    what: str
    on: str
    why: str
    source: int
    key: str


@dataclass(frozen=True)
class Source:
    """A table in which acts stand: the columns that say when and by whom, and what is said of some rows."""

    rows: Callable[[], QuerySet[Any]]
    at: str
    by: str
    say: Callable[[Iterable[Any]], list[Said]]

    def newest(self, number: int, account: User | None, before: Mark | None) -> list[Acted]:
        """The newest PAGE and one more, of an account or of all, behind a place in the list."""
        chosen = self.rows().filter(**{f"{self.at}__isnull": False})
        if account is not None:
            chosen = chosen.filter(**{self.by: account})
        if before is not None:
            chosen = chosen.filter(self._behind(number, *before))
        held = list(chosen.select_related(self.by).order_by(f"-{self.at}", "-pk")[: PAGE + 1])
        zone = settings.CITY.zone
        return [
            Acted(getattr(row, self.at).astimezone(zone), name_of(getattr(row, self.by)), *said, number, str(row.pk))
            for row, said in zip(held, self.say(held), strict=True)
        ]

    def _behind(self, number: int, at: dt.datetime, source: int, key: str) -> Q:
        earlier, same = Q(**{f"{self.at}__lt": at}), Q(**{self.at: at})
        if number > source:
            return earlier | same
        return earlier | (same & Q(pk__lt=key)) if number == source else earlier


@never_cache
def acts(request: HttpRequest) -> HttpResponse:
    """All acts, the newest first, perhaps of one account."""
    name = request.GET.get("account", "").strip()[:150]
    account = User.objects.filter(username=name).first() if name else None
    before = _mark(request.GET.get("before", ""))
    rows = [] if name and account is None else _newest(account, before)
    shown = rows[:PAGE]
    values = {
        "rows": shown,
        "name": name,
        "unknown": bool(name) and account is None,
        "accounts": User.objects.order_by("username").values_list("username", flat=True),
        "older": urlencode({"account": name, "before": _text(shown[-1])}) if len(rows) > PAGE else "",
        "begun": before is None,
    }
    return render(request, "staff/acts.html", values)


def _newest(account: User | None, before: Mark | None) -> list[Acted]:
    """PAGE and one more, of all sources together: by time, then source, then key."""
    found = [row for i, source in enumerate(SOURCES) for row in source.newest(i, account, before)]
    # Each source gives its own in their order, and sorting keeps it.
    return sorted(found, key=lambda row: (-row.at.timestamp(), row.source))[: PAGE + 1]


def _text(row: Acted) -> str:
    return f"{row.at.isoformat()}~{row.source}~{row.key}"


def _mark(text: str) -> Mark | None:
    """A place out of an address of ours; nothing where it is none."""
    when, _tilde, rest = text.partition("~")
    source, _tilde, key = rest.partition("~")
    try:
        at, number = dt.datetime.fromisoformat(when), int(source)
        SOURCES[number].rows().model._meta.pk.to_python(key)
    except (ValueError, IndexError, ValidationError):
        return None
    return (at, number, key) if at.tzinfo else None


def _issue(key: int) -> str:
    return gettext("issue %(number)s") % {"number": tracking_number(key)}


def _of_course(rows: Iterable[StatusChange]) -> list[Said]:
    return [(state_words(row.state), _issue(row.issue_id), row.reason) for row in rows]


def _of_steps(rows: Iterable[ModerationStep | DeskStep]) -> list[Said]:
    return [(str(row.get_act_display()), _issue(row.issue_id), row.reason) for row in rows]


def _of_accounts(rows: Iterable[AccountStep]) -> list[Said]:
    return [(str(ACT_WORDS[Act(row.act)]), _account_or_key(row), row.why) for row in rows]


def _account_or_key(row: AccountStep) -> str:
    if row.token is not None:
        return gettext("key %(name)s") % {"name": row.token.name}
    return gettext("account %(name)s") % {"name": name_of(row.account)}


def _given(rows: Iterable[Grant]) -> list[Said]:
    return _of_roles(rows, gettext("given: %(role)s, %(reach)s"))


def _ended(rows: Iterable[Grant]) -> list[Said]:
    return _of_roles(rows, gettext("ended: %(role)s, %(reach)s"))


def _of_roles(rows: Iterable[Grant], text: str) -> list[Said]:
    held = [(held_of(row), row) for row in rows]
    reaches = Reaches(one for one, _row in held)
    return [
        (
            text % {"role": ROLE_WORDS[one.role], "reach": reaches.said(one)},
            gettext("account %(name)s") % {"name": row.user.get_username()},
            "",
        )
        for one, row in held
    ]


def _hook_made(rows: Iterable[Webhook]) -> list[Said]:
    return [(gettext("made"), gettext("webhook %(name)s") % {"name": row.name}, "") for row in rows]


def _hook_ended(rows: Iterable[Webhook]) -> list[Said]:
    return [(gettext("ended"), gettext("webhook %(name)s") % {"name": row.name}, "") for row in rows]


def _grants() -> QuerySet[Grant]:
    return Grant.objects.select_related("user", "department", "category")


SOURCES = (
    Source(lambda: StatusChange.objects.filter(by__isnull=False), "at", "by", _of_course),
    Source(ModerationStep.objects.all, "at", "by", _of_steps),
    Source(lambda: DeskStep.objects.filter(by__isnull=False), "at", "by", _of_steps),
    Source(lambda: AccountStep.objects.select_related("account", "token"), "at", "by", _of_accounts),
    Source(_grants, "given_at", "given_by", _given),
    Source(_grants, "ended_at", "ended_by", _ended),
    Source(Webhook.objects.all, "made_at", "made_by", _hook_made),
    Source(Webhook.objects.all, "ended_at", "ended_by", _hook_ended),
)

urlpatterns = [path("acts/", acts, name="acts")]
