"""How a log is written: one JSON object a line, without secrets, and without what people wrote or who they are.

What an exception says of itself is left out: it may hold a row of a table, an address or a text. Its kind, the places
it passed and the database's own code are enough to find what went wrong.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import traceback
from typing import Any

_OUT = (
    # A private link, the secret of a follow or of a held report: 32 hexadecimal digits, in an address or anywhere else.
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE), "…"),
    # What a program shows of itself: a header with whatever stands behind it, and a key wherever it stands.
    (re.compile(r"\b(Bearer)[ +]+[^\s\"',;]+", re.IGNORECASE), r"\1 …"),
    (re.compile(r"ascult_[A-Za-z0-9_-]{24,}"), "ascult_…"),
    (re.compile(r"\b(lng|lat|long)=[-0-9.]+"), r"\1=…"),
    # Somebody's address, as it is and as addresses of pages write it.
    (re.compile(r"[^\s@\"'<>=,;:()/?&%]+(?:@|%40)[^\s@\"'<>=,;:()/?&%]+\.[^\W\d_]{2,}", re.IGNORECASE), "…@…"),
    # Who the web server complains of: "Invalid request from ip=192.0.2.1".
    (re.compile(r"\bip=[0-9a-f.:]*[0-9a-f]", re.IGNORECASE), "ip=…"),
    # What people typed where an address of ours takes parameters.
    (re.compile(r"(?<=[\w/])\?[^\s\"'<>]+=[^\s\"'<>]*"), "?…"),
)


def masked(text: str) -> str:
    """A line without its secrets."""
    for pattern, instead in _OUT:
        text = pattern.sub(instead, text)
    return text


class WithoutSecrets(logging.Filter):
    """Puts an ellipsis in the place of every secret, and of a visitor's coordinates, before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        safe = masked(said)
        if safe != said:
            record.msg, record.args = safe, ()
        if record.exc_info and record.exc_info[1] and not record.exc_text:
            # A plain formatter writes this instead of what it would make of the exception.
            record.exc_text = "\n".join(failure(record.exc_info[1]))
        return True


class Lines(logging.Formatter):
    """Every record as one line of JSON: when (UTC), how bad, from where, what; the status where it is of an answer."""

    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "said": masked(record.getMessage()),
        }
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info and record.exc_info[1]:
            line["failure"] = failure(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def failure(problem: BaseException) -> list[str]:
    """What led to an exception, the first cause first: its kind, and the places it passed."""
    said: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = problem
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        places = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(cause.__traceback__)]
        code = getattr(cause, "sqlstate", None)
        said = [f"{type(cause).__module__}.{type(cause).__qualname__}{f' {code}' if code else ''}", *places, *said]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return said
