"""Times of any spelling become instants in UTC, or none."""

from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from issues.mappings.dates import to_utc
from tests.tiny import tiny_apply, tiny_city

BUCHAREST = ZoneInfo("Europe/Bucharest")


def read(text, formats=("iso",), zone=BUCHAREST):
    (instant,) = to_utc(pa.array([text], pa.large_string()), formats, zone)
    return None if np.isnat(instant) else str(instant)


@pytest.mark.parametrize(
    "text, instant",
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000000"),
        ("2026-03-01 10:00:00", "2026-03-01T08:00:00.000000"),  # winter: two hours ahead
        ("2026-07-01T10:00", "2026-07-01T07:00:00.000000"),  # summer: three
        ("2026-03-01", "2026-02-28T22:00:00.000000"),
        ("2026-03-01T10:00:00+05:30", "2026-03-01T04:30:00.000000"),
        ("2026-03-01T10:00:00-0500", "2026-03-01T15:00:00.000000"),
        ("2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00:00.123456"),
        ("2026-03-01 10:00:00.5 Z", "2026-03-01T10:00:00.500000"),
    ],
)
def test_iso_with_and_without_zone(text, instant):
    assert read(text) == instant


@pytest.mark.parametrize(
    "text", ["", "soon", "2026", "20260301", "2026-02-30", "2026-13-01T10:00:00Z", "1899-12-30", "2026-03-01T25:00:00"]
)
def test_what_is_no_date_is_none(text):
    assert read(text) is None


def test_one_bad_date_does_not_spoil_its_neighbours():
    good, bad, zoned = to_utc(pa.array(["2026-03-01", "2026-02-30", "2026-03-01T00:00:00Z"]), ["iso"], BUCHAREST)
    assert str(good) == "2026-02-28T22:00:00.000000"
    assert np.isnat(bad)
    assert str(zoned) == "2026-03-01T00:00:00.000000"


def test_of_an_hour_that_comes_twice_the_first_is_meant():
    assert read("2026-10-25 03:30:00") == "2026-10-25T00:30:00.000000"


def test_an_hour_that_never_was_ends_the_gap():
    assert read("2026-03-29 03:30:00") == "2026-03-29T01:00:00.000000"


def test_formats_are_tried_in_order():
    formats = ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "iso")
    assert read("04/10/2026 12:00:00", formats) == "2026-10-04T09:00:00.000000"
    assert read("10/25/2026 12:00:00", formats) == "2026-10-25T10:00:00.000000"
    assert read("2026-10-04T12:00:00Z", formats) == "2026-10-04T12:00:00.000000"


def test_a_format_may_carry_its_zone():
    assert read("2011/06/22 18:55:10 +0200", ("%Y/%m/%d %H:%M:%S %z",)) == "2011-06-22T16:55:10.000000"


def test_epochs_are_told_by_name():
    assert read("1504212059000", ("epoch_ms",)) == "2017-08-31T20:40:59.000000"
    assert read("1504212059", ("epoch_s",)) == "2017-08-31T20:40:59.000000"
    assert read("1504212059000", ("epoch_s",)) is None
    assert read("99999999999999999999", ("epoch_ms",)) is None


def test_a_row_without_an_opening_date_is_set_aside(tmp_path):
    mapped = tiny_apply(tmp_path, {"id": "a", "opened": "yesterday"}, {"id": "b"}, {"id": "c", "opened": ""})
    assert mapped.rows["external_id"].tolist() == ["b"]
    assert mapped.rejects[["reason", "detail"]].to_numpy().tolist() == [
        ["unreadable_opening_date", "'yesterday'"],
        ["unreadable_opening_date", "''"],
    ]


def test_the_zone_is_the_city_s_unless_the_source_has_its_own(tmp_path):
    row = {"opened": "2026-07-01 12:00:00"}
    assert tiny_apply(tmp_path, row).rows["opened_at"].iloc[0].hour == 9
    assert tiny_apply(tmp_path, row, city=tiny_city("America/New_York")).rows["opened_at"].iloc[0].hour == 16
