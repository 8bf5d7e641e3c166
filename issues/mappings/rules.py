"""Rules that turn a source's words into ours, evaluated once per distinct word and not once per row."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.large_string()
SPECIAL = set(r"\.+*?()|[]{}^$")

Ints = npt.NDArray[np.int64]
_BETWEEN_WORDS = re.compile(r"[^a-z0-9.]+")


@dataclass(frozen=True)
class Rule:
    """One rule on one column: a table of whole values, a pattern (RE2) with targets, or the value as it is."""

    column: str
    values: dict[str, tuple[str, ...]] | None = None
    pattern: str = ""
    targets: tuple[str, ...] = ()
    as_it_is: bool = False

    @property
    def said(self) -> tuple[str, ...]:
        """Every name the rule may give."""
        return (*self.targets, *(t for targets in (self.values or {}).values() for t in targets))


def pattern_of(kind: str, texts: Sequence[str]) -> str:
    """The RE2 pattern of a rule that `contains` or `starts` with one of some texts (any case), or `matches` them."""
    if kind == "matches":
        return "|".join(f"(?:{t})" for t in texts) if len(texts) > 1 else texts[0]
    plain = "|".join("".join(f"\\{c}" if c in SPECIAL else c for c in t) for t in texts)
    return f"(?i)^(?:{plain})" if kind == "starts" else f"(?i)(?:{plain})"


def loosely(column: str) -> str:
    """A column's name by its words alone: "Created Date", CREATED_DATE and created_date are one."""
    return _BETWEEN_WORDS.sub("_", column.casefold()).strip("_")


@dataclass
class Texts:
    """The text columns of one chunk, each cleaned once: missing becomes empty, blanks around it and NULs go.

    `loose` finds a column by the words of its name where none is spelled exactly so.
    """

    chunk: pd.DataFrame
    loose: bool = False
    _plain: dict[str, pa.Array] = field(default_factory=dict)
    _coded: dict[str, tuple[pa.Array, Ints]] = field(default_factory=dict)

    def __getitem__(self, column: str) -> pa.Array:
        """One column; empty text in every row when the chunk has no such column."""
        if column not in self._plain:
            self._plain[column] = self._clean(column)
        return self._plain[column]

    def first(self, columns: Sequence[str]) -> pa.Array:
        """The first text that is not empty among some columns, row by row."""
        out = self[columns[0]] if columns else self[""]
        for column in columns[1:]:
            out = pc.if_else(pc.equal(out, ""), self[column], out)
        return out

    def coded(self, column: str) -> tuple[pa.Array, Ints]:
        """The distinct values of a column and, for each row, which one it holds."""
        if column not in self._coded:
            coded = self[column].dictionary_encode()
            self._coded[column] = coded.dictionary, coded.indices.to_numpy().astype(np.int64)
        return self._coded[column]

    def _held(self, column: str) -> str | None:
        """The chunk's own name of a column."""
        if column in self.chunk.columns:
            return column
        return next((c for c in self.chunk.columns if self.loose and loosely(c) == loosely(column)), None)

    def _clean(self, column: str) -> pa.Array:
        held = self._held(column)
        if held is None:
            return pa.repeat(pa.scalar("", TEXT), len(self.chunk))
        values = pa.array(self.chunk[held], from_pandas=True)
        text = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        text = pc.fill_null(text.cast(TEXT), "")
        # neither PostgreSQL nor a reader has a use for the character NUL
        if pc.any(pc.match_substring(text, "\0")).as_py():
            text = pc.replace_substring(text, "\0", "")
        return pc.utf8_trim_whitespace(text)


def choose(texts: Texts, rules: Sequence[Rule], allowed: Collection[str]) -> tuple[Ints, list[str]]:
    """Apply rules in order: for each row which of the names in the list, -1 where no rule hit.

    A target that is not allowed (a category this city lacks) is passed over, as if the rule had not hit.
    """
    names = list(allowed)
    place = {name: i for i, name in enumerate(names)}
    chosen = np.full(len(texts.chunk), -1, np.int64)
    for rule in rules:
        open_rows = chosen < 0
        if not open_rows.any():
            break
        distinct, rows = texts.coded(rule.column)
        hits = _hits(rule, distinct, place)
        chosen[open_rows] = hits[rows[open_rows]]
    return chosen, names


def _hits(rule: Rule, distinct: pa.Array, place: dict[str, int]) -> Ints:
    if rule.pattern:
        target = next((place[t] for t in rule.targets if t in place), -1)
        return np.where(pc.match_substring_regex(distinct, rule.pattern).to_numpy(zero_copy_only=False), target, -1)
    words: list[Any] = distinct.to_pylist()
    if rule.as_it_is:
        return np.array([place.get(w, -1) for w in words], np.int64)
    table = rule.values or {}
    found = [next((place[t] for t in table.get(w.casefold(), ()) if t in place), -1) for w in words]
    return np.array(found, np.int64)
