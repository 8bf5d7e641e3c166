"""What may not stand in a log: private links, secrets and keys that addresses and headers carry."""

from __future__ import annotations

import logging
import re

_OUT = (
    # A private link, the secret of a follow or of a held report: 32 hexadecimal digits, in an address or anywhere else.
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE), "…"),
    # What a program shows of itself: a header with whatever stands behind it, and a key wherever it stands.
    (re.compile(r"\b(Bearer)[ +]+[^\s\"',;]+", re.IGNORECASE), r"\1 …"),
    (re.compile(r"ascult_[A-Za-z0-9_-]{24,}"), "ascult_…"),
    (re.compile(r"\b(lng|lat)=[-0-9.]+"), r"\1=…"),
)
_PLAIN = logging.Formatter()


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
        if record.exc_info and not record.exc_text:
            # The formatter writes this instead of what it would make of the exception.
            record.exc_text = masked(_PLAIN.formatException(record.exc_info))
        return True
