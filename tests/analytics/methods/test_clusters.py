import geopandas
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libpysal import examples
from sklearn.cluster import DBSCAN
from sklearn.datasets import load_iris

from analytics.methods.checks import MethodError
from analytics.methods.clusters import dbscan, describe, labelled, persistence, spots

NAN, INF = float("nan"), float("inf")


def test_two_clumps_and_a_stray():
    x, y = np.array([[1, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]], float).T
    assert dbscan(x, y, eps_m=3, min_points=2).tolist() == [0, 0, 0, 1, 1, -1]


def sizes(labels):
    """How many are noise, and how many in each cluster."""
    return int((labels == -1).sum()), np.bincount(labels[labels >= 0]).tolist()


def test_the_clusters_of_iris():
    points = load_iris().data
    labels = labelled(points, np.ones(len(points)), 0.5, 5)
    assert sizes(labels) == (17, [49, 84])
    library = DBSCAN(eps=0.5, min_samples=5).fit(points)
    core = library.core_sample_indices_
    assert len(core) == 117
    assert labels[core].tolist() == library.labels_[core].tolist()


def test_the_clusters_of_the_burkitt_cases():
    cases = geopandas.read_file(examples.get_path("burkitt.shp"))
    noise, found = sizes(dbscan(cases.geometry.x, cases.geometry.y, eps_m=10, min_points=5))
    assert (noise, sorted(found)) == (27, [5, 7, 8, 9, 132])


def test_the_same_clumps_as_the_library_in_any_order():
    points = load_iris().data[:, :2]
    order = np.random.default_rng(0).permutation(len(points))
    labels = dbscan(*points.T, eps_m=0.15, min_points=5)
    assert dbscan(*points[order].T, eps_m=0.15, min_points=5).tolist() == labels[order].tolist()
    library = DBSCAN(eps=0.15, min_samples=5).fit(points)
    assert ((labels == -1) == (library.labels_ == -1)).all()
    core = library.core_sample_indices_
    assert len({(a, b) for a, b in zip(labels[core], library.labels_[core], strict=True)}) == labels.max() + 1


places = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=40)


@given(places, st.randoms(use_true_random=False))
def test_labels_follow_the_points_not_the_rows(points, random):
    order = list(range(len(points)))
    random.shuffle(order)
    x, y = np.array(points, float).reshape(-1, 2).T
    labels = dbscan(x, y, eps_m=9, min_points=3)
    assert dbscan(x[order], y[order], eps_m=9, min_points=3).tolist() == labels[order].tolist()


weighed = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4)), max_size=25)


@given(weighed)
def test_a_weight_is_so_many_points_on_one_spot(rows):
    x, y, weights = np.array(rows, int).reshape(-1, 3).T
    each = np.repeat(np.arange(len(rows)), weights)
    labels = dbscan(x, y, eps_m=1.5, min_points=5, weights=weights)
    assert labels[each].tolist() == dbscan(x[each], y[each], eps_m=1.5, min_points=5).tolist()


@given(weighed)
def test_weights_are_the_library_s_sample_weights(rows):
    x, y, weights = np.array(rows, int).reshape(-1, 3).T
    labels = dbscan(x, y, eps_m=1.5, min_points=5, weights=weights)
    if len(rows):
        library = DBSCAN(eps=1.5, min_samples=5).fit(np.column_stack([x, y]), sample_weight=weights)
        core = library.core_sample_indices_
        assert ((labels == -1) == (library.labels_ == -1)).all()
        assert len(set(zip(labels[core], library.labels_[core], strict=True))) == labels.max() + 1


def test_three_incidents_on_one_spot_are_a_clump_of_their_own():
    assert dbscan([0, 500], [0, 0], eps_m=50, min_points=3, weights=[3, 2]).tolist() == [0, -1]


def test_points_on_one_place_are_one_spot():
    found = spots([5, 1, 5, 1, 2], [0, 0, 0, 0, 9], eps_m=50)
    assert (found.x.tolist(), found.y.tolist(), found.weight.tolist()) == ([1, 2, 5], [0, 9, 0], [2, 1, 2])
    assert (found.spot.tolist(), found.grid_m) == ([2, 0, 2, 0, 1], 0)


