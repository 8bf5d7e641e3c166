"""Reference values, and pymannkendall beside our own answers."""

import numpy as np
import pymannkendall
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.methods.checks import MethodError
from analytics.methods.trends import hamed_rao, mann_kendall, pre_whitening, regional, seasonal, sen_slope
from tests.seasons import City, wide_sums, without_waves

TEN = [5, 20, 4, 18, 17, 30, 22, 31, 35, 40]

# The series of pymannkendall's own tests (Hussain and Mahmud 2019): rain at Bogra in millimetres, month by month from
# 1981 to 2010, and the quality of water at one place, two quantities; - where nothing was measured.
RAIN = """
32 20 25 189 240 193 379 278 301 0 0 82 0 4 - - 121 234 360 262 120 30 11 1 7 3 31 31 355 102 248 274 308 - 5 26
11 16 6 48 388 539 431 272 404 186 0 2 0 4 1 54 272 459 235 164 365 135 2 - - 4 0 128 210 163 446 225 462 467 19
13 0 3 17 132 178 338 525 623 145 31 19 3 0 29 25 87 259 756 486 180 292 43 92 1 0 16 2 0 130 253 594 111 273 30
0 4 0 27 24 41 292 378 499 265 320 227 4 0 4 14 8 48 416 240 404 207 733 105 0 112 0 14 0 30 140 202 289 159 424
106 3 0 65 3 14 58 268 466 432 266 240 95 1 0 10 26 4 114 94 289 173 208 263 156 5 0 16 16 14 0 111 475 534 432
471 117 70 1 3 28 7 401 184 283 338 171 335 176 0 0 10 11 9 140 102 208 298 245 220 29 2 27 10 13 26 84 143 367
749 563 283 353 10 0 0 0 0 9 246 265 343 429 168 133 17 0 18 35 76 158 272 250 190 289 466 84 0 0 0 0 0 22 217
299 185 115 344 203 8 - - 0 5 284 123 254 476 496 326 27 20 0 4 53 72 113 214 364 219 220 156 264 0 13 0 0 45 90
137 638 529 261 206 251 0 0 5 9 58 72 138 130 471 328 356 523 0 1 0 0 12 143 193 184 192 138 174 69 1 0 0 18 25
28 92 732 320 256 302 131 15 0 27 0 22 20 213 393 474 374 109 159 0 0 0 3 3 49 205 128 194 570 169 89 0 0 0 0 0
26 185 286 92 225 244 190 3 20
"""
WATER = (
    """
490 540 220 390 450 230 360 460 430 430 620 460 450 580 350 440 530 380 440 430 680 250 - 450 500 510 490 700
420 710 430 410 700 260 260 500 450 500 620 670 - 470 370 410 540 550 220 460 390 550 320 570 480 520 620 520
430 400 430 490 560 370 460 390 330 350 480 390 500 410 470 280 510 - 310 230 470 330 320 500
""",
    """
458 469 4630 321 541 1640 1060 264 665 680 650 - 380 325 1020 460 583 777 1230 565 533 4930 3810 469 473 593 500
266 495 245 736 508 578 4590 4670 503 469 314 432 279 542 499 741 569 360 513 3910 364 472 245 - 224 342 732 240
472 679 1080 920 488 - 595 295 542 1500 1080 334 423 216 366 750 1260 223 462 7640 2340 239 1400 3070 244
""",
)
NAN = float("nan")


def values(text):
    return np.array([NAN if word == "-" else float(word) for word in text.split()])


def with_gaps(*texts):
    """The series, 0 where nothing was measured, and where something was."""
    found = np.array([values(text) for text in texts])
    return np.nan_to_num(found), ~np.isnan(found)


def rain():
    """The months that were measured, as one series without gaps."""
    found = values(RAIN)
    return found[~np.isnan(found)][None]


def oracle_series():
    """Series with many ties, with some, and with none."""
    rng = np.random.default_rng(11)
    return np.vstack([rng.poisson(0.4, (12, 60)), rng.poisson(3, (12, 60)), rng.normal(size=(12, 60))])


def same(found, theirs):
    """Equal to 1e-12 wherever the library has an answer at all."""
    known = np.array([np.isfinite(one.z) for one in theirs])
    assert known.any()
    for ours, name in ((found.s, "s"), (found.z, "z"), (found.p, "p"), (found.tau, "Tau")):
        assert ours[known] == pytest.approx(np.array([getattr(one, name) for one in theirs])[known], abs=1e-12)
    assert found.variance[known] == pytest.approx(np.array([one.var_s for one in theirs])[known], rel=1e-12)
    assert (found.z[~known] == 0).all()
    assert (found.p[~known] == 1).all()


