"""The one error of the methods, and the checks that raise it before a wrong number can be computed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class MethodError(ValueError):
    """Input that no method can answer for; the message names the argument, the fault and the first row at fault."""


def numbers(values: npt.ArrayLike, name: str, *, least: float = -np.inf, most: float = np.inf) -> Floats:
    """One finite number per row within [least, most], as float64 of shape (n,)."""
    found = np.asarray(values, np.float64)
    if found.ndim != 1:
        raise MethodError(f"{name}: one number per row wanted, got shape {found.shape}")
    if not (good := np.isfinite(found)).all():
        raise MethodError(f"{name}: row {_first(~good)} is {found[~good][0]}, not a finite number")
    if not (good := (found >= least) & (found <= most)).all():
        raise MethodError(f"{name}: row {_first(~good)} is {found[~good][0]:g}, outside {least:g} to {most:g}")
    return found


def counts(values: npt.ArrayLike, name: str) -> Floats:
    """Whole numbers of zero or more, as float64 of shape (n,) because everything after multiplies them."""
    found = numbers(values, name, least=0)
    if (broken := found != np.floor(found)).any():
        raise MethodError(f"{name}: row {_first(broken)} is {found[broken][0]:g}, not a whole number")
    return found


def same_length(**arrays: npt.NDArray[np.generic]) -> None:
    """Raise unless all arrays have the same number of rows."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise MethodError("different numbers of rows: " + ", ".join(f"{k} {n}" for k, n in lengths.items()))


def tables(whole: npt.ArrayLike, size: npt.ArrayLike, names: tuple[str, str], none: str) -> tuple[Floats, Floats]:
    """Counts and what stands behind them, both c x n; raise with `none` where something was counted over nothing."""
    o, x = np.asarray(whole, np.float64), np.asarray(size, np.float64)
    if o.ndim != 2 or o.shape != x.shape:
        raise MethodError(f"categories x units wanted twice, got shapes {o.shape} and {x.shape}")
    counts(o.ravel(), names[0])
    numbers(x.ravel(), names[1], least=0)
    if (o[x == 0] > 0).any():
        raise MethodError(f"{names[0]}: {none}")
    return o, x


def _first(broken: npt.NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(broken)[0])
