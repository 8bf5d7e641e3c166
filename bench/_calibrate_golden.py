"""Is nothing found where risk is constant, and the plant where it is raised? The suite's proof over more seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench._figures import Figures
from bench._progress import watched
from tests import golden
from tests.analytics.methods.test_golden import hot_cells, plant_found

MOST_FALSE_FAMILIES, MOST_FALSE_CELLS, LEAST_FOUND = 5.0, 0.01, 95.0


def figures(figures: Figures, seeds: Sequence[int]) -> None:
    """In per cent: families (seed x category x resolution) with a hot cell, hot cells, and plants that hold one."""
    hot, tested, plants = [], [], []
    for seed in watched(seeds, "golden cities"):
        people, counts = golden.people(seed), golden.constant(seed)
        for res in golden.RESOLUTIONS:
            level = golden.level(res)
            here = level.sums(people)
            for slug in golden.CATEGORIES:
                cells, rows = hot_cells(counts[slug], level, here)
                hot.append(int(cells.sum()))
                tested.append(int(rows.sum()))
        plants.append(plant_found(seed))
    figures.take("golden: families of the constant city", len(hot))
    figures.take(
        "golden: of them with a hot cell", 100 * float(np.mean(np.array(hot) > 0)), "%", at_most=MOST_FALSE_FAMILIES
    )
    figures.take("golden: hot among cells tested", 100 * sum(hot) / sum(tested), "%", at_most=MOST_FALSE_CELLS)
    figures.take("golden: plants found", 100 * float(np.mean(plants)), "%", at_least=LEAST_FOUND)
