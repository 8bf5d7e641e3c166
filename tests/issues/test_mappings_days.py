"""A source that tells a day tells no hour, and is not made to."""

from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from issues.mappings.dates import dates_of
from tests.tiny import tiny_apply

FORMATS = ("%m/%d/%Y", "%Y-%m-%dT00:00:00.000", "%m/%d/%Y %I:%M:%S %p", "iso", "epoch_s")


@pytest.mark.parametrize(
    "text, day_only",
    [
        ("07/18/2018", True),
        ("2018-07-18", True),
        ("2018-07-18T00:00:00.000", True),  # by the format above: midnight stands for any hour
        ("2018-07-18T00:00:00", False),  # no format above says so of this spelling
        ("2018-07-18T08:04:19.000", False),
        ("07/18/2018 08:04:19 AM", False),
        ("1531890259", False),
        ("soon", False),
        ("", False),
    ],
)
def test_a_text_without_a_clock_gives_the_day_only(text, day_only):
    assert (
        dates_of(pa.array([text], pa.large_string()), FORMATS, ZoneInfo("America/Chicago")).day_only.item() is day_only
    )


def test_each_row_by_itself():
    texts = pa.array(["2026-03-01", "2026-03-01T10:00", "2026-02-30"], pa.large_string())
    assert dates_of(texts, ("iso",), ZoneInfo("UTC")).day_only.tolist() == [True, False, False]


def closed(folder, opened, closing, status="done"):
    (row,) = tiny_apply(folder, {"status": status, "opened": opened, "closed": closing}).rows.to_dict("records")
    return row


def test_the_day_is_the_city_s_day(tmp_path):
    row = closed(tmp_path, "2026-07-01", "2026-07-04")
    assert (row["opened_day_only"], row["closed_day_only"]) == (True, True)
    assert row["opened_at"].tz_convert("Europe/Bucharest").isoformat() == "2026-07-01T00:00:00+03:00"


def test_a_closing_told_by_its_day_is_not_before_an_opening_of_that_day(tmp_path):
    row = closed(tmp_path, "2026-07-01T10:00:00", "2026-07-01")
    assert (row["closed_at"], row["closed_day_only"]) == (row["opened_at"], True)


@pytest.mark.parametrize(
    "opened, day_before",
    [("2026-07-02T00:30:00", "2026-07-01"), ("2026-03-30T00:30:00", "2026-03-29")],  # the second a day of 23 hours
)
def test_one_told_by_the_day_before_is(tmp_path, opened, day_before):
    mapped = tiny_apply(tmp_path, {"status": "done", "opened": opened, "closed": day_before})
    assert mapped.closing_before_opening == 1
    assert mapped.rows["closed_at"].isna().all()
    assert not mapped.rows["closed_day_only"].any()


def test_the_hour_before_midnight_of_a_long_day_is_still_that_day(tmp_path):
    assert closed(tmp_path, "2026-10-25T23:30:00", "2026-10-25")["closed_day_only"]


def test_a_closing_without_a_clock_says_nothing_of_the_opening(tmp_path):
    row = closed(tmp_path, "2026-07-01T10:00:00", "2026-07-04")
    assert (row["opened_day_only"], row["closed_day_only"]) == (False, True)


def test_nothing_is_said_of_a_closing_that_is_not_there(tmp_path):
    assert not tiny_apply(tmp_path, {"status": "open", "closed": "2026-07-04"}).rows["closed_day_only"].any()
