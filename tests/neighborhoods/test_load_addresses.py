import json

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from neighborhoods.loading_addresses import RefusedAddressesError, load_addresses
from neighborhoods.models import Address
from tests.factories import NAMES, SOUTH, WEST, make_boundaries

pytestmark = pytest.mark.django_db

X, Y = str(WEST + 0.01), str(SOUTH + 0.01)
COLUMNS = ["street", "lng", "lat", "number"]


def load(*rows, source="register", **changes):
    table = pd.DataFrame([(*row, "")[:4] for row in rows], columns=COLUMNS, index=range(1, len(rows) + 1))
    return load_addresses(rows=table, source=source, **changes)


def names():
    return [str(a) for a in Address.objects.order_by("pk")]


def reasons(loaded):
    return {one.row: one.reason for one in loaded.set_aside}


def test_a_street_is_kept_with_its_words_and_the_area_it_lies_in():
    make_boundaries(NAMES)
    assert load(("Strada Mureș", X, Y)).new == 1
    held = Address.objects.get()
    assert (held.street, held.number, held.words, held.neighborhood) == ("Strada Mureș", "", "mures", "fabric")
    assert (held.point.x, held.point.y) == (float(X), float(Y))


def test_outside_every_area_a_street_has_none():
    make_boundaries(NAMES)
    load(("Strada Mureș", str(WEST - 0.01), Y))
    assert Address.objects.get().neighborhood == ""


@pytest.mark.parametrize(
    "row, reason",
    [
        ((" ", X, Y), "no_name"),
        ((None, X, Y), "no_name"),
        (("?!", X, Y), "no_name"),
        (("x" * 201, X, Y), "too_long"),
        (("Strada Mureș", X, Y, "1" * 21), "too_long"),
        (("Strada Mureș", X, Y, "-"), "bad_number"),
        (("Strada Mureș", "21,2", Y), "not_a_number"),
        (("Strada Mureș", "inf", Y), "not_a_number"),
        (("Strada Mureș", None, Y), "not_a_number"),
        (("Strada Mureș", Y, X), "swapped"),
        (("Strada Mureș", "26.1", "44.4"), "outside"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(row, reason):
    loaded = load(("Calea Aradului", X, Y), row)
    assert reasons(loaded) == {2: reason}
    assert loaded.reasons == {reason: 1}
    assert names() == ["Calea Aradului"]


def test_spellings_of_one_street_are_one_entry_and_the_first_is_kept():
    loaded = load(("Strada Mureș", X, Y), ("MURES", X, Y), ("str. mures", X, Y), ("Bd. Mureș", X, Y))
    assert reasons(loaded) == {2: "repeated", 3: "repeated"}
    assert names() == ["Strada Mureș", "Bd. Mureș"]


def test_a_file_without_a_good_row_changes_nothing():
    load(("Strada Mureș", X, Y))
    with pytest.raises(RefusedAddressesError, match="1 outside"):
        load(("Strada Mureș", "0", "0"))
    assert names() == ["Strada Mureș"]


def test_the_source_must_be_told():
    with pytest.raises(RefusedAddressesError, match="where the addresses come from"):
        load(("Strada Mureș", X, Y), source=" ")


def test_the_same_file_again_changes_nothing():
    rows = [("Strada Mureș", X, Y), ("Strada Mureș", X, Y, "12"), ("Calea Aradului", X, Y, "1")]
    assert load(*rows).new == 4
    before = list(Address.objects.values())
    again = load(*rows)
    assert (again.new, again.changed, again.unchanged, again.removed) == (0, 0, 4, 0)
    assert list(Address.objects.values()) == before


def test_a_newer_file_is_brought_up_to_and_an_entry_that_stays_keeps_its_key():
    load(("Strada Mures", X, Y), ("Strada Crinului", X, Y), ("Calea Aradului", X, Y))
    key = Address.objects.get(words="mures").pk
    moved = str(WEST + 0.012)
    loaded = load(("Strada Mureș", moved, Y), ("Calea Aradului", X, Y), ("Strada Nouă", X, Y))
    assert (loaded.new, loaded.changed, loaded.unchanged, loaded.removed) == (1, 1, 1, 1)
    held = Address.objects.get(pk=key)
    assert (held.street, held.point.x) == ("Strada Mureș", float(moved))
    assert set(names()) == {"Strada Mureș", "Calea Aradului", "Strada Nouă"}


def test_new_boundaries_are_taken_up():
    load(("Strada Mureș", X, Y))
    make_boundaries(NAMES)
    assert load(("Strada Mureș", X, Y)).changed == 1
    assert Address.objects.get().neighborhood == "fabric"


def test_what_another_source_has_named_stays_and_gives_its_spelling():
    load(("Strada Mureș", X, Y), source="ours")
    loaded = load(("MURES", X, Y), ("MURES", X, Y, "12"), source="theirs")
    assert reasons(loaded) == {1: "known_from_another_source"}
    assert names() == ["Strada Mureș", "Strada Mureș 12"]


def test_replacing_removes_what_others_have_named():
    load(("Strada Mureș", X, Y), ("Strada Veche", X, Y), source="ours")
    loaded = load(("Strada Mureșului", X, Y), ("MURES", X, Y), source="theirs", replace=True)
    assert (loaded.new, loaded.changed, loaded.removed) == (1, 1, 1)
    assert {(a.street, a.source) for a in Address.objects.all()} == {
        ("Strada Mureșului", "theirs"),
        ("MURES", "theirs"),
    }


def test_a_street_known_by_its_addresses_stands_among_them():
    east = str(float(X) + 0.002)
    loaded = load(("Strada Mureș", X, Y, "1"), ("Strada Mureș", X, Y, "3"), ("Strada Mureș", east, Y, "99"))
    assert (loaded.new, loaded.derived) == (4, 1)
    assert Address.objects.get(number="").point.x == float(X)


def test_numbers_that_differ_by_case_alone_are_one():
    loaded = load(("Strada Mureș", X, Y, "12A"), ("Strada Mureș", X, Y, "12/a"), ("Strada Mureș", X, Y, "12"))
    assert reasons(loaded) == {2: "repeated"}
    assert set(Address.objects.values_list("number", flat=True)) == {"", "12", "12A"}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "streets.csv"
    path.write_text(
        f"nume,x,y\nStrada Mureș,{X},{Y}\nfără loc,,\nprea,multe,celule,aici\nMURES,{X},{Y}\n", encoding="utf-8"
    )
    return path


def command(path, **changes):
    options = {"street": "nume", "lng": "x", "lat": "y", "source": "register"}
    call_command("load_addresses", path, **(options | changes))


def test_the_command_tells_every_row(file, capsys, tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    command(file, rejects=rejects)
    told = {line[:44].strip(): line[44:].strip() for line in capsys.readouterr().out.splitlines()}
    assert (told["rows read"], told["kept"], told["set aside"]) == ("4", "1", "3")
    kept = [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()]
    assert [(one["row"], one["reason"]) for one in kept] == [
        (2, "not_a_number"),
        (3, "unreadable_row"),
        (4, "repeated"),
    ]


def test_an_unknown_column_is_named(file):
    with pytest.raises(CommandError, match="no column strada; the file has nume, x, y"):
        command(file, street="strada")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match="no such file"):
        command(tmp_path / "none.csv")


def test_rejects_that_cannot_be_written_are_told_and_the_file_is_loaded(file, tmp_path):
    with pytest.raises(CommandError, match="loaded, but cannot write"):
        command(file, rejects=tmp_path / "no" / "folder.jsonl")
    assert Address.objects.count() == 1
