"""Weekly counts packed and unpacked: the same numbers, the same bytes, and no damaged byte believed."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from analytics.methods.checks import MethodError
from analytics.methods.cube import Chunk, count
from analytics.methods.units import CategoryParams
from analytics.methods.whatif import Settings, score, weekly
from analytics.stages.city import city_of
from analytics.stages.weekly import DamagedCountsError, pack, unpack
from tests import cubes, golden

SETS = (8, 9, 10, None)


def packed_all(city, res):
    """Every week that was counted."""
    return pack(city, res, city.weeks)


@pytest.fixture(scope="module")
def packed():
    return packed_all(cubes.town(), 8)


def rows(chunk, chosen):
    """Some of the incidents of a chunk, without later reports."""
    left = {k: v[chosen] for k, v in vars(chunk).items() if k not in {"later", "reported"}}
    return Chunk(**left, later=np.zeros(0, np.int64), reported=np.zeros(0, np.int64))


def city(chunk, weeks=cubes.WEEKS):
    return city_of(count(chunk, cubes.plan()), golden.units(1), cubes.CATEGORIES, cubes.QUICK, seed=7, weeks=weeks)


@pytest.mark.parametrize("res", SETS)
def test_what_comes_out_is_what_the_counts_hold(res):
    town = cubes.town()
    units = town.set_of(res)
    newest_first = town.weekly(units, town.weeks)[:, :, ::-1]
    whole, kept = weekly(newest_first, units.exposure), unpack(packed_all(town, res))
    assert (kept.res, kept.weeks, kept.ids.tolist()) == (res, 104, units.ids.tolist())
    assert kept.week.weeks.toarray().tolist() == newest_first.reshape(-1, 104).tolist()
    assert kept.week.total.tolist() == whole.total.tolist()
    for kind in units.exposure:
        assert kept.week.exposure[kind].tolist() == whole.exposure[kind].tolist()
        assert kept.week.firmness[kind].tolist() == whole.firmness[kind].tolist()


def test_the_standing_ranks_are_those_with_nothing_turned(packed):
    kept = unpack(packed)
    ranks = score(kept.week, kept.subjects, Settings()).ranks
    assert kept.standing.burden.tolist() == ranks.burden.tolist()
    assert kept.standing.excess.tolist() == ranks.excess.tolist()


def test_the_planted_quarter_comes_first_for_litter():
    kept = unpack(packed_all(cubes.town(), None))
    only = Settings(severity={s.slug: float(s.slug == "litter") for s in kept.subjects})
    found = score(kept.week, kept.subjects, only)
    assert kept.ids[found.ranks.excess == 1].tolist() == [cubes.PLANT]


def test_subjects_say_what_they_are_divided_by_and_what_they_should_be():
    wanted = tuple(replace(c, exposure="street_m") if c.slug == "signs" else c for c in cubes.CATEGORIES)
    kept = unpack(packed_all(cubes.town(categories=wanted), 8))
    assert [(s.slug, s.exposure, s.severity) for s in kept.subjects] == [
        ("lighting", "population", 4.0),
        ("litter", "population", 2.0),
        ("noise", "population", 1.0),
        ("signs", "area", 3.0),
    ]
    assert kept.wanted == ("population", "population", "population", "street_m")


def test_areas_keep_their_names_with_every_letter():
    sets = golden.units(1)
    names = np.array([f"Cartierul {slug}, «ș»" for slug in sets[-1].names], object)
    town = city_of(
        cubes.cube(), [*sets[:-1], replace(sets[-1], names=names)], cubes.CATEGORIES, cubes.QUICK, seed=7, weeks=9
    )
    assert unpack(packed_all(town, None)).names.tolist() == sorted(names)


def test_sensitive_categories_are_not_in_it():
    hidden = tuple(replace(c, sensitive=c.slug == "noise") for c in cubes.CATEGORIES)
    data = packed_all(cubes.town(categories=hidden), 8)
    assert [s.slug for s in unpack(data).subjects] == ["lighting", "litter", "signs"]
    assert len(unpack(data).week.total) == 3


def test_all_sensitive_leaves_no_place():
    hidden = tuple(replace(c, sensitive=True) for c in cubes.CATEGORIES)
    kept = unpack(packed_all(cubes.town(categories=hidden), 8))
    assert (kept.subjects, kept.standing.burden.any()) == ((), False)


def test_equal_cities_give_equal_bytes_in_any_order(packed):
    whole = rows(cubes.chunk(), np.arange(len(cubes.chunk().day)))
    order = np.random.default_rng(3).permutation(len(whole.day))
    turned = [replace(u.in_order()) for u in golden.units(1)][::-1]
    assert packed_all(city_of(cubes.cube(), turned, cubes.CATEGORIES, cubes.QUICK, seed=8, weeks=104), 8) == packed
    assert packed_all(city(rows(whole, order)), 8) == packed_all(city(whole), 8) == packed


def test_it_is_a_plain_file_of_arrays_without_a_clock(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        assert {m.date_time for m in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with np.load(io.BytesIO(packed), allow_pickle=False) as columns:
        assert {"header", "filled", "weeks", "incidents", "exposure", "firmness"} == set(columns.files)
        assert columns["weeks"].dtype == np.uint8


def test_counts_beyond_a_byte_are_kept():
    many = np.full(70_000, np.flatnonzero(cubes.chunk().day == cubes.UNTIL - 1)[0])
    kept = unpack(packed_all(city(rows(cubes.chunk(), many)), 9))
    assert (kept.week.total.max(), kept.week.weeks.max()) == (70_000, 70_000)


@pytest.mark.parametrize("res", SETS)
def test_nothing_ever_said(res):
    kept = unpack(packed_all(cubes.empty(), res))
    assert (kept.week.total.sum(), set(kept.standing.burden.tolist()) <= {0, 1}) == (0, True)


@pytest.mark.parametrize("weeks", [0, 1, 104])
@pytest.mark.parametrize("n", [0, 1])
def test_a_single_incident_and_any_number_of_weeks(weeks, n):
    chosen = np.flatnonzero(cubes.chunk().day == cubes.UNTIL - 1)[:n]
    kept = unpack(packed_all(city(rows(cubes.chunk(), chosen), weeks=weeks), 9))
    assert (kept.weeks, kept.week.total.sum()) == (weeks, n * bool(weeks))
    found = score(kept.week, kept.subjects, Settings(half_life_days=30))
    assert all(np.isfinite(v).all() for v in (found.burden, found.excess, found.effective_n))


def test_weeks_before_those_counted_are_left_out():
    kept = unpack(packed_all(city(rows(cubes.chunk(), np.arange(len(cubes.chunk().day))), weeks=10), None))
    assert kept.week.total.sum() == cubes.town().weekly(cubes.town().areas, 10).sum()


def test_units_without_any_exposure_of_a_kind():
    sets = [replace(u, exposure={**u.exposure, "jobs": np.zeros(len(u.ids))}) for u in golden.units(1)]
    categories = [CategoryParams("lighting", "jobs", 60, 5), *cubes.CATEGORIES[1:]]
    kept = unpack(packed_all(city_of(cubes.cube(), sets, categories, cubes.QUICK, seed=7, weeks=104), 8))
    assert (kept.subjects[0].exposure, kept.wanted[0]) == ("area", "jobs")
    assert not score(kept.week, kept.subjects, Settings(exposure="jobs")).known.any()


def test_damaged_bytes_are_named_or_make_no_difference(packed):
    whole, rng = unpack(packed), np.random.default_rng(5)
    for position in (*rng.integers(0, len(packed), 150), *(len(packed) - rng.integers(1, 400, 150))):
        broken = bytearray(packed)
        broken[position] ^= 1 << int(rng.integers(8))
        try:
            kept = unpack(bytes(broken))
        except DamagedCountsError:
            continue
        assert kept.week.weeks.toarray().tolist() == whole.week.weeks.toarray().tolist()
        assert (kept.ids.tolist(), kept.subjects) == (whole.ids.tolist(), whole.subjects)


@pytest.mark.parametrize("cut", [0, 1, 22, 500, -1])
def test_cut_bytes_are_refused(packed, cut):
    with pytest.raises(DamagedCountsError, match="weekly counts: "):
        unpack(packed[:cut])


def changed(packed, **columns):
    with np.load(io.BytesIO(packed)) as file:
        values = {**file, **columns}
    out = io.BytesIO()
    np.savez(out, **{k: v for k, v in values.items() if v is not None})
    return out.getvalue()


@pytest.mark.parametrize(
    "columns, message",
    [
        ({"weeks": np.zeros(3, np.uint8)}, "the columns do not match"),
        ({"filled": np.zeros(3, np.uint8)}, "the columns do not match"),
        ({"exposure": np.zeros((1, 1))}, "the columns do not match"),
        ({"firmness": None}, "KeyError: 'firmness'"),
        ({"weeks": np.array([None, 1], object)}, "ValueError: Object arrays cannot be loaded"),
        ({"header": np.frombuffer(b'{"version":99}', np.uint8)}, "version 99, 1 wanted"),
        ({"header": np.frombuffer(b"[]", np.uint8)}, "TypeError"),
        ({"header": np.frombuffer(b"{", np.uint8)}, "JSONDecodeError"),
    ],
)
def test_columns_that_do_not_belong_together_are_refused(packed, columns, message):
    with pytest.raises(DamagedCountsError, match=message):
        unpack(changed(packed, **columns))


def test_a_week_beyond_those_counted_is_refused(packed):
    with np.load(io.BytesIO(packed)) as file:
        weeks = file["weeks"].copy()
    weeks[0] = 104
    with pytest.raises(DamagedCountsError, match="the columns do not match"):
        unpack(changed(packed, weeks=weeks))


def test_more_weeks_than_counted_are_refused():
    with pytest.raises(MethodError, match="105 asked for, 104 counted"):
        pack(cubes.town(), None, 105)


def test_fewer_weeks_are_the_newest():
    town = cubes.town()
    newest = town.weekly(town.areas, 52).sum(axis=2)
    assert unpack(pack(town, None, 52)).week.total.tolist() == newest.tolist()
