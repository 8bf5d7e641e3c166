"""Golden cities: one of constant risk, in which nothing may be found, and one with a plant that must be found.

Both stand on the same ground: a round city of about 70 square kilometres at the place of Timișoara, its people
spread unevenly, and 16 categories from a few dozen to twelve thousand expected incidents. Every number follows from
the seed. The figures here were fixed before any method was tuned; change them only with a decision record.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from shapely.geometry import Polygon

from analytics.methods.units import CategoryParams, Units
from geo import hexes

CENTRE_LNG, CENTRE_LAT, RADIUS_M = 21.2287, 45.7489, 4_700.0
METRES_PER_DEGREE = 111_195.0
PEOPLE = 250_000.0
EMPTY_SHARE = 0.05
RESOLUTIONS = (8, 9, 10)
SEEDS = range(20)
CATEGORIES: Mapping[str, float] = {
    f"category-{i:02d}": float(round(total)) for i, total in enumerate(np.geomspace(40, 12_000, 16))
}
PLANT_RISK, PLANT_RES, PLANT_EXPECTED = 2.5, 9, 20.0

Cells = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """The hexes of the city at resolution 10 with their centres in metres east and north of the city's centre."""

    cells: Cells
    x: Floats
    y: Floats


@dataclass(frozen=True)
class Level:
    """The same city at one resolution: its cells, which of them holds each res-10 cell, and the 1-ring incl. self."""

    cells: Cells
    position: npt.NDArray[np.int64]
    ring: sparse.csr_matrix

    def sums(self, values: npt.NDArray[np.generic]) -> Floats:
        """Res-10 values summed to this resolution."""
        return np.bincount(self.position, weights=values, minlength=len(self.cells))


@dataclass(frozen=True)
class Plant:
    """Where the risk was raised: a res-9 disc of seven cells, for one category."""

    category: str
    disc: Cells
    expected: float


@cache
def ground() -> Ground:
    turns = np.linspace(0, 2 * np.pi, 73)
    lng = CENTRE_LNG + RADIUS_M * np.cos(turns) / _metres_per_lng()
    lat = CENTRE_LAT + RADIUS_M * np.sin(turns) / METRES_PER_DEGREE
    cells = hexes.cover(Polygon(np.column_stack([lng, lat])), hexes.STORE_RES)
    lngs, lats = hexes.centres(cells)
    return Ground(cells, (lngs - CENTRE_LNG) * _metres_per_lng(), (lats - CENTRE_LAT) * METRES_PER_DEGREE)


@cache
def level(res: int) -> Level:
    cells, position = np.unique(hexes.parents(ground().cells, res), return_inverse=True)
    return Level(cells, position.astype(np.int64), hexes.neighbours(cells))


def people(seed: int) -> Floats:
    """People per res-10 cell: a smooth field of bumps, lognormal with some roughness, and a few empty cells."""
    rng, place = np.random.default_rng([seed, 1]), ground()
    field = np.zeros(len(place.cells))
    for _ in range(14):
        x, y = rng.uniform(-RADIUS_M, RADIUS_M, 2)
        width, height = rng.uniform(500, 2_000), rng.normal()
        field += height * np.exp(-((place.x - x) ** 2 + (place.y - y) ** 2) / (2 * width**2))
    field = 0.9 * (field - field.mean()) / field.std() + rng.normal(0, 0.3, len(field))
    crowd = np.exp(field) * (rng.random(len(field)) >= EMPTY_SHARE)
    return PEOPLE * crowd / crowd.sum()


def constant(seed: int) -> dict[str, Counts]:
    """Incidents per category and res-10 cell where risk is the same everywhere: Poisson on the people."""
    return {slug: _rng(seed, slug).poisson(total * share) for slug, total, share in _shares(seed)}


def planted(seed: int) -> tuple[dict[str, Counts], Plant]:
    """The constant city with risk raised on one disc of one category, both drawn by the seed.

    Drawn from the whole discs in which at least PLANT_EXPECTED incidents are expected before the risk is raised.
    """
    rng = np.random.default_rng([seed, 2])
    counts, share = constant(seed), people(seed) / PEOPLE
    nine = level(PLANT_RES)
    whole = np.flatnonzero(np.diff(nine.ring.indptr) == 7)
    disc_share = (nine.ring @ nine.sums(share))[whole]
    slug = str(rng.choice([c for c, total in CATEGORIES.items() if total * disc_share.max() >= PLANT_EXPECTED]))
    expected = CATEGORIES[slug] * disc_share
    chosen = rng.choice(np.flatnonzero(expected >= PLANT_EXPECTED))
    middle = whole[chosen]
    inside = nine.ring[middle].indices
    raised = np.isin(nine.position, inside)
    counts[slug] = counts[slug] + rng.poisson((PLANT_RISK - 1) * CATEGORIES[slug] * share * raised)
    return counts, Plant(slug, nine.cells[inside], float(expected[chosen]))


