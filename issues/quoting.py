"""Whether an answer quotes what a resident wrote, so that erasing the one must blank the other; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from geo.words import folded
from neighborhoods.personal import personal_kinds

# So many words in a row are no chance.
RUN = 3
# Words that say who, where or which: names and whatever holds a digit. A short number may mean anything.
_WORD = re.compile(r"\w[\w-]{2,}")
_BEGINNING = re.compile(r"(?:^|[.!?:]\s+)$")
_WITH_DIGITS = re.compile(r"\b(?=\w*\d)\w{3,}\b")
# A single word that long, with no space in it, is a mark of its own: an address, a code, a link.
_LONG = re.compile(r"\S{16,}")


def quotes(answer: str, written: Iterable[str]) -> bool:
    """Whether an answer repeats three words in a row, a name, a number or a long sign of any of the texts, or the whole
    of a shorter one; and whether it holds personal data in its own right."""
    texts = [text for text in written if text.strip()]
    if not answer.strip():
        return False
    if personal_kinds(answer):
        return True
    words = folded(answer)
    return any(_repeats(answer, words, text) for text in texts)


def _repeats(answer: str, words: str, text: str) -> bool:
    said = folded(text)
    if set(_runs(said)) & set(_runs(words)):
        return True
    if 0 < len(said.split()) < RUN and len(said) > RUN and f" {said} " in f" {words} ":
        return True
    return bool(_telling(answer) & set(said.split()) or _telling(text) & set(words.split()))


def _runs(words: str) -> Iterator[tuple[str, ...]]:
    row = words.split()
    return zip(*(row[i:] for i in range(RUN)), strict=False)


def _telling(text: str) -> set[str]:
    """The folded names, numbers and long signs of a text."""
    found = [m.group() for rule in (_WITH_DIGITS, _LONG) for m in rule.finditer(text)]
    found += [m.group() for m in _WORD.finditer(text) if m.group()[0].isupper() and not _begins(text, m.start())]
    return {word for one in found for word in folded(one).split() if len(word) >= RUN}


def _begins(text: str, place: int) -> bool:
    """Whether a sentence begins there, where every word has a capital."""
    return bool(_BEGINNING.search(text[max(0, place - 4) : place]) if place else True)
