"""Replies written once and sent often: a text with places for values, from a closed list; pure.

A text is only ever read for `{name}`: nothing in it is evaluated, and a value is not read for names again. What comes
out is plain text; whoever shows it as HTML escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Placeholder(StrEnum):
    """What a reply may leave open."""

    NUMBER = "number"
    SUBJECT = "subject"
    PLACE = "place"
    DATE = "date"
    DEPARTMENT = "department"
    PROMISE = "promise"


class Fault(StrEnum):
    """What may be wrong with a reply: a name not on the list, a brace without its other, no value for a name."""

    UNKNOWN = "unknown"
    UNCLOSED = "unclosed"
    UNOPENED = "unopened"
    EMPTY = "empty"


class ReplyError(ValueError):
    """A reply that cannot be filled: the fault, what it is about, and where in the text, from 0."""

    def __init__(self, fault: Fault, name: str, at: int) -> None:
        super().__init__(f"{name!r} at {at} is {fault}")
        self.fault, self.name, self.at = fault, name, at


# A whole placeholder, or a brace that begins or ends none.
_BRACES = re.compile(r"\{(?P<name>[^{}\n]*)\}|\{[^{}\n]{0,40}|\}")


def used(template: str) -> frozenset[Placeholder]:
    """The placeholders of a reply. Raises ReplyError for the first that is unknown, unclosed or unopened."""
    return frozenset(_placeholder(found) for found in _BRACES.finditer(template))


def filled(template: str, values: Mapping[str, str]) -> str:
    """The reply with its values, each on one line.

    Raises ReplyError for the first placeholder that is unknown, unclosed or unopened, or whose value is missing or
    blank: a reply never leaves with a hole.
    """
    return _BRACES.sub(lambda found: _value(found, values), template)


def _placeholder(found: re.Match[str]) -> Placeholder:
    name = found["name"]
    if name is None:
        raise ReplyError(Fault.UNOPENED if found[0] == "}" else Fault.UNCLOSED, found[0], found.start())
    try:
        return Placeholder(name.strip())
    except ValueError:
        raise ReplyError(Fault.UNKNOWN, name.strip(), found.start()) from None


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    name = _placeholder(found)
    value = " ".join(values.get(name, "").split())
    if not value:
        raise ReplyError(Fault.EMPTY, name, found.start())
    return value
