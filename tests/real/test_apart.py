"""Boston and Newport taken apart: every figure of the ranking ends in counts of their own rows."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from geo.cities import load_city
from geo.frames import AREA
from geo.hexes import parents, to_text
from issues.models import Incident
from neighborhoods.models import Category

NEWPORT = {
    "South": [[-71.37, 41.44], [-71.28, 41.44], [-71.28, 41.485], [-71.37, 41.485], [-71.37, 41.44]],
    "North": [[-71.37, 41.485], [-71.28, 41.485], [-71.28, 41.54], [-71.37, 41.54], [-71.37, 41.485]],
}


def load_boston(real, tmp_path):
    folder = real / "boston"
    call_command("load_boundaries", str(folder / "boston_neighbourhoods.geojson"), name_field="neighborhood")
    call_command("import_issues", str(folder / "boston_311_2011_devsample_3000.csv"), mapping="boston311")


def load_newport(real, tmp_path):
    """Nobody has drawn Newport's neighborhoods: two halves stand in."""
    halves = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in NEWPORT.items()
    ]
    drawn = tmp_path / "halves.geojson"
    drawn.write_text(json.dumps({"type": "FeatureCollection", "features": halves}))
    call_command("load_boundaries", str(drawn), name_field="name")
    call_command("import_issues", str(real / "newport" / "newport_seeclickfix_2017.parquet"), mapping="seeclickfix")


@pytest.fixture(params=["boston", "newport"])
def analysed(request, real, settings, db, tmp_path, capsys):
    settings.CITY = load_city(settings.FIXTURES / "cities" / f"{request.param}.toml")
    {"boston": load_boston, "newport": load_newport}[request.param](real, tmp_path)
    call_command("analyse")
    capsys.readouterr()
    return Client()


def places(client, units):
    first = client.get(f"/en/problem-areas/ranking.json?units={units}").json()
    pages = [
        client.get(f"/en/problem-areas/ranking.json?units={units}&page={n}").json()
        for n in range(2, first["pages"] + 1)
    ]
    return first, [place for page in (first, *pages) for place in page["places"]]


def rows(run):
    return Incident.objects.filter(
        first_issue__opened_on__gte=run["since"],
        first_issue__opened_on__lt=run["until"],
        first_issue__hidden=False,
        first_issue__default_pin=False,
    ).select_related("first_issue__category", "first_issue__neighborhood")


def test_every_figure_of_a_real_city_goes_down_to_its_rows(analysed):
    """One test, for the analysis before it takes its time."""
    for units in ("areas", "9"):
        first, found = places(analysed, units)
        assert len(found) == first["of"] > 1
        holds_its_counts(first["run"], found, units)
        for place in found:
            follows_from_its_parts(place)
    adds_up(first)
    text = analysed.get("/en/methods/").content.decode()
    assert f"analysis {first['run']['id']}" in text
    assert f"{first['run']['parameters']['draws']:,}" in text
    _, areas = places(analysed, "areas")
    assert areas[0]["name"] in analysed.get(f"/en/problem-areas/areas/{areas[0]['subject']}/").content.decode()


def holds_its_counts(run, found, units):
    counted = {}
    for one in rows(run):
        issue = one.first_issue
        place = issue.neighborhood.slug if units == "areas" else to_text(parents([issue.cell], 9)[0])
        counted[place, issue.category.slug] = counted.get((place, issue.category.slug), 0) + 1
    for place in found:
        for part in place["parts"]:
            assert part["observed"] == counted.get((place["subject"], part["category"]), 0)


def follows_from_its_parts(place):
    burden = sum(p["severity"] * p["corrected"] * p["expected"] for p in place["parts"])
    explained = sum(p["severity"] * p["mean"] * p["expected"] for p in place["parts"])
    scores = {s["order"]: s["score"] for s in place["standings"]}
    assert scores["burden"] == pytest.approx(burden, rel=1e-4)
    assert scores["excess"] == pytest.approx(burden / explained, rel=1e-4)


def adds_up(first):
    open_to_all = Category.objects.filter(sensitive=False)
    assert set(first["city"]) == {c.slug for c in open_to_all}
    total = rows(first["run"]).filter(first_issue__category__in=open_to_all).count()
    assert sum(c["total"] for c in first["city"].values()) == total
    assert {c["exposure"] for c in first["city"].values()} == {AREA}
