"""Weekly counts of many units with a season, with and without a trend: nothing may be found in the one, most in the
other. Every number follows from the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

YEAR = 52
SMOOTH, DOUBLE, PEAK = "smooth", "double", "peak"
LEAST_LEVEL, MOST_LEVEL = 0.3, 20.0
AMPLITUDES = (0.2, 0.8)
PLANTED_LEVEL, PLANTED_GROWTH, PLANTED_SHARE = 12.0, 2.0, 0.1

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class City:
    """How one family of units goes through `weeks` weeks.

    `shape`: of the season, its place in the year drawn for each unit, its amplitude from AMPLITUDES; PEAK is ten weeks
    far above the rest. `level`: incidents a week; None draws each unit's between LEAST_LEVEL and MOST_LEVEL, evenly in
    the logarithm. `growth`: rate at the end over rate at the start. `rho`, `spread`: autocorrelation from week to week
    and standard deviation of the logarithm of the rate; without spread counts are Poisson.
    """

    weeks: int = 104
    shape: str = SMOOTH
    level: float | None = None
    growth: float = 1.0
    rho: float = 0.0
    spread: float = 0.0

    def rates(self, units: int, rng: np.random.Generator) -> Floats:
        """Incidents expected, units x weeks."""
        if self.level is None:
            level = np.exp(rng.uniform(np.log(LEAST_LEVEL), np.log(MOST_LEVEL), (units, 1)))
        else:
            level = np.full((units, 1), self.level)
        wave = season(self.shape, np.arange(self.weeks) - rng.uniform(0, YEAR, (units, 1)))
        rate: Floats = level * (1 + rng.uniform(*AMPLITUDES, (units, 1)) * wave)
        return rate * self.growth ** (np.arange(self.weeks) / (self.weeks - 1) - 0.5)

    def counts(self, units: int, rng: np.random.Generator) -> Counts:
        """Incidents, units x weeks."""
        rate = self.rates(units, rng)
        if self.spread:
            rate *= np.exp(self.spread * drift(self.rho, rate.shape, rng) - self.spread**2 / 2)
        return rng.poisson(rate)


def season(shape: str, week: Floats) -> Floats:
    """The season at that week of the year, of mean 0 over a year, -1 at its lowest or a little above."""
    turn = 2 * np.pi * week / YEAR
    if shape == SMOOTH:
        return np.sin(turn)
    if shape == DOUBLE:
        return 0.7 * np.sin(turn) + 0.3 * np.sin(2 * turn + 1)
    return np.where(week % YEAR < 10, 4.2, -1.0)


def drift(rho: float, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Normal noise of variance 1 along the rows, each value hanging on the one before by `rho`."""
    noise = rng.normal(size=shape)
    for week in range(1, shape[1]):
        noise[:, week] = rho * noise[:, week - 1] + np.sqrt(1 - rho**2) * noise[:, week]
    return noise


def with_plants(city: City, units: int, rng: np.random.Generator) -> tuple[Counts, npt.NDArray[np.bool_]]:
    """The city, and in its first tenth the planted trend instead; which those units are."""
    planted = np.arange(units) < PLANTED_SHARE * units
    grown = replace(city, level=PLANTED_LEVEL, growth=PLANTED_GROWTH)
    return np.vstack([grown.counts(int(planted.sum()), rng), city.counts(int((~planted).sum()), rng)]), planted


def wide_sums(series: npt.NDArray[np.generic], width: int) -> Floats:
    """Sums over `width` bins that overlap by all but one: the trap."""
    total = np.cumsum(np.pad(np.asarray(series, np.float64), ((0, 0), (1, 0))), axis=1)
    return total[:, width:] - total[:, :-width]


def without_waves(series: npt.NDArray[np.generic], waves: int, period: int = YEAR) -> Floats:
    """The season of each row taken out by harmonic regression beside a straight line: the other trap."""
    x = np.asarray(series, np.float64)
    time = np.arange(x.shape[1])
    turns = [2 * np.pi * k * time / period for k in range(1, waves + 1)]
    terms = np.array([np.ones(len(time)), time, *(f(turn) for turn in turns for f in (np.sin, np.cos))])
    fitted = x @ np.linalg.pinv(terms)
    return x - fitted[:, 2:] @ terms[2:]
