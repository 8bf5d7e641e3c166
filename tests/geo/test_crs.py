import numpy as np
import pytest

from geo.crs import to_metric, to_store

TIMISOARA = (21.2272, 45.7537)


def test_there_and_back_is_the_same_place():
    x, y = to_metric([TIMISOARA[0]], [TIMISOARA[1]], 3844)
    lng, lat = to_store(x, y, 3844)
    assert (lng[0], lat[0]) == pytest.approx(TIMISOARA, abs=1e-7)  # a centimetre: the datum shift is not exact


def test_metres_are_metres():
    # a thousandth of a degree of latitude is about 111.2 m anywhere
    x, y = to_metric([TIMISOARA[0]] * 2, [TIMISOARA[1], TIMISOARA[1] + 0.001], 3844)
    assert np.hypot(np.diff(x), np.diff(y))[0] == pytest.approx(111.15, abs=0.1)
