"""What is done at the desk beside moderating and answering, and what the work page of one issue needs for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from issues.deskqueue import Row, standing_of
from issues.drafts import LONGEST_TEXT
from issues.handling import assign, extend, note, take_back
from issues.models import Issue
from issues.moderating import ActRefusedError
from issues.naming import issue_of, tracking_number
from issues.repeats import at_repeat_places
from issues.rules import DeskAct, IssueRight
from issues.together import merge, split
from maps.stops import Stop, Words, svg
from neighborhoods.models import Department
from neighborhoods.rules import Actor
from web.pages.course import local_day, state_words, when_words
from web.pages.desk import people, replying
from web.pages.desk.acts import BACK
from web.pages.desk.history import told
from web.pages.desk.words import channel_words, standing_words
from web.pages.moderation_acts import Act
from web.pages.photos import may_look
from web.permissions import RIGHTS, allowed, subject_of
from web.reporting.numbers import whole
from web.spoken import spoken

# What lies so near may be the same thing, whatever radius the subject has.
NEAR_M = 150.0
MOST_NEAR = 12


def _assign(request: HttpRequest, issue: Issue) -> object:
    sent = request.POST
    slug, key = sent.get("department", ""), sent.get("person", "")
    department = Department.objects.filter(slug=slug).first() if slug else None
    if slug and department is None:
        raise ActRefusedError("unknown", f"no department {slug}")
    person = people.person_of(key) if key else None
    if key and person is None:
        raise ActRefusedError("unknown", f"no person {key}")
    return assign(by=request.user, issue=issue, department=department, person=person, reason=sent.get("reason", ""))


def _merge(request: HttpRequest, issue: Issue) -> object:
    other = issue_of(request.POST.get("into", "").strip())
    if other is None or not allowed(request.actor, IssueRight.GROUP, subject_of(other)):
        raise ActRefusedError("no-such", "no issue of this number is reached")
    return merge(by=request.user, issue=issue, into=other, reason=request.POST.get("reason", ""))


def _take_back(request: HttpRequest, issue: Issue) -> object:
    key = request.POST.get("step", "")
    step = issue.desk_steps.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if step is None:
        raise Http404("no such step of this issue")
    if step.act not in BACK or not allowed(request.actor, BACK[step.act], subject_of(issue)):
        raise ActRefusedError("not-yours", f"{step.act} is not this account's to take back")
    return take_back(by=request.user, step=step)


ACTS = {
    "assign": Act(IssueRight.ASSIGN, _assign, _("It is given. Whoever has it now sees it as theirs.")),
    "note": Act(
        IssueRight.NOTE,
        lambda r, i: note(by=r.user, issue=i, text=r.POST.get("text", "")),
        _("Your note is kept. Only staff read it."),
    ),
    "extend": Act(
        IssueRight.ANSWER,
        lambda r, i: extend(by=r.user, issue=i, reason=r.POST.get("reason", "")),
        _("The legal deadline is later now."),
    ),
    "merge": Act(IssueRight.GROUP, _merge, _("The two count as one thing now.")),
    "split": Act(
        IssueRight.GROUP,
        lambda r, i: split(by=r.user, issue=i, reason=r.POST.get("reason", "")),
        _("It stands alone now."),
    ),
    "take-back": Act(IssueRight.SEE_DESK, _take_back, _("It is taken back.")),
}

# Said on the work page of what was done elsewhere.
ELSEWHERE = {"enter": _("The report is entered. Give the person its number.")}


def context(issue: Issue, request: HttpRequest) -> dict[str, Any]:
    """Everything beside text, photos and answers that the account may see and do."""
    actor, subject = request.actor, subject_of(issue)
    may = {right: allowed(actor, right, subject) for right in IssueRight}
    standing = standing_of(issue)
    template, words, problem = replying.chosen(issue, request.GET.get("template", ""))
    return {
        "standing": standing_words(standing.stands, standing.deadlines, closed=issue.closed_at is not None),
        "department": people.department_name(issue.department),
        "person": people.name_of(issue.assignee),
        "channel": channel_words(issue.channel),
        "notes": _notes(issue) if may[IssueRight.NOTE] else [],
        "may_note": may[IssueRight.NOTE],
        "assigning": _assigning(issue) if may[IssueRight.ASSIGN] else None,
        "grouping": _grouping(issue, actor) if may[IssueRight.GROUP] else None,
        "extendable": _extendable(issue, standing) if may[IssueRight.ANSWER] else None,
        "history": told(issue, {act for act, right in BACK.items() if may[right]}),
        "templates": replying.offered(issue) if may[IssueRight.ANSWER] else [],
        "template": template,
        "template_text": words,
        "template_problem": problem,
        "disputed": _disputed(issue),
        "repeat": _repeat(issue) if standing.repeat else "",
        "longest_note": LONGEST_TEXT,
    }


def _disputed(issue: Issue) -> str:
    """How often residents have said that it was not fixed."""
    n = issue.verdicts.filter(fixed=False).count()
    return ngettext("%(n)s closing was disputed", "%(n)s closings were disputed", n) % {"n": whole(n)} if n else ""


def _repeat(issue: Issue) -> str:
    """How often the same went wrong here in a year."""
    n = at_repeat_places([issue.pk], timezone.localdate()).get(issue.pk, 0)
    return ngettext("%(n)s time here in twelve months", "%(n)s times here in twelve months", n) % {"n": whole(n)}


def _notes(issue: Issue) -> list[dict[str, Any]]:
    return [
        {"who": people.name_of(row.by), "when": row.at.astimezone(settings.CITY.zone), "text": row.text}
        for row in issue.notes.select_related("by")
    ]


def _assigning(issue: Issue) -> dict[str, Any]:
    """Who it may be given to: whoever would reach it."""
    return {
        "departments": [
            {"slug": d.slug, "name": spoken(d.names), "chosen": d.pk == issue.department_id}
            for d in Department.objects.all()
        ],
        "people": [{"key": p.pk, "name": p.name, "chosen": p.pk == issue.assignee_id} for p in people.staff()],
    }


def _extendable(issue: Issue, standing: Row) -> dict[str, Any] | None:
    """Whether the legal deadline may be made longer now, and by how much; nothing where it may not."""
    days = settings.CITY.terms.extension_days
    extended = issue.desk_steps.filter(act=DeskAct.EXTENDED).exists()
    closed = issue.closed_at is not None
    if not days or extended or closed or standing.deadlines.legal_on is None:
        return None
    return {"days": days} if (standing.stands.legal_left or 0) >= 0 else None


def _grouping(issue: Issue, actor: Actor) -> dict[str, Any]:
    """What counts as the same thing, and what lies near and might: on a small map with numbers, and as a list."""
    near = _near(issue, actor)
    together = _together(issue, actor)
    stops = [Stop(issue.point.x, issue.point.y, 0)]
    stops += [Stop(one.point.x, one.point.y, n) for n, one in enumerate(near, start=1)]
    return {
        "near": [_named(one, n) for n, one in enumerate(near, start=1)],
        "together": [_named(one, 0) for one in together],
        "map": _near_map(stops) if near else "",
    }


def _near(issue: Issue, actor: Actor) -> list[Issue]:
    """Of the same subject and not far, not one thing with it yet. Of a sensitive one only for who sees its place."""
    if not may_look(actor, issue):
        return []
    reached = Issue.objects.reached(actor.counting(RIGHTS[IssueRight.GROUP])).filter(category=issue.category_id)
    others = reached.near(issue.point, NEAR_M).exclude(pk=issue.pk).exclude(hidden=True)
    if issue.incident_id is not None:
        others = others.exclude(incident=issue.incident_id)
    return list(others.select_related("category", "neighborhood")[:MOST_NEAR])


def _together(issue: Issue, actor: Actor) -> list[Issue]:
    if issue.incident_id is None:
        return []
    reached = Issue.objects.reached(actor.counting(RIGHTS[IssueRight.SEE_DESK])).filter(incident=issue.incident_id)
    return list(reached.exclude(pk=issue.pk).select_related("category").order_by("opened_at", "pk")[:MOST_NEAR])


def _named(issue: Issue, n: int) -> dict[str, Any]:
    return {
        "n": n,
        "number": tracking_number(issue.pk),
        "state": state_words(issue.state),
        "opened": when_words(local_day(issue.opened_at), False),
        "metres": round(issue.distance.m) if n else 0,
    }


def _near_map(stops: Sequence[Stop]) -> SafeString:
    words = Words(
        gettext("What lies near"),
        gettext("The ring is this issue; numbers are those of the list."),
        get_language() or "",
    )
    return mark_safe(svg([], stops, words, width_mm=96, height_mm=72))  # noqa: S308 (maps.vector escapes every word)
