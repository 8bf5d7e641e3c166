from functools import cache
from itertools import permutations

import geopandas
import numpy as np
import pytest
from esda.getisord import G_Local
from esda.moran import Moran as EsdaMoran
from esda.moran import Moran_Local
from hypothesis import given
from hypothesis import strategies as st
from libpysal.examples import get_path
from libpysal.graph import Graph
from scipy import sparse, stats

from analytics.methods.autocorrelation import (
    HIGH_HIGH,
    HIGH_LOW,
    LOW_HIGH,
    LOW_LOW,
    NO_QUADRANT,
    gi,
    gi_star,
    local_moran,
    moran,
    row_standardised,
    two_sided,
    without_self,
)
from analytics.methods.checks import MethodError
from analytics.methods.hotspots import bh

TOY = np.array([2, 3, 3.2, 5, 8, 7])
PLACES = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)])


def toy():
    """The six points, each with those within a distance of 15 and with itself."""
    apart = np.hypot(*(PLACES[:, None] - PLACES[None]).transpose(2, 0, 1))
    return sparse.csr_matrix((apart <= 15).astype(float))


@cache
def columbus(rook=False):
    """Crime in 49 quarters of Columbus, and who borders on whom (queen unless rook), from the outlines."""
    frame = geopandas.read_file(get_path("columbus.shp"))
    return frame.CRIME.to_numpy(), Graph.build_contiguity(frame, rook=rook)


def around(graph):
    return sparse.csr_matrix(graph.sparse)


def with_self(graph):
    return (graph.sparse + sparse.identity(graph.n)).tocsr()


def row_of(n, own=1.0):
    """n units in a row, each with the one before and after it."""
    return sparse.csr_matrix(np.eye(n, k=-1) + np.diag(np.full(n, own)) + np.eye(n, k=1))


# --- Getis-Ord


def test_gi_star_of_the_six_points():
    published = [-1.3972762620, -0.2891776156, 0.6506496352, -0.2891776156, 1.2345208835, 2.0242433094]
    assert gi_star(TOY, toy()) == pytest.approx(published, abs=1e-10)


def test_gi_of_the_six_points():
    published = [-1.0136728986, -0.0436158942, 1.3155870290, -0.3141267582, 1.1537398581, 1.7783394086]
    assert gi(TOY, without_self(toy())) == pytest.approx(published, abs=1e-10)


def test_gi_leaves_the_unit_itself_out_whether_or_not_it_is_listed():
    assert gi(TOY, toy()) == pytest.approx(gi(TOY, without_self(toy())), abs=1e-12)


def test_gi_star_of_columbus():
    crime, graph = columbus()
    z = gi_star(crime, with_self(graph))
    published = [-1.4327796540, -1.3400080975, -0.7719986810, -0.1317333645, 1.2853627984, 0.0686480438]
    assert z[:6] == pytest.approx(published, abs=1e-10)
    assert (z.argmax(), z.max()) == (15, pytest.approx(3.475051356160, abs=1e-12))


def test_gi_of_columbus():
    crime, graph = columbus()
    published = [-0.9378076510, -0.9856591203, -0.7184189125, -0.0666623234, 1.0471360294, 0.4547457513]
    assert gi(crime, around(graph))[:6] == pytest.approx(published, abs=1e-10)


def test_columbus_loses_half_its_hot_spots_to_the_number_of_tests():
    crime, graph = columbus()
    p = two_sided(gi_star(crime, with_self(graph)))
    q = np.sort(bh(p))
    assert [(p <= 0.05).sum(), (q <= 0.05).sum(), (p * 49 <= 0.05).sum()] == [18, 9, 2]
    assert q[:4] == pytest.approx(np.full(4, 0.0171190951804), abs=1e-12)
    assert q[4] == pytest.approx(0.0409822032818, abs=1e-12)


