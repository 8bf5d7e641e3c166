"""New York's rows as its API gives them, and as its CSV heads them; the rows are made up."""

import json

import pytest

from geo.readers import read_chunks
from issues.mappings import apply, check_columns, load_mapping
from tests.far_cities import far_city
from tests.tiny import FIXTURES

MAPPING = load_mapping("nyc311", FIXTURES / "mappings")
GOOD = {
    "unique_key": "10000001",
    "created_date": "2026-08-19T02:26:58.000",
    "agency": "DOT",
    "complaint_type": "Street Condition",
    "descriptor": "Pothole",
    "incident_address": "1 EXAMPLE STREET",
    "status": "Open",
    "community_board": "08 MANHATTAN",
    "open_data_channel_type": "PHONE",
    "latitude": "40.76",
    "longitude": "-73.96",
    "location": {"type": "Point", "coordinates": [-73.96, 40.76]},
}
REPEAT = "The Department determined that this complaint is a duplicate of a previously filed complaint."


def mapped(folder, *rows):
    path = folder / "rows.json"
    path.write_text(json.dumps([{**GOOD, **row} for row in rows]), encoding="utf-8")
    (chunk,) = read_chunks(path)
    return apply(MAPPING, chunk.frame, far_city("newyork"))


def one(folder, **row):
    (found,) = mapped(folder, row).rows.to_dict("records")
    return found


def test_a_row_of_the_api(tmp_path):
    row = one(tmp_path)
    assert (row["external_id"], row["category"], row["state"]) == ("10000001", "roads", "received")
    assert row["opened_at"].isoformat() == "2026-08-19T06:26:58+00:00"
    assert (row["lng"], row["lat"], row["channel"]) == (-73.96, 40.76, "PHONE")
    assert (row["title"], row["description"], row["address"]) == ("Street Condition", "Pothole", "1 EXAMPLE STREET")
    assert not row["opened_day_only"]


def test_a_row_of_the_csv_with_the_headings_of_2025(tmp_path):
    heads = "Unique Key,Created Date,Agency,Problem (formerly Complaint Type),Problem Detail (formerly Descriptor),"
    cells = "10000001,08/19/2026 02:26:58 PM,NYPD,Noise - Residential,Loud Talking,Closed,40.76,-73.96"
    path = tmp_path / "rows.csv"
    path.write_text(f"{heads}Status,Latitude,Longitude\n{cells}\n", encoding="utf-8")
    (chunk,) = read_chunks(path)
    assert "complaint_type" not in check_columns(MAPPING, chunk.frame.columns)
    (row,) = apply(MAPPING, chunk.frame, far_city("newyork")).rows.to_dict("records")
    assert (row["category"], row["description"], row["state"]) == ("noise", "Loud Talking", "resolved")
    assert row["opened_at"].isoformat() == "2026-08-19T18:26:58+00:00"


@pytest.mark.parametrize(
    "status, resolution, state",
    [
        ("Closed", "", "resolved"),
        ("Closed", REPEAT, "duplicate"),
        ("Closed", "This issue was previously reported by another customer.", "duplicate"),
        ("Closed", "It does not fall under the jurisdiction of the Police Department.", "transferred"),
        ("Closed", "No duplicate was found.", "resolved"),
        ("Open", REPEAT, "received"),  # not closed yet, whatever is quoted
        ("In Progress", "", "in_progress"),
        ("Assigned", "", "in_progress"),
    ],
)
def test_states(tmp_path, status, resolution, state):
    row = one(tmp_path, status=status, resolution_description=resolution, closed_date="2026-08-20T10:00:00.000")
    assert (row["state"], row["is_duplicate"]) == (state, state == "duplicate")


def test_a_closing_before_the_opening_is_blanked_and_the_pin_stays(tmp_path):
    found = mapped(tmp_path, {"status": "Closed", "closed_date": "2026-08-19T02:26:00.000"})
    assert found.rows["closed_at"].isna().all()
    assert found.closing_before_opening == 1


def test_a_row_without_a_place_is_set_aside(tmp_path):
    found = mapped(tmp_path, {"latitude": None, "longitude": None}, {"unique_key": "2"})
    assert found.rejects[["external_id", "reason"]].to_numpy().tolist() == [["10000001", "missing_coordinates"]]
    assert found.rows["external_id"].tolist() == ["2"]


@pytest.mark.parametrize(
    "agency, kind, detail, subject",
    [
        ("HPD", "GENERAL", "VENTILATION SYSTEM", "housing"),
        ("DOB", "Elevator", "", "building"),
        ("DOT", "Street Condition", "Cave-in", "roads"),
        ("DOT", "Highway Condition", "Graffiti - Highway", "graffiti"),
        ("DPR", "Maintenance or Facility", "Rodent Sighting", "pests"),
        ("DPR", "Dead/Dying Tree", "", "trees"),
        ("DOT", "Street Sign - Damaged", "Stop", "signs"),
        ("NYPD", "Encampment", "N/A", "housing"),  # sensitive in this city: no pin on a map
        ("DCWP", "Consumer Complaint", "", "other"),
        ("DOT", "Ferry Inquiry", "", "other"),
    ],
)
def test_subjects(tmp_path, agency, kind, detail, subject):
    assert one(tmp_path, agency=agency, complaint_type=kind, descriptor=detail)["category"] == subject


def test_a_type_nobody_knows_is_told(tmp_path):
    assert mapped(tmp_path, {"complaint_type": "Ghosts", "descriptor": ""}).unmapped == {"Ghosts": 1}
    assert mapped(tmp_path, {"complaint_type": "Lost Property", "descriptor": ""}).unmapped == {}
