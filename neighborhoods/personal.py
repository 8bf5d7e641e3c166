"""Personal data in a text: found by form, so that a person can look before the public does; pure, in linear time.

A text is first read as a person reads it: other digits and full-width signs as plain ones, invisible signs and marks
left out, look-alike letters as Latin ones. What is found is given by its place in the text as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from geo.written import BLANKS
from neighborhoods.personal_numbers import cnps, ibans, phones, rows
from neighborhoods.personal_plates import plates

EMAIL, PHONE, CNP, PLATE, IBAN = "email", "phone", "cnp", "plate", "iban"

# Capital letters of other scripts that look like Latin ones, and so do on a number plate.
_ALIKE = str.maketrans("АВЕЅІЈКМНОРСТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTXYABEZHIKMNOPTYX")

_OPEN, _SHUT = r"[\[({<][ ]?", r"[ ]?[\])}>]"
_AT = re.compile(rf"@|{_OPEN}(?:at|a ?rond|@){_SHUT}|[ ](?:at|a ?rond)(?=[ ])", re.I)
_DOT = rf"(?:\.|[ ]?{_OPEN}(?:dot|punct|\.){_SHUT}[ ]?|[ ](?:dot|punct)[ ])"
_DOMAIN = re.compile(rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,6}}", re.I)
_ENDING = re.compile(rf"{_DOT}[^\W\d_]{{2,24}}$", re.I)
_NAME = frozenset(".+-_'%")
_LONGEST_NAME = 64
# Where what stands between name and host could be anything else, the host must be one that people have mail with.
_HOSTS = "gmail|yahoo|ymail|hotmail|outlook|icloud|proton|gmx"
_KNOWN = re.compile(_HOSTS, re.I)

# No text without a match of this holds anything that is found here. Arrow reads it too, for a million texts at once.
HINT = rf"[@\pN]|(?i:[\[({{<] ?(?:at|a ?rond) ?[\])}}>]|{_HOSTS})"


@dataclass(frozen=True, order=True)
class Span:
    """Where in a text something personal stands: from `start` up to `end`, and what kind it is."""

    start: int
    end: int
    kind: str


def personal_kinds(text: str) -> frozenset[str]:
    """The kinds of personal data a text seems to hold: email, phone, cnp, plate, iban."""
    return frozenset(span.kind for span in spans(text))


def spans(text: str) -> tuple[Span, ...]:
    """Everything personal that a text seems to hold, in the order of the text."""
    plain, places = _as_read(text)
    numbers = rows(plain)
    finders = {
        EMAIL: _emails(plain),
        PHONE: phones(plain, numbers),
        CNP: cnps(numbers),
        IBAN: ibans(plain),
        PLATE: plates(plain),
    }
    found = {Span(places[a], places[b - 1] + 1, kind) for kind, finder in finders.items() for a, b in finder}
    return tuple(sorted(found))


def _as_read(text: str) -> tuple[str, Sequence[int]]:
    """The text as a person reads it, and for each of its signs the place in the text as written."""
    if text.isascii():
        return text, range(len(text))
    read = [sign if sign.isascii() else _read(sign) for sign in text]
    return "".join(read), [place for place, signs in enumerate(read) for _ in signs]


@lru_cache(maxsize=4096)
def _read(sign: str) -> str:
    """One sign that is not ASCII as it reads: without marks, nothing where it is not seen, any space as a space."""
    kind = unicodedata.category(sign)
    if kind in {"Cc", "Cf", "Mn", "Me"} or sign in BLANKS:
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    if kind == "Pd" or sign == "\u2212":
        return "-"
    if kind == "Zs":
        return " "
    kept = "".join(c for c in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(c))
    return kept.translate(_ALIKE)


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for at in _AT.finditer(text):
        until = _without_spaces(text, at.start(), -1)
        host = _DOMAIN.match(text, _without_spaces(text, at.end(), +1))
        start = _name_before(text, until)
        if start == until or host is None or not _ENDING.search(host.group()):
            continue
        joined = host.start() - until == 1
        # "look at ascult.ro" is no address, "ion at gmail.com" is one.
        if joined or at.group()[0] in "[({<" or _KNOWN.match(host.group()):
            yield start, host.end()


def _without_spaces(text: str, place: int, step: int) -> int:
    """The place after (step 1) or before (step -1) at most two spaces."""
    for _ in range(2):
        sign = text[place : place + 1] if step > 0 else text[place - 1 : place]
        place += step * (sign == " ")
    return place


def _name_before(text: str, end: int) -> int:
    start = end
    while start > 0 and end - start < _LONGEST_NAME and (text[start - 1].isalnum() or text[start - 1] in _NAME):
        start -= 1
    return start
