"""One city as the stages of an analysis see it: the counted cube, the sets of units, the subjects, the parameters."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.checks import Floats, Ints, MethodError
from analytics.methods.cube import Cube, Sums
from analytics.methods.units import CategoryParams, Parameters, Units
from analytics.results import rounded
from geo import hexes

NOW, BEFORE, OLDER = 1, 0, -1


@dataclass(frozen=True)
class Family:
    """One group of findings: a `kind`, for one category (or all) at one resolution (None: areas, or no units).

    `body` holds plain JSON values: a header, and columns of equal length.
    """

    kind: str
    category: str | None
    res: int | None
    body: dict[str, Any]


@dataclass(frozen=True, eq=False)
class City:
    """What every stage is given. Make it with `city_of`, which checks it and puts it in order.

    `sets` are cells by resolution, then the areas; `categories` are the c subjects open to analysis, by slug: the
    column `category` of the cube's tables holds row numbers into them, `area` row numbers into the areas. `weeks`:
    how many full weeks the counts reach back from the last day known.
    """

    cube: Cube
    sets: tuple[Units, ...]
    categories: tuple[CategoryParams, ...]
    parameters: Parameters
    seed: int
    weeks: int

    @property
    def areas(self) -> Units:
        """The areas, which are the last set."""
        return self.sets[-1]

    def set_of(self, res: int | None) -> Units:
        """The set of one resolution. Raises MethodError where there is none."""
        for one in self.sets:
            if one.res == res:
                return one
        raise MethodError(f"units: none of resolution {res}")

    def position(self, units: Units, table: Sums) -> Ints:
        """The row in `units` of each row of a table with columns cell and area; -1 for none."""
        if units.res is None:
            return np.asarray(table.keys["area"], np.int64)
        found: Ints = self._index[units.res].get_indexer(pd.Index(hexes.parents(table.keys["cell"], units.res)))
        return found.astype(np.int64)

    def table(self, name: str, units: Units, value: str, *, now: int | None = None) -> Ints:
        """Sums of one value of a table, c x n, over the rows that lie in a unit; `now` picks rows by that key."""
        rows = self.cube.sums[name] if now is None else self.only(name, now)
        at, n = self.position(units, rows), len(units.ids)
        held = at >= 0
        code = rows.keys["category"][held].astype(np.int64) * n + at[held]
        sums = np.bincount(code, weights=rows.values[value][held], minlength=len(self.categories) * n)
        return sums.reshape(len(self.categories), n).astype(np.int64)

    def only(self, name: str, now: int) -> Sums:
        """The rows of a table in the period (NOW), in the one before, or older."""
        rows = self.cube.sums[name]
        return rows.where(rows.keys["now"] == now)

    def weekly(self, units: Units, weeks: int) -> Ints:
        """Incidents of the newest `weeks` full weeks, c x n x weeks, oldest first, over the rows in a unit."""
        if not 0 <= weeks <= self.weeks:
            raise MethodError(f"weeks: {weeks} asked for, {self.weeks} counted")
        rows = self.cube.sums["counts"]
        rows = rows.where(np.asarray(rows.keys["week"], np.int64) < weeks)
        at, n = self.position(units, rows), len(units.ids)
        held = at >= 0
        code = (rows.keys["category"][held].astype(np.int64) * n + at[held]) * weeks
        code += weeks - 1 - rows.keys["week"][held].astype(np.int64)
        shape = (len(self.categories), n, weeks)
        sums = np.bincount(code, weights=rows.values["incidents"][held], minlength=math.prod(shape))
        return sums.reshape(shape).astype(np.int64)

    def stream(self, kind: str, category: str | None, res: int | None) -> np.random.Generator:
        """The random numbers of one family: they follow from the seed and the family's own name, so a new category
        leaves the numbers of the others as they are."""
        name = f"{kind}|{category or ''}|{'areas' if res is None else res}"
        words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], "<u4")
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=tuple(int(w) for w in words)))

    @cached_property
    def _index(self) -> dict[int, pd.Index]:
        cells = {u.res: np.array([hexes.from_text(text) for text in u.ids], np.uint64) for u in self.sets[:-1]}
        return {res: pd.Index(own) for res, own in cells.items() if res is not None}


def city_of(
    cube: Cube,
    sets: Sequence[Units],
    categories: Sequence[CategoryParams],
    parameters: Parameters,
    seed: int,
    weeks: int,
) -> City:
    """Put a city in order and leave its sensitive categories out of every table.

    `categories` are all of them in the order the cube numbers them; the areas' ids ascend, as the cube numbers them.
    Raises MethodError for sets or categories that share a name, and where there are no areas.
    """
    if len({c.slug for c in categories}) != len(categories) or len({u.res for u in sets}) != len(sets):
        raise MethodError("two categories share a slug, or two sets of units a resolution")
    ordered = sorted((u.in_order() for u in sets), key=lambda u: math.inf if u.res is None else u.res)
    if not ordered or ordered[-1].res is not None:
        raise MethodError("units: the areas are wanted among them")
    chosen = sorted((i for i, c in enumerate(categories) if not c.sensitive), key=lambda i: categories[i].slug)
    row = np.full(len(categories), -1, np.int64)
    row[chosen] = np.arange(len(chosen))
    sums = {name: _open(table, row) for name, table in cube.sums.items()}
    kept = tuple(categories[i] for i in chosen)
    return City(replace(cube, sums=sums), tuple(ordered), kept, parameters, seed, weeks)


def _open(table: Sums, row: Ints) -> Sums:
    """Rows of categories that have a row number, with that number in place of their own."""
    number = row[table.keys["category"].astype(np.int64)]
    kept = table.where(number >= 0)
    return Sums({**kept.keys, "category": number[number >= 0]}, kept.values)


def plain(values: Floats, digits: int = 12) -> list[float]:
    """A column for JSON, cut to the digits that a digest may hang on."""
    return [rounded(v, digits) for v in np.asarray(values, np.float64).tolist()]


def known(values: Floats, flags: Any, digits: int = 12) -> list[float | None]:
    """A column for JSON with None where a row has no answer."""
    pairs = zip(np.asarray(values, np.float64).tolist(), np.asarray(flags, bool).tolist(), strict=True)
    return [rounded(v, digits) if k else None for v, k in pairs]


def where(values: npt.NDArray[Any], flags: npt.NDArray[np.bool_]) -> list[Any]:
    """A column of whole numbers or flags for JSON, with None where a row has no answer."""
    return [value if flag else None for value, flag in zip(values.tolist(), flags.tolist(), strict=True)]