def test_ten_values_by_hand():
    found, line = mann_kendall([TEN]), sen_slope([TEN])
    assert (found.s[0], found.variance[0]) == (33, 125)
    assert found.z[0] == pytest.approx(2.862167011199731, abs=1e-15)
    assert found.p[0] == pytest.approx(0.004207551285491773, abs=1e-15)
    assert round(found.tau[0], 4) == 0.7333
    assert (line.slope[0], line.intercept[0]) == (3.75, 4.125)


def test_the_rain():
    series, known = with_gaps(RAIN)
    found, line = mann_kendall(series, known), sen_slope(series, known=known)
    assert found.s[0] == -1959
    assert found.variance[0] == pytest.approx(4889800.333333333, rel=1e-15)
    assert found.z[0] == pytest.approx(-0.8854562842589916, abs=1e-15)
    assert found.p[0] == pytest.approx(0.37591058740506833, abs=1e-15)
    assert line.slope[0] == -0.006369426751592357
    assert line.intercept[0] == pytest.approx(96.15286624203821, abs=1e-12)


def test_the_rain_with_hamed_and_rao():
    # The library closes the gaps for this test, but takes out the slope of the series that still has them.
    series, known = with_gaps(RAIN)
    slope = sen_slope(series, known=known).slope
    assert hamed_rao(rain(), slope=slope).z[0] == pytest.approx(-3.8419950613710894, abs=1e-12)
    assert hamed_rao(rain(), lag=3, slope=slope).z[0] == pytest.approx(-0.5190709455046154, abs=1e-12)


def test_the_rain_without_its_gaps():
    # What the library found in this series before it minded gaps.
    assert sen_slope(rain()).slope[0] == -0.0064516129032258064
    assert hamed_rao(rain()).z[0] == pytest.approx(-3.859273515045842, abs=1e-12)
    assert hamed_rao(rain(), lag=3).z[0] == pytest.approx(-0.5191093899188985, abs=1e-12)


def test_the_rain_whitened():
    assert pre_whitening(rain()).z[0] == pytest.approx(-0.09882867695903437, abs=1e-12)


def test_the_rain_month_by_month():
    series, known = with_gaps(RAIN)
    found = seasonal(series, 12, known)
    assert found.s[0] == -399
    assert found.z[0] == pytest.approx(-2.136504114534638, abs=1e-15)
    assert found.p[0] == pytest.approx(0.03263834596177739, abs=1e-15)


def test_the_water_as_one_region():
    found = regional(*with_gaps(*WATER))
    assert (found.s[0], found.variance[0]) == (-362, 103278)
    assert found.z[0] == pytest.approx(-1.1233194854000186, abs=1e-15)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the library's own, where a corrected variance is below zero
@pytest.mark.parametrize(
    "ours, theirs",
    [
        (mann_kendall, pymannkendall.original_test),
        (hamed_rao, pymannkendall.hamed_rao_modification_test),
        (lambda x: hamed_rao(x, lag=3), lambda row: pymannkendall.hamed_rao_modification_test(row, lag=3)),
        (lambda x: hamed_rao(x, 5, 0.3), lambda row: pymannkendall.hamed_rao_modification_test(row, 0.3, 5)),
        (pre_whitening, pymannkendall.pre_whitening_modification_test),
        (lambda x: seasonal(x, 12), lambda row: pymannkendall.seasonal_test(row, 12)),
        (lambda x: seasonal(x, 13), lambda row: pymannkendall.seasonal_test(row, 13)),
    ],
)
def test_it_equals_the_library(ours, theirs):
    series = oracle_series()
    same(ours(series), [theirs(row) for row in series])


@pytest.mark.parametrize("period", [1, 12, 13])
def test_slopes_equal_the_library(period):
    series = oracle_series()
    theirs = [pymannkendall.seasonal_sens_slope(row, period) for row in series]
    found = sen_slope(series, period)
    assert found.slope == pytest.approx([one.slope for one in theirs], abs=1e-12)
    assert found.intercept == pytest.approx([one.intercept for one in theirs], abs=1e-12)


@given(arrays(np.int64, (3, 9), elements=st.integers(0, 6)))
def test_turned_round_a_trend_points_the_other_way(series):
    forth, back = mann_kendall(series), mann_kendall(series[:, ::-1])
    assert (forth.s == -back.s).all()
    assert (forth.p == back.p).all()
    assert (sen_slope(series).slope == -sen_slope(series[:, ::-1]).slope).all()


@given(arrays(np.int64, (2, 8), elements=st.integers(0, 9)), st.integers(1, 9))
def test_a_change_of_unit_changes_only_the_slope(series, factor):
    assert (mann_kendall(series * factor).z == mann_kendall(series).z).all()
    assert sen_slope(series * factor).slope == pytest.approx(sen_slope(series).slope * factor, abs=1e-12)


def test_each_series_is_answered_alone():
    series = oracle_series()
    together = hamed_rao(series)
    assert [float(hamed_rao(row[None]).z[0]) for row in series] == together.z.tolist()


