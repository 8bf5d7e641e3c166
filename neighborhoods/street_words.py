"""Names of streets as people write them: kinds long or shortened, house numbers, one slip of a finger; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from geo.words import folded

STREET = "strada"

# Each kind of street with what it is shortened to. That it is a street goes without saying; the others tell two apart.
KINDS: dict[str, tuple[str, ...]] = {
    STREET: ("strada", "str"),
    "bulevardul": ("bulevardul", "bulevard", "bd", "bdul", "b dul", "bul", "bv", "bvd", "blvd", "bld"),
    "calea": ("calea", "cal", "cl"),
    "piata": ("piata", "pta", "p ta"),
    "splaiul": ("splaiul", "splai", "spl"),
    "aleea": ("aleea", "alee", "al"),
    "intrarea": ("intrarea", "intr", "int"),
    "fundatura": ("fundatura", "fund", "fdt"),
    "soseaua": ("soseaua", "sosea", "sos"),
}
_SPELLINGS = {spelling: kind for kind, spellings in KINDS.items() for spelling in spellings}

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+[a-z]?")
_MARKERS = frozenset({"nr", "no", "numarul"})
# A slip in three letters leaves nothing to go by.
_LEAST_LETTERS = 4


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: a `kind` of street or none, folded `words` of its name, and a house number.

    `number` is folded; `kept` is the number and what follows it, as typed.
    """

    kind: str
    words: tuple[str, ...]
    number: str = ""
    kept: str = ""


def clean(text: str) -> str:
    """One line, composed (NFC), without signs that nobody sees."""
    seen = "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(seen.split())


def street_key(name: str) -> str:
    """What two spellings of one street share: small letters without marks, its kind written out, "strada" left out."""
    kind, words = _parted(tuple(folded(name).split()))
    return " ".join(words if kind in ("", STREET) else (kind, *words))


def kind_of(key: str) -> str:
    """The kind of a street, from its key."""
    first = key.split(" ", 1)[0]
    return first if first in KINDS else STREET


def number_key(number: str) -> str:
    """What two spellings of one house number share: 12 A, 12/a and 12a are one."""
    parts: list[str] = []
    for token in folded(number).split():
        letter = len(token) == 1 and token.isalpha() and bool(parts) and parts[-1].isdigit()
        parts[len(parts) - letter :] = [parts[-1] + token if letter else token]
    return "-".join(parts)


def readings(text: str) -> Iterator[Wanted]:
    """How a typed text may be meant, likeliest first: all of it a name, else a name and a house number after it."""
    tokens = [(folded(m.group()), m.start()) for m in _WORD.finditer(text)]
    kind, words = _parted(tuple(word for word, _start in tokens))
    if not kind and not words:
        return
    yield Wanted(kind, words)
    skipped = len(tokens) - len(words)
    for cut in range(len(words) - 1, 0, -1):
        marked = words[cut - 1] in _MARKERS
        if _NUMBER.fullmatch(words[cut]) and cut > marked:
            number = number_key(" ".join(_number_words(words[cut:])))
            yield Wanted(kind, words[: cut - marked], number, text[tokens[skipped + cut][1] :].strip(" ,.;"))


def begins_with_slip(word: str, typed: str) -> bool:
    """Whether a word begins with what was typed but for one letter wrong, missing, too many or changed about."""
    if len(typed) < _LEAST_LETTERS or typed.isdigit():
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, typed, strict=False)) if a != b), min(len(word), len(typed)))
    there, rest = word[same:], typed[same:]
    return (
        there[1:].startswith(rest[1:])
        or there.startswith(rest[1:])
        or there[1:].startswith(rest)
        or (there[:2] == rest[1::-1] and there[2:].startswith(rest[2:]))
    )


def _parted(tokens: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The kind that a name begins with, if any, and the words after it."""
    for length in (2, 1):
        kind = _SPELLINGS.get(" ".join(tokens[:length]), "")
        if kind and len(tokens) >= length:
            return kind, tokens[length:]
    return "", tokens


def _number_words(words: tuple[str, ...]) -> list[str]:
    """The tokens of a house number at the head of a text: 12, 12 a, 12 14."""
    head: list[str] = []
    for word in words:
        if not (_NUMBER.fullmatch(word) or (head and len(word) == 1)):
            break
        head.append(word)
    return head
