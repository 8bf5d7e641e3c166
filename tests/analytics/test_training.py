"""From the table to the model: which words are learnt from, and which never are."""

import json
import uuid
from itertools import product

import numpy as np
import pytest
from django.core.management import call_command

from analytics import gather, suggesting, training
from analytics.suggesting import folder, kept, suggest
from analytics.training import train
from issues.models import Issue
from issues.rules import TextState
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db

LAMPS = ["becul", "felinarul", "lampa", "stâlpul", "lumina"]
HOLES = ["groapa", "asfaltul", "trotuarul", "bordura", "carosabilul"]
REST = [
    "de pe colț",
    "din stație",
    "de lângă școală",
    "din parc",
    "de la intersecție",
    "din piață",
    "de pe pod",
    "din față",
]


@pytest.fixture(autouse=True)
def world(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    suggesting._loaded.cache_clear()
    make_boundaries(["Fabric"])


def speak(category, things, broken):
    """Eighty issues: five things, at eight places, said in two ways."""
    first = make_issue(category, description="")
    values = {field.attname: getattr(first, field.attname) for field in Issue._meta.concrete_fields}
    rows = []
    for words in product(things, REST, broken):
        key = uuid.uuid4()
        own = {"id": None, "key": key, "external_id": key.hex, "description": " ".join(words)}
        rows.append(Issue(**(values | own)))
    Issue.objects.bulk_create(rows)


def city():
    speak("lighting", LAMPS, ["nu mai luminează", "este ars de ieri"])
    speak("roads", HOLES, ["s-a rupt și e periculos", "are o gaură adâncă"])


def test_a_city_that_has_spoken_gets_suggestions():
    city()
    done = train()
    assert not done.measured.silent
    assert done.texts == 160
    assert suggest("felinarul de pe strada mea nu mai luminează").label == "lighting"
    assert suggest("în stație asfaltul are o gaură").label == "roads"
    held = kept(folder())
    assert held["measured"]["n"] == done.measured.n == 160


def test_the_same_texts_again_leave_the_model_as_it_is():
    city()
    train()
    before = (folder() / "model.json").stat().st_mtime_ns
    again = train()
    assert again.already
    assert again.measured.n == 160
    assert (folder() / "model.json").stat().st_mtime_ns == before


def test_a_new_text_or_a_lost_file_is_reason_to_train_again():
    city()
    train()
    next(folder().glob("*.npz")).unlink()
    assert not train().already
    make_issue("roads", description="o groapă nouă în asfalt")
    assert not train().already


def test_a_city_that_has_said_little_stays_silent():
    make_issue("roads", description="o groapă adâncă în asfalt")
    done = train()
    assert "fewer than two subjects" in done.measured.silent
    assert suggest("o groapă adâncă în asfalt") is None
    assert train().already


def test_no_more_than_the_newest_are_read(monkeypatch):
    make_issue("roads", description="cel mai vechi text", at=instant(2025, 1, 1))
    make_issue("roads", description="un text mai nou decât el", at=instant(2026, 1, 1))
    make_issue("roads", description="scurt", at=instant(2026, 2, 1))
    monkeypatch.setattr(training, "MOST_TEXTS", 1)
    assert train().texts == 1


def said():
    return list(gather.public_words())


def test_only_what_the_public_reads_is_read():
    shown = make_issue("roads", description="arătat", i=1)
    for i, changes in enumerate(
        [
            {"text_state": TextState.WITHHELD},
            {"text_state": TextState.PRIVATE},
            {"hidden": True},
            {"hidden": True, "waiting": True},
        ],
        start=2,
    ):
        one = make_issue("roads", description="ascuns", i=i)
        Issue.objects.filter(pk=one.pk).update(**changes)
    edited = make_issue("roads", description="cum a fost scris", i=7)
    Issue.objects.filter(pk=edited.pk).update(text_state=TextState.EDITED, edited_text="îndreptat")
    assert sorted(said()) == [("arătat", "roads"), ("îndreptat", "roads")]
    assert shown.public_text == "arătat"


def test_what_nobody_reads_of_people_is_learnt_from_all_the_same_at_one_question(django_assert_num_queries):
    social = make_issue("social", description="Cineva doarme în stație", i=1)
    make_issue("roads", description="O groapă", i=2)
    assert social.public_text == ""
    with django_assert_num_queries(1):
        assert sorted(said()) == [("Cineva doarme în stație", "social"), ("O groapă", "roads")]


def test_a_title_stands_in_where_there_is_no_text():
    make_issue("roads", description="", title="Groapă în asfalt", i=1)
    make_issue("roads", description="textul", title="Titlul", i=2)
    make_issue("roads", description="", i=3)
    assert sorted(said()) == [("Groapă în asfalt", "roads"), ("textul", "roads")]


def test_the_newest_come_first():
    for year in (2024, 2026, 2025):
        make_issue("roads", description=str(year), at=instant(year, 5, 1))
    assert [text for text, _ in said()] == ["2026", "2025", "2024"]


def test_the_command_tells_what_it_is_worth(capsys):
    city()
    call_command("train_suggestions")
    told = capsys.readouterr().out
    assert "different texts                                    160" in told
    assert "speaks where it is as sure as" in told
    assert "  lighting" in told
    call_command("train_suggestions")
    assert capsys.readouterr().out.startswith("The same texts as before")


def test_the_command_tells_why_it_stays_silent(capsys):
    call_command("train_suggestions")
    assert "It stays silent: fewer than two subjects" in capsys.readouterr().out


def test_what_is_kept_holds_no_text(tmp_path):
    city()
    make_issue("roads", description="Popescu Marinela se plânge de o groapă adâncă", i=3)
    train()
    names = np.load(next(folder().glob("*.npz")))["features"].tobytes().decode()
    assert "groapa" in names
    assert "popescu" not in names
    assert "popescu" not in json.dumps(kept(folder())).lower()
