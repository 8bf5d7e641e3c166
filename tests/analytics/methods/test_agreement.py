import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse, stats

from analytics.methods.agreement import Layer, hot_at, parts, rank_agreement
from analytics.methods.checks import MethodError
from geo import hexes
from tests import golden

# Five small cells: the first two in large cell 0, the next two in large cell 1, the last in none of the large ones.
PARENT = np.array([0, 0, 1, 1, -1])


def flags(*values):
    return np.array(values, bool)


def test_hot_at_three_of_three():
    areas = np.array([0, 0, 0, 1, 1])
    layers = [Layer(flags(1, 0, 0, 0, 0)), Layer(flags(1, 0), PARENT), Layer(flags(1, 0), areas)]
    found = hot_at(5, layers)
    assert found.hot.tolist() == [3, 2, 1, 0, 0]
    assert found.of.tolist() == [3, 3, 3, 3, 2]


def test_a_large_cell_is_hot_where_any_of_its_children_is():
    small = Layer(flags(0, 1, 0, 0, 1), parts(PARENT, 3))
    found = hot_at(3, [Layer(flags(0, 0, 1)), small])
    assert found.hot.tolist() == [1, 0, 1]
    assert found.of.tolist() == [2, 2, 1]  # the third large cell has no children here


def test_a_place_is_asked_only_where_it_was_tested():
    large = Layer(flags(1, 0), PARENT, tested=flags(0, 1))
    found = hot_at(5, [large])
    assert found.of.tolist() == [0, 0, 1, 1, 0]
    assert found.hot.tolist() == [0, 0, 0, 0, 0]  # what was not tested is not hot, whatever its flag says


def test_one_tested_child_is_enough_to_ask():
    small = Layer(flags(0, 0, 0, 0, 0), parts(PARENT, 3), tested=flags(0, 1, 0, 0, 0))
    assert hot_at(3, [small]).of.tolist() == [1, 0, 0]


def test_any_overlap_is_a_link_however_small():
    overlap = sparse.csr_matrix([[0.9, 0.1], [0.0, 1.0]])
    assert hot_at(2, [Layer(flags(0, 1), overlap)]).hot.tolist() == [1, 1]


def test_no_layers_no_units():
    assert (hot_at(2, []).hot.tolist(), hot_at(2, []).of.tolist()) == ([0, 0], [0, 0])
    assert len(hot_at(0, [Layer(flags())]).hot) == 0


def test_the_golden_city_seen_from_its_smallest_cells_and_from_above():
    ten, eight = golden.level(10), golden.level(8)
    _, parent = np.unique(hexes.parents(ten.cells, 8), return_inverse=True)
    hot_ten = np.arange(len(ten.cells)) % 97 == 0
    hot_eight = np.arange(len(eight.cells)) % 5 == 0
    below = hot_at(len(ten.cells), [Layer(hot_ten), Layer(hot_eight, parent)])
    above = hot_at(len(eight.cells), [Layer(hot_eight), Layer(hot_ten, parts(parent, len(eight.cells)))])
    assert below.hot.tolist() == [int(a) + int(hot_eight[b]) for a, b in zip(hot_ten, parent, strict=True)]
    for cell in range(len(eight.cells)):
        assert above.hot[cell] == int(hot_eight[cell]) + int(hot_ten[parent == cell].any())
    assert (below.of == 2).all()
    assert (above.of == 2).all()


# --- rankings


def test_a_rank_agreement_by_hand():
    # of ten pairs, eight in the same order and two not
    assert rank_agreement([1, 2, 3, 4, 5], [2, 1, 3, 5, 4]) == pytest.approx(0.6)


def test_ties_count_for_neither_side():
    a, b = [1, 2, 2, 3, 4, 4, 5], [1, 3, 2, 2, 5, 4, 4]
    concordant, discordant, tied_a, tied_b, pairs = 15, 2, 2, 2, 21
    by_hand = (concordant - discordant) / np.sqrt((pairs - tied_a) * (pairs - tied_b))
    assert rank_agreement(a, b) == pytest.approx(by_hand)


@pytest.mark.parametrize("a, b", [([], []), ([1], [2]), ([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [4, 4, 4])])
def test_where_there_is_no_order_there_is_no_agreement(a, b):
    assert rank_agreement(a, b) is None


pairs = st.lists(st.tuples(st.integers(-9, 9), st.floats(-1e6, 1e6)), min_size=2, max_size=50)


@given(pairs)
def test_agreement_is_scipys_and_symmetric_and_turns_with_the_sign(rows):
    a, b = np.array(rows, float).T
    if (found := rank_agreement(a, b)) is None:
        return
    assert found == pytest.approx(stats.kendalltau(a, b).statistic)
    assert -1 <= found <= 1
    assert rank_agreement(b, a) == pytest.approx(found)
    assert rank_agreement(-a, b) == pytest.approx(-found, abs=1e-12)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: hot_at(3, [Layer(flags(1, 0))]), "layer 0: 2 units for 3, and no link"),
        (lambda: hot_at(2, [Layer(flags(1, 0)), Layer(flags(1), np.array([0, 1]))]), "layer 1: link: row 1 is 1, outs"),
        (lambda: hot_at(2, [Layer(flags(1), np.array([0]))]), "layer 0: link of 1 positions for 2 units"),
        (lambda: hot_at(1, [Layer(flags(1), np.array([0.0]))]), "layer 0: link: one whole number per row wanted"),
        (lambda: hot_at(2, [Layer(flags(1), sparse.csr_matrix((1, 2)))]), r"link of shape \(1, 2\) between 2 and 1"),
        (lambda: hot_at(2, [Layer(np.array([0.5, 1]))]), "layer 0: hot: one true or false per row wanted"),
        (lambda: hot_at(2, [Layer(flags(1, 0), tested=flags(1))]), "different numbers of rows: hot 2, tested 1"),
        (lambda: parts([0, 3], 3), "holder: row 1 is 3, outside -1 to 2"),
        (lambda: rank_agreement([1, float("nan")], [1, 2]), "a: row 1 is nan"),
        (lambda: rank_agreement([1, 2], [1]), "different numbers of rows: a 2, b 1"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
