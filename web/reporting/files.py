"""Bytes into files: whole or not at all, and kept where they need not be made again."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from analytics.models import Release
from analytics.results import ListeningReport, from_json
from web.reporting.formats import FORMATS, render, rendering_digest


def write_whole(path: Path, data: bytes) -> None:
    """Put bytes into a file in one step: a reader sees the old file or the new one, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def kept(release: Release, fmt: str, language: str) -> bytes:
    """The bytes of a released report; what takes long to make is made once and kept in the state folder."""
    if not FORMATS[fmt].in_words:
        return render(from_json(ListeningReport, release.report), fmt, language)
    path = _shelf() / f"{release.digest}.{language}.{fmt}"
    with suppress(FileNotFoundError):
        return path.read_bytes()
    data = render(from_json(ListeningReport, release.report), fmt, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
    return data


def _shelf() -> Path:
    """The folder of this very code and wording; what an older one made is thrown away."""
    root = settings.STATE_DIR / "reports"
    shelf = root / rendering_digest()[:16]
    if not shelf.exists() and root.exists():
        for old in root.iterdir():
            shutil.rmtree(old, ignore_errors=True)
    return shelf
