"""Words as a search sees them: small letters without marks, so that ș, ş and s are one; pure."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """The words of a text in small letters without diacritics, one space between them."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(bare))
