"""Clumps of incidents as shapes on the ground. Descriptive: whether a clump means anything is for the exposure test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import KDTree
from sklearn.cluster import DBSCAN

from analytics.methods.checks import Floats, Ints, MethodError, counts, numbers, same_length

NOISE = -1

# DBSCAN holds about 16 bytes for each pair of spots within its radius: 0.8 GB.
MOST_PAIRS = 50_000_000


@dataclass(frozen=True)
class Clump:
    """One cluster of `n` incidents. Metres throughout: mean `x`, `y`; `radius_m` to the farthest member; `hull` a
    closed ring. `members` are row numbers into the points given, ascending.
    """

    n: int
    x: float
    y: float
    radius_m: float
    hull: tuple[tuple[float, float], ...]
    members: Ints


@dataclass(frozen=True)
class Spots:
    """n points gathered on m spots: `x`, `y` in metres and `weight` of each spot, and the spot of each point in
    `spot` (n rows). The spots are the nearest knots of a grid of `grid_m` metres, or the points themselves where it
    is 0."""

    x: Floats
    y: Floats
    weight: Ints
    spot: Ints
    grid_m: float


@dataclass(frozen=True)
class Persistence:
    """k clusters by `of` periods: incidents in each (`counts`, k x of), and in how many they were enough (`held`)."""

    counts: Ints
    held: Ints
    of: int


def dbscan(
    x: npt.ArrayLike, y: npt.ArrayLike, eps_m: float, min_points: int, weights: npt.ArrayLike | None = None
) -> Ints:
    """Cluster number of n points on a metre grid, NOISE (-1) for points in no cluster.

    DBSCAN (Ester and others 1996): a point with at least `min_points` points within `eps_m`, itself counted, is a
    core; cores within `eps_m` join. `weights` are whole numbers of 1 or more: how many incidents each point stands
    for. Points are taken by x, then y, so the numbers depend on where points lie and not on the order of the rows,
    and a border point within reach of two clusters always falls to the same one. Exact; memory grows with the pairs
    of different places within `eps_m`, which `spots` can bound.
    """
    xs, ys, w = _points(x, y, weights)
    if not eps_m > 0 or min_points < 1:
        raise MethodError(f"eps_m {eps_m} and min_points {min_points} must be above zero")
    return labelled(np.column_stack([xs, ys]), w, eps_m, min_points)


def labelled(points: Floats, weights: Floats, eps: float, min_points: int) -> Ints:
    """What dbscan does, in any number of dimensions: `points` n x d, `weights` n, both already checked."""
    if weights.sum() < min_points:
        return np.full(len(points), NOISE, np.int64)
    places, weight, row = _places(points, weights)
    found = DBSCAN(eps=eps, min_samples=min_points, algorithm="kd_tree").fit_predict(places, sample_weight=weight)
    return np.asarray(found, np.int64)[row]


def spots(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    eps_m: float,
    weights: npt.ArrayLike | None = None,
    most_pairs: int = MOST_PAIRS,
) -> Spots:
    """Gather n points on as many spots as dbscan can take in bounded memory, for it to be given the spots' weights.

    Points on one place always become one spot, which changes no cluster. Where more than `most_pairs` pairs of spots
    lie within `eps_m`, the points are moved to a grid of eps_m/16 metres, or /8, /4, at last /2, at which a spot has
    a dozen neighbours however dense the city; `grid_m` says which. Spots come by x, then y. No points: no spots.
    """
    xs, ys, w = _points(x, y, weights)
    if not eps_m > 0 or most_pairs < 1:
        raise MethodError(f"eps_m {eps_m} and most_pairs {most_pairs} must be above zero")
    found = _gathered(xs, ys, w, 0.0)
    for parts in (16, 8, 4, 2):
        if _pairs(found, eps_m) <= most_pairs:
            break
        found = _gathered(xs, ys, w, eps_m / parts)
    return found


def describe(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    labels: npt.ArrayLike,
    buffer_m: float = 10.0,
    weights: npt.ArrayLike | None = None,
) -> list[Clump]:
    """The clusters of n labelled points, by cluster number; `weights` as for dbscan.

    The hull is the convex hull; where that has no width (all members on one spot or one line) it is widened by
    `buffer_m` on every side, so that it can be drawn.
    """
    xs, ys, w = _points(x, y, weights)
    label = np.asarray(labels, np.int64)
    same_length(x=xs, labels=label)
    order = np.lexsort((ys, xs, label))
    order = order[label[order] != NOISE]
    starts = np.flatnonzero(np.diff(label[order], prepend=NOISE))
    return [_clump(xs[rows], ys[rows], w[rows], rows, buffer_m) for rows in np.split(order, starts[1:]) if len(rows)]


def persistence(labels: npt.ArrayLike, periods: npt.ArrayLike, min_points: int) -> Persistence:
    """In how many of the last m periods each cluster held at least `min_points` incidents ("in 3 of 4 quarters").

    `labels`: cluster numbers of n points or spots, as from dbscan over all periods together; `periods`: n x m counts
    of their incidents in each period. No clusters: no rows.
    """
    label, table = np.asarray(labels, np.int64), np.asarray(periods, np.float64)
    if table.ndim != 2 or label.shape != table.shape[:1]:
        raise MethodError(f"labels and periods: n rows and n x m counts wanted, got {label.shape} and {table.shape}")
    if min_points < 1:
        raise MethodError(f"min_points {min_points} must be above zero")
    for period, column in enumerate(table.T):
        counts(column, f"periods, column {period}")
    members = label >= 0
    sums = np.zeros((int(label.max(initial=NOISE)) + 1, table.shape[1]), np.int64)
    np.add.at(sums, label[members], table[members].astype(np.int64))
    return Persistence(sums, (sums >= min_points).sum(axis=1), table.shape[1])


def _points(x: npt.ArrayLike, y: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    xs, ys = numbers(x, "x"), numbers(y, "y")
    w = np.ones(len(xs)) if weights is None else counts(weights, "weights")
    same_length(x=xs, y=ys, weights=w)
    if (w == 0).any():
        raise MethodError(f"weights: row {int(np.flatnonzero(w == 0)[0])} is 0; leave out points of no incident")
    return xs, ys, w


def _places(points: Floats, weights: Floats) -> tuple[Floats, Floats, Ints]:
    """The different places among n points, ascending by column, the weight on each, and the place of each point."""
    order = np.lexsort(points.T[::-1])
    ordered = points[order]
    first = np.ones(len(points), bool)
    first[1:] = (np.diff(ordered, axis=0) != 0).any(axis=1)
    row = np.empty(len(points), np.int64)
    row[order] = np.cumsum(first) - 1
    weight = np.asarray(np.bincount(row, weights=weights, minlength=int(first.sum())), np.float64)
    return ordered[first], weight, row


def _gathered(xs: Floats, ys: Floats, weights: Floats, grid_m: float) -> Spots:
    if grid_m:
        xs, ys = np.rint(xs / grid_m) * grid_m, np.rint(ys / grid_m) * grid_m
    places, weight, row = _places(np.column_stack([xs, ys]), weights)
    return Spots(places[:, 0], places[:, 1], weight.astype(np.int64), row, grid_m)


def _pairs(found: Spots, eps_m: float) -> int:
    tree = KDTree(np.column_stack([found.x, found.y]))
    return int(tree.count_neighbors(tree, eps_m))


def _clump(xs: Floats, ys: Floats, weights: Floats, rows: Ints, buffer_m: float) -> Clump:
    x, y = float(np.average(xs, weights=weights)), float(np.average(ys, weights=weights))
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack([xs, ys])))
    if hull.geom_type != "Polygon" or hull.area < buffer_m**2 / 4:
        hull = shapely.buffer(hull, buffer_m, quad_segs=2)
    corners = shapely.get_coordinates(shapely.normalize(hull)).tolist()
    radius = float(np.hypot(xs - x, ys - y).max())
    return Clump(int(weights.sum()), x, y, radius, tuple((a, b) for a, b in corners), np.sort(rows))
