"""A pin without a believable place is set aside with the reason; the others keep their degrees."""

import pytest

from tests.tiny import SOURCE, tiny_apply

POINT = SOURCE.replace('lng = "lng"\nlat = "lat"', 'point = "title"')


@pytest.mark.parametrize(
    "lng, lat, reason",
    [
        ("", "45.7", "missing_coordinates"),
        ("21.2", None, "missing_coordinates"),
        ("21,2", "45,7", "unreadable_coordinates"),
        ("21.2", "45°42'N", "unreadable_coordinates"),
        ("0x15", "45.7", "unreadable_coordinates"),
        ("nan", "45.7", "non_finite_coordinates"),
        ("21.2", "-Infinity", "non_finite_coordinates"),
        ("1e999", "45.7", "non_finite_coordinates"),
        ("45.7", "21.2", "swapped_coordinates"),
        ("181", "45.7", "out_of_range_coordinates"),
        ("21.2", "-90.1", "out_of_range_coordinates"),
        ("0", "0", "outside_city_box"),
        ("22.001", "45.7", "outside_city_box"),
    ],
)
def test_the_reason_is_told(tmp_path, lng, lat, reason):
    mapped = tiny_apply(tmp_path, {"lng": lng, "lat": lat})
    assert mapped.rows.empty
    assert mapped.rejects["reason"].tolist() == [reason]


@pytest.mark.parametrize("lng, lat", [("21.2", "45.7"), (" 21.2\t", "+45.7"), ("2.12e1", "45.70"), ("21.0", "46")])
def test_degrees_are_read_to_the_last_digit(tmp_path, lng, lat):
    rows = tiny_apply(tmp_path, {"lng": lng, "lat": lat}).rows
    assert rows[["lng", "lat"]].to_numpy().tolist() == [[float(lng), float(lat)]]


def test_a_swap_shows_both_numbers(tmp_path):
    (reject,) = tiny_apply(tmp_path, {"lng": "45.7", "lat": "21.2"}).rejects.to_dict("records")
    assert reject["detail"] == "lng '45.7', lat '21.2'"


def test_whole_degrees_are_counted_kept_or_not(tmp_path):
    mapped = tiny_apply(
        tmp_path, {"lng": "21", "lat": "45"}, {"lng": "0", "lat": "0"}, {"lng": "21.5", "lat": "45"}, {"lng": ""}
    )
    assert mapped.whole_degrees == 2
    assert len(mapped.rows) == 2


@pytest.mark.parametrize(
    "text",
    [
        "[21.2, 45.7]",
        '{"type": "Point", "coordinates": [21.2, 45.7]}',
        "POINT (21.2 45.7)",
        "(21.2,45.7)",
        "[21.2, 45.7, 90]",
    ],
)
def test_one_column_may_hold_the_point(tmp_path, text):
    rows = tiny_apply(tmp_path, {"title": text}, text=POINT).rows
    assert rows[["lng", "lat"]].to_numpy().tolist() == [[21.2, 45.7]]


def test_a_point_column_may_say_latitude_first(tmp_path):
    text = POINT.replace("[columns]", '[columns]\npoint_order = "lat,lng"')
    rows = tiny_apply(tmp_path, {"title": "(45.7, 21.2)"}, text=text).rows
    assert rows[["lng", "lat"]].to_numpy().tolist() == [[21.2, 45.7]]


@pytest.mark.parametrize("text, reason", [("", "missing_coordinates"), ("by the church", "unreadable_coordinates")])
def test_a_point_column_without_a_point(tmp_path, text, reason):
    assert tiny_apply(tmp_path, {"title": text}, text=POINT).rejects["reason"].tolist() == [reason]
