"""The proof on the golden cities: nothing found where risk is constant, the plant found where it is raised."""

from functools import cache

import numpy as np
import pytest

from analytics.methods.hotspots import exposure_test
from analytics.methods.rates import expected
from analytics.methods.units import Parameters
from geo.hexes import area_m2
from tests import golden

P = Parameters()


def hot_cells(counts, level, people):
    """Which cells of one resolution are hot, as analysis tests them, and which have exposure."""
    observed = level.sums(counts)
    found = expected(observed, people)
    rows = found.exposed
    test = exposure_test(
        observed[rows],
        found.values[rows],
        level.ring[rows][:, rows],
        dispersion_z=P.dispersion_z,
        least_observed=P.least_observed,
    )
    hot = np.zeros(len(rows), bool)
    hot[rows] = test.q <= P.q_level
    return hot, rows


@cache
def constant_city():
    """Per family of the constant city (seed x category x resolution): hot cells, cells tested."""
    families = []
    for seed in golden.SEEDS:
        people, counts = golden.people(seed), golden.constant(seed)
        for res in golden.RESOLUTIONS:
            level = golden.level(res)
            here = level.sums(people)
            for slug in golden.CATEGORIES:
                hot, tested = hot_cells(counts[slug], level, here)
                families.append((int(hot.sum()), int(tested.sum())))
    return np.array(families)


def test_the_constant_city_is_twenty_seeds_of_sixteen_categories_at_three_resolutions():
    assert len(constant_city()) == 20 * 16 * 3


def test_at_most_one_family_in_twenty_of_the_constant_city_holds_a_hot_cell():
    assert (constant_city()[:, 0] > 0).mean() <= 0.05


def test_at_most_one_cell_in_ten_thousand_of_the_constant_city_is_hot():
    hot, tested = constant_city().sum(axis=0)
    assert hot / tested <= 0.0001


def plant_found(seed):
    counts, plant = golden.planted(seed)
    level = golden.level(golden.PLANT_RES)
    hot, _ = hot_cells(counts[plant.category], level, level.sums(golden.people(seed)))
    return bool(hot[np.isin(level.cells, plant.disc)].any())


def test_at_least_nineteen_of_twenty_plants_hold_a_hot_cell():
    assert sum(plant_found(seed) for seed in golden.SEEDS) >= 19


@pytest.mark.parametrize("seed", [0, 7, 19])
def test_a_plant_is_seven_cells_with_enough_to_expect(seed):
    _, plant = golden.planted(seed)
    assert len(plant.disc) == 7
    assert plant.expected >= 20


def test_the_ground_is_a_city_of_about_seventy_square_kilometres():
    assert area_m2(golden.ground().cells).sum() / 1e6 == pytest.approx(70, abs=2)
    assert [len(golden.level(res).cells) for res in golden.RESOLUTIONS] == [114, 686, 4555]


def test_a_seed_is_a_city_forever():
    assert golden.people(3).sum() == pytest.approx(golden.PEOPLE)
    first, again = golden.constant(3), golden.constant(3)
    assert all((first[slug] == again[slug]).all() for slug in golden.CATEGORIES)
