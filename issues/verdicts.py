"""Was it really fixed? What residents say of a closing, what follows from it, and how often it is disputed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from geo.written import plain, text_problem
from issues.actions import change_status
from issues.drafts import LONGEST_TEXT
from issues.models import Issue, StatusChange, Verdict
from issues.photos import add_photo
from issues.rules import CLOSED, State, TextState
from neighborhoods import limits
from neighborhoods.contacts import despite_forgetting
from neighborhoods.following import follow
from neighborhoods.models.notices import ISSUE
from neighborhoods.personal import personal_kinds

# The reason kept with the step by which a dispute reopens an issue; pages and mails say it in their own language.
DISPUTED = ":disputed:"


class VerdictRefusedError(ValueError):
    """A verdict that is not kept. `problems` maps issue, said or photo to one code: not-closed, private, said-already,
    said-here; missing, too-long, too-many-marks."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{field}: {code}" for field, code in problems.items()))
        self.problems = dict(problems)


@despite_forgetting
@transaction.atomic
def give_verdict(
    *,
    issue: Issue,
    fixed: bool,
    said: str = "",
    by_reporter: bool = False,
    photo: bytes | None = None,
    email: str = "",
    language: str = "",
    sender: str | None = None,
    at: dt.datetime | None = None,
) -> Verdict:
    """Keep what a resident says of the closing of an issue; "not fixed" reopens it at once and counts as a dispute.

    A dispute says why, and comes with a photo unless the reporter disputes; an `email` asks to be told of the issue.
    Of strangers, "fixed" is kept once a day for a closing and the address block of a `sender` (an IP address).
    Raises VerdictRefusedError, or PhotoRefusedError for a bad photo; nothing is kept then.
    """
    held = Issue.objects.select_for_update(of=("self",)).select_related("category").get(pk=issue.pk)
    closing = closing_of(held)
    text = plain(said)
    problems = _standing(held, closing, fixed, by_reporter) or _form(text, fixed, photo is not None or by_reporter)
    if problems or closing is None:
        raise VerdictRefusedError(problems)
    if fixed and sender is not None and not by_reporter and not _first_from(sender, closing):
        raise VerdictRefusedError({"issue": "said-here"})
    when = max(at or timezone.now(), closing.at)
    state = TextState.WITHHELD if personal_kinds(text) else TextState.SHOWN
    who = {"by_reporter": by_reporter, "at": when}
    verdict = Verdict.objects.create(issue=held, closing=closing, fixed=fixed, said=text, text_state=state, **who)
    if photo is not None:
        add_photo(issue=held, id=uuid.uuid4(), data=photo, verdict=verdict)
    if not fixed:
        # Alone, as a dispute speaks of its own issue; so no other row is locked after this one.
        change_status(by=None, issue=held, to=State.IN_PROGRESS, reason=DISPUTED, at=when, whole_incident=False)
    if email:
        _tell(verdict, email, language)
    return verdict


def _first_from(sender: str, closing: StatusChange) -> bool:
    """Whether nobody of the sender's address block has called this closing good today; it is counted with the rest."""
    return limits.once_a_day(limits.block_of(sender, timezone.now(), f"fixed:{closing.pk}:"))


def _tell(verdict: Verdict, email: str, language: str) -> None:
    """Ask an address whether it wants to be told of the issue from now on."""
    wish = follow(email=email, language=language, kind=ISSUE, subject=verdict.issue_id, reporter=verdict.by_reporter)
    verdict.contact_id = wish.contact_id
    verdict.save(update_fields=["contact"])


def closing_of(issue: Issue) -> StatusChange | None:
    """The step that closed an issue: the first of the last steps that hold its state. Nothing while it is open."""
    if issue.state not in CLOSED:
        return None
    closing = None
    for step in issue.history.order_by("-at", "-pk"):
        if step.state == issue.state:
            closing = step
        elif closing is not None:
            break
    return closing


def may_judge(issue: Issue, by_reporter: bool) -> bool:
    """Whether this person may speak of a closing: of what is not public, or of people, only the reporter may."""
    return by_reporter or not (issue.hidden or issue.category.sensitive)


def _standing(issue: Issue, closing: StatusChange | None, fixed: bool, by_reporter: bool) -> dict[str, str]:
    if not may_judge(issue, by_reporter):
        return {"issue": "private"}
    if closing is None:
        return {"issue": "not-closed"}
    if fixed and by_reporter and closing.verdicts.filter(fixed=True, by_reporter=True).exists():
        return {"issue": "said-already"}
    return {}


def _form(text: str, fixed: bool, photo: bool) -> dict[str, str]:
    said = text_problem(text, LONGEST_TEXT) if text or fixed else "missing"
    problems = {"said": said, "photo": "" if fixed or photo else "missing"}
    return {name: problem for name, problem in problems.items() if problem}


@dataclass(frozen=True)
class Closings:
    """How many closings there were in a period, and how many of those residents have disputed since."""

    closed: int
    disputed: int


def closings_and_disputes(since: dt.date, until: dt.date, neighborhood: str | None = None) -> Closings:
    """Closings on local days from `since`, before `until`, of an area (its slug) or the whole city.

    A closing that was disputed counts, and counts again where the issue was closed again. Sensitive subjects are left
    out (decision 8), and so is what is hidden.
    """
    first, last = (dt.datetime.combine(day, dt.time.min, settings.CITY.zone) for day in (since, until))
    shown = Issue.objects.public().filter(category__sensitive=False)
    if neighborhood is not None:
        shown = shown.filter(neighborhood__slug=neighborhood)
    standing = shown.filter(closed_at__gte=first, closed_at__lt=last).count()
    disputes = Verdict.objects.filter(fixed=False, closing__at__gte=first, closing__at__lt=last)
    disputed = disputes.filter(issue__in=shown).count()
    return Closings(standing + disputed, disputed)
