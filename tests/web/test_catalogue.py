"""Every word of the site is in the Romanian catalogue, in letters with commas below."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geo", "neighborhoods", "issues", "participation", "analytics", "maps", "web")
CATALOGUE = "web/locale/ro/LC_MESSAGES/django.po"


def test_no_word_is_missing(tmp_path):
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "web/static").mkdir()
    command = [sys.executable, "manage.py", "makemessages", "-l", "ro", "--no-location"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "web.settings"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    for flaw in ("--untranslated", "--only-fuzzy"):
        found = subprocess.run(
            ["msgattrib", "--no-obsolete", flaw, str(tmp_path / CATALOGUE)], check=True, capture_output=True, text=True
        )
        assert re.findall(r'^msgid "(.+)"$', found.stdout, re.MULTILINE) == []


def test_letters_have_commas_below():
    text = (ROOT / CATALOGUE).read_text(encoding="utf-8")
    assert re.findall("[şţŞŢ]", text) == []


def test_romanian_has_three_plural_forms():
    text = (ROOT / CATALOGUE).read_text(encoding="utf-8")
    assert "nplurals=3" in text
    assert text.count("msgid_plural") == text.count("msgstr[2]")
