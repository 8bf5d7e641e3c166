"""Do change classes find what is there, and nothing else? Counts with a season, with and without a planted trend."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from analytics.methods.change import change, rebin
from analytics.methods.trends import hamed_rao, mann_kendall, seasonal
from bench._figures import Figures
from tests.seasons import DOUBLE, PEAK, SMOOTH, City, Counts, with_plants, without_waves

UNITS = 1_000
LEVEL = 0.05
MOST_FALSE, LEAST_FOUND = 6.0, 80.0

# Aims hold for these. Levels are mixed, 0.3 to 20 a week, unless named; AR: weeks that hang together, sd 0.3.
CITIES = {
    "smooth season": City(),
    "two waves": City(shape=DOUBLE),
    "ten weeks of snow": City(shape=PEAK),
    "2.5 years": City(weeks=130),
    "3 years": City(weeks=156),
    "0.3 a week": City(level=0.3),
    "20 a week": City(level=20),
    "AR 0.3": City(rho=0.3, spread=0.3),
    "AR 0.5": City(rho=0.5, spread=0.3),
    "AR 0.5, 3 years": City(weeks=156, rho=0.5, spread=0.3),
}
# Rates that wander by half, or for months on end, which two years can hardly tell from a trend: printed, no aim.
BEYOND = {
    "AR 0.6, sd 0.5": City(rho=0.6, spread=0.5),
    "AR 0.8, 20 a week": City(level=20, rho=0.8, spread=0.3),
}
PLANTED = {f"planted, {shape} season": City(shape=shape) for shape in (SMOOTH, DOUBLE, PEAK)} | {
    "planted, smooth, 3 years": City(weeks=156)
}
PLANTED_BEYOND = {"planted, AR 0.3": City(rho=0.3, spread=0.3)}

P = npt.NDArray[np.float64]
INSTEAD: dict[str, Callable[[Counts], P]] = {
    "Mann-Kendall": lambda x: mann_kendall(x).p,
    "Hamed-Rao, 3 lags": lambda x: hamed_rao(x, lag=3).p,
    "two waves out, Mann-Kendall": lambda x: mann_kendall(without_waves(x, 2)).p,
    "two waves out, Hamed-Rao": lambda x: hamed_rao(without_waves(x, 2), lag=3).p,
    "two waves out, 4 weeks": lambda x: mann_kendall(without_waves(rebin(x, 4), 2, 13)).p,
    "seasonal, as it is": lambda x: seasonal(x, 52).p,
    "seasonal, inflated (ours)": lambda x: change(x, least=1).p,
}
PUT_TO = {
    "0.3 a week": City(level=0.3),
    "20 a week": City(level=20),
    "snow, 20 a week": City(level=20, shape=PEAK),
    "AR 0.5, 20 a week": City(level=20, rho=0.5, spread=0.3),
}


def figures(figures: Figures, seeds: Iterable[int]) -> None:
    """Shares in per cent of 1,000 units, means over the seeds: false trends at p and at q, and planted ones found."""
    each = list(seeds)
    for name, city in {**CITIES, **BEYOND}.items():
        aim = MOST_FALSE if name in CITIES else None
        found = [_false(city.counts(UNITS, np.random.default_rng(seed))) for seed in each]
        at_p, at_q = np.mean(found, axis=0)
        figures.take(f"change: false at p 0.05, {name}", at_p, "%", at_most=aim)
        figures.take(f"change: false at q 0.05, {name}", at_q, "%", at_most=aim)
    for name, city in {**PLANTED, **PLANTED_BEYOND}.items():
        planted = [_planted(city, np.random.default_rng(seed)) for seed in each]
        found_, false = np.mean(planted, axis=0)
        figures.take(f"change: found at q 0.05, {name}", found_, "%", at_least=LEAST_FOUND if name in PLANTED else None)
        figures.take(f"change: false beside them, {name}", false, "%", at_most=MOST_FALSE)
    for name, city in PUT_TO.items():
        counts = [city.counts(UNITS, np.random.default_rng(seed)) for seed in each[:10]]
        for other, test in INSTEAD.items():
            share = np.mean([(test(one) <= LEVEL).mean() for one in counts])
            figures.take(f"change instead: {other}, {name}", 100 * share, "%")


def _false(counts: Counts) -> tuple[float, float]:
    found = change(counts)
    at_p = (found.p[found.known] <= LEVEL).mean()
    return 100 * float(at_p), 100 * float((found.trend != 0).mean())


def _planted(city: City, rng: np.random.Generator) -> tuple[float, float]:
    counts, planted = with_plants(city, UNITS, rng)
    trend = change(counts).trend
    return 100 * float((trend[planted] == 1).mean()), 100 * float((trend[~planted] != 0).mean())