def test_clusters_of_spots_are_clusters_of_points():
    x, y = np.round(np.random.default_rng(2).normal(0, 300, (2, 2_000)), -1)
    found = spots(x, y, eps_m=25)
    labels = dbscan(found.x, found.y, 25, 12, weights=found.weight)
    assert labels[found.spot].tolist() == dbscan(x, y, 25, 12).tolist()
    assert labels.max() >= 1


def test_too_dense_a_crowd_is_moved_to_a_grid_that_is_named():
    x, y = np.random.default_rng(2).normal(0, 100, (2, 5_000))
    found = spots(x, y, eps_m=80, most_pairs=100_000)
    assert found.grid_m == 20
    assert (found.x % 20 == 0).all()
    assert found.weight.sum() == 5_000
    assert np.hypot(found.x[found.spot] - x, found.y[found.spot] - y).max() <= np.hypot(10, 10)


def test_a_crowd_on_the_coarsest_grid_has_few_neighbours():
    x, y = np.random.default_rng(2).normal(0, 100, (2, 20_000))
    found = spots(x, y, eps_m=80, most_pairs=1)
    assert found.grid_m == 40
    assert len(found.x) < 500


def test_a_clump_of_spots_counts_its_incidents():
    (clump,) = describe([0, 10, 500], [0, 0, 0], [0, 0, -1], weights=[1, 3, 9])
    assert (clump.n, clump.x, clump.y) == (4, 7.5, 0.0)
    assert clump.radius_m == 7.5
    assert clump.members.tolist() == [0, 1]


def test_a_clump_is_there_in_the_quarters_in_which_enough_happened():
    quarters = [[2, 1, 0, 4], [1, 2, 2, 0], [9, 9, 9, 9], [0, 0, 5, 0]]
    found = persistence([0, 0, -1, 1], quarters, min_points=3)
    assert found.counts.tolist() == [[3, 3, 2, 4], [0, 0, 5, 0]]
    assert (found.held.tolist(), found.of) == ([3, 1], 4)


@pytest.mark.parametrize("labels, periods", [([], np.zeros((0, 4))), ([-1, -1], [[1, 2], [3, 4]])])
def test_no_clump_persists_nowhere(labels, periods):
    found = persistence(labels, periods, min_points=3)
    assert (len(found.held), len(found.counts)) == (0, 0)


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


def test_no_points_no_spots():
    found = spots([], [], eps_m=50)
    assert (len(found.x), len(found.spot), found.grid_m) == (0, 0, 0)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: dbscan([0, 1], [0, NAN], 5, 2), "y: row 1 is nan"),
        (lambda: dbscan([0, 1], [0], 5, 2), "different numbers of rows: x 2, y 1, weights 2"),
        (lambda: dbscan([0], [0], 5, 2, weights=[0]), "weights: row 0 is 0; leave out points of no incident"),
        (lambda: dbscan([0], [0], 5, 2, weights=[1.5]), "weights: row 0 is 1.5, not a whole number"),
        (lambda: dbscan([0], [0], NAN, 2), "eps_m nan"),
        (lambda: dbscan([0], [0], 5, 0), "min_points 0 must be above zero"),
        (lambda: spots([INF], [0], 5), "x: row 0 is inf"),
        (lambda: spots([0], [0], 0), "eps_m 0"),
        (lambda: spots([0], [0], 5, most_pairs=0), "most_pairs 0"),
        (lambda: describe([0], [0], [0], weights=[1, 2]), "different numbers of rows"),
        (lambda: persistence([0, 1], [[1, 2]], 3), r"n rows and n x m counts wanted, got \(2,\) and \(1, 2\)"),
        (lambda: persistence([0], [1], 3), "n rows and n x m counts wanted"),
        (lambda: persistence([0], [[1, -1]], 3), "periods, column 1: row 0 is -1"),
        (lambda: persistence([0], [[1, NAN]], 3), "periods, column 1: row 0 is nan"),
        (lambda: persistence([0], [[1, 2]], 0), "min_points 0"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
