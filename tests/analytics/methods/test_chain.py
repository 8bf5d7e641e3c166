import math

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analytics.methods.chain import INCIDENTS, analyse_frame, stream
from analytics.methods.checks import MethodError
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.results import digest
from geo import hexes
from geo.frames import FrameError
from tests import golden

QUICK = Parameters(draws=200, hyper_draws=20)
CHOSEN = ("category-05", "category-10")
CATEGORIES = [c for c in golden.categories() if c.slug in CHOSEN]


@pytest.fixture(scope="module")
def city():
    """A plant among 2 categories: incidents, units, where the plant is."""
    counts, plant = golden.planted(9)
    kept = {slug: counts[slug] for slug in {*CHOSEN, plant.category}}
    categories = [c for c in golden.categories() if c.slug in kept]
    return golden.incidents(kept, 9), golden.units(9), categories, plant


@pytest.fixture(scope="module")
def families(city):
    incidents, units, categories, _ = city
    return analyse_frame(incidents, units, categories, QUICK, seed=1)


def of(families, kind, category=None, res=None):
    (found,) = [f for f in families if (f.kind, f.category, f.res) == (kind, category, res)]
    return found.body


def reverse(units):
    exposure = {kind: values[::-1] for kind, values in reversed(units.exposure.items())}
    return Units(units.res, units.ids[::-1], units.names[::-1], exposure, units.neighbours[::-1][:, ::-1])


def fingerprint(families):
    return digest([[f.kind, f.category, f.res, f.body] for f in families])


def test_every_category_and_set_has_its_families(families, city):
    slugs = sorted(c.slug for c in city[2])
    counted = [(f.category, f.res) for f in families if f.kind == "counts"]
    assert counted == [(slug, res) for res in (8, 9, 10, None) for slug in slugs]
    assert [f.category for f in families if f.kind == "clusters"] == slugs
    assert [f.res for f in families if f.kind == "ranking"] == [8, 9, 10, None]


def test_every_incident_is_accounted_for(families, city):
    for family in (f for f in families if f.kind == "counts"):
        body = family.body
        assert body["total"] == (city[0]["category"] == family.category).sum()
        assert body["total"] == sum(body["observed"]) + body["unexposed"] + body["outside"]
        assert sum(body["expected"]) == pytest.approx(sum(body["observed"]))


def test_columns_run_along_the_ids(families):
    columns = ["observed", "expected", "ratio", "borrowed", "ring_observed", "ring_expected", "ring_ratio", "p", "q"]
    body = of(families, "counts", "category-10", 9)
    assert {len(body[name]) for name in columns} == {len(body["ids"])}
    assert body["ids"] == sorted(body["ids"])
    ranking = of(families, "ranking", None, 9)
    columns = ["names", "observed", "expected", "ratio", "rank", "rank_low", "rank_high", "p_top"]
    assert {len(ranking[name]) for name in columns} == {ranking["of"]} == {len(ranking["ids"])}


def test_the_plant_is_hot_where_it_lies(families, city):
    plant = city[3]
    body = of(families, "counts", plant.category, 9)
    hot = {cell for cell, q in zip(body["ids"], body["q"], strict=True) if q <= 0.05}
    assert hot & {hexes.to_text(int(c)) for c in plant.disc}


def test_a_cell_counts_its_own_incidents(families, city):
    incidents = city[0][city[0]["category"] == "category-10"]
    counted = pd.Series(hexes.parents(incidents["cell"].to_numpy(), 9)).value_counts()
    body = of(families, "counts", "category-10", 9)
    for cell, n in zip(body["ids"], body["observed"], strict=True):
        assert counted.get(hexes.from_text(cell), 0) == n


def test_the_order_of_everything_changes_nothing(families, city):
    incidents, units, categories, _ = city
    turned = [reverse(u) for u in reversed(units)]
    shuffled = incidents.sample(frac=1, random_state=5)
    again = analyse_frame(shuffled, turned, categories[::-1], QUICK, seed=1)
    assert fingerprint(again) == fingerprint(families)


def test_another_seed_moves_only_the_draws(families, city):
    other = analyse_frame(*city[:3], QUICK, seed=2)
    assert fingerprint(other) != fingerprint(families)
    assert [f for f in other if f.kind != "ranking"] == [f for f in families if f.kind != "ranking"]


def test_one_more_category_leaves_the_others_as_they_are(families, city):
    incidents, units, categories, _ = city
    more = [*categories, CategoryParams("aaa-new", "population", 30.0, 5)]
    grown = {(f.kind, f.category, f.res): f.body for f in analyse_frame(incidents, units, more, QUICK, seed=1)}
    for family in (f for f in families if f.kind != "ranking"):
        assert grown[family.kind, family.category, family.res] == family.body


def test_each_family_has_its_own_stream():
    numbers = {stream(1, "ranking", None, res).random() for res in (8, 9, 10, None)}
    assert len(numbers) == 4
    assert stream(1, "ranking", None, 9).random() in numbers
    assert stream(2, "ranking", None, 9).random() not in numbers


def test_a_category_nobody_spoke_of_is_answered_not_dropped(city):
    incidents, units, _, _ = city
    silent = [*CATEGORIES, CategoryParams("silence", "population", 30.0, 5)]
    found = analyse_frame(incidents[incidents["category"].isin(CHOSEN)], units, silent, QUICK, seed=1)
    body = of(found, "counts", "silence", 8)
    assert body["total"] == sum(body["observed"]) == sum(body["expected"]) == 0
    assert set(body["q"]) == {1.0}
    assert of(found, "clusters", "silence")["clusters"] == []
    assert of(found, "ranking", None, 8)["categories"] == list(CHOSEN)


