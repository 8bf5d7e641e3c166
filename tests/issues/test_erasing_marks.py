"""Twelve marks of a person are planted; once the person is erased none is in a dump, in a file or in a log."""

import logging
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from issues.actions import change_status
from issues.drafts import Draft
from issues.models import HeldReport, Issue, ModerationStep
from issues.moderating import edit_text, keep_private
from issues.photos import SIZES, add_photo
from issues.rules import State
from issues.submitting import submit
from issues.verdicts import give_verdict
from neighborhoods.following import confirm, follow
from neighborhoods.models import Follow, User
from neighborhoods.models.notices import NEIGHBORHOOD
from tests.factories import make_boundaries, make_category
from tests.made_pictures import jpeg

pytestmark = pytest.mark.django_db(transaction=True)

# The twelfth is the photo.
WORDS = ["email", "text", "title", "address", "answer", "edited", "verdict", "quoted", "reason", "label", "held"]


@pytest.fixture
def dump() -> str:
    """The program that dumps this server's database."""
    places = [shutil.which("pg_dump"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"), reverse=True)]
    found = next((str(place) for place in places if place and Path(place).exists()), None)
    if found is None:
        pytest.skip("no pg_dump: install the client of PostgreSQL")
    return found


def dumped(program: str) -> str:
    """The whole database as text; bytes stand in it as hexadecimal digits."""
    at = connection.settings_dict
    names = {"PGHOST": at["HOST"], "PGPORT": at["PORT"], "PGUSER": at["USER"], "PGPASSWORD": at["PASSWORD"]}
    settings = {name: str(value) for name, value in names.items() if value}
    run = subprocess.run([program, "--dbname", at["NAME"]], env=os.environ | settings, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def plant(marks: dict[str, str]) -> tuple[Issue, uuid.UUID]:
    """A report with everything a person can leave behind; gives it and the name of its photo."""
    email = f"{marks['email']}@example.ro"
    text = f"The lamp at {marks['text']} is out, says {marks['quoted']}."
    draft = Draft("lighting", text, 21.19, 45.74, f"Zorilor {marks['address']}", language="en", email=email)
    key = uuid.uuid4()
    issue = submit(key=key, draft=draft).issue
    Issue.objects.filter(pk=issue.pk).update(title=marks["title"], answers={"pole": marks["answer"]})
    moderator = User.objects.create(username="mo")
    edit_text(by=moderator, issue=issue, text=f"The lamp is out, {marks['edited']}.")
    keep_private(by=moderator, issue=issue, reason=f"Names {marks['reason']}.")
    photo = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg()).pk
    confirm(bytes(Follow.objects.get().secret))
    change_status(by=None, issue=issue, to=State.RESOLVED, reason=f"Mended, thank you {marks['quoted']}.")
    give_verdict(issue=issue, fixed=True, said=f"Thanks from {marks['verdict']}", by_reporter=True)
    wish = follow(email=email, language="en", kind=NEIGHBORHOOD, slug="fabric", label=f"Home {marks['label']}")
    report = {"key": uuid.uuid4().hex, "text": f"And {marks['held']}", "email": email}
    HeldReport.objects.create(secret=b"s" * 16, report=report, contact=wish.contact)
    return issue, photo


def test_of_twelve_marks_none_is_left(dump, settings, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    settings.MEDIA_ROOT, settings.STATE_DIR = tmp_path / "media", tmp_path / "state"
    make_boundaries(["Fabric"])
    make_category()
    marks = {word: f"{word}{uuid.uuid4().hex[:10]}" for word in WORDS}
    issue, photo = plant(marks)
    pictures = files(settings.MEDIA_ROOT)
    assert len(pictures) == len(SIZES)
    before = dumped(dump)
    assert [word for word, mark in marks.items() if mark not in before] == []
    assert str(photo) in before
    held = Issue.objects.get(pk=issue.pk)
    gone = [held.key, held.external_id, held.point.hexewkb.decode(), bytes(held.submission.body_digest).hex()]
    assert all(str(one) in before for one in gone)

    call_command("erase_person", email=f"{marks['email']}@example.ro")

    after = dumped(dump)
    for one in [*marks.values(), *gone, photo]:
        assert str(one) not in after
        assert str(one).encode().hex() not in after
    assert files(settings.MEDIA_ROOT) == {}
    kept = b"".join(data for path, data in files(tmp_path).items())
    said = caplog.text.encode() + kept
    assert [word for word, mark in marks.items() if mark.encode() in said] == []
    assert not any(picture in kept for picture in pictures.values())
    assert Issue.objects.get(pk=issue.pk).state == State.RESOLVED
    assert ModerationStep.objects.count() == 2
