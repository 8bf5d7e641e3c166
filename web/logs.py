"""What may not stand in a log: the private links and secrets that addresses of pages carry."""

from __future__ import annotations

import logging
import re

# A private link, the secret of a follow or of a held report: 32 hexadecimal digits, in an address or anywhere else.
_SECRET = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)
_PLACE = re.compile(r"\b(lng|lat)=[-0-9.]+")


class WithoutSecrets(logging.Filter):
    """Puts an ellipsis in the place of every secret, and of a visitor's coordinates, before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        safe = _PLACE.sub(r"\1=…", _SECRET.sub("…", said))
        if safe != said:
            record.msg, record.args = safe, ()
        return True