def test_no_incidents_at_all_has_an_answer(city):
    incidents, units, _, _ = city
    found = analyse_frame(incidents.iloc[:0], units, CATEGORIES, QUICK, seed=1)
    assert of(found, "counts", "category-05", 9)["total"] == 0
    assert of(found, "ranking", None, None)["of"] == 0


def test_area_stands_in_and_the_header_says_so(city):
    incidents, units, _, _ = city
    wanted = [CategoryParams("category-05", "street_m", 40.0, 6)]
    found = analyse_frame(incidents[incidents["category"] == "category-05"], units, wanted, QUICK, seed=1)
    body = of(found, "counts", "category-05", 9)
    assert (body["exposure"], body["exposure_wanted"]) == ("area", "street_m")


# A row of three cells and what can go wrong with each.

ROW = hexes.ring(int(hexes.cells_of(21.2287, 45.7489, 9)[0]))[:3]


def row_units(people):
    names = np.array([hexes.to_text(int(c)) for c in ROW], object)
    return Units(9, names, names, {"population": np.array(people, float)}, sparse.csr_matrix(np.ones((3, 3))))


def row_incidents(places):
    """Incidents at the centres of cells of the row; -1 is a place far outside."""
    lng, lat = hexes.centres(ROW)
    at = [(lng[i], lat[i]) if i >= 0 else (20.0, 44.0) for i in places]
    cells = hexes.cells_of([a for a, _ in at], [b for _, b in at])
    moment = pd.to_datetime(["2026-01-01"] * len(places), utc=True)
    none = np.full(len(places), None, object)
    spread = np.arange(len(places), dtype=float)
    values = ["lamp"] * len(places), cells, none, spread, spread * 0, moment, moment
    return pd.DataFrame(dict(zip(INCIDENTS, values, strict=True)))


LAMP = [CategoryParams("lamp", "population", 50.0, 3)]


def test_incidents_outside_and_without_exposure_are_told_apart():
    found = analyse_frame(row_incidents([0, 0, 1, 2, 2, -1]), [row_units([10, 20, 0])], LAMP, QUICK, seed=1)
    body = of(found, "counts", "lamp", 9)
    assert (body["outside"], body["unexposed"], body["observed"]) == (1, 2, [2, 1])
    assert body["unexposed_ids"] == [hexes.to_text(int(ROW[2]))]
    assert body["unexposed_observed"] == [2]
    assert of(found, "ranking", None, 9)["of"] == 2


def test_a_sliver_of_exposure_is_none():
    found = analyse_frame(row_incidents([0, 1, 2]), [row_units([10, 20, 0.001])], LAMP, QUICK, seed=1)
    assert of(found, "counts", "lamp", 9)["unexposed"] == 1


def test_a_cluster_carries_the_test_of_the_cell_most_of_it_lies_in():
    found = analyse_frame(row_incidents([0, 1, 1, 1, 2]), [row_units([10, 20, 30])], LAMP, QUICK, seed=1)
    body, counts = of(found, "clusters", "lamp"), of(found, "counts", "lamp", 9)
    (cluster,) = body["clusters"]
    assert (cluster["n"], cluster["cell"]) == (5, hexes.to_text(int(ROW[1])))
    assert cluster["q"] == counts["q"][counts["ids"].index(cluster["cell"])]
    assert cluster["ratio"] == counts["ring_ratio"][1]
    assert (body["noise"], body["untested"], body["test_res"]) == (0, 0, 9)


def test_a_cluster_without_a_tested_cell_is_counted_not_shown():
    found = analyse_frame(row_incidents([-1, -1, -1, 0]), [row_units([10, 20, 30])], LAMP, QUICK, seed=1)
    body = of(found, "clusters", "lamp")
    assert len(body["clusters"]) == 1
    alone = analyse_frame(row_incidents([-1, -1, -1]), [row_units([10, 20, 30])], LAMP, QUICK, seed=1)
    body = of(alone, "clusters", "lamp")
    assert (body["clusters"], body["untested"]) == ([], 1)


def test_numbers_are_cut_to_twelve_digits(families):
    body = of(families, "counts", "category-10", 10)
    values = [v for name in ("expected", "ratio", "q", "ring_ratio") for v in body[name]]
    assert all(math.isfinite(v) and v == float(f"{v:.12g}") for v in values)


def test_an_unknown_category_is_refused_by_name():
    with pytest.raises(MethodError, match="category: 'lamp' is not among those given"):
        analyse_frame(row_incidents([0]), [row_units([1, 1, 1])], CATEGORIES, QUICK, seed=1)


def test_a_point_that_is_nowhere_is_refused():
    frame = row_incidents([0, 1])
    frame.loc[1, "x"] = np.inf
    with pytest.raises(MethodError, match="x: row 1 is inf"):
        analyse_frame(frame, [row_units([1, 1, 1])], LAMP, QUICK, seed=1)


def test_a_frame_without_its_columns_is_refused():
    with pytest.raises(FrameError, match="incidents: missing column cell"):
        analyse_frame(row_incidents([0]).drop(columns="cell"), [row_units([1, 1, 1])], LAMP, QUICK, seed=1)


def test_two_sets_of_one_resolution_are_refused():
    with pytest.raises(MethodError, match="share a slug, or two sets of units a resolution"):
        analyse_frame(row_incidents([0]), [row_units([1, 1, 1])] * 2, LAMP, QUICK, seed=1)
