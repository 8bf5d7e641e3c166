import numpy as np
import pytest
from lifelines import KaplanMeierFitter, datasets

from analytics.methods.survival import kaplan_meier, median_wait

# Weeks in remission of leukaemia patients (Freireich and others 1963): treated with 6-MP, and with placebo.
TREATED = [35, 34, 32, 32, 25, 23, 22, 20, 19, 17, 16, 13, 11, 10, 10, 9, 7, 6, 6, 6, 6]
RELAPSED = [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1]
PLACEBO = [23, 22, 17, 15, 12, 12, 11, 11, 8, 8, 8, 8, 5, 5, 4, 4, 3, 2, 2, 1, 1]


def test_the_curve_of_the_treated():
    curve = kaplan_meier(TREATED, RELAPSED)
    share = dict(zip(curve.times, curve.survival, strict=True))
    published = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275}
    assert {t: round(share[t], 4) for t in published} == published


def test_the_band_of_the_treated():
    curve = kaplan_meier(TREATED, RELAPSED)
    at = int(np.flatnonzero(curve.times == 13)[0])
    # reference values of lifelines 0.30, log(-log) band
    assert (curve.low[at], curve.high[at]) == (pytest.approx(0.431610, abs=1e-6), pytest.approx(0.849066, abs=1e-6))


def test_the_median_of_the_treated_has_no_upper_bound():
    found = median_wait(TREATED, RELAPSED)
    assert (found.n, found.closed) == (21, 9)
    assert (found.days, found.low, found.high) == (23, 13, None)


def test_the_median_on_placebo():
    found = median_wait(PLACEBO, [1] * 21)
    assert (found.days, found.low, found.high) == (8, 4, 11)


def test_what_is_still_open_pushes_the_median_up():
    closed = median_wait([1, 2, 3, 4], [1, 1, 1, 1])
    waiting = median_wait([1, 2, 3, 4], [1, 0, 0, 1])
    assert closed.days == 2
    assert waiting.days == 4


def test_all_open_has_no_median():
    found = median_wait([5, 9, 30], [0, 0, 0])
    assert (found.n, found.closed, found.days, found.low, found.high) == (3, 0, None, None, None)


def test_nobody_waiting_has_no_median():
    found = median_wait([], [])
    assert (found.n, found.days) == (0, None)


def test_the_same_waits_in_any_order():
    order = np.random.default_rng(0).permutation(21)
    assert median_wait(np.array(TREATED)[order], np.array(RELAPSED)[order]) == median_wait(TREATED, RELAPSED)


def test_one_case_has_a_median_and_no_interval():
    found = median_wait([5], [1])
    assert (found.days, found.low, found.high) == (5, None, None)


def test_the_end_of_a_curve_is_no_upper_limit():
    # One of three is open after two closings; nobody can say how long the slowest of all would take.
    found = median_wait([2, 4, 9], [1, 1, 1])
    assert (found.days, found.low, found.high) == (4, 2, None)


def test_the_leukaemia_patients_as_published_with_the_library():
    patients = datasets.load_leukemia()
    treated = patients[patients["Rx"] == 0]
    found = kaplan_meier(treated["t"], treated["status"])
    shares = dict(zip(found.times, found.survival, strict=True))
    assert [round(shares[t], 4) for t in (6, 7, 10, 13, 16)] == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275]
    assert median_wait(treated["t"], treated["status"]).days == 23


def test_the_fruit_flies():
    flies = datasets.load_waltons()
    found, curve = median_wait(flies["T"], flies["E"]), kaplan_meier(flies["T"], flies["E"])
    assert (found.n, found.days) == (163, 56)
    assert curve.survival[curve.times <= 50][-1] == pytest.approx(0.6168168456032719, abs=1e-14)


def test_the_band_of_the_fruit_flies_is_the_library_s():
    flies = datasets.load_waltons()
    curve = kaplan_meier(flies["T"], flies["E"], level=0.9)
    oracle = KaplanMeierFitter(alpha=0.1).fit(flies["T"], flies["E"])
    low, high = oracle.confidence_interval_.loc[curve.times].to_numpy().T
    inner = (curve.survival > 0) & (curve.survival < 1)
    assert curve.low[inner] == pytest.approx(low[inner], abs=1e-12)
    assert curve.high[inner] == pytest.approx(high[inner], abs=1e-12)
