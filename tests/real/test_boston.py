"""Boston's own files, end to end, against an independent join."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from django.core.management import call_command

from analytics.found import hotspots
from analytics.models import Run
from geo import hexes
from issues.models import Issue
from neighborhoods.models import Neighborhood

CITY_HALL = (42.3594, -71.0587)


@pytest.fixture
def boston(real, settings, db, tmp_path, capsys):
    from geo.cities import load_city

    settings.CITY = load_city(settings.FIXTURES / "cities" / "boston.toml")
    folder = real / "boston"
    call_command("load_boundaries", str(folder / "boston_neighbourhoods.geojson"), name_field="neighborhood")
    capsys.readouterr()
    file, rejects = folder / "boston_311_2011_devsample_3000.csv", tmp_path / "rejects.jsonl"
    call_command("import_issues", str(file), mapping="boston311", rejects=rejects)
    return folder, capsys.readouterr().out, rejects


def joined(folder):
    rows = pd.read_csv(folder / "boston_311_2011_devsample_3000.csv")
    points = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows["longitude"], rows["latitude"]), crs=4326)
    areas = gpd.read_file(folder / "boston_neighbourhoods.geojson").rename(columns={"neighborhood": "area"})
    return gpd.sjoin(points, areas[["area", "geometry"]], predicate="intersects", how="left")


def test_counts_per_neighborhood_equal_an_independent_join(boston):
    folder, _table, _rejects = boston
    wanted = joined(folder)["area"].value_counts().to_dict()
    held = {n.name: Issue.objects.filter(neighborhood=n).count() for n in Neighborhood.objects.all()}
    assert {k: v for k, v in held.items() if v} == wanted


def test_the_table_adds_up_to_the_file(boston):
    _folder, table, rejects = boston
    lines = table[table.index("Source boston311") :].splitlines()
    numbers = {line[:44].strip(): int(n) for line in lines if (n := line[44:54].strip().replace(",", "")).isdigit()}
    assert numbers["rows read"] == 3000
    assert numbers["rows read"] == numbers["kept"] + numbers["set aside"] + numbers["repeated ids, same content"]
    assert numbers["set aside"] == len([json.loads(row) for row in rejects.read_text().splitlines()])
    assert Issue.objects.count() == numbers["kept"]


def test_city_hall_is_marked_and_in_no_hot_spot(boston):
    pin = Issue.objects.filter(default_pin=True)
    assert {(round(i.point.y, 4), round(i.point.x, 4)) for i in pin} == {CITY_HALL}
    assert pin.count() == 225
    call_command("analyse")
    run = Run.objects.newest()
    assert run.totals["default_pins"] == 225
    cell = hexes.cells_of(CITY_HALL[1], CITY_HALL[0])
    observed = {
        (f.category, f.res): dict(zip(f.body["ids"], f.body["observed"], strict=True))
        for f in run.findings.filter(kind="counts", res__isnull=False)
    }
    beside = Issue.objects.filter(default_pin=False, cell=int(cell[0]))
    assert sum(c.get(hexes.to_text(int(cell[0])), 0) for (_, res), c in observed.items() if res == 10) <= beside.count()
    assert hotspots(run)
    assert sum(i.default_pin for i in Issue.objects.filter(founded__isnull=False, default_pin=False)) == 0


def test_invalid_features_are_refused_by_name_and_mended_on_request(real, settings, db, capsys):
    from django.core.management import CommandError

    file = str(real / "boston" / "boston_neighbourhoods_cth.geojson")
    with pytest.raises(CommandError) as refused:
        call_command("load_boundaries", file, name_field="name")
    told = str(refused.value)
    assert told.startswith("4 features cannot be areas")
    assert all(name in told for name in ("Hyde Park", "East Boston", "Downtown", "Beacon Hill"))
    assert not Neighborhood.objects.exists()
    call_command("load_boundaries", file, name_field="name", repair=True)
    assert Neighborhood.objects.count() == 26
    assert "Repaired Hyde Park" in capsys.readouterr().out
