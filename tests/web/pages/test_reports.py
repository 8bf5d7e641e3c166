"""The report on the site: page, map in its own frame, files."""

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils.translation import override

from analytics.listening import release
from analytics.results import ListeningReport, from_json
from analytics.runs import analyse
from tests.factories import make_boundaries, make_issues
from web.middleware import tile_origin
from web.reporting.formats import FORMATS, render

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path


@pytest.fixture
def frozen():
    areas = make_boundaries(["Fabric", "Mehala"]).areas
    make_issues(3, "lighting", place="fabric")
    run = analyse(seed=7)
    return release(areas.get(slug="fabric"), run)


def address(name, *args, language="ro"):
    with override(language):
        return reverse(name, args=args)


def test_the_page_shows_the_frozen_report(client, frozen):
    answer = client.get(address("report", "fabric"))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Fabric: 3 sesizări despre" in html
    assert frozen.digest in html
    assert f'src="{address("report-map", "fabric")}"' in html
    for ext in FORMATS:
        assert address("report-file", "fabric", ext) in html


def test_the_page_needs_no_inline_style_or_script(client, frozen):
    answer = client.get(address("report", "fabric"))
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert " style=" not in answer.content.decode()
    assert "<style" not in answer.content.decode()


def test_the_map_stands_in_an_origin_of_its_own(client, frozen):
    answer = client.get(address("report-map", "fabric"))
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'unsafe-inline'",
        "style-src": "'unsafe-inline'",
        "img-src": " ".join(filter(None, ["data:", "blob:", tile_origin()])),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "allow-scripts",
    }
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "Probleme în fiecare hexagon" in answer.content.decode()


@pytest.mark.parametrize("ext", FORMATS)
@pytest.mark.parametrize("language", ["ro", "en"])
def test_a_file_is_what_the_command_writes(client, frozen, ext, language):
    answer = client.get(address("report-file", "fabric", ext, language=language))
    assert answer["Content-Type"] == FORMATS[ext].content_type
    assert answer.content == render(from_json(ListeningReport, frozen.report), ext, language)
    assert f'filename="timisoara-fabric-{frozen.run.since}.{ext}"' in answer["Content-Disposition"]


def test_an_exported_page_never_opens_on_our_own_origin(client, frozen):
    assert client.get(address("report-file", "fabric", "html"))["Content-Disposition"].startswith("attachment")


def test_a_page_already_held_is_not_sent_again(client, frozen):
    first = client.get(address("report-map", "fabric"))
    again = client.get(address("report-map", "fabric"), headers={"if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_a_page_stays_the_same_while_issues_come_in(client, frozen):
    before = client.get(address("report-file", "fabric", "json")).content
    make_issues(5, "roads", place="fabric")
    assert client.get(address("report-file", "fabric", "json")).content == before
    assert json.loads(before)["issues"] == 3


def test_the_newest_analysis_is_the_one_shown(client, frozen):
    area = frozen.neighborhood
    newer = analyse(since=dt.date(2026, 3, 1), until=dt.date(2026, 4, 1))
    assert client.get(address("report-file", "fabric", "json")).status_code == 404
    release(area, newer)
    assert json.loads(client.get(address("report-file", "fabric", "json")).content)["run"]["id"] == newer.pk


def test_an_area_without_a_report_says_when_there_will_be_one(client, frozen):
    answer = client.get(address("report", "mehala"))
    assert answer.status_code == 200
    assert "Încă nu există un raport de ascultare" in answer.content.decode()
    assert client.get(address("report-map", "mehala")).status_code == 404


@pytest.mark.parametrize(
    "name, args", [("report", ["atlantis"]), ("report-map", ["atlantis"]), ("report-file", ["atlantis", "pdf"])]
)
def test_an_unknown_area_is_not_found(client, frozen, name, args):
    assert client.get(address(name, *args)).status_code == 404


def test_an_unknown_format_is_not_found(client, frozen):
    assert client.get(address("report", "fabric") + "report.docx").status_code == 404


def test_nobody_writes_here(client, frozen):
    assert client.post(address("report", "fabric")).status_code == 405
