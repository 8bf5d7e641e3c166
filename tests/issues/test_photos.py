"""Photos are kept once, with their files, and go with them."""

import datetime as dt
import hashlib
import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from issues import photos
from issues.models import Photo, StatusChange, Submission, Verdict
from issues.photos import (
    FULL,
    MOST_PHOTOS,
    SIZES,
    SMALL,
    PhotoRefusedError,
    add_photo,
    delete_photos,
    path_of,
    shown_photos,
    sweep_photos,
)
from issues.rules import PhotoState
from tests.factories import instant, make_boundaries, make_issue
from tests.made_pictures import jpeg, size

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "photos"


@pytest.fixture
def issue():
    make_boundaries(["Fabric"])
    return make_issue()


def refusal(**more):
    with pytest.raises(PhotoRefusedError) as refused, transaction.atomic():
        add_photo(**more)
    return refused.value.code, refused.value.status


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_photo_waits_with_both_its_files(issue, folder):
    sent = jpeg(2000, 1000)
    photo = add_photo(issue=issue, id=uuid.uuid4(), data=sent)
    assert (photo.state, photo.width, photo.height) == (PhotoState.WAITING, 1600, 800)
    assert bytes(photo.digest) == hashlib.sha256(sent).digest()
    assert [size(path_of(photo, name).read_bytes()) for name in (FULL, SMALL)] == [(1600, 800), (480, 240)]
    assert path_of(photo, FULL).parent == folder / photo.pk.hex[:2]
    assert len(files(folder)) == 2


def test_the_same_again_is_the_same(issue, folder):
    id, sent = uuid.uuid4(), jpeg()
    first = add_photo(issue=issue, id=id, data=sent)
    assert add_photo(issue=issue, id=id, data=sent) == first
    assert Photo.objects.count() == 1


def test_an_id_is_used_once(issue):
    id = uuid.uuid4()
    add_photo(issue=issue, id=id, data=jpeg())
    other = make_issue(i=1)
    assert refusal(issue=issue, id=id, data=jpeg(80, 80)) == ("used", 409)
    assert refusal(issue=other, id=id, data=jpeg()) == ("used", 409)


def test_five_are_the_most_and_a_retry_is_none_more(issue):
    ids = [uuid.uuid4() for _ in range(MOST_PHOTOS)]
    for k, id in enumerate(ids):
        add_photo(issue=issue, id=id, data=jpeg(64 + k, 48))
    assert refusal(issue=issue, id=uuid.uuid4(), data=jpeg()) == ("too-many", 409)
    assert add_photo(issue=issue, id=ids[0], data=jpeg(64, 48)).pk == ids[0]


def test_a_dispute_has_photos_of_its_own(issue):
    for k in range(MOST_PHOTOS):
        add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(64 + k, 48))
    step = StatusChange.objects.create(issue=issue, state="resolved", at=instant(2026, 3, 6))
    verdict = Verdict.objects.create(issue=issue, closing=step, fixed=False, at=instant(2026, 3, 7))
    assert add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(), verdict=verdict).verdict == verdict


@pytest.mark.parametrize(
    "data, wanted",
    [
        (b"", ("empty", 400)),
        (jpeg()[:300], ("broken", 422)),
        (b"<svg/>", ("wrong-type", 415)),
        (jpeg() + b"\0" * 2**23, ("too-large", 413)),
    ],
    ids=["empty", "cut", "svg", "large"],
)
def test_what_is_refused_leaves_nothing(issue, folder, data, wanted):
    assert refusal(issue=issue, id=uuid.uuid4(), data=data) == wanted
    assert Photo.objects.count() == 0
    assert files(folder) == []


