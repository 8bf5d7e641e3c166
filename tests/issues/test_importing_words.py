"""Words and withheld texts of imported issues, and what becomes of them when the source changes a row."""

import pytest

from issues.models import Issue
from issues.rules import TextState
from neighborhoods.models import Category
from tests.issues.test_importing import load, row

pytestmark = pytest.mark.django_db

PERSONAL = "Sunati la 0722 123 456"


def public():
    issue = Issue.objects.get()
    return issue.text_state, issue.words


def test_what_is_read_can_be_found(tmp_path):
    load(tmp_path, row("a", title="Bec ARS pe colț"))
    assert public() == ("shown", "bec ars pe colt nu arde becul strada lunga 1")


def test_personal_data_waits_for_a_person(tmp_path):
    load(tmp_path, row("a", title=PERSONAL))
    assert public() == ("withheld", "")


def test_sensitive_subjects_are_not_found(tmp_path):
    load(tmp_path, row("a"))
    Issue.objects.all().delete()
    Category.objects.filter(slug="lighting").update(sensitive=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.issues.test_importing.sync_categories", lambda city: None)
        load(tmp_path, row("a"))
    assert public() == ("shown", "")


@pytest.mark.parametrize(
    "first, then, wanted",
    [
        ("Bec ars", PERSONAL, ("withheld", "")),
        (PERSONAL, "Bec ars", ("shown", "bec ars nu arde becul strada lunga 1")),
    ],
)
def test_a_changed_text_is_looked_through_again(tmp_path, first, then, wanted):
    load(tmp_path, row("a", title=first))
    load(tmp_path, row("a", title=then))
    assert public() == wanted


@pytest.mark.parametrize("decided", [(TextState.EDITED, "own words"), (TextState.PRIVATE, "")])
def test_what_a_person_has_edited_or_kept_private_stays_so(tmp_path, decided):
    load(tmp_path, row("a"))
    Issue.objects.update(text_state=decided[0], words=decided[1])
    load(tmp_path, row("a", title="Bec spart"))
    assert public() == decided


def test_what_a_person_has_shown_stays_shown_while_the_text_stays(tmp_path):
    load(tmp_path, row("a", title=PERSONAL))
    Issue.objects.update(text_state=TextState.SHOWN, words="looked at")
    load(tmp_path, row("a", title=PERSONAL, lng=21.21))
    assert public() == ("shown", "looked at")
    load(tmp_path, row("a", title=PERSONAL + ".", lng=21.21))
    assert public() == ("withheld", "")


def test_a_subject_that_is_sensitive_now_takes_its_words_along(tmp_path):
    load(tmp_path, row("a"))
    load(tmp_path, row("a").replace("lighting", "social"))
    assert public() == ("shown", "")
    load(tmp_path, row("a"))
    assert public() == ("shown", "bec ars nu arde becul strada lunga 1")
