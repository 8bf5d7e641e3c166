"""The ground of a demo city: made-up streets on which its issues lie."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.cities import City
from geo.crs import to_metric
from issues.demo_recipe import Plant, Recipe

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STREET_M = 180.0  # a block's side; the mean length of a made-up street
JITTER_M = 6.0  # a pin lies beside the middle of the street
AREA_RISK = 0.2  # log-normal sigma: no neighborhood is exactly like its numbers


@dataclass(frozen=True)
class Ground:
    """Made-up streets as segments in metres, each in one area, and where each category falls on them.

    `odds` is one row per category of the recipe: the chance of each segment, adding up to 1.
    `street` numbers the name of each segment within its area's list.
    """

    slugs: tuple[str, ...]
    names: tuple[str, ...]
    streets: tuple[tuple[str, ...], ...]
    area: Ints
    street: Ints
    start: Floats
    end: Floats
    odds: Floats
    union: shapely.Geometry

    def on(self, rng: np.random.Generator, segments: Ints) -> tuple[Floats, Floats]:
        """A random spot beside each of n segments: x, y in metres."""
        along = rng.random((len(segments), 1))
        spots = self.start[segments] + along * (self.end[segments] - self.start[segments])
        spots = spots + rng.normal(0, JITTER_M, spots.shape)
        return spots[:, 0], spots[:, 1]

    def inside(self, plant: Plant, metric_crs: int) -> Ints:
        """The segments whose middle lies in a planted disc."""
        x, y = to_metric(plant.lng, plant.lat, metric_crs)
        middle = (self.start + self.end) / 2
        return np.flatnonzero(np.hypot(middle[:, 0] - x, middle[:, 1] - y) <= plant.radius_m * 0.85)


def lay_out(recipe: Recipe, city: City, areas: gpd.GeoDataFrame, exposure: pd.DataFrame, seed: int) -> Ground:
    """Draw the streets of a city.

    `areas`: slug, name, geometry in degrees. `exposure`: slug and one column per kind (people, metres), text or
    numbers; ground stands in for a kind it lacks. Raises ValueError naming an area without exposure or a category
    that the city lacks.
    """
    rng = np.random.default_rng([seed, 0])
    ground = areas.sort_values("slug").reset_index(drop=True)
    slugs = ground["slug"].tolist()
    table = exposure.set_index("slug")
    exposed = {c.slug: c.exposure for c in city.categories}
    _all_known("exposure for", slugs, table.index)
    _all_known("category", [c.slug for c in recipe.categories], exposed)
    shapes = ground.geometry.to_crs(city.metric_crs).to_numpy()
    square_m = shapely.area(shapes)
    kinds = {k: table.loc[slugs, k].astype(float).to_numpy() for k in table.columns if k != "name"}
    counts = np.maximum(np.round(kinds.get("street_m", square_m / 100) / STREET_M).astype(int), 20)
    area = np.repeat(np.arange(len(slugs)), counts)
    start, end = _segments(rng, shapes, counts)
    lived_in = rng.gamma(1.5, size=len(area))  # blocks of flats beside garages
    within = {"street_m": np.hypot(*(end - start).T), "population": lived_in}
    odds = []
    for kind in (exposed[c.slug] for c in recipe.categories):
        total = kinds.get(kind, square_m) * np.exp(rng.normal(0, AREA_RISK, len(slugs)))
        odds.append(_odds(total, within.get(kind, np.ones(len(area))), area))
    streets = tuple(recipe.streets.get(s, (n,)) for s, n in zip(slugs, ground["name"], strict=True))
    sizes = np.array([len(s) for s in streets])
    return Ground(
        slugs=tuple(slugs),
        names=tuple(ground["name"]),
        streets=streets,
        area=area,
        street=rng.integers(0, sizes[area]),
        start=start,
        end=end,
        odds=np.array(odds),
        union=shapely.union_all(shapes),
    )


def _all_known(what: str, asked: Iterable[str], known: Container[str]) -> None:
    absent = sorted(a for a in asked if a not in known)
    if absent:
        raise ValueError(f"no {what} {', '.join(absent)}")


def _odds(total: Floats, part: Floats, area: Ints) -> Floats:
    """The chance of each segment: its area's total, split among the area's segments by their part."""
    odds = total[area] * part / np.bincount(area, part)[area]
    return np.asarray(odds / odds.sum())


def _segments(rng: np.random.Generator, shapes: npt.NDArray[np.object_], counts: Ints) -> tuple[Floats, Floats]:
    starts, ends = [], []
    for shape, count in zip(shapes, counts, strict=True):
        west, south, east, north = shapely.bounds(shape)
        found = np.empty((0, 2))
        while len(found) < count:
            tries = rng.uniform((west, south), (east, north), (count * 3, 2))
            found = np.vstack([found, tries[shapely.contains_xy(shape, tries[:, 0], tries[:, 1])]])
        start = found[:count]
        # streets of a quarter cross at right angles, more or less
        turn = rng.uniform(0, np.pi / 2) + rng.integers(0, 4, count) * np.pi / 2 + rng.normal(0, 0.06, count)
        length = rng.gamma(9.0, STREET_M / 9.0, count)
        end = start + length[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        astray = ~shapely.contains_xy(shape, end[:, 0], end[:, 1])
        end[astray] = start[astray] + (end[astray] - start[astray]) * 0.05
        starts.append(start)
        ends.append(end)
    return np.vstack(starts), np.vstack(ends)
