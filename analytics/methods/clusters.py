"""Clumps of incidents as shapes on the ground. Descriptive: whether a clump means anything is for the exposure test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from sklearn.cluster import DBSCAN

from analytics.methods.checks import Floats, Ints, MethodError, numbers, same_length

NOISE = -1


@dataclass(frozen=True)
class Clump:
    """One cluster. Metres throughout: mean `x`, `y`; `radius_m` to the farthest member; `hull` a closed ring.

    `members` are row numbers into the points given, ascending.
    """

    n: int
    x: float
    y: float
    radius_m: float
    hull: tuple[tuple[float, float], ...]
    members: Ints


def dbscan(x: npt.ArrayLike, y: npt.ArrayLike, eps_m: float, min_points: int) -> Ints:
    """Cluster number of n points on a metre grid, NOISE (-1) for points in no cluster.

    DBSCAN (Ester and others 1996): a point with at least `min_points` points within `eps_m`, itself counted, is a
    core; cores within `eps_m` join. Points are taken by x, then y, so the numbers depend on where points lie and
    not on the order of the rows, and a border point within reach of two clusters always falls to the same one.
    """
    xs, ys = numbers(x, "x"), numbers(y, "y")
    same_length(x=xs, y=ys)
    if not eps_m > 0 or min_points < 1:
        raise MethodError(f"eps_m {eps_m} and min_points {min_points} must be above zero")
    labels = np.full(len(xs), NOISE, np.int64)
    if len(xs) >= min_points:
        order = np.lexsort((ys, xs))
        points = np.column_stack([xs, ys])[order]
        labels[order] = DBSCAN(eps=eps_m, min_samples=min_points, algorithm="kd_tree").fit_predict(points)
    return labels


def describe(x: npt.ArrayLike, y: npt.ArrayLike, labels: npt.ArrayLike, buffer_m: float = 10.0) -> list[Clump]:
    """The clusters of n labelled points, by cluster number.

    The hull is the convex hull; where that has no width (all members on one spot or one line) it is widened by
    `buffer_m` on every side, so that it can be drawn.
    """
    xs, ys, label = numbers(x, "x"), numbers(y, "y"), np.asarray(labels, np.int64)
    same_length(x=xs, y=ys, labels=label)
    order = np.lexsort((ys, xs, label))
    order = order[label[order] != NOISE]
    starts = np.flatnonzero(np.diff(label[order], prepend=NOISE))
    return [_clump(xs[rows], ys[rows], rows, buffer_m) for rows in np.split(order, starts[1:]) if len(rows)]


def _clump(xs: Floats, ys: Floats, rows: Ints, buffer_m: float) -> Clump:
    x, y = float(xs.mean()), float(ys.mean())
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack([xs, ys])))
    if hull.geom_type != "Polygon" or hull.area < buffer_m**2 / 4:
        hull = shapely.buffer(hull, buffer_m, quad_segs=2)
    corners = shapely.get_coordinates(shapely.normalize(hull)).tolist()
    radius = float(np.hypot(xs - x, ys - y).max())
    return Clump(len(rows), x, y, radius, tuple((a, b) for a, b in corners), np.sort(rows))