def test_many_series_are_taken_in_blocks():
    # Some 100 series of 104 bins make a block; the answers must not show where it ends.
    series = np.random.default_rng(5).poisson(2, (250, 104))
    assert (mann_kendall(series).s == np.concatenate([mann_kendall(part).s for part in np.split(series, 5)])).all()
    assert (sen_slope(series).slope == np.concatenate([sen_slope(part).slope for part in np.split(series, 5)])).all()


@pytest.mark.parametrize("test", [mann_kendall, hamed_rao, pre_whitening, lambda x: seasonal(x, 4), regional])
@pytest.mark.parametrize("series", [np.zeros((0, 12)), np.zeros((2, 0)), [[3]], np.zeros((2, 12)), np.full((2, 12), 7)])
def test_what_says_nothing_of_a_trend(test, series):
    found = test(series)
    assert (found.z == 0).all()
    assert (found.p == 1).all()
    assert (found.tau == 0).all()


def test_no_pairs_no_slope():
    assert sen_slope([[8]]).slope.tolist() == [0]
    assert sen_slope([[8]]).intercept.tolist() == [8]
    assert sen_slope([[1, 2, 3, 4]], period=4).slope.tolist() == [0]
    assert sen_slope(np.zeros((0, 5))).slope.tolist() == []
    assert sen_slope([[1, 2, 3]], known=[[False, True, False]]).intercept.tolist() == [2]
    assert sen_slope([[1, 2, 3]], known=[[False, False, False]]).intercept.tolist() == [0]


def test_two_values_of_one_season_are_one_pair():
    found = seasonal([[1, 5, 2, 5]], 2)
    assert (found.s[0], found.variance[0], found.tau[0]) == (1, 1, 0.5)


def test_trap_a_season_makes_trends():
    counts = City(level=20).counts(400, np.random.default_rng(1))
    assert (mann_kendall(counts).p <= 0.05).mean() > 0.5
    assert (seasonal(counts, 52).p <= 0.05).mean() < 0.06


def test_trap_bins_that_overlap_make_trends():
    counts = np.random.default_rng(2).poisson(5, (600, 107))
    assert (mann_kendall(wide_sums(counts, 4)).p <= 0.05).mean() > 0.25
    assert (mann_kendall(counts).p <= 0.05).mean() < 0.07


def test_trap_waves_taken_out_of_two_years_leave_trends():
    # A wave is partly a slope, so taking it out makes slopes; and among counts of 0 and 1 the season decides the ranks.
    rng = np.random.default_rng(3)
    few, many = (City(level=level).counts(600, rng) for level in (0.3, 20))
    assert (mann_kendall(without_waves(few, 2)).p <= 0.05).mean() > 0.15
    assert (mann_kendall(without_waves(many, 2)).p <= 0.05).mean() > 0.06


def test_trap_two_years_less_their_own_mean_week_leave_trends():
    counts = City(level=3).counts(600, np.random.default_rng(4)).reshape(600, 2, 52)
    assert (mann_kendall((counts - counts.mean(axis=1, keepdims=True)).reshape(600, 104)).p <= 0.05).mean() > 0.08


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: mann_kendall([1, 2, 3]), r"series: series x bins wanted, got shape \(3,\)"),
        (lambda: mann_kendall([[1, 2], [NAN, 1]]), "series: row 1 is nan in bin 0, not a finite number"),
        (lambda: hamed_rao([[1, float("inf")]]), "series: row 0 is inf in bin 1"),
        (lambda: hamed_rao([[1, 2, 3]], lag=3), "lag: 3 bins for series of 3"),
        (lambda: hamed_rao([[1, 2, 3]], lag=-1), "lag: -1 bins"),
        (lambda: hamed_rao([[1, 2, 3]], alpha=0), "alpha: 0 is not between 0 and 1"),
        (lambda: seasonal([[1, 2]], 0), "period: 0 is below 1"),
        (lambda: sen_slope([[1, 2]], -1), "period: -1 is below 1"),
        (lambda: seasonal([[1, 2]], 1, known=[[True]]), r"known: shape \(1, 1\) for series of shape \(1, 2\)"),
        (lambda: seasonal([[1, NAN]], 1, known=[[True, True]]), "series: row 0 is nan in bin 1"),
        (lambda: pre_whitening([[NAN, 1]]), "series: row 0 is nan"),
        (lambda: regional([[1, NAN]]), "series: row 0 is nan"),
        (lambda: hamed_rao([[1, 2, 3]], slope=[1, 2]), "different numbers of rows: series 1, slope 2"),
        (lambda: hamed_rao([[1, 2, 3]], slope=[NAN]), "slope: row 0 is nan"),
    ],
)
def test_it_is_refused_by_name(call, message):
    with pytest.raises(MethodError, match=message):
        call()
