"""Every method answers bad input with the one named error, before a number can come out wrong."""

import numpy as np
import pytest
from scipy import sparse

from analytics.methods.checks import MethodError
from analytics.methods.clusters import dbscan, describe
from analytics.methods.hotspots import bh, exposure_test, upper_tail
from analytics.methods.ranking import Evidence, rank_places
from analytics.methods.rates import empirical_bayes, expected, fit_prior, garwood
from analytics.methods.shares import wilson
from analytics.methods.survival import kaplan_meier, median_wait

TWO = sparse.identity(2, format="csr")
NAN, INF = float("nan"), float("inf")


def ranked(observed, expected, k):
    evidence = Evidence(np.asarray(observed), np.asarray(expected), np.ones(len(observed)))
    return rank_places(evidence, np.random.default_rng(0), k=k)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: expected([1, NAN], [1, 1]), "observed: row 1 is nan, not a finite number"),
        (lambda: expected([1, 2], [1, -1]), "exposure: row 1 is -1"),
        (lambda: expected([1, 2], [1, 1, 1]), "different numbers of rows: observed 2, exposure 3"),
        (lambda: expected([1.5], [1]), "observed: row 0 is 1.5, not a whole number"),
        (lambda: expected([[1]], [1]), r"one number per row wanted, got shape \(1, 1\)"),
        (lambda: garwood([-1]), "observed: row 0 is -1"),
        (lambda: garwood([1], level=1), "level: 1 is not between"),
        (lambda: fit_prior([1], [INF]), "exposure: row 0 is inf"),
        (lambda: empirical_bayes([1], [1, 2]), "different numbers of rows"),
        (lambda: exposure_test([1, 2], [1, 0], TWO), "expected: row 1 is 0; leave out units without exposure"),
        (lambda: exposure_test([1], [1], TWO), r"neighbours: shape \(2, 2\) for 1 units"),
        (lambda: upper_tail([1, 2], [1]), "different numbers of rows"),
        (lambda: bh([0.5, NAN]), "p: row 1 is nan"),
        (lambda: bh([0.5, 1.2]), "p: row 1 is 1.2, outside 0 to 1"),
        (lambda: dbscan([0, INF], [0, 0], 5, 2), "x: row 1 is inf"),
        (lambda: dbscan([0], [0], 0, 2), "eps_m 0 and min_points 2 must be above zero"),
        (lambda: describe([0], [0], [0, 0]), "different numbers of rows"),
        (lambda: ranked([[1, 0]], [[1, 0]], k=1), "nothing in every category"),
        (lambda: ranked([[1, 2], [1, 1]], [[1, 0], [1, 1]], k=1), "none are expected"),
        (lambda: ranked([1, 2], [1, 1], k=1), "categories x units wanted"),
        (lambda: ranked([[1]], [[1]], k=0), "out of range"),
        (lambda: kaplan_meier([-1], [1]), "days: row 0 is -1"),
        (lambda: median_wait([1, 2], [1]), "different numbers of rows"),
        (lambda: median_wait([NAN], [0]), "days: row 0 is nan"),
        (lambda: wilson([3], [2]), "hits: row 0 exceeds its whole"),
        (lambda: wilson([3], [5], level=0), "level: 0 is not between"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