def units(seed: int) -> list[Units]:
    """The sets of units analysis receives: cells of three resolutions and about forty square quarters."""
    fine = {"area": hexes.area_m2(ground().cells), "population": people(seed)}
    slugs, place = np.unique(quarters().astype(str), return_inverse=True)
    sets = []
    for res in RESOLUTIONS:
        here = level(res)
        names = np.array([hexes.to_text(int(c)) for c in here.cells], object)
        exposure = {k: here.sums(v) for k, v in fine.items()}
        x, y = (here.sums(v) / here.sums(np.ones(len(v))) for v in (ground().x, ground().y))
        held = sparse.csr_matrix((fine["area"], (here.position, place)), shape=(len(names), len(slugs)))
        area = np.asarray(held.argmax(axis=1)).ravel()
        sets.append(Units(res, names, names, exposure, here.ring, here.ring, x, y, area))
    whole = {k: np.bincount(place, weights=v) for k, v in fine.items()}
    x, y = (np.bincount(place, weights=v) / np.bincount(place) for v in (ground().x, ground().y))
    own, names = sparse.identity(len(slugs), format="csr"), slugs.astype(object)
    return [*sets, Units(None, names, names, whole, own, _side_by_side(slugs), x, y, np.arange(len(slugs)))]


def categories(exposure: str = "population") -> list[CategoryParams]:
    """The 16 categories as analysis receives them."""
    return [CategoryParams(slug, exposure, 40.0, 6) for slug in CATEGORIES]


def incidents(counts: Mapping[str, Counts], seed: int) -> pd.DataFrame:
    """One row per incident, as analysis receives them: columns category, cell, neighborhood, x, y, opened, closed."""
    rng, place = np.random.default_rng([seed, 3]), ground()
    index = np.concatenate([np.repeat(np.arange(len(place.cells)), n) for n in counts.values()])
    opened = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 365 * 24, len(index)), unit="h")
    waiting = pd.to_timedelta(np.ceil(rng.exponential(20 * 24, len(index))), unit="h")
    closed = pd.Series(opened + waiting).where(rng.random(len(index)) < 0.8)
    return pd.DataFrame(
        {
            "category": np.repeat(list(counts), [int(n.sum()) for n in counts.values()]),
            "cell": place.cells[index],
            "neighborhood": quarters()[index],
            "x": place.x[index] + rng.uniform(-40, 40, len(index)),
            "y": place.y[index] + rng.uniform(-40, 40, len(index)),
            "opened": opened,
            "closed": closed,
        }
    )


@cache
def quarters() -> npt.NDArray[np.object_]:
    """The neighborhood of each res-10 cell: a grid of squares of 1.7 km, about forty of them."""
    place = ground()
    column, row = (np.floor((v + RADIUS_M) / 1_700).astype(int) for v in (place.x, place.y))
    return np.array([f"quarter-{c}-{r}" for c, r in zip(column, row, strict=True)], object)


def _side_by_side(slugs: npt.NDArray[np.str_]) -> sparse.csr_matrix:
    """Squares of the grid that share a side or a corner, each its own."""
    at = np.array([re.fullmatch(r"quarter-(-?\d+)-(-?\d+)", slug).groups() for slug in slugs]).astype(int)
    return sparse.csr_matrix((np.abs(at[:, None] - at[None]).max(axis=2) <= 1).astype(float))


def _shares(seed: int) -> list[tuple[str, float, Floats]]:
    share = people(seed) / PEOPLE
    return [(slug, total, share) for slug, total in CATEGORIES.items()]


def _rng(seed: int, slug: str) -> np.random.Generator:
    return np.random.default_rng([seed, 0, *slug.encode()])


def _metres_per_lng() -> float:
    return METRES_PER_DEGREE * math.cos(math.radians(CENTRE_LAT))
