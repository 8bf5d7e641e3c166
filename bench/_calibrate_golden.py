"""Is nothing found where risk is constant, and the plant where it is raised? The suite's proof over more seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench._figures import Figures
from bench._progress import watched
from tests import golden
from tests.analytics.methods.test_golden import hot_units, plant_found

MOST_FALSE_FAMILIES, MOST_FALSE_CELLS, LEAST_FOUND = 5.0, 0.01, 95.0


def figures(figures: Figures, seeds: Sequence[int]) -> None:
    """In per cent: families (seed x category x resolution) with a hot cell, hot cells, and plants that hold one."""
    cells, quarters, plants = [], [], []
    for seed in watched(seeds, "golden cities"):
        found = hot_units(golden.constant(seed), seed)
        cells += [found[res] for res in golden.RESOLUTIONS]
        quarters.append(found[None])
        plants.append(plant_found(seed))
    hot, tested = np.concatenate(cells).T
    figures.take("golden: families of the constant city", len(hot))
    figures.take("golden: of them with a hot cell", 100 * (hot > 0).mean(), "%", at_most=MOST_FALSE_FAMILIES)
    figures.take("golden: hot among cells tested", 100 * hot.sum() / tested.sum(), "%", at_most=MOST_FALSE_CELLS)
    few = np.concatenate(quarters)[:, 0]
    figures.take("golden: quarters, families with a hot one", 100 * (few > 0).mean(), "%", at_most=MOST_FALSE_FAMILIES)
    figures.take("golden: plants found", 100 * float(np.mean(plants)), "%", at_least=LEAST_FOUND)
