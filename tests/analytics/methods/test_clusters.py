import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN
from sklearn.datasets import load_iris

from analytics.methods.clusters import dbscan, describe


def test_two_clumps_and_a_stray():
    x, y = np.array([[1, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]], float).T
    assert dbscan(x, y, eps_m=3, min_points=2).tolist() == [0, 0, 0, 1, 1, -1]


def test_the_same_clumps_as_the_library_in_any_order():
    points = load_iris().data[:, :2]
    order = np.random.default_rng(0).permutation(len(points))
    labels = dbscan(*points.T, eps_m=0.15, min_points=5)
    assert dbscan(*points[order].T, eps_m=0.15, min_points=5).tolist() == labels[order].tolist()
    library = DBSCAN(eps=0.15, min_samples=5).fit(points)
    assert ((labels == -1) == (library.labels_ == -1)).all()
    core = library.core_sample_indices_
    assert len({(a, b) for a, b in zip(labels[core], library.labels_[core], strict=True)}) == labels.max() + 1


spots = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=40)


@given(spots, st.randoms(use_true_random=False))
def test_labels_follow_the_points_not_the_rows(points, random):
    order = list(range(len(points)))
    random.shuffle(order)
    x, y = np.array(points, float).reshape(-1, 2).T
    labels = dbscan(x, y, eps_m=9, min_points=3)
    assert dbscan(x[order], y[order], eps_m=9, min_points=3).tolist() == labels[order].tolist()


def test_a_clump_is_described_in_metres():
    x, y = np.array([[0, 0], [10, 0], [10, 10], [0, 10], [5, 5], [500, 500]], float).T
    (clump,) = describe(x, y, [0, 0, 0, 0, 0, -1])
    assert (clump.n, clump.x, clump.y) == (5, 5.0, 5.0)
    assert clump.radius_m == pytest.approx(np.hypot(5, 5))
    assert clump.hull[0] == clump.hull[-1]
    assert set(clump.hull) == {(0, 0), (10, 0), (10, 10), (0, 10)}
    assert clump.members.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("spread", [(0, 0, 0), (0, 30, 60)])
def test_a_hull_without_width_is_widened(spread):
    (clump,) = describe(np.array(spread, float), np.zeros(3), [0, 0, 0], buffer_m=10)
    x, y = np.array(clump.hull).T
    assert (x.min(), x.max()) == (pytest.approx(-10), pytest.approx(max(spread) + 10))
    assert (y.min(), y.max()) == (pytest.approx(-10), pytest.approx(10))


def test_no_points_no_clumps():
    labels = dbscan([], [], eps_m=50, min_points=3)
    assert len(labels) == 0
    assert describe([], [], labels) == []


def test_fewer_points_than_a_clump_needs_are_all_noise():
    assert dbscan([0, 1], [0, 1], eps_m=50, min_points=3).tolist() == [-1, -1]