@pytest.mark.parametrize("star", [True, False])
@pytest.mark.parametrize("rook", [True, False])
def test_scores_are_those_of_esda(star, rook):
    crime, graph = columbus(rook)
    theirs = G_Local(crime, graph, transform="B", star=star, permutations=0).Zs
    ours = gi_star(crime, with_self(graph)) if star else gi(crime, around(graph))
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_a_row_of_weights_may_be_scaled_without_changing_its_score():
    # esda's row-standardised scores differ: its variance takes the sum of the weights for that of their squares.
    crime, graph = columbus()
    assert gi_star(crime, row_standardised(with_self(graph))) == pytest.approx(gi_star(crime, with_self(graph)))
    assert gi(crime, row_standardised(around(graph))) == pytest.approx(gi(crime, around(graph)))
    theirs = G_Local(TOY, Graph.from_sparse(without_self(toy())), transform="R", star=False, permutations=0).Zs
    assert theirs[0] == pytest.approx(-0.6207453419, abs=1e-10)
    assert gi(TOY, row_standardised(without_self(toy())))[0] == pytest.approx(-1.0136728986, abs=1e-10)


def test_weights_that_differ_have_the_moments_of_all_orders():
    weights = sparse.csr_matrix([[1.0, 0.5, 0.1, 0.0, 0.0], *np.eye(5)[1:]])
    values = np.array([9.0, 4.0, 1.0, 0.0, 2.5])
    row = weights.toarray()[0]
    sums = [row @ np.array(order) for order in permutations(values)]
    exact = (row @ values - np.mean(sums)) / np.std(sums)
    assert gi_star(values, weights)[0] == pytest.approx(exact)
    others = [row[1:] @ np.array(order) for order in permutations(values[1:])]
    assert gi(values, weights)[0] == pytest.approx((row[1:] @ values[1:] - np.mean(others)) / np.std(others))


def test_two_sided_p_far_out():
    z = np.array([0.0, 1.959963984540054, -5.0, 30.0])
    assert two_sided(z) == pytest.approx(2 * stats.norm.sf(np.abs(z)), rel=1e-12)


@pytest.mark.parametrize("score", [gi_star, gi])
def test_nothing_that_could_differ_has_score_zero(score):
    assert score([4.1, 4.1, 4.1], row_of(3)).tolist() == [0, 0, 0]
    assert score([5], row_of(1)).tolist() == [0]
    assert score([], row_of(0)).tolist() == []
    assert score([1, 2, 4], sparse.csr_matrix(np.ones((3, 3)))) == pytest.approx([0, 0, 0])
    assert score([1, 2, 4], sparse.csr_matrix((3, 3))).tolist() == [0, 0, 0]


def test_a_unit_alone_is_judged_by_itself_or_not_at_all():
    alone = sparse.identity(4, format="csr")
    values = np.array([1.0, 2.0, 3.0, 6.0])
    assert gi_star(values, alone) == pytest.approx((values - 3) / values.std())
    assert gi(values, alone).tolist() == [0, 0, 0, 0]


def test_where_the_others_are_all_equal_gi_has_nothing_to_say():
    z = gi([0.1, 0.1, 0.1, 1e6], row_of(4))
    assert z[3] == 0
    assert np.isfinite(z).all()


values_in_a_row = st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=40)


@given(values_in_a_row, st.floats(0.01, 100), st.floats(-100, 100))
def test_scores_do_not_depend_on_the_unit_of_measurement(values, factor, shift):
    x = np.round(np.array(values), 3)
    other = x * factor + shift
    assert gi_star(other, row_of(len(x))) == pytest.approx(gi_star(x, row_of(len(x))), abs=1e-6)


@given(st.integers(0, 10_000))
def test_the_order_of_units_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    x, turn = rng.gamma(1, 1, 30), rng.permutation(30)
    ring, bare = row_of(30), row_standardised(row_of(30, own=0.0))
    assert gi_star(x[turn], ring[turn][:, turn]) == pytest.approx(gi_star(x, ring)[turn], abs=1e-9)
    assert gi(x[turn], ring[turn][:, turn]) == pytest.approx(gi(x, ring)[turn], abs=1e-9)
    assert moran(x[turn], bare[turn][:, turn]).z == pytest.approx(moran(x, bare).z)
    assert local_moran(x[turn], bare[turn][:, turn]).z == pytest.approx(local_moran(x, bare).z[turn], abs=1e-9)


