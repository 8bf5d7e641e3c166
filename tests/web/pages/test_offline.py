"""The service worker's text: one plain script that keeps the form and nothing private."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.staticfiles import finders

from web.pages import offline


@pytest.fixture
def answer(client):
    return client.get("/sw.js")


def kept(answer):
    return json.loads(re.match(r"const KEPT = (.*);", answer.content.decode())[1])


def test_it_stands_at_the_root_and_is_asked_for_anew(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"


def test_it_is_a_plain_script_with_the_shared_modules_in_it(answer):
    text = answer.content.decode()
    assert not re.search(r"^(import|export) ", text, re.MULTILINE)
    assert all(f"function {name}(" in text for name in ("change", "deliverAll", "exclusively", "unsettled"))


def test_it_keeps_the_form_in_every_language_and_no_other_page(answer):
    assert kept(answer)["pages"] == ["/ro/issues/new/", "/en/issues/new/"]


def test_every_file_it_keeps_is_there(answer):
    files = kept(answer)["files"]
    assert "/static/leaflet/leaflet.js" in files
    assert "/static/ascult/raising/pick.js" in files
    assert all(finders.find(name.removeprefix("/static/")) for name in files)


def test_it_keeps_every_file_the_form_asks_for(client, db, answer):
    page = client.get("/en/issues/new/").content.decode()
    asked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert asked
    assert asked <= set(kept(answer)["files"])


def test_other_contents_have_another_cache(tmp_path, monkeypatch):
    before = offline.version("worker")
    changed = tmp_path / "site.css"
    changed.write_text("body { color: red }")
    found = offline._file
    monkeypatch.setattr(offline, "_file", lambda name: changed if name == "ascult/site.css" else found(name))
    assert offline.version("worker") != before
    assert offline.version("another worker") != offline.version("worker")


def test_a_file_that_is_missing_is_named():
    with pytest.raises(FileNotFoundError, match=r"ascult/nowhere\.js"):
        offline._file("ascult/nowhere.js")


def test_only_get(client):
    assert client.post("/sw.js").status_code == 405
