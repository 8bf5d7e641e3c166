"""Exports: everything that the list counts, in one file, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json

import geopandas as gpd
import pytest
from django.db import connection

from issues.models import Issue
from issues.naming import tracking_number
from issues.rules import TextState
from tests.factories import instant, make_issue, make_issues
from tests.web.api.conftest import API, fields, whole

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def export(client):
    def asked(kind, query=""):
        answer = client.get(f"{API}issues.{kind}?{query}" if query else f"{API}issues.{kind}")
        assert answer.status_code == 200
        assert answer.streaming
        assert answer["Content-Disposition"] == f'attachment; filename="issues.{kind}"'
        return whole(answer)

    return asked


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_all_three_hold_the_same(export, read):
    make_issues(4, "roads", at=instant(2026, 3, 5), description="Groapă, „adâncă”\nși lată", address="Str. X 1")
    make_issue("lighting", i=9, closed=instant(2026, 3, 9))
    make_issue("social")
    listed = {row["number"]: row for row in read("issues")["results"]}
    table = {row["number"]: row for row in rows_of(export("csv"))}
    drawn = {f["id"]: f for f in json.loads(export("geojson"))["features"]}
    frame = gpd.read_parquet(io.BytesIO(export("parquet"))).set_index("number")
    assert set(listed) == set(table) == set(drawn) == set(frame.index)
    assert frame.crs.to_epsg() == 4326 or frame.crs.to_string() == "OGC:CRS84"
    for number, row in listed.items():
        place = [row["lng"], row["lat"]]
        assert drawn[number]["geometry"]["coordinates"] == place
        assert drawn[number]["properties"] == {k: v for k, v in row.items() if k not in {"lng", "lat"}}
        assert [float(table[number]["lng"]), float(table[number]["lat"])] == place
        assert table[number]["text"] == row["text"]
        assert table[number]["closed_on"] == (row["closed_on"] or "")
        kept = frame.loc[number]
        assert [kept.geometry.x, kept.geometry.y] == place
        assert (kept.text, kept.state, str(kept.opened_on)) == (row["text"], row["state"], row["opened_on"])


def test_filters_narrow_it(export):
    make_issues(2, "roads")
    make_issue("lighting")
    assert {row["category"] for row in rows_of(export("csv", "category=roads"))} == {"roads"}
    assert len(json.loads(export("geojson", "area=iosefin"))["features"]) == 0
    assert len(gpd.read_parquet(io.BytesIO(export("parquet", "category=lighting")))) == 1


@pytest.mark.parametrize("kind", ["csv", "geojson", "parquet"])
def test_of_nothing_there_is_a_file_too(export, kind):
    data = export(kind, "category=social")
    if kind == "csv":
        assert rows_of(data) == []
        assert data.startswith(b"number,url,incident,")
    elif kind == "geojson":
        assert json.loads(data) == {"type": "FeatureCollection", "features": []}
    else:
        assert list(gpd.read_parquet(io.BytesIO(data)).columns)[:2] == ["number", "url"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "＝1", "a\tb", 'quote " and\nnew line', "-", "text"],
)
def test_a_text_stays_a_text_in_a_spreadsheet(export, text):
    issue = make_issue(description=text, address=text)
    (row,) = rows_of(export("csv"))
    shown = issue.public_text
    guarded = shown[0] in "=+-@＝"
    assert row["text"] == row["address"] == (f"'{shown}" if guarded else shown)
    assert float(row["lng"]) == round(issue.point.x, 6)


def test_words_that_are_not_public_are_in_no_file(export):
    issue = make_issue(description="Ion Popescu", title="Ion", address="la Ion")
    Issue.objects.update(text_state=TextState.PRIVATE, words="")
    for kind in ("csv", "geojson", "parquet"):
        data = export(kind)
        assert b"Ion" not in data
        assert tracking_number(issue.pk).encode() in data


def test_what_cannot_be_asked_is_refused_before_a_byte(refused):
    assert list(refused("issues.csv?category=x")) == ["category"]
    assert list(refused("issues.parquet?cursor=x")) == ["cursor"]


def test_many_exports_are_too_many(client, monkeypatch):
    from web.api.exports import EXPORTS

    monkeypatch.setattr("web.api.exports.AsCsv.policy", type(EXPORTS)("exports", 1, 1, 3600))
    first, second = client.get(f"{API}issues.csv"), client.get(f"{API}issues.csv")
    assert (first.status_code, first["RateLimit"]) == (200, '"exports";r=0;t=3600')
    assert fields(second, 429) == {}
    assert 0 < int(second["Retry-After"]) <= 3600


def test_a_look_at_the_head_makes_no_file(client):
    answer = client.head(f"{API}issues.csv")
    assert (answer.status_code, answer.streaming, answer["Content-Type"]) == (200, False, "text/csv; charset=utf-8")


@pytest.mark.django_db(transaction=True)
def test_who_leaves_in_the_middle_leaves_nothing_open(client, monkeypatch):
    monkeypatch.setattr("web.api.exports.in_blocks", lambda texts: (text.encode() for text in texts))
    make_issues(3)
    answer = client.get(f"{API}issues.csv")
    assert next(iter(answer.streaming_content)).startswith(b"number,")
    assert connection.in_atomic_block
    answer.close()
    assert not connection.in_atomic_block
    assert client.get(f"{API}issues").json()["total"] == 3
