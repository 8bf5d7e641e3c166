from functools import cache
from itertools import permutations

import geopandas
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.examples import get_path
from libpysal.graph import Graph
from scipy import sparse, stats

from analytics.methods.audit import audit
from analytics.methods.autocorrelation import gi
from analytics.methods.checks import MethodError

# esda 2.9.0, G_Local of crime in Columbus (binary queen weights, star=True, permutations=9999, seed=3): p_sim, which
# is the smaller tail. Kept as numbers because esda compiles for half a minute before its first permutation.
ESDA = [
    *[0.1885, 0.1741, 0.2414, 0.4728, 0.1553, 0.3280, 0.0388, 0.1640, 0.3791, 0.1188, 0.0150, 0.0914, 0.3448],
    *[0.1014, 0.0083, 0.0006, 0.0346, 0.0214, 0.1102, 0.2321, 0.1877, 0.4550, 0.0352, 0.0003, 0.0016, 0.0164],
    *[0.4305, 0.0042, 0.0011, 0.0181, 0.0373, 0.0023, 0.3801, 0.0446, 0.3777, 0.0051, 0.0061, 0.0817, 0.0139],
    *[0.0160, 0.0592, 0.0762, 0.4311, 0.4734, 0.3535, 0.0394, 0.0580, 0.2067, 0.1988],
]


def rng(seed=1):
    return np.random.default_rng(seed)


@cache
def columbus():
    frame = geopandas.read_file(get_path("columbus.shp"))
    graph = Graph.build_contiguity(frame, rook=False)
    return frame.CRIME.to_numpy(), (graph.sparse + sparse.identity(49)).tocsr()


def row_of(n):
    """n units in a row, each with the one before and after it."""
    return sparse.csr_matrix(np.eye(n, k=-1) + np.eye(n) + np.eye(n, k=1))


def test_the_tails_are_those_of_esda():
    found = audit(*columbus(), rng(), most=9_999, enough=9_999)
    assert np.minimum(found.p, 1 - found.p) == pytest.approx(np.array(ESDA), abs=0.02)
    assert (found.permutations == 9_999).all()


def test_the_tails_follow_the_closed_form():
    p = audit(*columbus(), rng(), most=9_999, enough=9_999).p
    assert np.corrcoef(stats.norm.isf(p), gi(*columbus()))[0, 1] > 0.999


def test_the_tails_are_those_of_all_orders():
    values, ring = np.array([6.0, 5.0, 1.0, 2.0, 2.0, 4.0]), row_of(6)
    exact = []
    for unit in range(6):
        others, near = np.delete(values, unit), np.delete(ring.toarray()[unit], unit)
        exact.append(np.mean([near @ np.array(order) >= near @ others for order in permutations(others)]))
    assert audit(values, ring, rng(), most=20_000, enough=20_000).p == pytest.approx(exact, abs=0.015)


def test_who_stops_early_says_about_the_same_of_what_matters():
    whole = audit(*columbus(), rng(1), most=9_999, enough=9_999)
    short = audit(*columbus(), rng(2), most=999, enough=10)
    assert short.permutations.mean() < 300
    assert short.p == pytest.approx(whole.p, abs=0.35)
    assert (short.p[whole.p < 0.005] <= 0.02).all()
    assert (short.p[whole.p > 0.2] > 0.05).all()


def test_the_answer_of_one_who_stops_is_ten_over_when():
    found = audit(*columbus(), rng())
    stopped = found.permutations < 999
    assert found.p[stopped] == pytest.approx(10 / found.permutations[stopped])
    assert (found.p[~stopped] <= 11 / 1_000).all()


def test_early_stopping_keeps_false_alarms_at_their_rate():
    # with nothing to find, p <= 0.05 in one case of twenty
    alarms = [audit(rng(s).gamma(1, 1, 200), row_of(200), rng(1_000 + s)).p <= 0.05 for s in range(60)]
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.01)


def test_who_else_is_asked_changes_nothing():
    values, ring = columbus()
    everyone = audit(values, ring, rng())
    some = audit(values, ring, rng(), rows=[23, 4, 48, 23])
    assert some.p.tolist() == everyone.p[[23, 4, 48, 23]].tolist()
    assert some.permutations.tolist() == everyone.permutations[[23, 4, 48, 23]].tolist()


def test_the_same_random_stream_gives_the_same_audit():
    assert audit(*columbus(), rng(5)).p.tolist() == audit(*columbus(), rng(5)).p.tolist()


@pytest.mark.parametrize("ring", [row_of(5), sparse.identity(5, format="csr"), sparse.csr_matrix(np.ones((5, 5)))])
def test_where_nothing_can_change_p_is_one(ring):
    values = [0.1] * 5 if ring.nnz == 13 else [0.1, 0.7, 0.3, 1e5, 0.2]
    found = audit(values, ring, rng())
    assert found.p.tolist() == [1] * 5
    assert found.permutations.tolist() == [10] * 5


def test_a_unit_alone_in_the_world():
    assert audit([3.0], sparse.identity(1, format="csr"), rng()).p.tolist() == [1]


def test_no_units_or_none_asked_no_answers():
    assert len(audit([], sparse.csr_matrix((0, 0)), rng()).p) == 0
    assert len(audit([1, 2, 3], row_of(3), rng(), rows=[]).p) == 0


def test_a_peak_among_its_like_is_sure():
    values = np.zeros(60)
    values[20:24] = 9
    found = audit(values, row_of(60), rng(), rows=[21, 50])
    assert found.p[0] < 0.02
    assert found.p[1] == 1  # no sum is below its own


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(1, 20), st.integers(0, 100))
def test_p_is_a_probability_and_stopping_is_in_time(values, enough, seed):
    found = audit(values, row_of(len(values)), rng(seed), most=99, enough=enough)
    assert ((found.p >= 1 / 100) & (found.p <= 1)).all()
    assert ((found.permutations >= enough) & (found.permutations <= 99)).all()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: audit([1, float("nan")], row_of(2), rng()), "values: row 1 is nan"),
        (lambda: audit([1, 2, 3], row_of(2), rng()), r"neighbours: shape \(2, 2\) for 3 units"),
        (lambda: audit([1, 2], 2 * row_of(2), rng()), "neighbours: ones only wanted, each unit its own neighbour"),
        (lambda: audit([1, 2], sparse.csr_matrix([[1, 1], [1, 0]]), rng()), "each unit its own neighbour"),
        (lambda: audit([1, 2], row_of(2), rng(), rows=[2]), "rows: whole numbers from 0 to 1 wanted"),
        (lambda: audit([1, 2], row_of(2), rng(), rows=[-1]), "rows: whole numbers from 0 to 1 wanted"),
        (lambda: audit([1, 2], row_of(2), rng(), rows=[0.0]), "rows: whole numbers from 0 to 1 wanted"),
        (lambda: audit([1, 2], row_of(2), rng(), enough=0), "enough 0, most 999"),
        (lambda: audit([1, 2], row_of(2), rng(), most=9), "enough 10, most 9: 1 <= enough <= most wanted"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
