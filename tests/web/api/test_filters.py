"""List, map and API give the same total for the same question; a question that cannot be is refused by name."""

from __future__ import annotations

import json
import re

import pytest

from geo import hexes
from issues.actions import change_status
from issues.rules import State
from tests.factories import SOUTH, WEST, instant, make_issue
from tests.web.api.conftest import API

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def world():
    for i in range(12):
        subject = ("roads", "lighting", "cleaning")[i % 3]
        place = ("fabric", "iosefin", "mehala")[i % 3 if i < 9 else 0]
        words = "Groapă mare" if i % 2 else "Lampă stinsă"
        make_issue(subject, place=place, i=i, at=instant(2026, 1 + i % 4, 3), description=words)
    outside = make_issue("roads", lng=WEST - 0.03, lat=SOUTH - 0.03, at=instant(2026, 2, 3))
    change_status(by=None, issue=outside, to=State.RESOLVED, at=instant(2026, 2, 5))
    make_issue("social", place="fabric")


def questions():
    cell = hexes.to_text(int(hexes.cells_of([WEST + 0.01], [SOUTH + 0.01], 8)[0]))
    return [
        "",
        "category=roads",
        "state=open",
        "state=closed",
        "state=resolved&category=roads",
        "since=2026-02",
        "until=2026-02",
        "since=2026-02&until=2026-03&category=lighting",
        "q=groap",
        "q=lamp+stins&area=fabric",
        "area=fabric",
        "area=-",
        "area=iosefin&state=open&since=2026-01",
        f"cell={cell}",
        f"bbox={WEST},{SOUTH},{WEST + 0.01},{SOUTH + 0.02}",
        f"bbox={WEST - 0.1},{SOUTH - 0.1},{WEST + 0.1},{SOUTH + 0.1}&category=cleaning",
        "category=social",
    ]


@pytest.mark.parametrize("query", questions())
def test_the_same_question_has_the_same_total_everywhere(client, read, world, query):
    total = read(f"issues?{query}")["total"]
    listed = re.search(r"Together: (\d+)", client.get(f"/en/issues/?{query}").content.decode())
    assert total == int(listed[1])
    assert len(read(f"issues?{query}&page_size=500".replace("?&", "?"))["results"]) == total
    assert len(read(f"issues.geojson?{query}")["features"]) == total
    assert len(read(f"layers/issues.geojson?{query}")["features"]) == total
    incidents = read(f"incidents?{query}")
    assert len(incidents["results"]) == incidents["total"] == len(read(f"layers/incidents.geojson?{query}")["features"])
    if not re.search(r"area=|cell=|bbox=", query):
        live = client.get(f"/en/live/cells.json?res=9&bbox=21.0,45.6,21.4,45.9&{query}".rstrip("&"))
        cells, areas = read(f"cells?format=json&{query}".rstrip("&")), read(f"areas?format=json&{query}".rstrip("&"))
        assert json.loads(live.content)["total"] == total == cells["total"] == areas["total"]
        assert sum(row["n"] for row in cells["results"]) + cells["elsewhere"] == total
        assert sum(row["n"] for row in areas["results"]) + areas["elsewhere"] == total


@pytest.mark.parametrize(
    "query, field",
    [
        ("categroy=roads", "categroy"),
        ("category=nothing", "category"),
        ("category=roads&category=lighting", "category"),
        ("category=", "category"),
        ("state=burning", "state"),
        ("since=2026", "since"),
        ("since=2026-03-05", "since"),
        ("until=2026-00", "until"),
        ("since=2026-03&until=2026-02", "until"),
        ("area=atlantis", "area"),
        ("cell=zzz", "cell"),
        ("bbox=1,2,3", "bbox"),
        ("q=%21%3F", "q"),
        (f"q={'x' * 101}", "q"),
        ("q=a%00b", "q"),
        ("ordering=password", "ordering"),
        ("srid=3844", "srid"),
        ("crs=EPSG:3844", "crs"),
        ("format=xml", "format"),
    ],
)
def test_what_cannot_be_asked_is_named(refused, query, field):
    for address in ("issues", "incidents"):
        assert list(refused(f"{address}?{query}")) == [field]


def test_everything_wrong_is_told_at_once(refused):
    assert set(refused("issues?category=x&state=y&cell=z")) == {"category", "state", "cell"}


def test_an_address_that_takes_nothing_says_so(refused):
    assert "takes no parameters" in refused("categories?q=a")["q"]


def test_a_format_nobody_writes_is_not_acceptable(client):
    assert client.get(f"{API}issues", headers={"Accept": "text/html"}).status_code == 406
    assert client.get(f"{API}issues", headers={"Accept": "text/html,*/*;q=0.1"}).status_code == 200
    assert client.get(f"{API}issues", headers={"Accept": ""}).status_code == 200
