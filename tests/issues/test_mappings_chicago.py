"""Chicago's rows, old files and new register, in the shape its data portal documents; the rows are made up."""

import json

import pytest

from geo.readers import read_chunks
from issues.mappings import apply, check_columns, load_mapping
from tests.far_cities import far_city
from tests.tiny import FIXTURES

MAPPING = load_mapping("chicago311", FIXTURES / "mappings")
OLD = {
    "CREATION DATE": "01/03/2012",
    "STATUS": "Completed",
    "COMPLETION DATE": "01/05/2012",
    "SERVICE REQUEST NUMBER": "12-00000017",
    "TYPE OF SERVICE REQUEST": "Pot Hole in Street",
    "MOST RECENT ACTION": "Pothole Patched",
    "STREET ADDRESS": "100 W EXAMPLE ST",
    "Community Area": "8",
    "LATITUDE": "41.90",
    "LONGITUDE": "-87.63",
}
NEW = {
    "sr_number": "SR20-00000017",
    "sr_type": "Street Light Out Complaint",
    "status": "Open",
    "origin": "Phone Call",
    "created_date": "2020-07-18T08:04:19.000",
    "street_address": "100 W EXAMPLE ST",
    "duplicate": False,
    "legacy_record": False,
    "community_area": "8",
    "latitude": "41.90",
    "longitude": "-87.63",
}


def mapped(folder, *rows, name="rows.json", good=NEW):
    path = folder / name
    path.write_text(json.dumps([{**good, **row} for row in rows]), encoding="utf-8")
    (chunk,) = read_chunks(path)
    check_columns(MAPPING, chunk.frame.columns)
    return apply(MAPPING, chunk.frame, far_city("chicago"))


def one(folder, row, good=NEW):
    (found,) = mapped(folder, row, good=good).rows.to_dict("records")
    return found


def test_a_row_of_the_old_files(tmp_path):
    path = tmp_path / "potholes.csv"
    path.write_text("\n".join([",".join(OLD), ",".join(OLD.values())]), encoding="utf-8")
    (chunk,) = read_chunks(path)
    assert check_columns(MAPPING, chunk.frame.columns) == ["origin", "parent_sr_number", "duplicate"]
    (row,) = apply(MAPPING, chunk.frame, far_city("chicago")).rows.to_dict("records")
    assert (row["external_id"], row["category"], row["state"]) == ("12-00000017", "roads", "resolved")
    assert (row["opened_day_only"], row["closed_day_only"]) == (True, True)
    assert row["opened_at"].isoformat() == "2012-01-03T06:00:00+00:00"  # the day begins, in Chicago
    assert (row["area"], row["address"]) == ("Near North Side", "100 W EXAMPLE ST")


def test_the_old_files_as_json_write_midnight_for_no_hour(tmp_path):
    days = {"CREATION DATE": "2018-10-02T00:00:00.000", "COMPLETION DATE": "2018-10-03T00:00:00.000"}
    row = one(tmp_path, days, good=OLD)
    assert (row["opened_day_only"], row["closed_day_only"]) == (True, True)


def test_the_register_tells_the_hour(tmp_path):
    row = one(tmp_path, {"closed_date": "2020-07-19T10:00:00.000", "status": "Completed"})
    assert (row["opened_day_only"], row["closed_day_only"]) == (False, False)
    assert row["opened_at"].isoformat() == "2020-07-18T13:04:19+00:00"


def test_the_register_as_csv(tmp_path):
    heads = {k.upper(): v for k, v in NEW.items()} | {"CREATED_DATE": "07/18/2020 08:04:19 AM"}
    row = one(tmp_path, {}, good=heads)
    assert (row["category"], row["channel"], row["opened_day_only"]) == ("lighting", "Phone Call", False)
    assert row["opened_at"].isoformat() == "2020-07-18T13:04:19+00:00"


@pytest.mark.parametrize(
    "status, state, repeats",
    [
        ("Open", "received", False),
        ("Completed", "resolved", False),
        ("Canceled", "refused", False),
        ("Open - Dup", "duplicate", True),
        ("Completed - Dup", "duplicate", True),
        ("Duplicate (Closed)", "duplicate", True),
        ("Open - Duplex", "received", False),
    ],
)
def test_a_repeat_says_so_in_its_status(tmp_path, status, state, repeats):
    row = one(tmp_path, {"status": status})
    assert (row["state"], row["is_duplicate"], row["duplicate_of"]) == (state, repeats, "")


def test_a_parent_number_joins_two_requests_to_one_incident(tmp_path):
    row = one(tmp_path, {"duplicate": True, "parent_sr_number": "SR20-00000003"})
    assert (row["state"], row["is_duplicate"], row["duplicate_of"]) == ("duplicate", True, "SR20-00000003")


def test_a_parent_of_a_request_that_is_no_repeat_leaves_its_state(tmp_path):
    row = one(tmp_path, {"duplicate": False, "parent_sr_number": "SR20-00000003"})
    assert (row["state"], row["duplicate_of"]) == ("received", "SR20-00000003")


def test_calls_for_information_are_set_aside_and_not_dropped(tmp_path):
    found = mapped(tmp_path, {"sr_type": "311 INFORMATION ONLY CALL"}, {"sr_number": "SR20-00000018"})
    assert found.rejects["reason"].tolist() == ["information_call"]
    assert found.rows["external_id"].tolist() == ["SR20-00000018"]


def test_bad_rows_are_set_aside_with_their_reasons(tmp_path):
    bad = [{"latitude": None}, {"sr_number": ""}, {"created_date": "13/13/2020"}, {"longitude": "87.63"}]
    assert mapped(tmp_path, *bad).rejects["reason"].tolist() == [
        "missing_coordinates",
        "missing_id",
        "unreadable_opening_date",
        "outside_city_box",
    ]


@pytest.mark.parametrize("code, area", [("76", "O'Hare"), ("0", ""), (None, ""), ("99", "99")])
def test_the_area_code_is_a_name_or_nothing_or_itself(tmp_path, code, area):
    assert one(tmp_path, {"community_area": code})["area"] == area


def test_the_city_s_seventy_seven_areas_have_each_a_name():
    names = [name for name in MAPPING.area.names.values() if name]
    assert len(names) == len(set(names)) == 77


@pytest.mark.parametrize(
    "said, subject",
    [
        ("Pothole in Street Complaint", "roads"),
        ("Street Lights - All/Out", "lighting"),
        ("Garbage Cart Black Maintenance/Replacement", "pickup"),
        ("Rodent Baiting/Rat Complaint", "pests"),
        ("Snow – Uncleared Sidewalk Complaint", "snow"),
        ("Fly Dumping Complaint", "waste"),
        ("Flooded Viaduct", "water"),
        ("Viaduct Light Out Complaint", "lighting"),
        ("Sidewalk Cafe Complaint", "other"),
        ("Homeless Prevention", "housing"),
        ("Wage Complaint", "other"),
    ],
)
def test_subjects(tmp_path, said, subject):
    assert one(tmp_path, {"sr_type": said})["category"] == subject
