"""What analysis counts on: a set of units with their exposure and neighbours, the categories, every tunable number."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analytics.methods.checks import Floats, Ints, MethodError, numbers
from geo.frames import AREA

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Units:
    """n units of one kind: the H3 cells of one resolution, or the areas of one layer (`res` is None).

    `ids` are hexadecimal cells or area slugs; `exposure` maps a kind (area, population, street_m ...) to n numbers
    >= 0 in that kind's unit; `neighbours` is n x n, binary, each unit its own neighbour (the k-ring for cells, the
    identity for areas), and `touching` the same by shared borders (left out: the neighbours). `x`, `y` are n centres
    in metres; `area` is the row of the area that holds most of each unit, -1 for none, among the areas by slug. Both
    are left out (None) only where nothing that needs them is asked for. Raises MethodError for shapes that do not
    match, repeated ids and impossible exposure.
    """

    res: int | None
    ids: Texts
    names: Texts
    exposure: Mapping[str, Floats]
    neighbours: sparse.csr_matrix
    touching: sparse.csr_matrix | None = None
    x: Floats | None = None
    y: Floats | None = None
    area: Ints | None = None

    def __post_init__(self) -> None:
        n = len(self.ids)
        for name in ("x", "y", "area"):
            value = getattr(self, name)
            if value is not None and len(value) != n:
                raise MethodError(f"{self.label}: {len(value)} {name} for {n} ids")
        if len(set(self.ids.tolist())) != n:
            raise MethodError(f"{self.label}: two units share an id")
        if len(self.names) != n or self.neighbours.shape != (n, n):
            raise MethodError(f"{self.label}: {n} ids, {len(self.names)} names, neighbours {self.neighbours.shape}")
        for kind, values in self.exposure.items():
            if len(numbers(values, f"{self.label}: exposure {kind}", least=0)) != n:
                raise MethodError(f"{self.label}: exposure {kind} has {len(values)} rows for {n} ids")

    @property
    def label(self) -> str:
        return "areas" if self.res is None else f"cells of resolution {self.res}"

    @property
    def borders(self) -> sparse.csr_matrix:
        """Who shares a border with whom, where that is known, else the neighbours."""
        return self.neighbours if self.touching is None else self.touching

    def kind_used(self, wanted: str) -> str:
        """The exposure to divide by: the kind wanted where it is loaded and not all zero, else the area."""
        for kind in (wanted, AREA):
            if kind in self.exposure and (self.exposure[kind].any() or not len(self.ids)):
                return kind
        raise MethodError(f"{self.label}: neither exposure {wanted} nor {AREA} is loaded")

    def in_order(self) -> Units:
        """The same units by ascending id, so that no sum and no draw depends on the order they came in."""
        order = np.argsort(self.ids.astype(str), kind="stable")
        exposure = {kind: np.asarray(self.exposure[kind], np.float64)[order] for kind in sorted(self.exposure)}
        return Units(
            self.res,
            self.ids[order],
            self.names[order],
            exposure,
            _turned(self.neighbours, order),
            None if self.touching is None else _turned(self.touching, order),
            None if self.x is None else self.x[order],
            None if self.y is None else self.y[order],
            None if self.area is None else self.area[order],
        )


def _turned(links: sparse.csr_matrix, order: Ints) -> sparse.csr_matrix:
    turned = links[order][:, order].tocsr()
    turned.sort_indices()
    return turned


@dataclass(frozen=True)
class CategoryParams:
    """What the methods need to know of one category.

    `exposure`: the kind it should be divided by. `eps_m`, `min_points`: reach and least size of a cluster. `severity`:
    how much one incident weighs, 1 to 5. `life_days`: for how long an incident nobody sees to could be reported.
    `sensitive`: counted area by area alone, and never where there are few.
    """

    slug: str
    exposure: str
    eps_m: float
    min_points: int
    severity: float = 1.0
    life_days: float = 30.0
    sensitive: bool = False


@dataclass(frozen=True)
class Parameters:
    """Every number a person could turn; stored with each run.

    `q_level`: a unit is hot at or below it. `k`: rings around a cell that are tested with it. `least_observed`: rings
    with fewer incidents are never hot. `least_exposure`: a unit with less than this share of the mean exposure counts
    as unexposed, for a rate over a sliver is no rate. `dispersion_z`: how many standard errors above 1 the dispersion
    must lie before the negative binomial replaces the Poisson model. `draws`, `hyper_draws`: posterior draws of a
    ranking, and how many different sets of hyperparameters they use. `top_k`, `top_share`: P(top) asks for the
    smaller of the two. `interval`: share of draws a rank interval holds. `cluster_res`: the resolution whose test
    stands beside a cluster. `cluster_chance`: how rarely a place of usual density may look like the heart of a
    cluster. `hull_buffer_m`: width given to the hull of a cluster that has none.
    `severity_kappa`: firmness of the severities inside a ranking. `pattern_res`, `change_res`, `wait_res`: resolutions
    (the areas always besides) of Gi* and Moran, of change classes, of waiting times. `season_weeks`, `bin_weeks`: the
    season of a trend, and the bins in which a place is hot or not. `alarm_res`, `alarm_weeks`, `scan_cap`,
    `scan_replicas`: where and over how long the scan statistic looks, the largest share of the expected in a circle,
    and how often chance is drawn. `check_res`, `check_weeks`, `check_budgets`: does the map work? the last weeks are
    foretold from the year before them, at these shares of the ground.
    """

    q_level: float = 0.05
    k: int = 1
    least_observed: int = 5
    least_exposure: float = 1e-3
    dispersion_z: float = 1.645
    draws: int = 2_000
    hyper_draws: int = 500
    top_k: int = 20
    top_share: float = 0.1
    interval: float = 0.9
    resolutions: tuple[int, ...] = (8, 9, 10)
    cluster_res: int = 9
    cluster_chance: float = 1e-3
    hull_buffer_m: float = 10.0
    severity_kappa: float = 200.0
    pattern_res: tuple[int, ...] = (8, 9)
    change_res: tuple[int, ...] = (8, 9)
    wait_res: tuple[int, ...] = (8, 9)
    season_weeks: int = 52
    bin_weeks: int = 4
    alarm_res: int = 8
    alarm_weeks: int = 4
    scan_cap: float = 0.1
    scan_replicas: int = 999
    check_res: int = 9
    check_weeks: int = 13
    check_budgets: tuple[float, ...] = (0.01, 0.05)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        values = dataclasses.asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
