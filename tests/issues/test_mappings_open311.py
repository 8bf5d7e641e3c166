"""An answer of GeoReport v2 reads without a line of code, in any city."""

import json

from geo.cities import load_city
from geo.readers import read_chunks
from issues.mappings import apply, load_mapping
from tests.tiny import FIXTURES

GOOD = {
    "service_request_id": 638344,
    "status": "closed",
    "status_notes": None,
    "service_code": "006",
    "requested_datetime": "2026-04-14T06:37:38+03:00",
    "updated_datetime": "2026-04-15T06:37:38+03:00",
    "address": "Strada Lunei",
    "lat": 45.75,
    "long": 21.23,
}


def read(folder, *requests, wrapped=False):
    path = folder / "requests.json"
    records = [{**GOOD, **r} for r in requests]
    path.write_text(json.dumps({"service_requests": records} if wrapped else records))
    (chunk,) = read_chunks(path)
    return apply(
        load_mapping("open311", FIXTURES / "mappings"), chunk.frame, load_city(FIXTURES / "cities/timisoara.toml")
    )


def test_a_closed_request(tmp_path):
    (row,) = read(tmp_path, {"service_name": "Pothole in street"}).rows.to_dict("records")
    assert (row["external_id"], row["category"], row["state"]) == ("638344", "roads", "resolved")
    assert row["opened_at"].isoformat() == "2026-04-14T03:37:38+00:00"
    assert row["closed_at"].isoformat() == "2026-04-15T03:37:38+00:00"


def test_an_open_request_was_changed_and_not_closed(tmp_path):
    mapped = read(tmp_path, {"status": "open", "service_name": "Street light out"}, wrapped=True)
    assert mapped.rows[["category", "state"]].to_numpy().tolist() == [["lighting", "received"]]
    assert mapped.rows["closed_at"].isna().all()
    assert mapped.closing_while_open == 0


def test_our_own_service_codes_are_understood(tmp_path):
    rows = read(tmp_path, {"service_code": "illegal-parking"}, {"service_code": "017", "service_name": "Ghosts"})
    assert rows.rows["category"].tolist() == ["illegal-parking", "other"]
    assert rows.unmapped == {"Ghosts": 1}


def test_the_parent_of_a_duplicate(tmp_path):
    extra = {"duplicate": True, "parent_service_request_id": "17", "channel": "phone"}
    rows = read(tmp_path, {"extended_attributes": extra}, {"status_notes": "Duplicate request."}, {}).rows
    assert rows["duplicate_of"].tolist() == ["17", "", ""]
    assert rows["is_duplicate"].tolist() == [True, True, False]
    assert rows["state"].tolist() == ["duplicate", "duplicate", "resolved"]
    assert rows["channel"].tolist() == ["phone", "", ""]


def test_a_request_without_a_place_is_set_aside(tmp_path):
    assert read(tmp_path, {"lat": None, "long": None}).rejects["reason"].tolist() == ["missing_coordinates"]
