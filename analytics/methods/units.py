"""What analysis counts on: a set of units with their exposure and neighbours, the categories, every tunable number."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analytics.methods.checks import Floats, MethodError, numbers
from geo.frames import AREA

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Units:
    """n units of one kind: the H3 cells of one resolution, or the areas of one layer (`res` is None).

    `ids` are hexadecimal cells or area slugs; `exposure` maps a kind (area, population, street_m ...) to n numbers
    >= 0 in that kind's unit; `neighbours` is n x n, binary, each unit its own neighbour (the k-ring for cells, the
    identity for areas). Raises MethodError for shapes that do not match, repeated ids and impossible exposure.
    """

    res: int | None
    ids: Texts
    names: Texts
    exposure: Mapping[str, Floats]
    neighbours: sparse.csr_matrix

    def __post_init__(self) -> None:
        n = len(self.ids)
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

    def kind_used(self, wanted: str) -> str:
        """The exposure to divide by: the kind wanted where it is loaded and not all zero, else the area."""
        for kind in (wanted, AREA):
            if kind in self.exposure and (self.exposure[kind].any() or not len(self.ids)):
                return kind
        raise MethodError(f"{self.label}: neither exposure {wanted} nor {AREA} is loaded")

    def in_order(self) -> Units:
        """The same units by ascending id, so that no sum and no draw depends on the order they came in."""
        order = np.argsort(self.ids.astype(str), kind="stable")
        ring = self.neighbours[order][:, order].tocsr()
        ring.sort_indices()
        exposure = {kind: np.asarray(self.exposure[kind], np.float64)[order] for kind in sorted(self.exposure)}
        return Units(self.res, self.ids[order], self.names[order], exposure, ring)


@dataclass(frozen=True)
class CategoryParams:
    """What the methods need to know of one category: the exposure it should be divided by, and its cluster radius."""

    slug: str
    exposure: str
    eps_m: float
    min_points: int


@dataclass(frozen=True)
class Parameters:
    """Every number a person could turn; stored with each run.

    `q_level`: a unit is hot at or below it. `k`: rings around a cell that are tested with it. `least_observed`: rings
    with fewer incidents are never hot. `least_exposure`: a unit with less than this share of the mean exposure counts
    as unexposed, for a rate over a sliver is no rate. `dispersion_z`: how many standard errors above 1 the dispersion
    must lie before the negative binomial replaces the Poisson model. `draws`, `hyper_draws`: posterior draws of a
    ranking, and how many different sets of hyperparameters they use. `top_k`, `top_share`: P(top) asks for the
    smaller of the two. `interval`: share of draws a rank interval holds. `cluster_res`: the resolution whose test
    stands beside a cluster. `hull_buffer_m`: width given to the hull of a cluster that has none.
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
    hull_buffer_m: float = 10.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**dataclasses.asdict(self), "resolutions": list(self.resolutions)}
