import geopandas
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal import examples

from analytics.methods import scan as scanning
from analytics.methods.checks import MethodError
from analytics.methods.scan import likelihood_ratio, scan

NAN, INF = float("nan"), float("inf")


def rng(seed=1):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def sids():
    """The counties of North Carolina in metres (EPSG:32119): centroids, infant deaths and births."""
    frame = geopandas.read_file(examples.get_path("sids2.shp")).set_crs(4267)
    frame["x"], frame["y"] = (getattr(frame.to_crs(32119).centroid, axis) for axis in "xy")
    return frame


def names(frame, circle):
    return sorted(frame.NAME[circle.members])


def spread_out(n=60, seed=5):
    """Centres and exposure of n units, very unequal."""
    random = rng(seed)
    x, y = random.uniform(0, 5_000, (2, n))
    return x, y, random.lognormal(0, 0.7, n)


def test_the_published_likelihood_ratio():
    assert likelihood_ratio([106], [62.13], 552)[0] == pytest.approx(14.78206418189555, rel=1e-14)


def test_fewer_than_expected_is_no_cluster():
    assert likelihood_ratio([50, 62, 0], [62.13, 62, 3], 552).tolist() == [0, 0, 0]


def test_the_infant_deaths_of_1974_to_78(sids):
    first = scan(sids.x, sids.y, sids.SID74, sids.BIR74, rng()).clusters[0]
    assert names(sids, first) == ["Bertie", "Halifax", "Hertford", "Northampton"]
    assert first.observed == 40
    assert first.expected == pytest.approx(15.7774, abs=5e-5)
    assert first.llr == pytest.approx(13.445651, abs=5e-7)
    assert sids.BIR74[first.members].sum() == 7805
    assert (first.p, first.exceeded, first.replicas) == (0.001, 0, 999)


def test_the_infant_deaths_of_1974_to_84(sids):
    first = scan(sids.x, sids.y, sids.SID74 + sids.SID79, sids.BIR74 + sids.BIR79, rng()).clusters[0]
    assert names(sids, first) == ["Bladen", "Hoke", "Robeson", "Scotland"]
    assert first.observed == 107
    assert first.expected == pytest.approx(57.6984, abs=5e-5)
    assert first.llr == pytest.approx(17.632113, abs=5e-7)
    assert first.p == 0.001


def test_degrees_are_not_metres(sids):
    centre = sids.to_crs(32119).centroid.to_crs(4267)
    first = scan(centre.x, centre.y, sids.SID74, sids.BIR74, rng(), replicas=9).clusters[0]
    assert names(sids, first) == ["Bertie", "Edgecombe", "Halifax", "Hertford", "Northampton"]
    assert first.llr == pytest.approx(12.19544, abs=5e-6)


def test_a_cap_of_half_the_exposure_gives_half_the_country(sids):
    first = scan(sids.x, sids.y, sids.SID74, sids.BIR74, rng(), replicas=9, cap=0.5).clusters[0]
    assert (len(first.members), first.observed) == (42, 371)
    assert first.llr == pytest.approx(13.869046, abs=5e-7)


def test_a_circle_says_where_it_is_and_how_much_worse_it_is():
    x, y = np.arange(40) * 100.0, np.zeros(40)
    observed = np.ones(40)
    observed[[10, 11, 12]] = 9
    (first, *_) = scan(x, y, observed, np.ones(40), rng()).clusters
    assert first.members.tolist() == [10, 11, 12]
    assert (first.x, first.y, first.radius_m) == (1_100.0, 0.0, 100.0)
    assert (first.observed, first.expected) == (27, pytest.approx(64 * 3 / 40))
    assert first.ratio == pytest.approx((27 / 3) / (37 / 37))


