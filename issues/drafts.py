"""What a person has written before it is an issue: plain values, checked, with one digest; pure."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from geo.cities import CategorySpec, City, Question
from geo.written import blank, degrees, email_problem, place_problem, plain, text_problem
from issues.rules import Precision

LONGEST_TEXT = 2_000
# A report through Open311 may be longer: its standard says so.
OPEN311, LONGEST_OPEN311 = "open311", 4_000
LONGEST_ADDRESS = 300
LONGEST_ANSWER = 300
LONGEST_CHANNEL = 60


class DraftError(ValueError):
    """What cannot be sent: `problems` maps a field of Draft ("answers.ID" for an answer) to one code."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{field}: {code}" for field, code in problems.items()))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Draft:
    """One report as written: `lng`, `lat` in degrees, `answers` by question; no `email`: no mail."""

    category: str
    text: str
    lng: float
    lat: float
    address: str = ""
    precision: str = Precision.POINT
    answers: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    language: str = ""
    channel: str = "web"

    def digest(self) -> bytes:
        """SHA-256 over all that was said; the same report always has the same, in whichever language the page was."""
        said = {name: value for name, value in asdict(self).items() if name not in {"language", "channel"}}
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).digest()


def checked(draft: Draft, city: City) -> Draft:
    """The draft as it will be kept: texts trimmed, composed (NFC) and free of control signs, degrees to six places.

    Checking what is checked changes nothing. Values of other kinds than Draft names are problems like any other.
    Raises DraftError with every problem found: missing, too-long, too-many-marks, unknown, not-an-address,
    not-a-number, swapped, outside.
    """
    problems: dict[str, str] = {}
    spec = city.spec(draft.category)
    _note(problems, "category", "" if spec else "unknown" if draft.category else "missing")
    text, address, email = (plain(v) if isinstance(v, str) else v for v in (draft.text, draft.address, draft.email))
    longest = LONGEST_OPEN311 if draft.channel == OPEN311 else LONGEST_TEXT
    _note(problems, "text", _text(text, longest) or ("missing" if blank(text) else ""))
    _note(problems, "address", _text(address, LONGEST_ADDRESS))
    _note(problems, "email", email_problem(email))
    lng, lat = degrees(draft.lng), degrees(draft.lat)
    _note(problems, "place", place_problem(lng, lat, city))
    _note(problems, "precision", "" if draft.precision in list(Precision) else "unknown")
    answers, wrong = answered(spec, draft.answers) if spec else ({}, {})
    problems |= wrong
    if problems:
        raise DraftError(problems)
    return Draft(
        category=draft.category,
        text=text,
        lng=lng,
        lat=lat,
        address=address,
        precision=str(draft.precision),
        answers=answers,
        email=email,
        language=draft.language if draft.language in city.languages else city.languages[0],
        channel=plain(str(draft.channel))[:LONGEST_CHANNEL],
    )


def _text(value: object, longest: int) -> str:
    return text_problem(value, longest) if isinstance(value, str) else "unknown"


def answered(spec: CategorySpec, answers: object) -> tuple[dict[str, str], dict[str, str]]:
    """Answers to the questions that were asked, and problems by "answers.ID". What was not asked is left out."""
    if not isinstance(answers, Mapping):
        return {}, {"answers": "unknown"}
    kept: dict[str, str] = {}
    problems: dict[str, str] = {}
    for question in spec.questions:
        given = answers.get(question.id)
        value = plain(given) if isinstance(given, str) else given
        if value is None or value == "" or not asked(question, kept):
            continue
        if problem := _answer_problem(question, value):
            problems[f"answers.{question.id}"] = problem
        else:
            kept[question.id] = str(value)
    return kept, problems


def _answer_problem(question: Question, value: object) -> str:
    if question.kind == "text":
        return _text(value, LONGEST_ANSWER)
    return "" if isinstance(value, str) and value in allowed(question) else "unknown"


def asked(question: Question, answers: Mapping[str, str]) -> bool:
    """Whether a question is asked, given the answers before it."""
    return question.when is None or answers.get(question.when[0]) == question.when[1]


def allowed(question: Question) -> Sequence[str]:
    """The values an answer may have; of a text none is fixed."""
    return ("yes", "no") if question.kind == "yesno" else tuple(value for value, _words in question.options)


def _note(problems: dict[str, str], name: str, problem: str) -> None:
    if problem:
        problems[name] = problem


def draft_of(values: Mapping[str, Any]) -> Draft:
    """A draft out of plain JSON values, as kept with a held report, not checked yet; what is no field is left out."""
    needed: dict[str, Any] = {"category": "", "text": "", "lng": math.nan, "lat": math.nan}
    return Draft(**(needed | {name: values[name] for name in Draft.__dataclass_fields__ if name in values}))
