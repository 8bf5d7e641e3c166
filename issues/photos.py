"""Photos of issues: kept, looked at, shown, and taken away again."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from issues.models import Issue, Photo, Verdict

FULL, SMALL = "full", "small"
SIZES = (FULL, SMALL)
MOST_PHOTOS = 5


class PhotoRefusedError(ValueError):
    """A photo that is not kept. `code` names why (empty, too-large, wrong-type, broken, too-many-pixels, used,
    too-many), `status` is the HTTP answer, the message a plain sentence in the language of the moment."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def add_photo(*, issue: Issue, id: UUID, data: bytes, verdict: Verdict | None = None) -> Photo:
    """Keep a photo under the client's own id; the same id and bytes again give the same photo.

    Raises PhotoRefusedError, and keeps nothing then.
    """
    raise PhotoRefusedError("broken", 422, "photos are not taken yet")


def delete_photos(issue: Issue) -> int:
    """Delete every photo of an issue, its files after commit; gives how many there were."""
    return 0


def path_of(photo: Photo, size: str) -> Path:
    """Where the file of a photo lies; `size` is full or small."""
    raise ValueError(size)