def test_a_full_disk_keeps_nothing_and_says_so(issue, folder, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(photos.os, "fsync", full)
    assert refusal(issue=issue, id=uuid.uuid4(), data=jpeg()) == ("unkept", 503)
    assert Photo.objects.count() == 0
    assert files(folder) == []


def test_files_are_there_before_the_row_is(issue, monkeypatch):
    """Where the row comes, its files came first; where it does not, they are swept."""
    seen = []

    def watched(photo, pictures):
        seen.append(Photo.objects.filter(pk=photo.pk).exists() and transaction.get_connection().in_atomic_block)
        raise IntegrityError("the row does not come")

    monkeypatch.setattr(photos, "store", watched)
    with pytest.raises(IntegrityError), transaction.atomic():
        add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    assert seen == [True]
    assert Photo.objects.count() == 0


def test_deleting_takes_the_files_after_the_commit(issue, folder, django_capture_on_commit_callbacks):
    add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_photos(issue) == 1
        assert len(files(folder)) == 2
    assert files(folder) == []
    assert not issue.photos.exists()


def test_a_photo_on_its_way_does_not_reach_a_report_erased_meanwhile(issue, folder):
    Submission.objects.create(
        key_digest=b"k" * 32, body_digest=b"b" * 32, link=b"l" * 16, issue=issue, erased_at=instant(2026, 3, 9)
    )
    assert refusal(issue=issue, id=uuid.uuid4(), data=jpeg()) == ("erased", 410)
    assert files(folder) == []


def test_the_photos_of_one_verdict_go_alone(issue):
    step = StatusChange.objects.create(issue=issue, state="resolved", at=instant(2026, 3, 6))
    verdict = Verdict.objects.create(issue=issue, closing=step, fixed=False, at=instant(2026, 3, 7))
    own = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(80, 80), verdict=verdict)
    assert delete_photos(issue, verdict=verdict) == 1
    assert list(issue.photos.all()) == [own]


def test_a_sweep_takes_what_belongs_to_nothing(issue, folder, capsys):
    kept = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    orphan = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(80, 80))
    young = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(90, 90))
    Photo.objects.filter(pk__in=[orphan.pk, young.pk]).delete()
    half = path_of(kept, FULL).parent / "tmp12345"
    half.write_bytes(b"half")
    long_ago = time.time() - 7200
    for path in [half, *(path_of(photo, name) for photo in (kept, orphan) for name in SIZES)]:
        os.utime(path, (long_ago, long_ago))
    wanted = {half, *(path_of(orphan, name) for name in SIZES)}
    assert set(sweep_photos(dry_run=True)) == wanted
    call_command("sweep_photos")
    assert "3 files are gone." in capsys.readouterr().out
    assert all(path_of(photo, name).exists() for photo in (kept, young) for name in SIZES)
    assert set(sweep_photos(grace=dt.timedelta(0))) == {path_of(young, name) for name in SIZES}


def test_a_sweep_takes_the_files_of_a_refused_photo_and_leaves_its_row(issue, folder):
    photo = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    Photo.objects.filter(pk=photo.pk).update(state=PhotoState.REFUSED, reason="A face.")
    assert len(sweep_photos(grace=dt.timedelta(0))) == 2
    assert sweep_photos(grace=dt.timedelta(0)) == []
    assert Photo.objects.get().reason == "A face."
    assert add_photo(issue=issue, id=photo.pk, data=jpeg()) == photo
    assert not path_of(photo, FULL).exists()


def test_another_size_is_none(issue):
    with pytest.raises(ValueError, match="not original"):
        path_of(add_photo(issue=issue, id=uuid.uuid4(), data=jpeg()), "original")


def test_only_what_was_looked_at_is_shown(issue):
    shown = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(80, 80))
    Photo.objects.filter(pk=shown.pk).update(state=PhotoState.SHOWN)
    assert list(shown_photos(issue)) == [shown]
    issue.category.sensitive = True
    assert not shown_photos(issue)
    issue.category.sensitive, issue.hidden = False, True
    assert not shown_photos(issue)


# --- at the same moment ---------------------------------------------------------------------------------------------


def together(calls):
    """What each of many calls at the same moment gave: a photo, or the code of its refusal."""

    def run(call):
        try:
            return call()
        except PhotoRefusedError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_no_sixth_slips_in(issue):
    ids = [uuid.uuid4() for _ in range(10)]
    came = together([partial(add_photo, issue=issue, id=id, data=jpeg()) for id in ids])
    assert came.count("too-many") == 5
    assert issue.photos.count() == MOST_PHOTOS


@pytest.mark.django_db(transaction=True)
def test_a_photo_sent_many_times_at_once_is_one(issue, folder):
    id = uuid.uuid4()
    came = together([partial(add_photo, issue=issue, id=id, data=jpeg())] * 8)
    assert came == [Photo.objects.get()] * 8
    assert len(files(folder)) == 2


@pytest.mark.django_db(transaction=True)
def test_one_id_at_once_for_two_issues_is_one(issue, folder):
    id, other = uuid.uuid4(), make_issue(i=1)
    came = together([partial(add_photo, issue=i, id=id, data=jpeg()) for i in (issue, other) * 4])
    held = Photo.objects.get()
    assert came.count(held) == 4
    assert came.count("used") == 4
