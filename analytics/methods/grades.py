"""How far a unit's figures may be relied on: as far as the worst of what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Floats, Ints, MethodError, numbers

GRADES = ("high", "medium", "low", "very low")

# The worst value that is still high, medium and low. Where the three rise, less is better; where they fall, more is.
LIMITS: Mapping[str, tuple[float, float, float]] = {
    "incidents": (30, 10, 3),  # effective number, (sum w)^2 / sum w^2 where they carry weights
    "rank": (0.1, 0.25, 0.5),  # width of the rank interval over the number of units
    "reporting": (1.5, 2, 3),  # upper over lower limit of the readiness to report; above 3 is a desert
    "denominator": (0.05, 0.15, 0.3),  # ranks moved, over the number of units, by the second denominator
    "resolutions": (0, 0.25, 0.5),  # share of the resolutions that disagree with most of them
    "placing": (0.05, 0.15, 0.3),  # share of incidents whose place is a guess
}


@dataclass(frozen=True)
class Grades:
    """Per unit of n: `code` 0 to 3, a position in GRADES; `word` the same; `decided` the parts that are that bad."""

    code: Ints
    word: tuple[str, ...]
    decided: tuple[tuple[str, ...], ...]


def judge(part: str, values: npt.ArrayLike, known: npt.ArrayLike | None = None) -> Ints:
    """One part of n units as codes 0 to 3 by its LIMITS; a unit that is not `known` (n flags) gets the worst.

    Values of units not known are not read.
    """
    if part not in LIMITS:
        raise MethodError(f"part: {part!r} is not one of {', '.join(LIMITS)}")
    found = np.asarray(values, np.float64)
    flags = np.ones(found.shape, bool) if known is None else np.asarray(known, bool)
    if found.ndim != 1 or flags.shape != found.shape:
        raise MethodError(f"{part}: one value and one flag per row wanted, got shapes {found.shape} and {flags.shape}")
    checked: Floats = numbers(np.where(flags, found, 0.0), part)
    limits = LIMITS[part]
    sign = 1 if limits[0] <= limits[-1] else -1
    code = np.searchsorted(sign * np.array(limits), sign * checked, side="left").astype(np.int64)
    return np.where(flags, code, len(limits))


def grade(parts: Mapping[str, npt.ArrayLike]) -> Grades:
    """The worst of its parts, unit by unit, and which parts those are, in the order of their names.

    `parts`: n codes 0 to 3 by name, from `judge` or elsewhere. A part that cannot be had for any unit (reporting where
    no later reports are kept) is left out by the caller, who says so; one that only some units lack is the worst there.
    """
    names = sorted(parts)
    tables = [numbers(parts[name], name, least=0, most=len(GRADES) - 1) for name in names]
    if not tables or len({len(table) for table in tables}) > 1:
        raise MethodError(f"parts: {len(tables)} of lengths {[len(table) for table in tables]}; one length wanted")
    codes = np.array(tables)
    if (codes != np.floor(codes)).any():
        raise MethodError("parts: whole numbers 0 to 3 wanted")
    worst = codes.max(axis=0).astype(np.int64)
    decided = tuple(
        tuple(name for name, bad in zip(names, column, strict=True) if bad) for column in (codes == worst).T.tolist()
    )
    return Grades(worst, tuple(GRADES[code] for code in worst.tolist()), decided)