def test_units_as_far_from_the_centre_go_in_together():
    # on a line two units make a circle only at its ends: elsewhere the second neighbour is as near as the first
    observed = np.zeros(20)
    observed[[10, 11]] = 8
    found = scan(np.arange(20) * 100.0, np.zeros(20), observed, np.ones(20), rng())
    assert found.circles == 20 + 2
    assert sorted(c.members.tolist() for c in found.clusters) == [[10], [11]]


def test_clusters_share_no_unit_and_come_by_falling_ratio():
    x, y, exposure = spread_out()
    found = scan(x, y, rng().poisson(exposure * 5), exposure, rng(), replicas=99).clusters
    members = np.concatenate([c.members for c in found])
    assert len(found) > 2
    assert len(set(members.tolist())) == len(members)
    assert [c.llr for c in found] == sorted((c.llr for c in found), reverse=True)


def test_where_all_happened_in_the_circle_there_is_no_rate_outside():
    found = scan(np.arange(20) * 100.0, np.zeros(20), [8] + [0] * 19, np.ones(20), rng()).clusters
    assert (found[0].members.tolist(), found[0].ratio) == ([0], None)


def brute_force(x, y, observed, exposure, cap=0.1):
    """The greatest ratio over all circles, one by one."""
    total, best = observed.sum(), 0.0
    for centre in range(len(x)):
        away = np.hypot(x - x[centre], y - y[centre])
        for radius in np.unique(away):
            inside = away <= radius
            c, e = observed[inside].sum(), total * exposure[inside].sum() / exposure.sum()
            if exposure[inside].sum() <= cap * exposure.sum() and c >= 2:
                best = max(best, float(likelihood_ratio([c], [e], int(total))[0]))
    return best


def test_p_counts_the_replicas_whose_best_circle_is_as_unlikely():
    x, y, exposure = (values[np.lexsort(spread_out(25)[1::-1])] for values in spread_out(25))
    observed = rng(3).poisson(exposure * 4)
    found = scan(x, y, observed, exposure, rng(7), replicas=60, enough=60).clusters
    drawn = rng(7).multinomial(observed.sum(), exposure / exposure.sum(), size=60)
    maxima = np.array([brute_force(x, y, row, exposure) for row in drawn])
    assert found[0].llr == pytest.approx(brute_force(x, y, observed, exposure))
    for circle in found:
        exceeded = int((maxima >= circle.llr - 1e-9).sum())
        assert (circle.exceeded, circle.p) == (exceeded, (1 + exceeded) / 61)


def test_a_quiet_city_is_told_early_and_says_after_how_many():
    x, y, exposure = spread_out()
    observed = rng(4).multinomial(300, exposure / exposure.sum())
    full = scan(x, y, observed, exposure, rng(), enough=999).clusters[0]
    early = scan(x, y, observed, exposure, rng(), enough=50).clusters[0]
    assert full.replicas == 999
    assert early.replicas < 400
    assert early.exceeded == 50
    assert early.p == pytest.approx(full.p, abs=0.1)


def test_without_clusters_p_is_spread_evenly():
    x, y, exposure = spread_out()
    random = rng(7)
    p = np.array(
        [
            scan(x, y, random.multinomial(300, exposure / exposure.sum()), exposure, rng(i), replicas=199, most=1)
            .clusters[0]
            .p
            for i in range(300)
        ]
    )
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.03)
    assert (p <= 0.5).mean() == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("phi, alarms", [(1.0, (0.5, 1.0)), (3.0, (0.0, 0.1))])
def test_batches_raise_false_alarms_unless_replicas_have_them_too(phi, alarms):
    x, y, exposure = spread_out()
    random = rng(8)
    found = []
    for i in range(80):
        observed = random.poisson(2 * random.standard_gamma(exposure / exposure.sum() * 300 / 2))
        found.append(scan(x, y, observed, exposure, rng(i), replicas=99, phi=phi, most=1).clusters[0].p)
    assert alarms[0] <= (np.array(found) <= 0.05).mean() <= alarms[1]