# --- Moran


def test_morans_i_of_columbus():
    crime, graph = columbus()
    found = moran(crime, row_standardised(around(graph)))
    assert found.i == pytest.approx(0.5001885571828611, abs=1e-14)
    assert found.expected == -1 / 48
    assert found.variance == pytest.approx(0.008689289201332, abs=1e-15)
    assert found.z == pytest.approx(5.58938267504451, abs=1e-12)
    assert found.p == pytest.approx(2 * stats.norm.sf(5.58938267504451))
    assert found.known


def test_morans_i_of_columbus_by_rook():
    crime, graph = columbus(rook=True)
    found = moran(crime, row_standardised(around(graph)))
    assert found.i == pytest.approx(0.5236702127502532, abs=1e-14)
    assert found.z == pytest.approx(5.457880045909277, abs=1e-12)


@pytest.mark.parametrize("transform", ["R", "B"])
def test_morans_i_is_that_of_esda(transform):
    crime, graph = columbus()
    theirs = EsdaMoran(crime, graph, transformation=transform, permutations=0)
    ours = moran(crime, around(graph.transform(transform)))
    assert (ours.i, ours.variance) == (pytest.approx(theirs.I, rel=1e-12), pytest.approx(theirs.VI_rand, rel=1e-12))
    assert (ours.z, ours.p) == (pytest.approx(theirs.z_rand, rel=1e-12), pytest.approx(theirs.p_rand, rel=1e-9))


def test_morans_moments_are_those_of_all_orders():
    values, weights = np.array([1.0, 2.0, 2.0, 7.0, 3.0]), row_standardised(row_of(5, own=0.0))
    found = moran(values, weights)
    every = [moran(np.array(order), weights).i for order in permutations(values)]
    assert found.expected == pytest.approx(np.mean(every))
    assert found.variance == pytest.approx(np.var(every))


@pytest.mark.parametrize(
    "values, weights",
    [
        ([3.0, 3.0, 3.0, 3.0, 3.0], row_of(5, own=0.0)),
        ([1.0, 2.0, 3.0], row_of(3, own=0.0)),
        ([1.0, 2.0, 3.0, 4.0], sparse.csr_matrix((4, 4))),
        ([1.0, 2.0, 3.0, 9.0], sparse.csr_matrix(np.ones((4, 4)) - np.eye(4))),
        ([8.0], sparse.csr_matrix((1, 1))),
        ([], sparse.csr_matrix((0, 0))),
    ],
)
def test_where_there_is_no_answer_moran_says_so(values, weights):
    found = moran(values, weights)
    assert not found.known
    assert found.i == pytest.approx(found.expected)
    assert (found.variance, found.z, found.p) == (0, 0, 1)


# --- local Moran


def test_local_moran_of_columbus():
    crime, graph = columbus()
    found = local_moran(crime, row_standardised(around(graph)))
    assert found.i[:3] == pytest.approx([0.7217813786, 0.5179856456, 0.0919354204], abs=1e-10)
    assert np.bincount(found.quadrant).tolist() == [0, 21, 5, 20, 3]


def test_local_moran_is_that_of_esda():
    crime, graph = columbus()
    theirs = Moran_Local(crime, graph, permutations=0)
    ours = local_moran(crime, row_standardised(around(graph)))
    assert ours.i == pytest.approx(theirs.Is, abs=1e-12)
    assert (ours.quadrant == theirs.q).all()
    # Its I has the scale n - 1, its conditional moments have that of spdep, n: put I on theirs before they are used.
    assert ours.z == pytest.approx((theirs.Is * 49 / 48 - theirs.EIc) / np.sqrt(theirs.VIc), abs=1e-12)


