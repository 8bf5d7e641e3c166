"""The report on paper: tagged, named, at most four pages and the method, and the same bytes on every run."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils.translation import override
from pypdf import PdfReader

from analytics.results import Cluster, Hotspot, Theme, to_json
from tests.web.reporting.samples import CELLS, HULL, silent_report, small_report
from web.reporting.paper import printed


def in_romanian(report):
    with override("ro"):
        return printed(report)


@pytest.fixture(scope="module")
def report():
    return small_report()


@pytest.fixture(scope="module")
def pdf(report):
    return PdfReader(io.BytesIO(in_romanian(report)))


@pytest.fixture(scope="module")
def text(pdf):
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def elements(pdf):
    """Every element of the tag tree."""
    waiting = [pdf.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict) and "/S" in node:
            yield node
            waiting += [node["/K"]] if "/K" in node else []


def test_it_is_tagged_and_names_itself(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "ro"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Raport de ascultare: Prințul Turcesc–Lunei, 1 ianuarie – 31 martie 2026"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    kinds = {e["/S"] for e in elements(pdf)}
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Figure"} <= kinds


def test_every_figure_is_told_in_the_tag_tree(pdf):
    told = [e.get("/Alt") for e in elements(pdf) if e["/S"] == "/Figure"]
    assert all(told)
    assert "Prințul Turcesc–Lunei: unde s-au semnalat probleme, 1 ianuarie – 31 martie 2026" in told
    assert "Străzi, alei, trotuare, poduri: 67% (56–76)" in told


def test_bookmarks_lead_through_it(pdf):
    titles = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert titles == [
        "Prințul Turcesc–Lunei",
        "Într-un minut",
        "Ce am auzit",
        "Unde",
        "Cum a răspuns orașul",
        "Locul acestei zone",
        "Metodă și îndoieli",
    ]


def test_its_text_layer_has_romanian_letters(text):
    for said in ("Prințul Turcesc–Lunei", "Într-un minut", "Cum a răspuns orașul", "Tulburarea liniștii publice"):
        assert said in text
    assert not {"ş", "ţ", "Ş", "Ţ"} & set(text)


def test_its_numbers_are_the_report_s(text):
    for said in ("120", "60 din 90 de probleme", "12,5 zile (de la 9 la 17)", "Locul 4 din 32, probabil între 2 și 11"):
        assert said in text
    assert "nan" not in text.lower().split()


def test_page_one_stands_alone(pdf):
    first = " ".join(pdf.pages[0].extract_text().split())
    for said in ("Prințul Turcesc–Lunei", "Date sintetice", "Limită aproximativă", "Jumătate s-au închis", "1 / 4"):
        assert said in first


def crowded():
    """As much of everything as a report may hold, with long names."""
    name = "Construcții neautorizate, organizare de șantier și altele asemenea"
    themes = tuple(Theme(f"t{i}", {"ro": f"{name} {i}"}, 60, 1 / 16, 0.04, 0.09, 52) for i in range(16))
    hot = tuple(Hotspot(CELLS[i % 19], 9, f"t{i % 16}", 31, 12.2, 2.5, 0.001, "poisson") for i in range(60))
    clumps = tuple(Cluster(f"t{i % 16}", 18, (21.22, 45.75), 95.0, HULL, 0.03, 1.9) for i in range(30))
    return small_report(
        name="Prințul Turcesc–Lunei și împrejurimile sale", themes=themes, hotspots=hot, clusters=clumps
    )


@pytest.mark.parametrize("make", [small_report, silent_report, crowded])
def test_it_has_at_most_four_pages_and_the_method(make):
    pdf = PdfReader(io.BytesIO(in_romanian(make())))
    assert len(pdf.pages) <= 5
    assert "Metodă și îndoieli" in pdf.pages[-1].extract_text()


def test_what_does_not_fit_is_counted(pdf):
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(in_romanian(crowded()))).pages)
    assert "Încă 51 se află în tabel (CSV)." in " ".join(text.split())


def test_nothing_in_it_is_refused_by_the_printer(report, caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        in_romanian(report)
    assert not caplog.records


def test_a_hostile_name_is_only_a_name(report):
    hostile = replace(report, name="<img src='http://example.org/x.png'><script>1</script>")
    assert "<img src='http://example.org/x.png'>" in PdfReader(io.BytesIO(in_romanian(hostile))).pages[0].extract_text()


def test_another_process_on_another_day_makes_the_same_bytes(report, tmp_path):
    """Hash seeds, clocks and object addresses differ from process to process; a report does not."""
    (tmp_path / "report.json").write_text(to_json(report), encoding="utf-8")
    code = (
        "import sys, hashlib, django; django.setup()\n"
        "from analytics.results import ListeningReport, from_json\n"
        "from web.reporting.formats import FORMATS, render\n"
        "report = from_json(ListeningReport, open(sys.argv[1], encoding='utf-8').read())\n"
        "print([hashlib.sha256(render(report, f, 'ro')).hexdigest() for f in FORMATS])\n"
    )
    made = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "report.json")],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "web.settings", "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=Path(__file__).resolve().parents[3],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert made[0] == made[1]
    assert made[0].startswith("['")
