"""Voices to counts per neighborhood and per cell of resolution 10, from one Parquet file of 10^6 points.

Inside both clocks: reading longitudes and latitudes from the same file, finding neighborhood and cell of every point,
counting. Inside ours besides: making the index (cells, lattice, grid) from the polygons. Outside both: the file itself
and the reading of the polygons (the demo city's 32). Both use two cores: ours two threads over the file's row groups,
theirs two forked processes with half the row groups each, every one the few lines that an analyst writes. Theirs in
one process takes about twice as long on idle cores.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench._city import ROOT, WORK
from geo.joins import AreaIndex
from geo.quick import CityIndex

NAME = "voices to counts per neighborhood and cell, 10^6 points from Parquet"
RIVAL = "GeoPandas sjoin (within) + h3 + groupby"
AIM = 5.0

ROWS = 1_000_000
PIECE = 100_000
WORKERS = 2
DEGREE_M = 111_195.0

Counts = tuple[Counter[str], Counter[int]]


@dataclass(frozen=True)
class Given:
    """A Parquet file with columns lng and lat, and the areas."""

    path: Path
    areas: gpd.GeoDataFrame


def prepare(rows: int = ROWS) -> Given:
    """The demo city's neighborhoods, and a file of points on them, made once and kept."""
    areas = gpd.read_file(ROOT / "fixtures" / "boundaries" / "timisoara_neighborhoods.geojson", engine="pyogrio")
    path = WORK / f"points_{rows}.parquet"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        city = _City(areas, np.random.default_rng(2026))
        with pq.ParquetWriter(part, pa.schema([("lng", pa.float64()), ("lat", pa.float64())])) as writer:
            for _ in range(0, rows, PIECE):
                lng, lat = city.points(PIECE)
                writer.write_table(pa.table({"lng": lng, "lat": lat}))
        part.rename(path)
    return Given(path, areas)


class _City:
    """Where voices come from: 45 % along streets, 35 % around busy places, 15 % from the same addresses again and
    again, 5 % from anywhere in the box of the areas."""

    def __init__(self, areas: gpd.GeoDataFrame, rng: np.random.Generator) -> None:
        self.rng, self.index = rng, AreaIndex(areas)
        self.low, self.high = np.split(areas.total_bounds, 2)
        self.metre = np.array([1 / np.cos(np.radians((self.low[1] + self.high[1]) / 2)), 1]) / DEGREE_M
        self.street = self.inside(600)
        self.bearing = rng.choice([0.4, 0.4 + np.pi / 2], 600) + rng.normal(0, 0.05, 600)
        self.length_m = rng.lognormal(6.5, 0.6, 600)
        self.busy = self.inside(300)
        self.weight = rng.dirichlet(np.full(300, 0.4))
        self.address = self.along_streets(5_000)

    def anywhere(self, n: int) -> np.ndarray:
        return self.rng.uniform(self.low, self.high, (n, 2))

    def inside(self, n: int) -> np.ndarray:
        places = self.anywhere(10 * n)
        return places[self.index.locate(*places.T).area >= 0][:n]

    def along_streets(self, n: int) -> np.ndarray:
        street = self.rng.integers(len(self.street), size=n)
        along = self.rng.uniform(-0.5, 0.5, n) * self.length_m[street]
        way = np.column_stack([np.sin(self.bearing[street]), np.cos(self.bearing[street])])
        return self.street[street] + (way * along[:, None] + self.rng.normal(0, 4, (n, 2))) * self.metre

    def points(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        kind = self.rng.choice(4, n, p=[0.45, 0.35, 0.15, 0.05])
        busy = self.busy[self.rng.choice(len(self.busy), n, p=self.weight)]
        around = busy + self.rng.normal(0, 120, (n, 2)) * self.metre
        again = self.address[(len(self.address) * self.rng.power(0.5, n)).astype(int)]
        places = np.choose(kind[:, None], [self.along_streets(n), around, again, self.anywhere(n)])
        return places[:, 0], places[:, 1]


def ours(given: Given) -> Counts:
    """One index, two threads, each with its own share of the row groups."""
    index = CityIndex(AreaIndex(given.areas))
    with ThreadPoolExecutor(WORKERS) as pool:
        shares = _shared(pool, partial(_our_share, given.path, index), given.path)
    areas, cells = (sum(part) for part in zip(*(share[:2] for share in shares), strict=True))
    strays: Counter[int] = sum((share[2] for share in shares), Counter())
    strays.update({int(c): int(n) for c, n in zip(index.known, cells[1:], strict=True) if n})
    return Counter({str(s): int(n) for s, n in zip(index.slugs, areas[1:], strict=True) if n}), strays


def _our_share(path: Path, index: CityIndex, groups: list[int]) -> tuple[np.ndarray, np.ndarray, Counter[int]]:
    """Counts by area and by position, the first for none, and cells that the index does not know."""
    areas, cells = np.zeros(len(index.slugs) + 1, np.int64), np.zeros(len(index.known) + 1, np.int64)
    strays: Counter[int] = Counter()
    for batch in pq.ParquetFile(path).iter_batches(PIECE, row_groups=groups, use_threads=False):
        found = index.locate(batch["lng"].to_numpy(), batch["lat"].to_numpy())
        areas += np.bincount(found.area + 1, minlength=len(areas))
        cells += np.bincount(found.position + 1, minlength=len(cells))
        strays.update(found.cells[found.position < 0].tolist())
    return areas, cells, strays


def theirs(given: Given) -> Counts:
    """What an analyst writes, on each half of the file."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("fork")) as pool:
        shares = _shared(pool, partial(_their_share, given.path, given.areas), given.path)
    areas, cells = (sum(part, Counter()) for part in zip(*shares, strict=True))
    return areas, cells


def _their_share(path: Path, areas: gpd.GeoDataFrame, groups: list[int]) -> Counts:
    frame = pq.ParquetFile(path).read_row_groups(groups).to_pandas()
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lng"], frame["lat"]), crs=4326)
    joined = gpd.sjoin(points, areas, predicate="within")
    frame["cell"] = [h3.latlng_to_cell(lat, lng, 10) for lng, lat in zip(frame["lng"], frame["lat"], strict=True)]
    return Counter(_sizes(joined, "slug")), Counter(_sizes(frame, "cell"))


def _sizes(frame: pd.DataFrame, column: str) -> dict[Any, int]:
    return frame.groupby(column).size().to_dict()


def _shared(pool: Executor, work: Any, path: Path) -> list[Any]:
    groups = list(range(pq.ParquetFile(path).num_row_groups))
    return list(pool.map(work, [groups[i::WORKERS] for i in range(WORKERS)]))


def same(ours: Counts, theirs: Counts) -> None:
    for what, one, other in zip(("neighborhood", "cell"), ours, theirs, strict=True):
        if one != other:
            raise AssertionError(f"counts per {what} differ: {dict(one - other)} {dict(other - one)}")
    if not ours[0] or sum(ours[1].values()) != ROWS:
        raise AssertionError("not every point was counted")
