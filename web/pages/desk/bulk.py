"""One act on many issues, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from geo.written import plain
from issues.bulk import MOST, Answer, Assign, many
from issues.deskqueue import NOBODY
from issues.models import Issue
from issues.naming import key_of, tracking_number
from issues.rules import IssueRight, State
from neighborhoods.models import Department
from web.pages.course import state_words
from web.pages.desk import people
from web.pages.desk.asked import DeskForm
from web.pages.desk.frame import tabs
from web.pages.desk.queue import held_of
from web.pages.moderation_acts import PROBLEMS
from web.permissions import allowed, subject_of
from web.reporting.numbers import whole

NOT_YOURS = "not-yours"


class WrongFormError(ValueError):
    """A form that says nothing that could be done; the message is for people."""


@require_POST
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Do it and tell of each; a day sheet is only another page."""
    numbers = list(dict.fromkeys(request.POST.getlist("issue")))
    if request.POST.get("act") == "sheet" and numbers:
        return HttpResponseRedirect(
            f"{reverse('desk-sheet')}?{urlencode([('issue', n) for n in numbers[:MOST]])}", status=303
        )
    try:
        right, act, said = _act(request)
        issues = _found(numbers, request)
    except WrongFormError as problem:
        return _shown(request, [], problem=str(problem), status=422)
    mine = [issue for issue in issues if allowed(request.actor, right, subject_of(issue))]
    outcome = dict(many(by=request.user, issues=mine, act=act))
    codes = [(issue, outcome.get(issue, NOT_YOURS)) for issue in issues]
    return _shown(request, codes, said=said)


def _act(request: HttpRequest) -> tuple[IssueRight, Any, str]:
    """The right needed, the act, and the act in words."""
    if request.POST.get("act") == "assign":
        return IssueRight.ASSIGN, _assign(request.POST), gettext("Given to somebody")
    if request.POST.get("act") == "answer":
        act = _answer(request.POST)
        return IssueRight.ANSWER, act, gettext("Answered: %(state)s") % {"state": state_words(act.to)}
    raise WrongFormError(gettext("Nothing was chosen."))


def _assign(sent: QueryDict) -> Assign:
    slug, key = sent.get("department", ""), sent.get("person", "")
    department = Department.objects.filter(slug=slug).first() if slug else None
    person = people.person_of(key) if key not in {"", NOBODY} else None
    if (slug and department is None) or (key not in {"", NOBODY} and person is None):
        raise WrongFormError(gettext("Choose one of the list."))
    if not slug and not key:
        raise WrongFormError(gettext("Choose a department or a person."))
    return Assign(department=department, person=person, nobody=key == NOBODY, reason=plain(sent.get("why", "")))


def _answer(sent: QueryDict) -> Answer:
    if sent.get("to", "") not in list(State):
        raise WrongFormError(gettext("Please choose a state."))
    return Answer(to=State(sent["to"]), reason=plain(sent.get("reason", "")))


def _found(numbers: Sequence[str], request: HttpRequest) -> list[Issue]:
    keys = [key for number in numbers if (key := key_of(number)) is not None]
    if not keys:
        raise WrongFormError(gettext("Choose issues first."))
    if len(keys) > MOST:
        raise WrongFormError(gettext("At most %(n)s issues at once.") % {"n": whole(MOST)})
    rows = Issue.objects.reached(held_of(request.actor)).filter(pk__in=keys)
    by_key = rows.select_related("category", "neighborhood", "department").in_bulk()
    return [by_key[key] for key in keys if key in by_key]


def _shown(
    request: HttpRequest, codes: Sequence[tuple[Issue, str]], *, said: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    query = DeskForm(QueryDict(request.POST.get("back", "")), request.actor).asked.query
    done = sum(not code for _issue, code in codes)
    values = {
        "tabs": tabs(request),
        "problem": problem,
        "said": said,
        "sum": ngettext("Done: %(n)s of %(of)s issue.", "Done: %(n)s of %(of)s issues.", len(codes))
        % {"n": whole(done), "of": whole(len(codes))},
        "rows": [
            {
                "number": tracking_number(issue.pk),
                "subject": issue.category.name(),
                "done": not code,
                "said": PROBLEMS[code][1] if code else gettext("done"),
            }
            for issue, code in codes
        ],
        "back": f"{reverse('desk')}?{query}" if query else reverse("desk"),
    }
    return render(request, "desk/bulk.html", values, status=status)


urlpatterns = [path("desk/bulk/", page, name="desk-bulk")]
