"""Counts, the test of each category, agreement of the sets: every incident accounted for, whatever the order."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analytics.methods.checks import MethodError
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.results import digest
from analytics.stages import counts
from analytics.stages.city import city_of
from geo import hexes
from tests import cubes, golden

QUICK = Parameters(draws=200, hyper_draws=20)
CHOSEN = ("category-05", "category-10")


@pytest.fixture(scope="module")
def town():
    """A plant among 2 categories: incidents, units, categories, where the plant is."""
    found, plant = golden.planted(9)
    kept = {slug: found[slug] for slug in {*CHOSEN, plant.category}}
    categories = [c for c in golden.categories() if c.slug in kept]
    return golden.incidents(kept, 9), golden.units(9), categories, plant


def families_of(incidents, units, categories):
    city = cubes.city_from(incidents, units, categories, QUICK)
    return counts.families(city, counts.count(city))


@pytest.fixture(scope="module")
def families(town):
    return families_of(*town[:3])


def of(families, category, res):
    (found,) = [f for f in families if (f.category, f.res) == (category, res)]
    return found.body


def reverse(units):
    exposure = {kind: values[::-1] for kind, values in reversed(units.exposure.items())}
    ring = units.neighbours[::-1][:, ::-1]
    return Units(units.res, units.ids[::-1], units.names[::-1], exposure, ring, area=units.area[::-1])


def fingerprint(families):
    return digest([[f.kind, f.category, f.res, f.body] for f in families])


def test_every_category_and_set_has_its_family(families, town):
    slugs = sorted(c.slug for c in town[2])
    assert [(f.category, f.res) for f in families] == [(slug, res) for res in (8, 9, 10, None) for slug in slugs]


def test_every_incident_is_accounted_for(families, town):
    for body, category in ((f.body, f.category) for f in families):
        assert body["total"] == (town[0]["category"] == category).sum()
        assert body["total"] == sum(body["observed"]) + body["unexposed"] + body["outside"]
        assert sum(body["expected"]) == pytest.approx(sum(body["observed"]))


def test_columns_run_along_the_ids(families):
    body = of(families, "category-10", 9)
    columns = [name for name, value in body.items() if isinstance(value, list) and not name.startswith("unexposed")]
    assert len(columns) == 16
    assert {len(body[name]) for name in columns} == {len(body["ids"])}
    assert body["ids"] == sorted(body["ids"])


def test_the_plant_is_hot_where_it_lies(families, town):
    plant = town[3]
    body = of(families, plant.category, 9)
    inside = {hexes.to_text(int(c)) for c in plant.disc}
    assert inside & {cell for cell, q in zip(body["ids"], body["q"], strict=True) if q <= 0.05}


def test_a_whole_quarter_out_of_line_is_hot_at_every_set():
    city = cubes.town()
    (body,) = [f.body for f in counts.families(city, counts.count(city)) if (f.category, f.res) == ("litter", None)]
    at = dict(zip(body["ids"], zip(body["hot_at"], body["hot_of"], strict=True), strict=True))
    assert at[cubes.PLANT] == (4, 4)


def test_a_cold_cell_is_hot_nowhere(families):
    assert 0 in of(families, "category-05", 9)["hot_at"]


def test_a_cell_counts_its_own_incidents(families, town):
    incidents = town[0][town[0]["category"] == "category-10"]
    counted = pd.Series(hexes.parents(incidents["cell"].to_numpy(), 9)).value_counts()
    body = of(families, "category-10", 9)
    for cell, n in zip(body["ids"], body["observed"], strict=True):
        assert counted.get(hexes.from_text(cell), 0) == n


def test_exact_limits_hold_the_crude_ratio(families):
    body = of(families, "category-10", None)
    triples = zip(body["crude_low"], body["crude"], body["crude_high"], strict=True)
    assert all(low <= crude <= high for low, crude, high in triples)


def test_the_order_of_everything_changes_nothing(families, town):
    incidents, units, categories, _ = town
    turned = [reverse(u) if u.res else u for u in reversed(units)]
    again = families_of(incidents.sample(frac=1, random_state=5), turned, categories[::-1])
    assert fingerprint(again) == fingerprint(families)


def test_one_more_category_leaves_the_others_as_they_are(families, town):
    incidents, units, categories, _ = town
    more = [*categories, CategoryParams("aaa-new", "population", 30.0, 5)]
    grown = {(f.category, f.res): f.body for f in families_of(incidents, units, more)}
    assert all(grown[f.category, f.res] == f.body for f in families)


def test_a_category_nobody_spoke_of_is_answered_not_dropped(town):
    incidents, units, categories, _ = town
    found = families_of(incidents, units, [*categories, CategoryParams("silence", "population", 30.0, 5)])
    body = of(found, "silence", 8)
    assert body["total"] == sum(body["observed"]) == sum(body["expected"]) == 0
    assert set(body["q"]) == {1.0}
    assert set(body["crude_high"]) == {0.0}


def test_nothing_said_at_all_has_an_answer():
    city = cubes.empty()
    assert {f.body["total"] for f in counts.families(city, counts.count(city))} == {0}


def test_area_stands_in_and_the_header_says_so(town):
    incidents, units, _, _ = town
    wanted = [CategoryParams("category-05", "street_m", 40.0, 6)]
    found = families_of(incidents[incidents["category"] == "category-05"], units, wanted)
    body = of(found, "category-05", 9)
    assert (body["exposure"], body["exposure_wanted"]) == ("area", "street_m")


def test_a_sensitive_category_is_in_no_family(town):
    incidents, units, categories, _ = town
    delicate = [CategoryParams(c.slug, c.exposure, 40.0, 6, sensitive=c.slug == "category-05") for c in categories]
    found = families_of(incidents, units, delicate)
    assert "category-05" not in {f.category for f in found}
    assert of(found, "category-10", 9)["total"] == (incidents["category"] == "category-10").sum()


def test_numbers_are_cut_to_twelve_digits(families):
    body = of(families, "category-10", 10)
    values = [v for name in ("expected", "ratio", "q", "ring_ratio") for v in body[name]]
    assert all(math.isfinite(v) and v == float(f"{v:.12g}") for v in values)


def test_each_family_has_its_own_stream():
    city = cubes.empty()
    numbers = {city.stream("ranking", None, res).random() for res in (8, 9, 10, None)}
    assert len(numbers) == 4
    assert city.stream("ranking", None, 9).random() in numbers


# A row of three cells and what can go wrong with each.

ROW = hexes.ring(int(hexes.cells_of(21.2287, 45.7489, 9)[0]))[:3]
LAMP = [CategoryParams("lamp", "population", 50.0, 3)]


def row_units(people):
    names = np.array([hexes.to_text(int(c)) for c in ROW], object)
    links = sparse.csr_matrix(np.ones((3, 3)))
    return Units(9, names, names, {"population": np.array(people, float)}, links, area=np.zeros(3, np.int64))


def one_area():
    name = np.array(["all"], object)
    return Units(None, name, name, {"population": np.ones(1)}, sparse.identity(1, format="csr"), area=np.zeros(1, int))


def row_incidents(places):
    """Incidents at the centres of cells of the row; -1 is a place far outside."""
    lng, lat = hexes.centres(ROW)
    at = [(lng[i], lat[i]) if i >= 0 else (20.0, 44.0) for i in places]
    moment = pd.to_datetime(["2025-02-01"] * len(places), utc=True)
    return pd.DataFrame(
        {
            "category": "lamp",
            "cell": hexes.cells_of([a for a, _ in at], [b for _, b in at]),
            "neighborhood": ["all" if i >= 0 else None for i in places],
            "x": np.arange(len(places), dtype=float),
            "y": 0.0,
            "opened": moment,
            "closed": moment,
        }
    )


def test_incidents_outside_and_without_exposure_are_told_apart():
    found = families_of(row_incidents([0, 0, 1, 2, 2, -1]), [row_units([10, 20, 0]), one_area()], LAMP)
    body = of(found, "lamp", 9)
    assert (body["outside"], body["unexposed"], body["observed"]) == (1, 2, [2, 1])
    assert body["unexposed_ids"] == [hexes.to_text(int(ROW[2]))]
    assert body["unexposed_observed"] == [2]


def test_a_sliver_of_exposure_is_none():
    found = families_of(row_incidents([0, 1, 2]), [row_units([10, 20, 0.001]), one_area()], LAMP)
    assert of(found, "lamp", 9)["unexposed"] == 1


def test_two_sets_of_one_resolution_are_refused():
    with pytest.raises(MethodError, match="share a slug, or two sets of units a resolution"):
        families_of(row_incidents([0]), [row_units([1, 1, 1]), row_units([1, 1, 1]), one_area()], LAMP)


def test_a_city_without_areas_is_refused():
    with pytest.raises(MethodError, match="the areas are wanted"):
        city_of(cubes.cube(), [row_units([1, 1, 1])], cubes.CATEGORIES, QUICK, 1, 0)


def test_more_weeks_than_counted_are_refused():
    city = cubes.empty()
    with pytest.raises(MethodError, match="105 asked for, 104 counted"):
        city.weekly(city.areas, 105)
