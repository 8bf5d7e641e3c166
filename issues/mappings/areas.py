"""The area a source names for a row, compared with the one its point falls in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geo.words import folded

NOWHERE = "(none of ours)"


def _plain(name: str) -> str:
    """A name as two spellings of it meet: O'Hare and OHARE are one."""
    return folded(name).replace(" ", "")


@dataclass
class AreaCheck:
    """What came of the comparison; `names` gives our areas by primary key. Nothing here moves a row.

    `differs` counts rows by (the source's area, ours), `first` holds the id of the first such row; `unknown` counts
    rows whose word is the name of none of our areas: there is nothing to compare with.
    """

    names: Mapping[int, str]
    agrees: int = 0
    differs: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: dict[tuple[str, str], str] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._known = {_plain(name) for name in self.names.values()}

    def add(self, ids: Sequence[str], said: Sequence[str], placed: Sequence[int | None]) -> None:
        """Compare n rows: id, the source's area ("" where it says nothing), primary key of ours (None outside)."""
        for (word, key), row in _grouped(said, placed).items():
            ours = self.names.get(key, NOWHERE) if key is not None else NOWHERE
            if _plain(word) not in self._known:
                self.unknown[word] += len(row)
            elif _plain(word) == _plain(ours):
                self.agrees += len(row)
            else:
                self.differs[word, ours] += len(row)
                self.first.setdefault((word, ours), ids[row[0]])


def _grouped(said: Sequence[str], placed: Sequence[int | None]) -> dict[tuple[str, int | None], list[int]]:
    """The positions of rows by what is said and where they lie; rows of which nothing is said are left out."""
    groups: dict[tuple[str, int | None], list[int]] = {}
    for i, pair in enumerate(zip(said, placed, strict=True)):
        if pair[0]:
            groups.setdefault(pair, []).append(i)
    return groups