def test_spdep_has_n_where_esda_has_n_minus_1():
    crime, graph = columbus()
    assert local_moran(crime, row_standardised(around(graph))).i[0] * 49 / 48 == pytest.approx(0.7368184906, abs=1e-10)


def test_local_scores_have_the_moments_of_all_orders_of_the_others():
    values, weights = np.array([4.0, 1.0, 0.0, 2.0, 9.0]), row_standardised(row_of(5, own=0.0))
    found = local_moran(values, weights)
    every = [local_moran(np.array([4.0, *order]), weights).i[0] for order in permutations(values[1:])]
    assert found.z[0] == pytest.approx((found.i[0] - np.mean(every)) / np.std(every))
    assert found.p[0] == pytest.approx(2 * stats.norm.sf(abs(found.z[0])))


def test_the_four_quadrants_and_none():
    # two high, one low beside a high, a low among lows, one high among lows; the last has no neighbours
    values = [9.0, 9.0, 0.0, 0.0, 0.0, 8.0, 0.0, 5.0]
    weights = row_of(8, own=0.0).tolil()
    weights[6, 7] = weights[7, 6] = 0
    found = local_moran(values, row_standardised(weights.tocsr()))
    expected = [HIGH_HIGH, HIGH_HIGH, LOW_HIGH, LOW_LOW, LOW_HIGH, HIGH_LOW, LOW_HIGH, NO_QUADRANT]
    assert found.quadrant.tolist() == expected
    assert (found.i[7], found.z[7], found.p[7]) == (0, 0, 1)


@pytest.mark.parametrize("values", [[], [4.0], [4.0, 5.0], [2.0] * 6])
def test_where_nothing_can_differ_no_unit_is_an_outlier(values):
    n = len(values)
    found = local_moran(values, row_of(n, own=0.0))
    assert (found.i.tolist(), found.z.tolist(), found.p.tolist()) == ([0] * n, [0] * n, [1] * n)
    assert found.quadrant.tolist() == [NO_QUADRANT] * n


def test_local_is_i_sum_to_the_global_one():
    crime, graph = columbus()
    weights = row_standardised(around(graph))
    assert local_moran(crime, weights).i.sum() / 48 == pytest.approx(moran(crime, weights).i)


# --- weights


def test_a_standardised_row_sums_to_one_unless_it_is_empty():
    weights = sparse.csr_matrix([[0.0, 2.0, 2.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    assert row_standardised(weights).toarray().tolist() == [[0, 0.5, 0.5], [0, 0, 0], [1, 0, 0]]
    assert row_standardised(row_of(0)).shape == (0, 0)


def test_nobody_is_their_own_neighbour():
    assert without_self(row_of(3)).toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    assert without_self(row_of(0)).shape == (0, 0)


NAN = float("nan")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: gi_star([1, NAN, 3], row_of(3)), "values: row 1 is nan, not a finite number"),
        (lambda: gi_star([1, 2], row_of(3)), r"weights: shape \(3, 3\) for 2 units"),
        (lambda: gi_star([1, 2, 3], row_of(3, own=-1.0)), "weights: finite numbers of zero or more wanted"),
        (lambda: gi([1, 2, 3], row_of(3, own=NAN)), "weights: finite numbers"),
        (lambda: gi([[1], [2]], row_of(2)), "values: one number per row wanted"),
        (lambda: two_sided([0, NAN]), "z: row 1 is nan"),
        (lambda: moran([1, 2, 3, 4], row_of(4)), r"weights: row 0 counts itself; take it out \(without_self\)"),
        (lambda: moran([1, 2], row_of(4)), r"weights: shape \(4, 4\) for 2 units"),
        (lambda: local_moran([1, 2, 3, 4], row_of(4)), "weights: row 0 counts itself"),
        (lambda: local_moran([1, float("inf"), 3], row_of(3, own=0.0)), "values: row 1 is inf"),
        (lambda: row_standardised(-row_of(3)), "weights: finite numbers of zero or more wanted"),
        (lambda: without_self(sparse.csr_matrix((2, 3))), r"weights: shape \(2, 3\) for 2 units"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
