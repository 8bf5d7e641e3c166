"""In which order a crew goes round its stops: a short way, what is urgent first; pure.

The way is made stop by stop to the nearest one left (nearest neighbour), then every stretch is turned round that makes
it shorter so (2-opt, Croes 1958), best first, until none does. Ways are as the crow flies: streets are not known here.
The same stops always give the same order; of equals the earlier in the list is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST = 200
# An ordinary stop may come before an urgent one where it lies by the way: all of them together make the last urgent
# stop at most so many metres later.
TOLERANCE_M = 300.0
# From so many first stops, the nearest, a way is tried: 400 shared by all stops, so from every one where they are few.
_TRIES = 400
_SHORTER_M = 1e-6


@dataclass(frozen=True)
class Round:
    """`order`: the rows of the stops as they are visited; `length_m`: the way to the first and on to the last."""

    order: Ints
    length_m: float


def ordered(
    places_m: npt.ArrayLike,
    start: tuple[float, float] | None = None,
    urgent: npt.ArrayLike | None = None,
    tolerance_m: float = TOLERANCE_M,
) -> Round:
    """A short round over n x 2 places in metres, from `start` (anywhere: None) and ending anywhere.

    Urgent stops come first, as near to each other as they lie; an ordinary one comes between them only if that makes
    the whole round shorter and the last urgent one is reached at most `tolerance_m` later for all such stops.
    Raises ValueError for more than MOST stops and for places that are none.
    """
    places = np.asarray(places_m, np.float64).reshape(-1, 2)
    pressing = np.zeros(len(places), bool) if urgent is None else np.asarray(urgent, bool)
    _check(places, start, pressing, tolerance_m)
    if not len(places):
        return Round(np.empty(0, np.int64), 0.0)
    metres = _metres(places, start)
    first = _path(metres, np.flatnonzero(pressing), len(places))
    rest = np.flatnonzero(~pressing)
    strict = _joined(metres, first, rest, 0.0)
    if not len(first) or not len(rest):
        return strict
    return min(strict, _joined(metres, first, rest, tolerance_m), key=lambda found: found.length_m)


def length_m(places_m: npt.ArrayLike, order: npt.ArrayLike, start: tuple[float, float] | None = None) -> float:
    """The way through places in an order, from `start` if there is one, in metres."""
    way = np.asarray(places_m, np.float64).reshape(-1, 2)[np.asarray(order, np.int64)]
    if start is not None:
        way = np.vstack([np.asarray(start, np.float64)[None], way])
    return float(np.hypot(*np.diff(way, axis=0).T).sum())


def _check(
    places: Floats, start: tuple[float, float] | None, pressing: npt.NDArray[np.bool_], tolerance_m: float
) -> None:
    if len(places) > MOST:
        raise ValueError(f"a round has at most {MOST} stops, not {len(places)}")
    if pressing.shape != (len(places),):
        raise ValueError(f"{len(places)} stops and {pressing.size} words on whether they are urgent")
    if not np.isfinite(places).all() or not np.isfinite(start or 0.0).all():
        raise ValueError("a stop or the start has no place")
    if not tolerance_m >= 0:
        raise ValueError(f"a tolerance is 0 m or more, not {tolerance_m}")


def _metres(places: Floats, start: tuple[float, float] | None) -> Floats:
    """Metres between the n stops; row n is the start, row n + 1 the end. What may be anywhere is 0 m from each."""
    n = len(places)
    out = np.zeros((n + 2, n + 2))
    gaps = places[:, None] - places[None]
    out[:n, :n] = np.hypot(gaps[..., 0], gaps[..., 1])
    if start is not None:
        out[n, :n] = out[:n, n] = np.hypot(*(places - start).T)
    return out


def _joined(metres: Floats, first: Ints, rest: Ints, tolerance_m: float) -> Round:
    """The urgent stops in their order with what lies by the way, then the others."""
    begun = [len(metres) - 2, *first.tolist()]
    left = rest.tolist()
    while left and len(begun) > 1:
        a, b = begun[:-1], begun[1:]
        later = metres[np.ix_(left, a)] + metres[np.ix_(left, b)] - metres[a, b]
        which, leg = divmod(int(np.argmin(later)), len(a))
        tolerance_m -= float(later[which, leg])
        if tolerance_m < 0:
            break
        begun.insert(leg + 1, left.pop(which))
    way = np.array([*begun, *_path(metres, np.array(left, np.int64), begun[-1])])
    return Round(way[1:], float(metres[way[:-1], way[1:]].sum()))


def _path(metres: Floats, stops: Ints, head: int) -> Ints:
    """The shortest path found through all of some stops from `head`, which is not among them."""
    if not len(stops):
        return stops
    firsts = stops[np.argsort(metres[head, stops], kind="stable")][: max(1, _TRIES // len(stops))]
    paths = [_turned(metres, _nearest(metres, stops, first), head) for first in firsts.tolist()]
    return min(paths, key=lambda path: _path_m(metres, path, head))


def _path_m(metres: Floats, path: Ints, head: int) -> float:
    return float(metres[head, path[0]] + metres[path[:-1], path[1:]].sum())


def _nearest(metres: Floats, stops: Ints, first: int) -> Ints:
    """The stops from the first one on, always to the nearest left."""
    path, left = [first], stops[stops != first]
    while len(left):
        nearest = int(np.argmin(metres[path[-1], left]))
        path.append(int(left[nearest]))
        left = np.delete(left, nearest)
    return np.array(path)


def _turned(metres: Floats, path: Ints, head: int) -> Ints:
    """The path with stretches turned round while that makes it shorter."""
    way = np.concatenate([[head], path, [len(metres) - 1]])
    between = metres[np.ix_(way, way)]
    while True:
        # Turning stops i to j round replaces the steps before i and after j.
        step = np.diagonal(between, 1)
        saved = np.triu(step[:-1, None] + step[None, 1:] - between[:-2, 1:-1] - between[1:-1, 2:])
        i, j = divmod(int(np.argmax(saved)), len(path))
        if saved[i, j] <= _SHORTER_M:
            return way[1:-1]
        turned = slice(i + 1, j + 2)
        way[turned] = way[turned][::-1]
        between[turned] = between[turned][::-1].copy()
        between[:, turned] = between[:, turned][:, ::-1].copy()
