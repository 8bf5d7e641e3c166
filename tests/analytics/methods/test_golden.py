"""The proof on the golden cities: nothing found where risk is constant, the plant found where it is raised.

Their incidents go the way of every analysis: counted into a cube, and from it the tables with the exposure test.
"""

from functools import cache

import numpy as np
import pytest

from analytics.methods.units import Parameters
from analytics.stages.counts import count, hot
from geo import hexes
from tests import cubes, golden

P = Parameters()


def tables(counts, seed):
    """Counts per category and res-10 cell, through the counted cube: the tables of each set of units, by category."""
    chosen = [c for c in golden.categories() if c.slug in counts]
    city = cubes.city_from(golden.incidents(counts, seed), golden.units(seed), chosen, P)
    return {res: {c.slug: t for c, t in zip(city.categories, of, strict=True)} for res, of in count(city).items()}


def hot_units(counts, seed):
    """By resolution (None: quarters), one row per category: how many units are hot, and how many were tested."""
    return {
        res: np.array([[flags.sum() for flags in hot(t, P.q_level, P.least_observed)] for t in of.values()])
        for res, of in tables(counts, seed).items()
    }


@cache
def constant_city():
    """Per family of cells of the constant city (seed x category x resolution): hot cells, cells tested."""
    found = [hot_units(golden.constant(seed), seed) for seed in golden.SEEDS]
    return np.concatenate([of[res] for of in found for res in golden.RESOLUTIONS])


def test_the_constant_city_is_twenty_seeds_of_sixteen_categories_at_three_resolutions():
    assert len(constant_city()) == 20 * 16 * 3


def test_at_most_one_family_in_twenty_of_the_constant_city_holds_a_hot_cell():
    assert (constant_city()[:, 0] > 0).mean() <= 0.05


def test_at_most_one_cell_in_ten_thousand_of_the_constant_city_is_hot():
    n, tested = constant_city().sum(axis=0)
    assert n / tested <= 0.0001


def plant_found(seed):
    counts, plant = golden.planted(seed)
    table = tables({plant.category: counts[plant.category]}, seed)[golden.PLANT_RES][plant.category]
    flags, _ = hot(table, P.q_level, P.least_observed)
    return bool(flags[np.isin(table.units.ids, [hexes.to_text(int(cell)) for cell in plant.disc])].any())


def test_at_least_nineteen_of_twenty_plants_hold_a_hot_cell():
    assert sum(plant_found(seed) for seed in golden.SEEDS) >= 19


def test_tables_hold_every_incident_drawn_where_it_was_drawn():
    counts = golden.constant(5)
    for res, of in tables(counts, 5).items():
        assert [int(t.observed.sum() + t.lost.sum()) + t.outside for t in of.values()] == [
            counts[slug].sum() for slug in of
        ], res
    finest = tables(counts, 5)[10]["category-15"]
    names = [hexes.to_text(int(cell)) for cell in golden.ground().cells]
    drawn = dict(zip(names, counts["category-15"], strict=True))
    assert finest.observed.tolist() == [drawn[name] for name in finest.units.ids]


@pytest.mark.parametrize("seed", [0, 7, 19])
def test_a_plant_is_seven_cells_with_enough_to_expect(seed):
    _, plant = golden.planted(seed)
    assert len(plant.disc) == 7
    assert plant.expected >= 20


def test_the_ground_is_a_city_of_about_seventy_square_kilometres():
    assert hexes.area_m2(golden.ground().cells).sum() / 1e6 == pytest.approx(70, abs=2)
    assert [len(golden.level(res).cells) for res in golden.RESOLUTIONS] == [114, 686, 4555]


def test_a_seed_is_a_city_forever():
    assert golden.people(3).sum() == pytest.approx(golden.PEOPLE)
    first, again = golden.constant(3), golden.constant(3)
    assert all((first[slug] == again[slug]).all() for slug in golden.CATEGORIES)
