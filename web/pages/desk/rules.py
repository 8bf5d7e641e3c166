"""Routing rules: a draft that travels with the form, tried over past issues, and put in force only then.

Nothing of a draft is kept until it is put in force, so two who edit do not meet half-way: whoever comes second is told.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues.routed import kept_rows, set_rules, tried
from issues.routing import Trial
from issues.routing_values import Problem, RulesError, rules_of
from web.pages.desk.frame import tabs
from web.pages.desk.rule_forms import EMPTY, Names, form_of, row_of, said
from web.reporting.numbers import whole
from web.reporting.sentences import issues as issues_said

MONTHS = (1, 3, 12)
LONGEST_DRAFT = 200_000
NEW = "0"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Draft:
    """What one press leaves: the rules as rows, which is being changed ("" none, "0" a new one), and what is wrong.

    `begun` is the digest of the rules that were in force when the draft was begun.
    """

    rows: Rows
    begun: str
    editing: str = ""
    row: Mapping[str, Any] = field(default_factory=lambda: dict(EMPTY))
    problems: Sequence[Problem] = ()
    trial: Trial | None = None
    months: int = 3
    problem: str = ""
    status: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The rules in force, or a draft of others."""
    names, now = Names(), kept_rows()
    if request.method != "POST":
        return _shown(request, Draft(now, digest(now)), names, now)
    draft = _sent(request, names, now)
    go, _dash, place = request.POST.get("go", "").partition("-")
    if draft.problem or go == "leave":
        return _shown(request, draft if draft.problem else Draft(now, digest(now)), names, now)
    if go == "put":
        return _put(request, draft, names, now)
    return _shown(request, _pressed(request, draft, go, place, names), names, now)


