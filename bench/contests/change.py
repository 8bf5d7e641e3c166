"""Change classes of 10,000 cells from 104 weekly counts: seasonal test, Sen's slope, q, trend and class.

The cells go through a city's seasons with weeks that hang together, a tenth of them with a planted trend. Inside both
clocks: the test of each week against that week a year before, the slope of sums of four weeks, by how much the
variance grows because weeks hang together, z, p, Benjamini-Hochberg and the class. Theirs takes test and slope from
pymannkendall cell by cell, its q from scipy, and, as nobody else has them, that growth and the classes from us: 0.1 s
at most. Its test finds slopes of single weeks as well, a fifth of its time, and cannot be asked not to. Outside both:
making the counts and which of 26 bins of four weeks were hot. One core each; nothing is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pymannkendall
from scipy import stats

from analytics.methods.change import change, classify, inflation, rebin
from analytics.methods.checks import Floats, Ints
from tests.seasons import YEAR, City, Counts, with_plants

NAME = "Change on 10,000 cells x 104 weeks"
RIVAL = "pymannkendall seasonal_test and seasonal_sens_slope per cell"
AIM = 30.0

CELLS = 10_000
CLOSE = 1e-9


@dataclass(frozen=True)
class Given:
    """Counts, cells x 104 weeks, and flags, cells x 26 bins: is the cell among the busiest tenth in these weeks."""

    counts: Counts
    hot: np.ndarray


@dataclass(frozen=True)
class Answer:
    z: Floats
    p: Floats
    slope: Floats
    trend: Ints
    kind: np.ndarray


def prepare(cells: int = CELLS) -> Given:
    counts, _ = with_plants(City(rho=0.3, spread=0.3), cells, np.random.default_rng(2026))
    busy = rebin(counts, 4)
    return Given(counts, busy >= np.quantile(busy, 0.9, axis=0))


def warm_up(given: Given) -> None:
    few = Given(given.counts[:20], given.hot[:20])
    ours(few)
    theirs(few)


def ours(given: Given) -> Answer:
    found = change(given.counts, hot=given.hot, least=1)
    return Answer(found.z, found.p, found.slope, found.trend, found.kind)


def theirs(given: Given) -> Answer:
    counts = given.counts
    tests = [pymannkendall.seasonal_test(row, YEAR) for row in counts]
    sums = counts.reshape(len(counts), 26, 4).sum(axis=2) / 4
    slope = np.array([pymannkendall.seasonal_sens_slope(row, 13).slope for row in sums])
    s, variance = np.array([one.s for one in tests]), np.array([one.var_s for one in tests])
    spread = np.sqrt(variance * _growth(counts))
    z = np.divide(s - np.sign(s), spread, out=np.zeros(len(s)), where=spread > 0)
    p = 2 * stats.norm.sf(np.abs(z))
    trend = (np.sign(z) * (stats.false_discovery_control(p) <= 0.05)).astype(np.int64)
    return Answer(z, p, slope, trend, classify(given.hot, trend))


def _growth(counts: Counts) -> Floats:
    steps = np.sign(counts[:, YEAR:] - counts[:, :YEAR])
    lag = np.arange(1, YEAR // 4 + 1)
    chance = -(1 - lag / YEAR) / (YEAR - 1)
    around_mean = YEAR * steps - steps.sum(axis=1, keepdims=True)
    return inflation(around_mean, counts.mean(axis=1), chance, np.full(len(lag), 2.0))


def same(ours: Answer, theirs: Answer) -> None:
    for name in ("z", "p", "slope"):
        if (apart := float(np.abs(getattr(ours, name) - getattr(theirs, name)).max())) > CLOSE:
            raise AssertionError(f"{name} differs by up to {apart:g}")
    for name in ("trend", "kind"):
        if (differ := int((getattr(ours, name) != getattr(theirs, name)).sum())) > 0:
            raise AssertionError(f"{name} differs in {differ} cells")
    if len(set(ours.kind.tolist())) < 5 or not (ours.trend != 0).any():
        raise AssertionError("not all five classes were put to the test")
