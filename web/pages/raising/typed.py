"""The report form as typed: kept whole from page to page, and turned into a draft that is checked."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from geo.cities import City
from issues.drafts import Draft, DraftError, checked
from issues.rules import Precision

STEPS = ("where", "what", "send")
# In which section a problem is shown. Answers to questions stand in "what".
SECTION = {
    "place": "where",
    "found": "where",
    "address": "where",
    "precision": "where",
    "text": "what",
    "category": "what",
    "photos": "send",
    "email": "send",
    "website": "send",
}
_DECIMAL = re.compile(r"[+-]?\d{1,12}(\.\d{1,20})?", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
ANSWER = "answer-"


@dataclass(frozen=True)
class Typed:
    """Every field of the form as text, just as it came; `answers` by "SUBJECT-QUESTION".

    `place` is the place in words, `named` what of it stands in `address`, `searched` the search that `found` answers,
    `asked` the subject whose questions have been shown, `suggested` the subject a button offered, `work` a proof of
    work, `lift` where to send a link that lifts a limit.
    """

    go: str = ""
    step: str = ""
    key: str = ""
    lng: str = ""
    lat: str = ""
    precision: str = ""
    place: str = ""
    named: str = ""
    search: str = ""
    searched: str = ""
    area: str = ""
    found: str = ""
    address: str = ""
    text: str = ""
    category: str = ""
    asked: str = ""
    suggested: str = ""
    email: str = ""
    website: str = ""
    work: str = ""
    lift: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_place(self) -> bool:
        return bool(self.lng.strip() or self.lat.strip())

    @property
    def section(self) -> str:
        """The section in view when this was sent."""
        return self.step if self.step in STEPS else STEPS[0]


def typed_of(values: Mapping[str, str]) -> Typed:
    """The known fields; all others are left out."""
    names = set(Typed.__dataclass_fields__) - {"answers"}
    answers = {name.removeprefix(ANSWER): value for name, value in values.items() if name.startswith(ANSWER)}
    return Typed(**{name: value for name, value in values.items() if name in names}, answers=answers)


def fresh_key() -> str:
    return str(uuid.uuid4())


def key_of(typed: Typed) -> uuid.UUID | None:
    """The draft's UUID (version 4), or nothing where there is none."""
    return uuid.UUID(typed.key) if _KEY.fullmatch(typed.key) else None


def with_key(typed: Typed) -> Typed:
    """The same with a key of its own, if it had none."""
    return typed if key_of(typed) else replace(typed, key=fresh_key())


def degree(text: str) -> float:
    """A plain decimal; anything else is not a number."""
    return float(text) if _DECIMAL.fullmatch(text.strip()) else math.nan


def draft_of(typed: Typed, city: City, language: str) -> Draft:
    """The checked draft. Raises DraftError with problems by the form's own fields ("answer-SUBJECT-QUESTION")."""
    of_subject = f"{typed.category}-"
    draft = Draft(
        category=typed.category,
        text=typed.text,
        lng=degree(typed.lng),
        lat=degree(typed.lat),
        address=typed.address,
        precision=typed.precision or Precision.POINT,
        answers={k.removeprefix(of_subject): v for k, v in typed.answers.items() if k.startswith(of_subject)},
        email=typed.email.strip(),
        language=language,
    )
    problems = _form_problems(typed)
    try:
        kept = checked(draft, city)
    except DraftError as found:
        problems = {_field(name, typed.category): code for name, code in found.problems.items()} | problems
    if problems:
        raise DraftError(problems)
    return kept


def _field(name: str, category: str) -> str:
    kind, _, question = name.partition(".")
    return f"{ANSWER}{category}-{question}" if kind == "answers" else name


def _form_problems(typed: Typed) -> dict[str, str]:
    """What only a form can have wrong; what is wrong with any draft is told by issues.drafts."""
    problems = {}
    if not typed.has_place:
        problems["place"] = "missing"
    if typed.website.strip():
        problems["website"] = "filled"
    return problems


def section_of(name: str) -> str:
    """The section that shows a field's problem."""
    return SECTION.get(name, "what")


def first_section(problems: Mapping[str, str]) -> str:
    """The earliest section with a problem."""
    return min((section_of(name) for name in problems), key=STEPS.index)


def only(problems: Mapping[str, str], section: str) -> dict[str, str]:
    """The problems of one section."""
    return {name: code for name, code in problems.items() if section_of(name) == section}


def up_to(problems: Mapping[str, str], section: str) -> dict[str, str]:
    """The problems of the sections before one."""
    before = STEPS[: STEPS.index(section)]
    return {name: code for name, code in problems.items() if section_of(name) in before}
