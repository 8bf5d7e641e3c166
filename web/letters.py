"""What our mails say: a notice of the outbox becomes a letter in the language of the moment. No address stands here."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from issues.models import DeskStep, HeldReport, Issue, ModerationStep, StatusChange, Submission
from issues.naming import tracking_number
from issues.rules import ModerationAct, State
from issues.telling import HIDDEN, LATER, LIFT, NEW, STATUS
from issues.terms import due
from issues.verdicts import may_judge
from neighborhoods.following import CONFIRM
from neighborhoods.models import Follow, Notice
from neighborhoods.models.notices import ISSUE
from web.pages.course import local_day, reason_words, state_words, when_words, who_words
from web.pages.followed import area_names, subjects_of, words_of
from web.pages.issue import where
from web.reporting.numbers import day, whole
from web.spoken import spoken

# A mail shows so much of a text; the rest is a link away.
LONGEST_QUOTE = 600
# A digest names so many news one by one.
MOST_TOLD = 50

Facts = dict[str, Any]


@dataclass(frozen=True)
class Letter:
    """One mail without its address. `stop` is the address that stops it at one press, empty where there is none."""

    subject: str
    body: str
    stop: str = ""


class Known:
    """All that a number of notices speak of, each kind asked for once and only where it is needed."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        self._notices = notices

    @cached_property
    def follows(self) -> dict[Any, Follow]:
        return Follow.objects.in_bulk({n.follow_id for n in self._notices if n.follow_id})

    @cached_property
    def issues(self) -> dict[int, Issue]:
        keys = {n.subject for n in self._notices if n.subject}
        return Issue.objects.select_related("category", "neighborhood").in_bulk(keys)

    @cached_property
    def steps(self) -> dict[int, StatusChange]:
        keys = {n.details.get("step") for n in self._notices if n.kind == STATUS}
        return StatusChange.objects.select_related("by", "issue").in_bulk(keys)

    @cached_property
    def decisions(self) -> dict[int, ModerationStep]:
        keys = {n.details.get("step") for n in self._notices if n.kind == HIDDEN}
        return ModerationStep.objects.in_bulk(keys)

    @cached_property
    def extensions(self) -> dict[int, DeskStep]:
        keys = {n.details.get("step") for n in self._notices if n.kind == LATER}
        return DeskStep.objects.in_bulk(keys)

    @cached_property
    def names(self) -> dict[str, str]:
        return area_names(f.slug for f in self.follows.values())


def letter(notice: Notice) -> Letter | None:
    """The letter of one notice; nothing where it is not to be told any more: stopped, never confirmed, hidden since."""
    known = Known([notice])
    facts = _facts(notice, known)
    if facts is None:
        return None
    follow = known.follows.get(notice.follow_id)
    stop = absolute("follow-stop", bytes(follow.secret).hex()) if follow else ""
    return _written(notice.kind, facts | _frame(follow, known), stop)


def digest(notices: Sequence[Notice]) -> Letter | None:
    """One letter of many notices of one person, under each follow its news; nothing where nothing is left to tell."""
    known = Known(notices)
    told = [(n, facts) for n in notices if (facts := _facts(n, known)) is not None]
    if not told:
        return None
    groups: dict[Any, Facts] = {}
    for notice, facts in told[:MOST_TOLD]:
        follow = known.follows[notice.follow_id]
        group = groups.setdefault(follow.pk, {"news": [], **_frame(follow, known)})
        group["news"].append(facts | {"said": _in_one_line(notice, facts)})
    secret = bytes(known.follows[told[0][0].follow_id].secret).hex()
    values = {
        "groups": list(groups.values()),
        "n": len(told),
        "news": ngettext("%(n)s piece of news", "%(n)s pieces of news", len(told)) % {"n": whole(len(told))},
        "more": len(told) - min(len(told), MOST_TOLD),
        "list": absolute("issues"),
        "site": site(),
    }
    return _written("digest", values, absolute("follow-stop", secret) + "?daily=1")


def absolute(name: str, *parts: str) -> str:
    """The whole address of a page, in the language of the moment."""
    return settings.SITE_URL + reverse(name, args=parts)


def site() -> str:
    """What this place calls itself: Ascult Timișoara."""
    return f"Ascult {spoken(settings.CITY.name)}"


def _written(template: str, values: Facts, stop: str) -> Letter:
    """A letter out of a template: its first line is the subject."""
    text = render_to_string(f"mail/{template}.txt", values).strip()
    subject, _, body = text.partition("\n")
    return Letter(" ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n", stop)


def _frame(follow: Follow | None, known: Known) -> Facts:
    """What the foot of a letter says: why it came, and where to change that."""
    if follow is None:
        return {"site": site()}
    return {
        "site": site(),
        "what": words_of(follow, known.names),
        "only": subjects_of(follow),
        "manage": absolute("follow-confirm", bytes(follow.secret).hex()),
        "reporter": follow.reporter,
    }


