"""Which department an issue goes to: rules as data, the first that fits wins, and a dry run over past issues; pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from geo.words import folded

MonthDay = tuple[int, int]
_Turning = TypeVar("_Turning", int, MonthDay)


class Match(StrEnum):
    """Whether one word of a rule is enough, or all must occur."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True)
class Rule:
    """What an issue must be to go to a department. What a rule leaves empty, it does not ask.

    `words` match as the search does: without marks and capitals, each perhaps only begun; several in one are looked
    for in their order, side by side. `weekdays` 1 (Monday) to 7. `hours` from one full hour up to another, 24 the end
    of the day; `season` first and last day as month and day; both may wrap, as 22 to 6 or 1 November to 31 March. An
    hour after midnight belongs to the weekday it is on.
    """

    position: int
    department: str
    categories: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    match: Match = Match.ANY
    weekdays: frozenset[int] = frozenset()
    hours: tuple[int, int] | None = None
    season: tuple[MonthDay, MonthDay] | None = None
    on: bool = True


@dataclass(frozen=True)
class Voice:
    """What rules look at: slugs (`area` "" outside every one), all words said, an instant and the city's `zone`.

    `department` is where it is now, "" nowhere.
    """

    category: str
    area: str
    text: str
    opened_at: dt.datetime
    zone: ZoneInfo
    department: str = ""

    @cached_property
    def opened(self) -> dt.datetime:
        """When, by the city's own clock. Raises ValueError for an instant without a zone."""
        if self.opened_at.tzinfo is None:
            raise ValueError(f"{self.opened_at} has no zone, so its day and hour are not known")
        return self.opened_at.astimezone(self.zone)

    @cached_property
    def said(self) -> str:
        """The text folded, each word behind a space."""
        return f" {folded(self.text)}"


@dataclass(frozen=True)
class Routed:
    """The rule that decided and its department; no rule: the department where the voice already is."""

    rule: Rule | None
    department: str


@dataclass
class Count:
    """Of one rule: how many voices it took, and how many of them it would take from where they are."""

    matched: int = 0
    changed: int = 0


@dataclass
class Trial:
    """What rules would have done. `rules` by position, those that are off or took nothing too.

    `moves` counts voices by department now and department then; `changed` is their sum.
    """

    rules: dict[int, Count]
    voices: int = 0
    unmatched: int = 0
    changed: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)


def route(voice: Voice, rules: Iterable[Rule]) -> Routed:
    """Where a voice goes: to the department of the first rule by position that is on and fits."""
    return _Router(rules).route(voice)


def tried(voices: Iterable[Voice], rules: Iterable[Rule]) -> Trial:
    """What rules would have done with voices, which are read once and not kept. Changes nothing."""
    router = _Router(rules)
    trial = Trial({rule.position: Count() for rule in router.rules})
    for voice in voices:
        trial.voices += 1
        routed = router.route(voice)
        if routed.rule is None:
            trial.unmatched += 1
            continue
        count = trial.rules[routed.rule.position]
        count.matched += 1
        if routed.department != voice.department:
            count.changed += 1
            trial.changed += 1
            trial.moves[voice.department, routed.department] += 1
    return trial


class _Router:
    """Rules in their order, their words folded once; those of a category and area found once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = sorted(rules, key=lambda rule: rule.position)
        self._on = [(rule, [f" {folded(word)}" for word in rule.words]) for rule in self.rules if rule.on]
        self._of: dict[tuple[str, str], list[tuple[Rule, list[str]]]] = {}

    def route(self, voice: Voice) -> Routed:
        key = voice.category, voice.area
        if key not in self._of:
            self._of[key] = [(rule, said) for rule, said in self._on if _place_fits(rule, *key)]
        for rule, said in self._of[key]:
            if _time_fits(rule, voice) and _words_fit(rule, said, voice):
                return Routed(rule, rule.department)
        return Routed(None, voice.department)


def _place_fits(rule: Rule, category: str, area: str) -> bool:
    return (not rule.categories or category in rule.categories) and (not rule.areas or area in rule.areas)


def _time_fits(rule: Rule, voice: Voice) -> bool:
    opened = voice.opened
    if rule.weekdays and opened.isoweekday() not in rule.weekdays:
        return False
    if rule.hours is not None:
        start, end = rule.hours
        # An end is the first hour outside.
        if not _within(opened.hour, start, end - 1):
            return False
    return rule.season is None or _within((opened.month, opened.day), *rule.season)


def _within(value: _Turning, first: _Turning, last: _Turning) -> bool:
    """Whether a value lies from the first to the last, both included; the last may come before the first."""
    return first <= value <= last if first <= last else value >= first or value <= last


def _words_fit(rule: Rule, said: list[str], voice: Voice) -> bool:
    if not said:
        return True
    found = (word in voice.said for word in said)
    return all(found) if rule.match is Match.ALL else any(found)
