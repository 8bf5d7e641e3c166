"""What lies on the desk: one issue with all that was written, for the eyes of who decides about it."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from issues.drafts import LONGEST_TEXT
from issues.models import Issue, Verdict
from issues.models.issues import TEXT_STATES
from issues.naming import tracking_number
from issues.rules import MOVES, REASON_NEEDED, IssueRight, PhotoState, State, TextState
from neighborhoods.personal import CNP, EMAIL, IBAN, PHONE, PLATE, spans
from neighborhoods.rules import Actor
from web.pages.course import local_day, promise, state_words, steps, when_words
from web.pages.issue import answers, small_map, where
from web.pages.photos import may_look
from web.permissions import allowed, subject_of

KIND_WORDS: dict[str, Promise] = {
    EMAIL: _("an e-mail address"),
    PHONE: _("a phone number"),
    CNP: _("a personal number (CNP)"),
    IBAN: _("a bank account (IBAN)"),
    PLATE: _("a number plate"),
}


def context(issue: Issue, actor: Actor) -> dict[str, Any]:
    """Everything that the account may see of an issue. Nobody's e-mail address is ever among it."""
    near, subject = may_look(actor, issue), subject_of(issue)
    return {
        "issue": issue,
        "number": tracking_number(issue.pk),
        "subject": issue.category.name(),
        "sensitive": issue.category.sensitive,
        "near": near,
        "moderates": allowed(actor, IssueRight.MODERATE, subject),
        "answers": allowed(actor, IssueRight.ANSWER, subject),
        "where": where(issue, own=near),
        "map": small_map(issue, own=near),
        "point": f"{issue.point.y:.6f}, {issue.point.x:.6f}" if near else "",
        "opened": when_words(local_day(issue.opened_at), False),
        "promise": promise(issue, own=True),
        "state": state_words(issue.state),
        "photos": _photos(issue) if near else [],
        "photos_apart": 0 if near else issue.photos.count(),
        "steps": steps(issue, own=True),
        "moves": _moves(issue),
        "alike": _alike(issue),
        **_texts(issue, near),
    }


def marked(text: str) -> list[dict[str, Any]]:
    """The pieces of a text in order; each that seems to be personal names its kind."""
    pieces, at = [], 0
    for span in spans(text):
        if span.start < at:
            continue
        pieces.append({"text": text[at : span.start], "kind": ""})
        pieces.append({"text": text[span.start : span.end], "kind": KIND_WORDS[span.kind]})
        at = span.end
    return [piece for piece in [*pieces, {"text": text[at:], "kind": ""}] if piece["text"]]


def _texts(issue: Issue, near: bool) -> dict[str, Any]:
    """What was written, marked, and what the public reads of it. The address of a sensitive issue tells its place."""
    return {
        "title": marked(issue.title),
        "text": marked(issue.description),
        "address": marked(issue.address) if near else [],
        "asked": [{"ask": row["ask"], "answer": marked(row["answer"])} for row in answers(issue, own=True)],
        "text_state": dict(TEXT_STATES)[issue.text_state],
        "text_waits": issue.text_state == TextState.WITHHELD,
        "text_shown": issue.text_state == TextState.SHOWN,
        "text_private": issue.text_state == TextState.PRIVATE,
        "public_text": issue.public_text,
        "draft_text": issue.edited_text or issue.description,
        "longest": LONGEST_TEXT,
        "said": [_said(verdict) for verdict in issue.verdicts.exclude(said="")],
    }


def _said(verdict: Verdict) -> dict[str, Any]:
    return {
        "pk": verdict.pk,
        "when": when_words(local_day(verdict.at), False),
        "pieces": marked(verdict.said),
        "shown": verdict.text_state == TextState.SHOWN,
        "private": verdict.text_state == TextState.PRIVATE,
        "state": dict(TEXT_STATES)[verdict.text_state],
    }


def _photos(issue: Issue) -> list[dict[str, Any]]:
    return [
        {
            "photo": photo,
            "waits": photo.state == PhotoState.WAITING,
            "shown": photo.state == PhotoState.SHOWN,
            "refused": photo.state == PhotoState.REFUSED,
            # A covered photo keeps its address; the number of its acts makes the browser fetch it anew.
            "version": issue.moderation.filter(photo=photo).count(),
        }
        for photo in issue.photos.all()
    ]


def _moves(issue: Issue) -> list[dict[str, Any]]:
    """The states it may go to, in the order of the table."""
    allowed = MOVES[State(issue.state)]
    return [
        {"value": state.value, "label": state_words(state), "needs": state in REASON_NEEDED}
        for state in State
        if state in allowed
    ]


def _alike(issue: Issue) -> int:
    """How many other public issues speak of the same thing; an answer goes to all of them."""
    if issue.incident_id is None or issue.hidden:
        return 0
    return Issue.objects.public().filter(incident=issue.incident_id).exclude(pk=issue.pk).count()