def _facts(notice: Notice, known: Known) -> Facts | None:
    """What a notice has to say, or nothing where it has become void."""
    if notice.kind == LIFT:
        return _of_held(notice)
    follow = known.follows.get(notice.follow_id)
    if follow is None or follow.stopped_at is not None or (follow.confirmed_at is None) != (notice.kind == CONFIRM):
        return None
    tell = _TOLD[notice.kind]
    issue = known.issues.get(notice.subject or 0)
    if issue is None:
        return tell(notice, follow, None, known) if notice.subject is None else None
    if not _may_hear(follow, issue):
        return None
    return _of_issue(issue, follow) | told if (told := tell(notice, follow, issue, known)) is not None else None


def _may_hear(follow: Follow, issue: Issue) -> bool:
    """Of what is hidden only the reporter hears; of a sensitive subject whoever follows its very number."""
    if issue.hidden:
        return follow.reporter
    return follow.kind == ISSUE or not issue.category.sensitive


def _of_issue(issue: Issue, follow: Follow) -> Facts:
    number, mine = tracking_number(issue.pk), _mine(issue, follow)
    return {
        "number": number,
        "subject": issue.category.name(),
        "area": issue.neighborhood.name if issue.neighborhood else gettext("outside every neighbourhood"),
        "where": where(issue, own=bool(mine)),
        "url": absolute("mine", mine) if mine else absolute("issue", number),
        "mine": mine,
    }


def _mine(issue: Issue, follow: Follow) -> str:
    """The private link of the report, where the one who is told is the one who gave this address with it."""
    if not follow.reporter or follow.kind != ISSUE or follow.confirmed_at is None:
        return ""
    came = Submission.objects.filter(issue=issue, contact=follow.contact_id).first()
    return bytes(came.link).hex() if came else ""


def _confirm(notice: Notice, follow: Follow, issue: Issue | None, known: Known) -> Facts:
    """Nothing that a stranger wrote: who asks may have given somebody else's address."""
    promised = issue.promised_on if issue and follow.reporter else None
    return {
        "link": absolute("follow-confirm", bytes(follow.secret).hex()),
        "where": "",
        "promised": day(promised.isoformat()) if promised else "",
    }


def _new(notice: Notice, follow: Follow, issue: Issue | None, known: Known) -> Facts | None:
    if issue is None:
        return None
    return {"text": quoted(issue.public_text), "opened": when_words(issue.opened_on, False)}


def _status(notice: Notice, follow: Follow, issue: Issue | None, known: Known) -> Facts | None:
    step = known.steps.get(notice.details.get("step"))
    if issue is None or step is None:
        return None
    discreet = issue.category.sensitive and not follow.reporter
    other = step.issue if step.issue_id != issue.pk and not step.issue.hidden else None
    return {
        "state": state_words(step.state),
        "who": "" if discreet else who_words(step),
        "reason": "" if discreet else quoted(reason_words(step)),
        "on": when_words(local_day(step.at), discreet),
        "same_as": tracking_number(other.pk) if other else "",
        "ask": _verdict(issue, step, _mine(issue, follow)),
    }


def _verdict(issue: Issue, step: StatusChange, mine: str) -> str:
    """Where to say whether it was really fixed, while it still counts as fixed; empty where nobody is asked."""
    asked = step.state == State.RESOLVED and issue.state == State.RESOLVED
    if not asked or not may_judge(issue, by_reporter=bool(mine)):
        return ""
    return absolute("mine-verdict", mine) if mine else absolute("issue-verdict", tracking_number(issue.pk))


def _hidden(notice: Notice, follow: Follow, issue: Issue | None, known: Known) -> Facts | None:
    step = known.decisions.get(notice.details.get("step"))
    if issue is None or step is None:
        return None
    return {"decided": _decided(step.act), "reason": quoted(step.reason)}


def _later(notice: Notice, follow: Follow, issue: Issue | None, known: Known) -> Facts | None:
    step = known.extensions.get(notice.details.get("step"))
    legal_on = due([issue])[issue.pk].legal_on if issue else None
    if step is None or legal_on is None:
        return None
    return {"until": day(legal_on.isoformat()), "reason": quoted(step.reason)}


def _decided(act: str) -> str:
    if act == ModerationAct.TEXT_PRIVATE:
        return gettext("We keep the text of your report private.")
    if act == ModerationAct.PHOTO_REFUSED:
        return gettext("We do not show a photo of your report.")
    return gettext("We have hidden your report.")


_TOLD: dict[str, Callable[[Notice, Follow, Issue | None, Known], Facts | None]] = {
    CONFIRM: _confirm,
    NEW: _new,
    STATUS: _status,
    HIDDEN: _hidden,
    LATER: _later,
}


def _of_held(notice: Notice) -> Facts | None:
    """A report that waits for its link; nothing where it was sent or forgotten in the meantime."""
    held = HeldReport.objects.filter(pk=notice.details.get("held"), sent_at=None).first()
    if held is None:
        return None
    return {"link": absolute("held", bytes(held.secret).hex()), "days": settings.CITY.retention.unconfirmed_days}


def _in_one_line(notice: Notice, facts: Facts) -> str:
    if notice.kind == NEW:
        return gettext("New: %(subject)s, %(where)s") % facts
    return gettext("%(state)s: %(subject)s, %(where)s") % (facts | {"state": facts["state"].capitalize()})


def quoted(text: str) -> str:
    """Words of somebody else, set in, and not too many of them."""
    short = text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE].rsplit(maxsplit=1)[0] + " …"
    return textwrap.indent(short, "  ")