def digest(rows: Rows) -> str:
    """What tells one set of rules from another."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]


def _sent(request: HttpRequest, names: Names, now: Rows) -> Draft:
    """The draft that came with the form; rules in force and a problem where it cannot be read."""
    text, months = request.POST.get("draft", ""), request.POST.get("months", "")
    unread = Draft(now, digest(now), problem=gettext("The draft did not arrive whole."), status=400)
    try:
        rows = json.loads(text) if len(text) <= LONGEST_DRAFT else None
        called = [str(row.get("name", "")) for row in rows]
        checked = rules_of([_nameless(row) for row in rows], names.known)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return unread
    rows = [{**row, "name": name} for row, name in zip(rows, called, strict=True)] if checked or not rows else []
    return Draft(rows, request.POST.get("begun", ""), months=int(months) if months in map(str, MONTHS) else MONTHS[1])


def _nameless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "name"}


def _pressed(request: HttpRequest, draft: Draft, go: str, place: str, names: Names) -> Draft:
    """The draft after one press of a button."""
    at = int(place) - 1 if place.isascii() and place.isdigit() and len(place) < 5 else -1
    if go == "try":
        return _tried(draft, names)
    if go == "new":
        return replace(draft, editing=NEW)
    if go == "keep":
        return _kept(request, draft, names)
    if not 0 <= at < len(draft.rows):
        return draft
    if go == "edit":
        return replace(draft, editing=place, row=draft.rows[at])
    return replace(draft, rows=_placed(_moved(list(draft.rows), go, at)))


def _moved(rows: Rows, go: str, at: int) -> Rows:
    """The rows with one turned on or off, taken out, or put one place earlier or later."""
    other = at + (1 if go == "down" else -1)
    if go == "turn":
        rows[at] = {**rows[at], "on": not rows[at]["on"]}
    elif go == "drop":
        del rows[at]
    elif go in {"up", "down"} and 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
    return rows


def _placed(rows: Rows) -> Rows:
    return [{**row, "position": n} for n, row in enumerate(rows, start=1)]


def _kept(request: HttpRequest, draft: Draft, names: Names) -> Draft:
    """The draft with the rule of the form in it, or the form again with what is wrong."""
    row, editing = row_of(request.POST), request.POST.get("editing", "")
    new = not (editing.isdigit() and 0 < int(editing[:5]) <= len(draft.rows))
    rows = [*draft.rows, row] if new else [*draft.rows[: int(editing) - 1], row, *draft.rows[int(editing) :]]
    placed, at = _placed(rows), len(rows) if new else int(editing)
    problems = [] if row["name"] else [Problem(at, "name", "missing")]
    try:
        rules_of([_nameless(one) for one in placed], names.known)
    except RulesError as found:
        problems += found.problems
    if problems:
        return replace(draft, editing=NEW if new else editing, row=row, problems=problems, status=422)
    return replace(draft, rows=placed)


def _tried(draft: Draft, names: Names) -> Draft:
    rules = rules_of([_nameless(row) for row in draft.rows], names.known)
    since = timezone.localdate() - dt.timedelta(days=round(30.44 * draft.months))
    return replace(draft, trial=tried(rules, since))


def _put(request: HttpRequest, draft: Draft, names: Names, now: Rows) -> HttpResponse:
    """Put the draft in force, if these very rules were tried and nobody has put others in force meanwhile."""
    if request.POST.get("tried", "") != digest(draft.rows):
        told = replace(draft, problem=gettext("Try these rules first."), status=409)
        return _shown(request, told, names, now)
    if draft.begun != digest(now):
        told = replace(draft, problem=gettext("Somebody has changed the rules meanwhile. Begin anew."), status=409)
        return _shown(request, told, names, now)
    try:
        set_rules(by=request.user, rules=draft.rows)
    except RulesError as wrong:
        told = replace(draft, problems=wrong.problems, status=422)
        return _shown(request, told, names, now)
    return HttpResponseRedirect(f"{reverse('desk-rules')}?done=put#done", status=303)


def _shown(request: HttpRequest, draft: Draft, names: Names, now: Rows) -> HttpResponse:
    values = {
        "tabs": tabs(request),
        "rules": [_listed(row, draft.trial, names) for row in draft.rows],
        "draft": json.dumps(draft.rows),
        "begun": draft.begun,
        "changed": draft.rows != now,
        "tried": digest(draft.rows) if draft.trial else "",
        "editing": draft.editing,
        "form": form_of(draft.row, names, list(draft.problems)),
        "problem": draft.problem,
        "trial": _trial(draft.trial, names) if draft.trial else None,
        "months": [
            {"value": n, "label": ngettext("%(n)s month", "%(n)s months", n) % {"n": n}, "chosen": n == draft.months}
            for n in MONTHS
        ],
        "told": gettext("These rules are in force now.") if request.GET.get("done") == "put" else "",
    }
    return render(request, "desk/rules.html", values, status=draft.status)


def _listed(row: Mapping[str, Any], trial: Trial | None, names: Names) -> dict[str, Any]:
    return {
        "position": row["position"],
        "name": row["name"],
        "on": row["on"],
        "said": said(row, names),
        "department": names.departments.get(row["department"], row["department"]),
        "count": _count(trial, row["position"]) if trial else "",
    }


def _count(trial: Trial, position: int) -> str:
    held = trial.rules.get(position)
    if held is None:
        return ""
    return gettext("Would have taken %(n)s, %(changed)s of them from where they are.") % {
        "n": issues_said(held.matched),
        "changed": whole(held.changed),
    }


def _trial(trial: Trial, names: Names) -> dict[str, Any]:
    """The dry run in words; issues that fit a rule and those that fit none add up to all."""
    said_of_all = gettext(
        "Looked at: %(all)s. A rule fits %(fit)s, none fits %(none)s. %(changed)s would lie elsewhere than now."
    )
    moves = sorted(trial.moves.items(), key=lambda held: (-held[1], held[0]))
    nowhere = gettext("no department")
    return {
        "said": said_of_all
        % {
            "all": issues_said(trial.voices),
            "fit": whole(trial.voices - trial.unmatched),
            "none": whole(trial.unmatched),
            "changed": whole(trial.changed),
        },
        "moves": [
            {"was": names.departments.get(was, nowhere), "would": names.departments.get(would, nowhere), "n": whole(n)}
            for (was, would), n in moves
        ],
    }


urlpatterns = [path("desk/rules/", page, name="desk-rules")]
