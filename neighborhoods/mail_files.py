"""Mails that were written as files, where there is no mail server: they are not kept longer than what is personal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction


def forget_before(until: dt.datetime) -> int:
    """Delete the files written up to an instant, once that is committed; gives how many."""
    return _delete(path for path in _files() if path.stat().st_mtime <= until.timestamp())


def erase_with(email: str) -> int:
    """Delete the files in which an address stands, once that is committed; gives how many. What went out in the same
    minute lies in the same file and goes along."""
    wanted = email.strip().lower().encode()
    return _delete(path for path in _files() if wanted in path.read_bytes().lower())


def _files() -> list[Path]:
    return list(Path(settings.EMAIL_FILE_PATH).glob("*.log"))


def _delete(paths: Iterable[Path]) -> int:
    chosen = list(paths)

    def remove() -> None:
        for path in chosen:
            path.unlink(missing_ok=True)

    transaction.on_commit(remove)
    return len(chosen)
