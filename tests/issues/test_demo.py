"""The demo's issues: exactly as many as asked, the same for the same seed, and each fit to be imported."""

import datetime as dt

import pandas as pd
import pytest

from geo.cities import load_city
from geo.joins import AreaIndex
from geo.readers import read_areas, read_table
from issues.demo import COLUMNS, SOURCE, generate, generate_chunks
from issues.demo_recipe import RecipeError, load_recipe
from issues.mappings import apply, load_mapping
from tests.tiny import FIXTURES

CITY = load_city(FIXTURES / "cities/timisoara.toml")
RECIPE = load_recipe(FIXTURES / "demo/timisoara.toml")
PIN = f"{RECIPE.default_pin.lng:.6f}", f"{RECIPE.default_pin.lat:.6f}"


@pytest.fixture(scope="module")
def areas():
    return read_areas(FIXTURES / "boundaries/timisoara_neighborhoods.geojson", "name")


@pytest.fixture(scope="module")
def exposure():
    return read_table(FIXTURES / "boundaries/timisoara_exposure.csv")


@pytest.fixture(scope="module")
def demo(areas, exposure):
    return generate(CITY, areas, exposure, RECIPE)


@pytest.fixture(scope="module")
def rows(demo):
    mapped = apply(load_mapping("demo", FIXTURES / "mappings"), demo, CITY)
    assert mapped.rejects.empty
    assert not mapped.unmapped
    assert mapped.blanked_closing == mapped.closing_before_opening == mapped.closing_while_open == 0
    return mapped.rows


def test_it_has_our_export_s_columns_and_says_that_it_is_the_demo(demo):
    assert tuple(demo.columns) == COLUMNS
    assert set(demo["source"]) == {SOURCE}
    assert len(demo) == 20_000
    assert demo["external_id"].is_unique


def test_a_seed_fixes_every_byte(areas, exposure):
    first, again = (generate(CITY, areas, exposure, RECIPE, n=500, seed=3).to_csv() for _ in range(2))
    assert first == again
    assert generate(CITY, areas, exposure, RECIPE, n=500, seed=4).to_csv() != first


@pytest.mark.parametrize("n", [0, 1, 7, 20_001])
def test_there_are_exactly_as_many_as_asked(areas, exposure, n):
    made = generate(CITY, areas, exposure, RECIPE, n=n)
    assert len(made) == n
    assert made["external_id"].is_unique


def test_chunks_refer_to_nothing_outside_themselves(areas, exposure):
    for chunk in generate_chunks(CITY, areas, exposure, RECIPE, n=25_000):
        assert set(chunk["duplicate_of"]) - {""} <= set(chunk["external_id"])


def test_they_lie_in_the_period_and_in_order(rows):
    assert rows["opened_at"].is_monotonic_increasing
    assert rows["opened_at"].dt.tz_convert(CITY.time_zone).dt.date.between(RECIPE.since, RECIPE.until).all()
    assert not (rows["closed_at"] >= pd.Timestamp(RECIPE.until, tz=CITY.time_zone)).any()


def test_the_mix_is_that_of_the_recipe(rows):
    found = rows["category"].value_counts(normalize=True)
    for behaviour in RECIPE.categories:
        assert found[behaviour.slug] == pytest.approx(behaviour.share, abs=0.012)


def test_about_eight_in_a_hundred_are_open_and_few_refused(rows):
    share = rows["state"].value_counts(normalize=True)
    assert 0.06 < share["received"] + share["in_progress"] < 0.10
    assert 0 < share["refused"] < 0.03
    assert 0.02 < share["transferred"] < 0.07


def test_seasons_show(rows):
    month = rows["opened_at"].dt.month
    parks, lighting = (month[rows["category"] == c] for c in ("parks", "lighting"))
    assert parks.isin([5, 6, 7]).mean() > 2 * parks.isin([12, 1, 2]).mean()
    assert lighting.isin([11, 12, 1]).mean() > 1.5 * lighting.isin([5, 6, 7]).mean()


def test_weekends_are_quiet_but_for_noise(rows):
    weekend = rows["opened_at"].dt.tz_convert(CITY.time_zone).dt.day_of_week >= 5
    assert weekend[rows["category"] == "roads"].mean() < 0.2
    assert weekend[rows["category"] == "noise"].mean() > 0.35


def test_a_few_lie_outside_the_neighborhoods(rows, areas):
    place = AreaIndex(areas).locate(rows["lng"], rows["lat"])
    assert 0.008 < (place.area < 0).mean() < 0.03


def test_one_coordinate_holds_many_unlike_issues(demo):
    pinned = demo[(demo["lng"] == PIN[0]) & (demo["lat"] == PIN[1])]
    assert len(pinned) == round(20_000 * RECIPE.shares["default_pin"])
    assert pinned["category"].nunique() >= 10
    others = demo.drop(pinned.index).groupby(["lng", "lat"]).size()
    assert others.max() <= 2


def test_one_day_closed_old_cases_at_a_stroke(rows):
    closed = rows["closed_at"].value_counts()
    assert closed.index[0].tz_convert(CITY.time_zone).date() == RECIPE.bulk_closure.day
    assert closed.iloc[0] > 20 * closed.iloc[1]


def test_a_marked_duplicate_follows_its_parent_nearby(demo, rows):
    marked = rows[rows["duplicate_of"] != ""]
    parents = rows.set_index("external_id").loc[marked["duplicate_of"]].reset_index()
    assert 0.02 < len(marked) / len(rows) < 0.06
    assert (marked["category"].to_numpy() == parents["category"].to_numpy()).all()
    assert (marked["opened_at"].to_numpy() >= parents["opened_at"].to_numpy()).all()
    assert abs(marked["lat"].to_numpy() - parents["lat"].to_numpy()).max() < 0.001


def test_texts_are_short_spoken_romanian_without_persons(demo):
    said = " ".join([*demo["title"], *demo["description"]])
    assert not set("şţŞŢ{}@") & set(said)
    sentences = [s for d in demo["description"] for s in d.split(". ")]
    assert max(len(s.split()) for s in sentences) <= 15
    assert 0.08 < (demo["description"] == "").mean() < 0.16


def test_an_area_without_exposure_is_named(areas, exposure):
    with pytest.raises(ValueError, match="no exposure for fabric"):
        generate(CITY, areas, exposure[exposure["slug"] != "fabric"], RECIPE, n=10)


def test_an_empty_period_is_refused(areas, exposure):
    day = dt.date(2026, 1, 1)
    with pytest.raises(ValueError, match="an empty period"):
        generate(CITY, areas, exposure, RECIPE, n=10, since=day, until=day)


def test_a_recipe_is_refused_by_file_and_key(tmp_path):
    text = (FIXTURES / "demo/timisoara.toml").read_text(encoding="utf-8")
    (tmp_path / "texts_ro.toml").write_text((FIXTURES / "demo/texts_ro.toml").read_text(encoding="utf-8"))
    path = tmp_path / "city.toml"
    path.write_text(text.replace("growth_per_year", "growth"), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"city\.toml.*growth_per_year"):
        load_recipe(path)
    path.write_text(text.replace('category = "water"', 'category = "wells"'), encoding="utf-8")
    with pytest.raises(RecipeError, match="hotspots: no category wells"):
        load_recipe(path)
