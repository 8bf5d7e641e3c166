import json

import numpy as np
import pytest
from scipy import sparse

from analytics.methods.checks import MethodError
from analytics.methods.units import Parameters, Units


def three(exposure, ids=("c", "a", "b")):
    ring = sparse.csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], float))
    names = np.array([f"name of {i}" for i in ids], object)
    return Units(None, np.array(ids, object), names, {k: np.array(v, float) for k, v in exposure.items()}, ring)


def test_the_exposure_wanted_is_used_where_it_is_loaded():
    assert three({"area": [1, 1, 1], "population": [5, 0, 2]}).kind_used("population") == "population"


@pytest.mark.parametrize("exposure", [{"area": [1, 1, 1]}, {"area": [1, 1, 1], "population": [0, 0, 0]}])
def test_area_stands_in_where_it_is_not(exposure):
    assert three(exposure).kind_used("population") == "area"


def test_no_exposure_at_all_is_refused():
    with pytest.raises(MethodError, match="areas: neither exposure population nor area is loaded"):
        three({"street_m": [1, 1, 1]}).kind_used("population")


def test_units_in_order_carry_everything_with_them():
    found = three({"area": [30, 10, 20]}).in_order()
    assert found.ids.tolist() == ["a", "b", "c"]
    assert found.names.tolist() == ["name of a", "name of b", "name of c"]
    assert found.exposure["area"].tolist() == [10, 20, 30]
    assert found.neighbours.toarray().tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def test_a_repeated_id_is_refused():
    with pytest.raises(MethodError, match="two units share an id"):
        three({"area": [1, 1, 1]}, ids=("a", "b", "a"))


def test_impossible_exposure_is_refused_with_its_row():
    with pytest.raises(MethodError, match="exposure area: row 1 is -2"):
        three({"area": [1, -2, 1]})


def test_parameters_are_plain_json():
    values = Parameters().to_dict()
    assert json.loads(json.dumps(values)) == values
    assert values["q_level"] == 0.05
