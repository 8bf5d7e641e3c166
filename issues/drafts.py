"""What a person has written before it is an issue: plain values, checked, with one digest; pure."""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from geo.cities import CategorySpec, City, Question
from issues.rules import Precision

LONGEST_TEXT = 2_000
LONGEST_ADDRESS = 300
LONGEST_ANSWER = 300
LONGEST_EMAIL = 254
# Letters may carry marks, but not by the hundred: more is made to break a screen.
MOST_MARKS = 8
PLACES = 6


class DraftError(ValueError):
    """What cannot be sent: `problems` maps a field of Draft to one code of PROBLEMS in web.pages.reporting."""

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
        """SHA-256 over all that was said; the same report always has the same."""
        canonical = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).digest()


def checked(draft: Draft, city: City) -> Draft:
    """The draft as it will be kept: texts trimmed, composed (NFC) and free of control signs, degrees to six places.

    Raises DraftError with every problem found: missing, too-long, too-many-marks, unknown, not-a-number, swapped,
    outside, unasked.
    """
    problems: dict[str, str] = {}
    text, address = plain(draft.text), plain(draft.address)
    spec = city.spec(draft.category)
    _note(problems, "category", "" if spec else "unknown" if draft.category else "missing")
    _note(problems, "text", _text_problem(text, LONGEST_TEXT) if text else "missing")
    _note(problems, "address", _text_problem(address, LONGEST_ADDRESS))
    _note(problems, "place", place_problem(draft.lng, draft.lat, city))
    _note(problems, "precision", "" if draft.precision in set(Precision) else "unknown")
    _note(problems, "email", "too-long" if len(draft.email) > LONGEST_EMAIL else "")
    answers = {k: plain(v) for k, v in draft.answers.items() if plain(v)}
    if spec:
        answers, wrong = answered(spec, answers)
        problems |= wrong
    if problems:
        raise DraftError(problems)
    return Draft(
        category=draft.category,
        text=text,
        lng=round(draft.lng, PLACES) + 0.0,
        lat=round(draft.lat, PLACES) + 0.0,
        address=address,
        precision=str(draft.precision),
        answers=answers,
        email=draft.email.strip(),
        language=draft.language if draft.language in city.languages else city.languages[0],
        channel=draft.channel,
    )


def answered(spec: CategorySpec, answers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Answers to the questions that were asked, and problems by "answers.ID". What was not asked is left out."""
    kept: dict[str, str] = {}
    problems: dict[str, str] = {}
    for question in spec.questions:
        value = answers.get(question.id, "")
        if not value or not asked(question, kept):
            continue
        if value not in allowed(question) and question.kind != "text":
            problems[f"answers.{question.id}"] = "unknown"
        elif problem := _text_problem(value, LONGEST_ANSWER):
            problems[f"answers.{question.id}"] = problem
        else:
            kept[question.id] = value
    return kept, problems


def asked(question: Question, answers: Mapping[str, str]) -> bool:
    """Whether a question is asked, given the answers before it."""
    return question.when is None or answers.get(question.when[0]) == question.when[1]


def allowed(question: Question) -> Sequence[str]:
    """The values an answer may have; of a text none is fixed."""
    return ("yes", "no") if question.kind == "yesno" else tuple(value for value, _words in question.options)


def place_problem(lng: float, lat: float, city: City) -> str:
    """What is wrong with a place, or nothing: not-a-number, swapped (lat and lng), outside (of the city's box)."""
    if not (math.isfinite(lng) and math.isfinite(lat)):
        return "not-a-number"
    west, south, east, north = city.bbox
    if west <= lng <= east and south <= lat <= north:
        return ""
    return "swapped" if west <= lat <= east and south <= lng <= north else "outside"


def plain(text: str) -> str:
    """Composed (NFC), without control and invisible direction signs, ends trimmed; line ends as one sign."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in composed if c in "\n\t\u200d" or unicodedata.category(c) not in _UNSEEN).strip()


# Controls, surrogates, and format signs such as direction overrides; the joiner of emoji is kept above.
_UNSEEN = {"Cc", "Cf", "Cs"}


def _text_problem(text: str, longest: int) -> str:
    if len(text) > longest:
        return "too-long"
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks > MOST_MARKS:
            return "too-many-marks"
    return ""


def _note(problems: dict[str, str], name: str, problem: str) -> None:
    if problem:
        problems[name] = problem


def draft_of(values: Mapping[str, Any]) -> Draft:
    """A draft out of plain JSON values, as kept with a held report."""
    known = {name: values[name] for name in Draft.__dataclass_fields__ if name in values}
    return Draft(**known)
