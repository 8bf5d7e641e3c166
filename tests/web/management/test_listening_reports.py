"""The command that writes reports: which, where, in which formats, and never twice for nothing."""

import io
import json
from html.parser import HTMLParser

import pytest
from django.core.management import CommandError, call_command

from analytics.models import Release
from analytics.runs import analyse
from tests.factories import make_boundaries, make_issues
from web.reporting import batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    make_boundaries(["Fabric", "Mehala"])
    make_issues(3, "lighting", place="fabric")
    return analyse(seed=7)


def written(folder, *args, **options):
    out = io.StringIO()
    call_command("listening_reports", *args, out=folder, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_all_areas_in_the_formats_asked_for(run, tmp_path):
    said = written(tmp_path, all=True, format=["json", "csv", "geojson"])
    kinds = ("csv", "geojson", "json")
    assert names(tmp_path) == sorted(
        [*(f"{a}.{k}" for a in ("fabric", "mehala") for k in kinds), "index.html", "reports.json"]
    )
    assert "6 files written, 0 already there" in said
    assert json.loads((tmp_path / "fabric.json").read_text("utf-8"))["issues"] == 3


def test_html_and_pdf_when_nothing_is_said(run, tmp_path):
    written(tmp_path, neighborhood=["fabric"])
    assert names(tmp_path) == ["fabric.html", "fabric.pdf", "index.html", "reports.json"]
    assert (tmp_path / "fabric.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_several_formats_after_one_flag(run, tmp_path):
    call_command(
        "listening_reports", "--neighborhood", "fabric", "mehala", "--out", str(tmp_path), "--format", "csv", "json"
    )
    assert "mehala.json" in names(tmp_path)


def test_what_is_there_is_left_alone(run, tmp_path):
    written(tmp_path, all=True, format=["csv", "html"])
    reports = [tmp_path / f"{area}.{kind}" for area in ("fabric", "mehala") for kind in ("csv", "html")]
    before = [(path.stat().st_mtime_ns, path.read_bytes()) for path in reports]
    assert "0 files written, 4 already there" in written(tmp_path, all=True, format=["csv", "html"])
    assert [(path.stat().st_mtime_ns, path.read_bytes()) for path in reports] == before


def test_a_missing_or_damaged_file_is_made_again(run, tmp_path):
    written(tmp_path, all=True, format=["csv"])
    good = (tmp_path / "fabric.csv").read_bytes()
    (tmp_path / "fabric.csv").write_bytes(b"damaged")
    (tmp_path / "mehala.csv").unlink()
    assert "2 files written, 0 already there" in written(tmp_path, all=True, format=["csv"])
    assert (tmp_path / "fabric.csv").read_bytes() == good


def test_another_wording_makes_all_again(run, tmp_path, monkeypatch):
    written(tmp_path, all=True, format=["csv"])
    monkeypatch.setattr(batch, "rendering_digest", lambda: "another")
    assert "2 files written, 0 already there" in written(tmp_path, all=True, format=["csv"])


def test_another_language_stands_beside_the_first(run, tmp_path):
    written(tmp_path, neighborhood=["fabric"], format=["html", "csv"])
    written(tmp_path, neighborhood=["fabric"], format=["html", "csv"], language="en")
    assert names(tmp_path) == ["fabric.csv", "fabric.en.html", "fabric.html", "index.html", "reports.json"]
    assert "What we heard" in (tmp_path / "fabric.en.html").read_text("utf-8")
    assert "Ce am auzit" in (tmp_path / "fabric.html").read_text("utf-8")


def test_an_unknown_area_is_named_with_those_there_are(run, tmp_path):
    with pytest.raises(CommandError, match="no area is called atlantis, fabrik; known: fabric, mehala"):
        written(tmp_path, neighborhood=["fabrik", "fabric", "atlantis"])
    assert not names(tmp_path)


def test_without_an_analysis_it_says_what_to_do(tmp_path):
    with pytest.raises(CommandError, match="run script/manage analyse first"):
        written(tmp_path, all=True)


def test_a_report_is_frozen_once(run, tmp_path):
    written(tmp_path, all=True, format=["json"])
    frozen = Release.objects.get(run=run, neighborhood__slug="fabric")
    make_issues(5, "roads", place="fabric")
    written(tmp_path, all=True, format=["json"])
    assert (tmp_path / "fabric.json").read_text("utf-8") == frozen.report


class Links(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found += [value for key, value in attrs if key in ("href", "src")]


def test_the_index_leads_to_every_file(run, tmp_path):
    written(tmp_path, all=True, format=["csv", "html"])
    found = Links((tmp_path / "index.html").read_text("utf-8")).found
    assert sorted(found) == ["fabric.csv", "fabric.html", "mehala.csv", "mehala.html"]


def test_the_index_of_a_city_forgets_areas_that_are_gone(run, tmp_path):
    written(tmp_path, all=True, format=["csv"])
    index = json.loads((tmp_path / "reports.json").read_text("utf-8"))
    index["areas"]["gone"] = index["areas"]["fabric"] | {"name": "Gone"}
    (tmp_path / "reports.json").write_text(json.dumps(index), encoding="utf-8")
    written(tmp_path, neighborhood=["fabric"], format=["csv"])
    assert "Gone" in (tmp_path / "index.html").read_text("utf-8")
    written(tmp_path, all=True, format=["csv"])
    assert "Gone" not in (tmp_path / "index.html").read_text("utf-8")


def test_two_processes_write_the_same_bytes_as_one(run, tmp_path, monkeypatch):
    written(tmp_path / "one", all=True, format=["html", "csv"])
    monkeypatch.setattr(batch, "_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(batch.os, "cpu_count", lambda: 2)
    written(tmp_path / "two", all=True, format=["html", "csv"])
    for path in (tmp_path / "one").iterdir():
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes(), path.name
