"""Routing rules to and from plain JSON values, every mistake told by its rule and field; pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from geo.words import folded
from issues.routing import Match, MonthDay, Rule

MOST_RULES = 500
MOST_WORDS = 50
LONGEST_WORD = 100
LAST_POSITION = 32_767
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True)
class Problem:
    """What is wrong: the rule by its position (by its place in the list, from 1, if that is wrong), field and code."""

    rule: int
    field: str
    code: str


class RulesError(ValueError):
    """Rules that cannot be kept, with every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"rule {p.rule}, {p.field}: {p.code}" for p in problems))
        self.problems = problems


@dataclass(frozen=True)
class Known:
    """The slugs that rules may name."""

    departments: Collection[str]
    categories: Collection[str]
    areas: Collection[str]


def rules_of(rows: object, known: Known) -> tuple[Rule, ...]:
    """Rules out of plain values, by position.

    Raises RulesError with every problem: missing, wrong-kind, unknown, out-of-range, too-many, too-long, no-word,
    twice; those of the whole list stand under rule 0.
    """
    if not isinstance(rows, list):
        raise RulesError([Problem(0, "rules", "wrong-kind")])
    if len(rows) > MOST_RULES:
        raise RulesError([Problem(0, "rules", "too-many")])
    problems: list[Problem] = []
    kept: dict[int, Rule] = {}
    for place, row in enumerate(rows, 1):
        values, wrong = _read(row, known)
        number = values.get("position", place)
        if number in kept and "position" in values:
            wrong["position"] = "twice"
        problems += [Problem(number, name, code) for name, code in wrong.items()]
        if not wrong:
            kept[number] = Rule(**values)
    if problems:
        raise RulesError(problems)
    return tuple(kept[position] for position in sorted(kept))


def values_of(rule: Rule) -> dict[str, Any]:
    """A rule as plain JSON values, of which rules_of makes the same rule."""
    return {
        "position": rule.position,
        "department": rule.department,
        "categories": sorted(rule.categories),
        "areas": sorted(rule.areas),
        "words": list(rule.words),
        "match": str(rule.match),
        "weekdays": sorted(rule.weekdays),
        "hours": None if rule.hours is None else list(rule.hours),
        "season": None if rule.season is None else [f"{month:02}-{day:02}" for month, day in rule.season],
        "on": rule.on,
    }


class _WrongError(Exception):
    """A code for one value."""


def _read(row: object, known: Known) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of one rule that could be read, and by field what is wrong with the others."""
    if not isinstance(row, Mapping):
        return {}, {"rule": "wrong-kind"}
    readers = _readers(known)
    wrong = {str(name): "unknown" for name in row if name not in readers}
    wrong |= {name: "missing" for name in ("position", "department") if row.get(name) in (None, "")}
    values: dict[str, Any] = {}
    for name, reader in readers.items():
        if name in row and name not in wrong:
            try:
                values[name] = reader(row[name])
            except _WrongError as problem:
                wrong[name] = str(problem)
    return values, wrong


def _readers(known: Known) -> dict[str, Callable[[object], object]]:
    return {
        "position": lambda value: _whole(value, 1, LAST_POSITION),
        "department": lambda value: _slug(value, known.departments),
        "categories": lambda value: frozenset(_slug(one, known.categories) for one in _list(value)),
        "areas": lambda value: frozenset(_slug(one, known.areas) for one in _list(value)),
        "words": _words,
        "match": lambda value: Match(_slug(value, list(Match))),
        "weekdays": lambda value: frozenset(_whole(one, 1, 7) for one in _list(value)),
        "hours": _hours,
        "season": _season,
        "on": _truth,
    }


def _whole(value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _WrongError("wrong-kind")
    if not least <= value <= most:
        raise _WrongError("out-of-range")
    return value


def _slug(value: object, known: Collection[str]) -> str:
    if not isinstance(value, str):
        raise _WrongError("wrong-kind")
    if value not in known:
        raise _WrongError("unknown")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise _WrongError("wrong-kind")
    return value


def _words(value: object) -> tuple[str, ...]:
    words = [_word(one) for one in _list(value)]
    if len(words) > MOST_WORDS:
        raise _WrongError("too-many")
    return tuple(words)


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongError("wrong-kind")
    if len(value) > LONGEST_WORD:
        raise _WrongError("too-long")
    if not folded(value):
        raise _WrongError("no-word")
    return value.strip()


def _pair(value: object) -> tuple[object, object]:
    if not isinstance(value, list) or len(value) != 2:
        raise _WrongError("wrong-kind")
    return value[0], value[1]


def _hours(value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    first, last = _pair(value)
    start, end = _whole(first, 0, 23), _whole(last, 1, 24)
    if start == end:
        raise _WrongError("out-of-range")
    return start, end


def _season(value: object) -> tuple[MonthDay, MonthDay] | None:
    if value is None:
        return None
    first, last = _pair(value)
    return _month_day(first), _month_day(last)


def _month_day(value: object) -> MonthDay:
    found = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _WrongError("wrong-kind")
    month, day = int(found[1]), int(found[2])
    try:
        dt.date(2024, month, day)  # a leap year: 29 February is a day
    except ValueError:
        raise _WrongError("out-of-range") from None
    return month, day


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongError("wrong-kind")
    return value
