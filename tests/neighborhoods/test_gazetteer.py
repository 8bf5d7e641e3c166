import datetime as dt

import pandas as pd
import pytest

from neighborhoods import gazetteer
from neighborhoods.gazetteer import found, nearest, search, streets_of
from neighborhoods.loading_addresses import load_addresses
from neighborhoods.models import Address
from tests.factories import NAMES, SOUTH, WEST, make_boundaries

pytestmark = pytest.mark.django_db

STREETS = [
    "Strada Mureș",
    "Strada Târgu Mureș",
    "Bulevardul Liviu Rebreanu",
    "Calea Aradului",
    "Piața Unirii",
    "Piața Victoriei",
    "Strada Unirii",
    "Bulevardul 16 Decembrie 1989",
    "Strada Ștefan cel Mare",
    "Strada Mihai Viteazul",
    "Bulevardul Mihai Viteazul",
]


@pytest.fixture(autouse=True)
def loaded():
    make_boundaries(NAMES)
    rows = [(name, WEST + 0.001 * (i + 1), SOUTH + 0.01, "") for i, name in enumerate(STREETS)]
    rows += [("Strada Mureș", WEST + 0.0011, SOUTH + 0.01, n) for n in ("1", "12", "12A", "120", "3-5")]
    table = pd.DataFrame(rows, columns=["street", "lng", "lat", "number"]).astype(str)
    load_addresses(rows=table, source="test")


def labels(text, **more):
    return [one.label for one in search(text, **more)]


def first(text):
    return search(text)[0].label.removesuffix(", Fabric")


@pytest.mark.parametrize(
    "text, name",
    [
        ("mur", "Strada Mureș"),
        ("STRADA MUREȘ", "Strada Mureș"),
        ("str. mureş", "Strada Mureș"),
        ("rebreanu", "Bulevardul Liviu Rebreanu"),
        ("bd liv reb", "Bulevardul Liviu Rebreanu"),
        ("B-dul Rebreanu Liviu", "Bulevardul Liviu Rebreanu"),
        ("strada rebreanu", "Bulevardul Liviu Rebreanu"),
        ("cal. aradului", "Calea Aradului"),
        ("piata u", "Piața Unirii"),
        ("str unirii", "Strada Unirii"),
        ("p-ta vict", "Piața Victoriei"),
        ("16 decembrie", "Bulevardul 16 Decembrie 1989"),
        ("bulevardul mihai viteazul", "Bulevardul Mihai Viteazul"),
        ("strada mihai viteazul", "Strada Mihai Viteazul"),
        ("stefan cel m", "Strada Ștefan cel Mare"),
    ],
)
def test_the_street_meant_comes_first(text, name):
    assert first(text) == name


def test_a_word_must_begin_a_word():
    assert search("breanu") == []
    assert search("mures arad") == []


def test_a_kind_alone_lists_its_streets():
    assert labels("piața") == ["Piața Unirii, Fabric", "Piața Victoriei, Fabric"]


@pytest.mark.parametrize("text", ["", "   ", "?", "strada", "str.", "\x00", "%", "_", "\\"])
def test_what_names_nothing_finds_nothing(text):
    assert search(text) == []


@pytest.mark.parametrize(
    "text, name",
    [
        ("mutes", "Strada Mureș"),
        ("liviu rebraenu", "Bulevardul Liviu Rebreanu"),
        ("calea ardului", "Calea Aradului"),
        ("viictoriei", "Piața Victoriei"),
    ],
)
def test_one_slip_is_forgiven(text, name):
    assert first(text) == name


def test_two_slips_are_not():
    assert search("lviiu rebraenu") == []


def test_where_something_is_found_a_slip_is_not_looked_for():
    assert labels("victo") == ["Piața Victoriei, Fabric"]


def test_a_known_number_is_found():
    best = search("Strada Mureș 12")[0]
    assert (best.label, best.address, best.precise) == ("Strada Mureș 12, Fabric", "Strada Mureș 12", True)
    assert best.lng == pytest.approx(WEST + 0.0011)


def test_numbers_that_begin_so_come_after_the_very_one():
    assert [one.address for one in search("mures 12")[:3]] == [
        "Strada Mureș 12",
        "Strada Mureș 12A",
        "Strada Mureș 120",
    ]


def test_what_stands_after_a_number_is_kept():
    assert search("Mureș nr. 12/a, bl. 5, sc. B")[0].address == "Strada Mureș 12/a, bl. 5, sc. B"


def test_an_unknown_number_gives_the_street_and_is_kept():
    best = search("Strada Mureș 77")[0]
    assert (best.label, best.address, best.precise) == ("Strada Mureș, Fabric", "Strada Mureș 77", False)


def test_a_number_in_the_name_and_a_house_number():
    best = search("16 decembrie 1989 5")[0]
    assert (best.label, best.address) == ("Bulevardul 16 Decembrie 1989, Fabric", "Bulevardul 16 Decembrie 1989 5")


def test_a_street_with_numbers_is_listed_once():
    assert labels("mures") == ["Strada Mureș, Fabric", "Strada Târgu Mureș, Fabric"]


def test_no_more_are_given_than_asked_for():
    assert len(search("mures 12", limit=2)) == 2


def test_what_is_added_shows_at_once():
    assert search("crinului") == []
    Address.objects.create(street="Strada Crinului", words="crinului", point="SRID=4326;POINT(21.2 45.74)", source="x")
    assert labels("crinului") == ["Strada Crinului"]


def test_what_is_taken_away_is_never_given():
    assert first("aradului") == "Calea Aradului"
    Address.objects.filter(words="calea aradului").delete()
    assert search("aradului") == []


def test_one_entry_by_its_key():
    held = Address.objects.get(number="12A")
    assert found(held.pk).label == "Strada Mureș 12A, Fabric"
    assert found(0) is None


def test_the_nearest_entry_and_how_far_it_is():
    near = nearest(WEST + 0.002, SOUTH + 0.0101)
    assert near.entry.street == "Strada Târgu Mureș"
    assert near.distance_m == pytest.approx(11.1, abs=0.1)


def test_nearer_in_metres_beats_nearer_in_degrees():
    west = Address.objects.create(street="West", words="west", point="SRID=4326;POINT(21.1000 45.7)", source="x")
    Address.objects.create(street="North", words="north", point="SRID=4326;POINT(21.1012 45.7010)", source="x")
    assert nearest(21.1012, 45.7).entry == west


def test_too_far_is_nothing():
    assert nearest(WEST + 0.002, SOUTH + 0.0101, within_m=10) is None


def test_the_streets_of_an_area_by_name_without_numbers():
    assert [a.street for a in streets_of("fabric")][:2] == ["Bulevardul 16 Decembrie 1989", "Bulevardul Liviu Rebreanu"]
    assert streets_of("fabric").count() == len(STREETS)
    assert not streets_of("iosefin").exists()


def test_an_area_is_called_as_the_newest_set_calls_it():
    make_boundaries(["FABRIC"], valid_from=dt.date(2025, 1, 1))
    assert labels("aradului") == ["Calea Aradului, FABRIC"]


def test_the_book_of_streets_is_not_read_for_every_key_press(django_assert_num_queries):
    search("mures")
    with django_assert_num_queries(3):
        search("mures")
    with django_assert_num_queries(1):
        search("zzzz")
    assert gazetteer.BOOK_S == 60
