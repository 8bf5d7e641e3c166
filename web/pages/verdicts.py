"""Was it really fixed? One form for everybody and for the reporter; it needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from geo.written import LONGEST_EMAIL, email_problem, plain
from issues.drafts import LONGEST_TEXT
from issues.models import Issue
from issues.naming import tracking_number
from issues.photos import PhotoRefusedError
from issues.pictures import LARGEST
from issues.rules import CLOSED
from issues.verdicts import VerdictRefusedError, give_verdict, may_judge
from web.pages.challenges import RETRY_AFTER_S, VERDICT, client_address, may_act
from web.pages.course import local_day, state_mark, state_words, when_words
from web.pages.issue import found, where
from web.pages.posting import anonymous_post
from web.pages.raising.reading import UnreadableError, sent_with

YES, NO = "yes", "no"

# By field and code; those of "issue" stand above the form.
PROBLEMS: Mapping[tuple[str, str], str | Promise] = {
    ("issue", "not-closed"): _("It is already open again. Somebody was quicker, and nothing is lost."),
    ("issue", "said-already"): _("You have already said so. Thank you."),
    ("issue", "said-here"): _("Somebody near you has already said so today. Thank you."),
    ("issue", "too-many"): _("Many answers come from here just now. Please try again in ten minutes."),
    ("said", "missing"): _("Write in a few words what is still wrong."),
    ("said", "too-long"): _("The text is too long. 2,000 letters are the most."),
    ("said", "too-many-marks"): _("One letter carries too many marks. Please write it again."),
    ("photo", "missing"): _("Choose a photo that shows it."),
    ("photo", "too-large"): _("The photo is too large. 8 MB are the most."),
    ("email", "not-an-address"): _("This is not an e-mail address. One looks like name@example.org."),
    ("email", "too-long"): _("This e-mail address is too long."),
}
STATUS = {"not-closed": 409, "said-already": 409, "said-here": 409, "too-many": 429}


@dataclass(frozen=True)
class Asker:
    """Whose form it is: the page it belongs to, and whether the reporter fills it in."""

    back: str
    by_reporter: bool = False
    told: bool = False


@dataclass
class Answer:
    """What was written into the form, and by field what is wrong with it, in words."""

    fixed: str
    said: str = ""
    email: str = ""
    photo: UploadedFile | None = None
    problems: dict[str, str] = field(default_factory=dict)
    status: int = 200


@anonymous_post
def page(request: HttpRequest, number: str) -> HttpResponse:
    """The form for anybody; of what is not public, or speaks of people, only the reporter may judge."""
    issue = found(number)
    back = reverse("issue", args=[tracking_number(issue.pk)])
    if not may_judge(issue, by_reporter=False):
        return HttpResponseRedirect(back)
    return judged(request, issue, Asker(back))


def judged(request: HttpRequest, issue: Issue, asker: Asker) -> HttpResponse:
    """The form, or what became of it: back to the page of the issue where it was kept."""
    if request.method != "POST":
        return _form(request, issue, asker, Answer(_fixed(request.GET.get("fixed", ""))))
    try:
        sent = sent_with(request)
    except UnreadableError as problem:
        return problem.answer()
    values, photo = sent.values, next(iter(sent.photos), None)
    answer = Answer(_fixed(values.get("fixed", "")), values.get("said", ""), plain(values.get("email", "")), photo)
    if _keep(request, issue, asker, answer):
        return HttpResponseRedirect(f"{asker.back}?said={answer.fixed}", status=303)
    return _form(request, issue, asker, answer)


def _fixed(text: str) -> str:
    return text if text in {YES, NO} else ""


def _keep(request: HttpRequest, issue: Issue, asker: Asker, answer: Answer) -> bool:
    """Keep the verdict; where that cannot be, the answer tells why."""
    if not answer.fixed:
        return False
    if not may_act(request, "" if asker.by_reporter else VERDICT):
        return _refuse(answer, {"issue": "too-many"})
    if problems := _checked(answer):
        return _refuse(answer, problems)
    try:
        give_verdict(
            issue=issue,
            fixed=answer.fixed == YES,
            said=answer.said,
            by_reporter=asker.by_reporter,
            photo=answer.photo.read() if answer.photo else None,
            email=answer.email,
            language=get_language() or "",
            sender=client_address(request),
        )
    except VerdictRefusedError as refused:
        issue.refresh_from_db(fields=["state", "closed_at"])  # somebody may have been quicker
        return _refuse(answer, refused.problems)
    except PhotoRefusedError as refused:
        answer.problems, answer.status = {"photo": str(refused)}, refused.status
        return False
    return True


def _checked(answer: Answer) -> dict[str, str]:
    """What is wrong before anybody else is asked."""
    problems = {}
    if answer.photo is not None and (answer.photo.size or 0) > LARGEST:
        problems["photo"] = "too-large"
    if problem := email_problem(answer.email):
        problems["email"] = problem
    return problems


def _refuse(answer: Answer, problems: Mapping[str, str]) -> bool:
    answer.problems = {name: str(PROBLEMS[name, code]) for name, code in problems.items()}
    answer.status = next((STATUS[code] for code in problems.values() if code in STATUS), 422)
    return False


def _form(request: HttpRequest, issue: Issue, asker: Asker, answer: Answer) -> HttpResponse:
    closed = issue.state in CLOSED
    values: dict[str, Any] = {
        "issue": issue,
        "asker": asker,
        "answer": answer,
        "number": tracking_number(issue.pk),
        "subject": issue.category.name(),
        "where": where(issue, own=asker.by_reporter),
        "closed": closed,
        "public": may_judge(issue, by_reporter=False),
        "state": state_words(issue.state),
        "mark": state_mark(issue.state),
        "when": when_words(local_day(issue.closed_at), False) if issue.closed_at else "",
        "longest": LONGEST_TEXT,
        "longest_email": LONGEST_EMAIL,
        "title": gettext("Was it really fixed?"),
    }
    status = 409 if not closed and answer.status == 200 else answer.status
    response = render(request, "verdicts/form.html", values, status=status)
    response["X-Robots-Tag"] = "noindex"
    if status == 429:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response


urlpatterns = [path("issues/<str:number>/verdict/", page, name="issue-verdict")]
