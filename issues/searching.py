"""What a visitor types into the search: words that must all occur, each perhaps only begun; pure."""

from __future__ import annotations

from geo.words import folded

LONGEST = 100
# As much of a word as the search keeps (migration 0005).
LONGEST_WORD = 100


def words_of(text: str) -> list[str]:
    """The distinct words of a text as issues keep theirs, in their order; none where it has no letter or digit."""
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in folded(text).split()))


def tsquery(text: str) -> str:
    """A question to cast to tsquery: every word of the text must occur, or begin one that does.

    Words are letters, digits and underscores alone, so that none is taken for an operator. Raises ValueError where
    there is none.
    """
    words = words_of(text)
    if not words:
        raise ValueError(f"{text!r} holds no word")
    return " & ".join(f"'{word}':*" for word in words)
