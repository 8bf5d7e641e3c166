"""The 31 mapped neighbourhoods of Timișoara: overlaps and holes are real cases."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely
from django.core.management import call_command

from geo.cities import load_city
from neighborhoods.locate import locator
from neighborhoods.models import Neighborhood


@pytest.fixture
def loaded(real, db, capsys, settings):
    settings.CITY = load_city(settings.FIXTURES / "cities" / "timisoara.toml")
    file = real / "timisoara" / "neighbourhoods_osm31.geojson"
    call_command("load_boundaries", str(file), name_field="name")
    return file, capsys.readouterr().out


def test_overlaps_and_uncovered_ground_are_told(loaded):
    _file, told = loaded
    assert "Loaded: 31 areas" in told
    assert "Overlapping pairs: 11." in told
    assert "Aradului and Lipovei share 15,778 m²" in told
    assert "Uncovered part of the city: 23.9" in told


def test_ten_thousand_points_get_the_answer_of_an_independent_join(loaded):
    file, _told = loaded
    areas = gpd.read_file(file)
    rng = np.random.default_rng(20)
    west, south, east, north = areas.total_bounds
    corners = np.array([c for g in areas.geometry for p in getattr(g, "geoms", [g]) for c in p.exterior.coords])
    lng = np.concatenate([rng.uniform(west, east, 9_500), rng.choice(corners, 500)[:, 0]])
    lat = np.concatenate([rng.uniform(south, north, 9_500), np.zeros(500)])
    picked = corners[rng.integers(0, len(corners), 500)]
    lng[9_500:], lat[9_500:] = picked[:, 0], picked[:, 1]
    places = locator().places(lng, lat, np.full(10_000, dt.date(2026, 1, 1), "datetime64[D]"))
    names = dict(Neighborhood.objects.values_list("pk", "name"))

    points = gpd.GeoDataFrame({"row": range(10_000)}, geometry=gpd.points_from_xy(lng, lat), crs=4326)
    pairs = gpd.sjoin(points, areas[["name", "geometry"]], predicate="intersects")
    holders = pairs.groupby("row")["name"].agg(set).to_dict()
    borders = shapely.union_all([g.boundary for g in areas.geometry])
    shapely.prepare(borders)
    on_border = shapely.intersects(borders, points.geometry.to_numpy())
    seen = set()
    for row in range(10_000):
        held, state = holders.get(row, set()), places.state[row]
        name = names.get(int(places.neighborhood[row]))
        seen.add(state)
        if not held:
            assert (name, state) == (None, "outside")
        else:
            assert name in held
            assert state == ("border" if on_border[row] else "inside" if len(held) == 1 else "overlap")
    assert seen == {"inside", "overlap", "outside", "border"}
