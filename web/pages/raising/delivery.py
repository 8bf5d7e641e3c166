"""A report goes in, and its photos after it."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.utils.translation import get_language, gettext

from issues.drafts import Draft
from issues.models import Issue
from issues.photos import MOST_PHOTOS, PhotoRefusedError, add_photo
from issues.pictures import LARGEST
from issues.submitting import Receipt, submit
from web.pages.challenges import Refusal, guard
from web.pages.raising import places
from web.pages.raising.reading import UnreadableError
from web.pages.raising.typed import Typed, draft_of, key_of

GONE = (OperationalError, InterfaceError)


class RefusedError(Exception):
    """This report may not come in yet."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__("too many reports at once")
        self.refusal = refusal


def deliver(request: HttpRequest, typed: Typed) -> tuple[uuid.UUID, Receipt]:
    """Keep the report. Raises as checked_draft, and RefusedError, KeyUsedError, KeyErasedError."""
    key, draft = checked_draft(typed)
    refusal = guard(request, draft, key, typed.work)
    if refusal:
        raise RefusedError(refusal)
    return key, submit(key=key, draft=draft)


def checked_draft(typed: Typed) -> tuple[uuid.UUID, Draft]:
    """The key and the draft of a form. Raises DraftError, and UnreadableError where the key is no UUID."""
    key = key_of(typed)
    if key is None:
        raise UnreadableError(400, "key", gettext("A report carries a key of its own, a UUID of version 4."))
    placed = typed if typed.has_place else places.chosen(typed) or typed
    return key, draft_of(placed, settings.CITY, get_language() or "")


def add_photos(issue: Issue, key: uuid.UUID, photos: Sequence[UploadedFile]) -> str:
    """Keep what photos came along; gives what became of them as "2-kept,1-too-large", or nothing where none came.

    A photo never costs the report: that one is in already. The same photo sent again under the same key stays one.
    """
    came = Counter(_photo(issue, key, photo, place) for place, photo in enumerate(photos))
    return ",".join(f"{n}-{code}" for code, n in sorted(came.items()))


def _photo(issue: Issue, key: uuid.UUID, photo: UploadedFile, place: int) -> str:
    if place >= MOST_PHOTOS:
        return "too-many"
    if (photo.size or 0) > LARGEST:
        return "too-large"
    data = photo.read()
    try:
        add_photo(issue=issue, id=uuid.uuid5(key, hashlib.sha256(data).hexdigest()), data=data)
    except PhotoRefusedError as refused:
        return refused.code if refused.status < 500 else "failed"
    except GONE:
        return "failed"
    return "kept"
