"""Every problem there can be has words, and a reporter is told what will happen."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from geo import written
from issues import drafts
from web.pages.raising.words import PROBLEMS, day_said, kept_back, promise, said

FIELDS = {
    "category": {"missing", "unknown"},
    "text": {"missing", "too-long", "too-many-marks", "unknown"},
    "address": {"too-long", "too-many-marks"},
    "place": {"missing", "not-a-number", "swapped", "outside", "unchosen", "gone"},
    "precision": {"unknown"},
    "email": {"too-long", "too-many-marks", "not-an-address"},
    "answer-lighting-lamps": {"unknown", "too-long", "too-many-marks"},
    "website": {"filled"},
    "lift": {"missing", "not-an-address", "too-long", "too-many"},
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_problem_of_a_field_has_words(field):
    for code in FIELDS[field]:
        assert len(said(field, code)) > 15


def test_every_code_of_a_draft_is_known_here():
    """Codes stand in quotes in the two files that give them."""
    text = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (drafts, written))
    codes = {code for _, code in PROBLEMS} - {"gone", "unchosen", "too-many", "many-links", "filled"}
    assert codes <= set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', text))


def test_the_promise_names_a_day_and_a_span():
    spec = settings.CITY.spec("lighting")
    with override("en"):
        assert re.fullmatch(r"You get an answer by \d+ \w+, within 7 days\.", promise(spec))
        assert promise(replace(spec, promise_days=1)).endswith("within 1 day.")


@pytest.mark.parametrize("language, words", [("en", "4 December"), ("ro", "4 decembrie")])
def test_a_day_in_the_readers_language(language, words):
    with override(language):
        assert day_said(dt.date(2026, 12, 4)) == words


def test_what_is_kept_back_is_said():
    spec = settings.CITY.spec("lighting")
    with override("en"):
        assert kept_back(spec) == ""
        assert "before others" in kept_back(replace(spec, moderation="before"))
        assert "not shown on the map" in kept_back(replace(spec, sensitive=True))
