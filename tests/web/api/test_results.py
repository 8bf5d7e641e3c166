"""Rankings and reports: what the newest analysis found, as its pages show it."""

import json

import pytest

from analytics import found
from analytics.models import Release
from analytics.runs import analyse
from tests.factories import make_analysed
from tests.web.api.conftest import API, fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_analysed()


def test_a_ranking_is_the_one_of_the_page(read, run):
    said = read("rankings")
    ranked = found.ranked_areas(run)
    assert [(row["subject"], row["rank"], row["grade"]) for row in said["results"]] == [
        (r.subject, r.rank, r.grade) for r in ranked
    ]
    assert all(row["rank_low"] <= row["rank"] <= row["rank_high"] for row in said["results"])
    assert (said["total"], said["run"]["findings_digest"]) == (3, run.findings_digest)


@pytest.mark.parametrize("units, order", [("areas", "burden"), ("8", "excess"), ("9", "delay"), ("10", "excess")])
def test_other_units_and_orders(read, run, units, order):
    res = None if units == "areas" else int(units)
    wanted = found.ranked_areas(run, order) if res is None else found.ranked_cells(run, res, order)
    said = read(f"rankings?units={units}&order={order}&page_size=500&format=geojson")
    assert [f["id"] for f in said["features"]] == [r.subject for r in wanted][:500]
    assert said["total"] == len(wanted)
    assert all(f["geometry"]["type"] in {"Polygon", "MultiPolygon"} for f in said["features"])


def test_pages_go_on_until_another_analysis_comes(client, read, run):
    first = read("rankings?units=10&page_size=5")
    address = first["next"].removeprefix("http://localhost:8000")
    second = client.get(address).json()
    assert not {r["subject"] for r in first["results"]} & {r["subject"] for r in second["results"]}
    analyse(since=run.since, until=run.until, seed=8)
    assert fields(client.get(address), 400) == {"cursor": "of an older analysis"}


@pytest.mark.parametrize("query", ["units=7", "order=money", "units=", "cursor=5"])
def test_there_are_no_others(refused, run, query):
    assert len(refused(f"rankings?{query}")) == 1


def test_before_any_analysis_there_is_none(client, read):
    assert fields(client.get(f"{API}rankings"), 404) == {}
    assert fields(client.get(f"{API}layers/problem-areas.geojson"), 404) == {}
    assert read("reports") == {"run": None, "total": 0, "results": []}


def test_a_report_is_the_frozen_one(client, read, run):
    rows = read("reports")["results"]
    assert [row["neighborhood"] for row in rows] == ["fabric", "iosefin", "mehala"]
    release = Release.objects.get(neighborhood__slug="fabric")
    answer = client.get(f"{API}reports/fabric")
    assert answer.content.decode() == release.report
    assert rows[0]["digest"] == release.digest
    for address in rows[0]["files"].values():
        assert client.head(address.removeprefix("http://localhost:8000")).status_code == 200


def test_a_report_for_maps(read, run):
    said = read("reports/fabric?format=geojson")
    assert said["type"] == "FeatureCollection"
    assert {f["properties"]["layer"] for f in said["features"]} >= {"outline", "cells"}


def test_what_has_not_changed_is_not_sent_again(client, run):
    first = client.get(f"{API}reports/fabric")
    again = client.get(f"{API}reports/fabric", headers={"If-Modified-Since": first["Last-Modified"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert client.get(f"{API}rankings", headers={"If-Modified-Since": "garbage"}).status_code == 200


def test_a_place_without_a_report_has_none(client, run):
    assert fields(client.get(f"{API}reports/atlantis"), 404) == {}


def test_sensitive_subjects_are_in_no_ranking(read, run):
    assert "social" not in json.dumps(read("rankings")["results"])
