"""Photos of issues: made anew, kept under the sender's own id, looked at, and taken away again.

Only the two pictures made from the pixels are ever stored (issues.pictures). Their files are there before the row is,
so that no row lacks its files until the photo is refused; files whose row never came, or went, are swept away
(sweep_photos).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from issues.models import Issue, Photo, Submission, Verdict
from issues.pictures import PictureRefusedError, Pictures, remade
from issues.rules import PhotoState

FULL, SMALL = "full", "small"
SIZES = (FULL, SMALL)
MOST_PHOTOS = 5  # of an issue, and of each verdict on it
GRACE = dt.timedelta(hours=1)

# Why a photo is not kept: the HTTP answer, and what is said.
REFUSALS: dict[str, tuple[int, Promise]] = {
    "empty": (400, _("The photo is empty.")),
    "too-large": (413, _("The photo is larger than 8 MB.")),
    "wrong-type": (415, _("This is no JPEG, PNG or WebP photo.")),
    "broken": (422, _("The photo is damaged or cut off.")),
    "too-many-pixels": (422, _("The photo has too many pixels; 40 million are the most.")),
    "used": (409, _("Another photo was already sent under this number.")),
    "too-many": (409, _("There are five photos already.")),
    "erased": (410, _("The report was erased.")),
    "busy": (503, _("Many photos come in just now. Please try again.")),
    "unkept": (503, _("The photo could not be kept. Please try again.")),
}


class PhotoRefusedError(ValueError):
    """A photo that is not kept. `code` is a key of REFUSALS, `status` the HTTP answer, the message a plain sentence."""

    def __init__(self, code: str) -> None:
        status, message = REFUSALS[code]
        super().__init__(str(message))
        self.code = code
        self.status = status


def add_photo(*, issue: Issue, id: UUID, data: bytes, verdict: Verdict | None = None) -> Photo:
    """Keep a photo under the sender's own id; the same id and bytes again give the same photo.

    Raises PhotoRefusedError, and keeps nothing then.
    """
    digest = hashlib.sha256(data).digest()
    if (held := _held(issue, id, digest, verdict)) is not None:
        return held
    try:
        pictures = remade(data)
    except PictureRefusedError as problem:
        raise PhotoRefusedError(problem.code) from problem
    with transaction.atomic():
        Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if verdict is None and Submission.objects.filter(issue=issue, erased_at__isnull=False).exists():
            raise PhotoRefusedError("erased")
        if (held := _held(issue, id, digest, verdict)) is not None:
            return held
        size = {"width": pictures.width, "height": pictures.height}
        photo = _born(Photo(id=id, issue=issue, verdict=verdict, digest=digest, **size))
        # The row is there but not committed: nobody else can take this id while its files are written.
        store(photo, pictures)
    return photo


def delete_photos(issue: Issue, *, verdict: Verdict | None = None) -> int:
    """Delete every photo of an issue, or of one verdict on it, the files once that is committed; gives how many."""
    chosen = issue.photos.filter(verdict=verdict) if verdict else issue.photos.all()
    photos = list(chosen)
    chosen.delete()
    for photo in photos:
        drop_files(photo)
    return len(photos)


def drop_files(photo: Photo) -> None:
    """Delete the files of a photo, once that is committed; its row may stay."""
    paths = [path_of(photo, size) for size in SIZES]
    transaction.on_commit(lambda: _remove(paths))


def shown_photos(issue: Issue) -> QuerySet[Photo]:
    """The photos of an issue that anybody may see, those of verdicts among them; of sensitive subjects none."""
    if issue.hidden or issue.category.sensitive:
        return Photo.objects.none()
    return issue.photos.filter(state=PhotoState.SHOWN)


def is_public(photo: Photo) -> bool:
    """Whether anybody may see a photo."""
    return photo.state == PhotoState.SHOWN and not (photo.issue.hidden or photo.issue.category.sensitive)


def path_of(photo: Photo, size: str) -> Path:
    """Where the file of a photo lies; `size` is full or small. Raises ValueError for another size."""
    if size not in SIZES:
        raise ValueError(f"a photo has the sizes {' and '.join(SIZES)}, not {size}")
    return _folder() / photo.pk.hex[:2] / f"{photo.pk}-{size}.jpg"


def store(photo: Photo, pictures: Pictures) -> None:
    """Write the files of a photo, in the place of those that are there; each is whole or not there at all.

    Raises PhotoRefusedError where the disk does not take them.
    """
    try:
        for size, data in ((FULL, pictures.full), (SMALL, pictures.small)):
            _write(path_of(photo, size), data)
    except OSError as problem:
        raise PhotoRefusedError("unkept") from problem


def sweep_photos(*, grace: dt.timedelta = GRACE, dry_run: bool = False) -> list[Path]:
    """Remove files that belong to no photo, or to a refused one, and are older than `grace` (younger ones may wait for
    their row)."""
    old = time.time() - grace.total_seconds()
    found = [path for path in _files() if path.stat().st_mtime < old]
    ids = {path: _id_of(path) for path in found}
    kept = Photo.objects.filter(pk__in={i for i in ids.values() if i}).exclude(state=PhotoState.REFUSED)
    there = set(kept.values_list("pk", flat=True))
    orphans = [path for path in found if ids[path] not in there]
    if not dry_run:
        _remove(orphans)
    return orphans


def _held(issue: Issue, id: UUID, digest: bytes, verdict: Verdict | None) -> Photo | None:
    """The photo of that id, if it is this one; nothing where there is none yet and room for it."""
    held = Photo.objects.filter(pk=id).first()
    if held is not None:
        if held.issue_id != issue.pk or bytes(held.digest) != digest:
            raise PhotoRefusedError("used")
        return held
    if Photo.objects.filter(issue=issue, verdict=verdict).count() >= MOST_PHOTOS:
        raise PhotoRefusedError("too-many")
    return None


def _born(photo: Photo) -> Photo:
    """Insert a photo; another issue may have been given the same id at this moment."""
    try:
        with transaction.atomic():
            photo.save(force_insert=True)
    except IntegrityError as problem:
        raise PhotoRefusedError("used") from problem
    return photo


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "photos"


def _files() -> Iterator[Path]:
    return (path for path in _folder().glob("[0-9a-f][0-9a-f]/*") if path.is_file())


def _id_of(path: Path) -> UUID | None:
    """The photo a file belongs to; nothing for what was left half written."""
    name, _dash, size = path.stem.rpartition("-")
    try:
        return UUID(name) if path.suffix == ".jpg" and size in SIZES else None
    except ValueError:
        return None


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _settle(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Have the disk keep the names of a folder as they are now."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
