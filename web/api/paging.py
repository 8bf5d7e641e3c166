"""Pages of a long list: a place in the row, signed, so that the next page begins right behind it."""

from __future__ import annotations

import datetime as dt
import re

from django.core.signing import BadSignature, Signer

from issues.naming import key_of, tracking_number
from web.api.problems import RefusedError
from web.pages.shown import Mark

USUAL, MOST = 100, 500
_SIGNER = Signer(salt="ascult.api.cursor", sep=".")
_WHOLE = re.compile(r"[1-9]\d{0,8}", re.ASCII)


def size_of(text: str) -> int:
    """Rows of a page: 100 unless asked, never more than 500. Raises RefusedError."""
    if not text:
        return USUAL
    if not _WHOLE.fullmatch(text):
        raise RefusedError(400, "The size of a page cannot be.", fields={"page_size": "a whole number from 1 to 500"})
    return min(int(text), MOST)


def cursor(*parts: str) -> str:
    """A place in a row, as the next page names it."""
    return _SIGNER.sign("~".join(parts))


def parts_of(text: str, n: int) -> list[str]:
    """What a cursor of ours was made of. Raises RefusedError for any other text."""
    try:
        parts = _SIGNER.unsign(text).split("~")
    except BadSignature:
        parts = []
    if len(parts) != n:
        raise RefusedError(400, "Take cursors from the answers, as they are.", fields={"cursor": "not one of ours"})
    return parts


def cursor_behind(day: dt.date, key: int) -> str:
    """Behind an issue. Its tracking number, not its key, so that nobody can count what is hidden."""
    return cursor(day.isoformat(), tracking_number(key))


def mark_of(text: str) -> Mark | None:
    """The place that a cursor names; the beginning where there is none. Raises RefusedError."""
    if not text:
        return None
    day, number = parts_of(text, 2)
    key = key_of(number)
    assert key is not None  # signed by us
    return dt.date.fromisoformat(day), key
