"""One report, five formats: all from the same frozen ListeningReport, so they cannot disagree."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils import translation

from analytics.results import ListeningReport, to_json
from web.reporting.geojson import features
from web.reporting.html import exported
from web.reporting.paper import printed
from web.reporting.tables import table


class UnknownFormatError(ValueError):
    """A format no report is written in; the message names those there are."""


@dataclass(frozen=True)
class Format:
    """How a report is written: `in_words` says whether its bytes depend on the language."""

    content_type: str
    write: Callable[[ListeningReport], bytes]
    in_words: bool


FORMATS: Mapping[str, Format] = {
    "html": Format("text/html; charset=utf-8", exported, in_words=True),
    "pdf": Format("application/pdf", printed, in_words=True),
    "json": Format("application/json", lambda report: to_json(report).encode(), in_words=False),
    "csv": Format("text/csv; charset=utf-8", table, in_words=False),
    "geojson": Format("application/geo+json", features, in_words=False),
}


def render(report: ListeningReport, fmt: str, language: str) -> bytes:
    """A report in a format and a language; the same report gives the same bytes. Raises UnknownFormatError."""
    if fmt not in FORMATS:
        raise UnknownFormatError(f"no format {fmt!r}; there are {', '.join(FORMATS)}")
    with translation.override(language):
        return FORMATS[fmt].write(report)


@cache
def rendering_digest() -> str:
    """SHA-256 over all that turns a report into bytes: code, templates, styles, drawings and words."""
    web = Path(__file__).resolve().parent.parent
    sources = [
        *(web / "reporting").glob("*.py"),
        web / "printing.py",
        *(web / "templates" / "listening").glob("*"),
        *(web / "static" / "listening").glob("*"),
        *(web / "locale").glob("*/LC_MESSAGES/*.po"),
        *(web.parent / "maps").rglob("*.*"),
    ]
    sha = hashlib.sha256()
    for path in sorted(p for p in sources if "__pycache__" not in p.parts):
        sha.update(path.relative_to(web.parent).as_posix().encode() + path.read_bytes())
    return sha.hexdigest()