@pytest.mark.parametrize("phi", [1.0, 2.5])
def test_blocks_change_no_number(monkeypatch, phi):
    x, y, exposure = spread_out()
    observed = rng().poisson(exposure * 5)
    once = scan(x, y, observed, exposure, rng(), replicas=120, phi=phi)
    monkeypatch.setattr(scanning, "_BLOCK", 7)
    monkeypatch.setattr(scanning, "_DISTANCES", 130)
    assert repr(scan(x, y, observed, exposure, rng(), replicas=120, phi=phi)) == repr(once)


spots = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 6), st.integers(1, 9)), min_size=2, max_size=30
)


@settings(max_examples=40)
@given(spots, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    x, y, observed, exposure = np.array(rows, float).T
    one = scan(x, y, observed, exposure, rng(), cap=0.4, replicas=19)
    other = scan(x[order], y[order], observed[order], exposure[order], rng(), cap=0.4, replicas=19)
    assert [(c.llr, c.p, c.x, c.y, c.radius_m) for c in one.clusters] == [
        (c.llr, c.p, c.x, c.y, c.radius_m) for c in other.clusters
    ]
    places = [sorted(rows[i] for i in c.members) for c in one.clusters]
    assert places == [sorted(rows[order[i]] for i in c.members) for c in other.clusters]


@pytest.mark.parametrize(
    "observed, exposure, total",
    [([], [], 0), ([0, 0, 0], [1, 1, 1], 0), ([0, 0], [0, 0], 0), ([5], [9], 5), ([1, 0, 0], [1, 1, 1], 1)],
)
def test_where_there_is_nothing_to_compare_there_are_no_clusters(observed, exposure, total):
    found = scan(np.arange(len(observed)) * 9.0, np.zeros(len(observed)), observed, exposure, rng())
    assert (found.clusters, found.total) == ((), total)


def test_units_without_exposure_take_no_part():
    x, y, exposure = spread_out(30)
    observed = rng().poisson(exposure * 5)
    plain = scan(x, y, observed, exposure, rng(), replicas=19)
    more = scan([0, *x], [0, *y], [0, *observed], [0, *exposure], rng(), replicas=19)
    assert [c.p for c in more.clusters] == [c.p for c in plain.clusters]
    assert [(c.members - 1).tolist() for c in more.clusters] == [c.members.tolist() for c in plain.clusters]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": [0, NAN]}, "x: row 1 is nan"),
        ({"y": [INF, 0]}, "y: row 0 is inf"),
        ({"x": [0, 1, 2]}, "different numbers of rows: x 3, y 2"),
        ({"observed": [1, -1]}, "observed: row 1 is -1"),
        ({"observed": [1, 1.5]}, "observed: row 1 is 1.5, not a whole number"),
        ({"exposure": [1, -2]}, "exposure: row 1 is -2"),
        ({"exposure": [1, 0]}, "exposure: row 1 is 0 where incidents were observed"),
        ({"cap": 0}, "cap: 0 is not above 0"),
        ({"cap": 0.6}, "cap: 0.6 is not above 0 and at most 0.5"),
        ({"replicas": 0}, "replicas 0"),
        ({"enough": 0}, "enough 0"),
        ({"phi": 0.5}, "phi: 0.5 is not a number of 1 or more"),
        ({"phi": NAN}, "phi: nan"),
    ],
)
def test_bad_input_is_refused_by_name(change, message):
    given_ = {"x": [0, 1], "y": [0, 0], "observed": [1, 2], "exposure": [1, 1], **change}
    with pytest.raises(MethodError, match=message):
        scan(rng=rng(), **given_)


@pytest.mark.parametrize("c, e", [(1, 0.0), (1, 9.0), (9, 3.0)])
def test_a_zone_must_be_part_of_the_whole(c, e):
    with pytest.raises(MethodError, match=r"row 0: .* no part of a total of 8"):
        likelihood_ratio([c], [e], 8)
