"""Numbered stops on a small map: every number is there, near ones share a plate, and the way is drawn when asked."""

import re

import pytest

from maps.stops import Stop, Words, svg

WORDS = Words("Today's way", "Three stops in their order", "en")
AREA = {
    "type": "Feature",
    "properties": {"name": "Fabric", "slug": "fabric", "at": [21.195, 45.755]},
    "geometry": {
        "type": "MultiPolygon",
        "coordinates": [[[[21.18, 45.74], [21.21, 45.74], [21.21, 45.77], [21.18, 45.77], [21.18, 45.74]]]],
    },
}
FAR = [Stop(21.19, 45.75, 1), Stop(21.20, 45.76, 2), Stop(21.205, 45.75, 3)]


def texts(drawn):
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def test_every_stop_has_its_number():
    drawn = svg([AREA], FAR, WORDS)
    assert {"1", "2", "3"} <= set(texts(drawn))
    assert "stroke-dasharray" not in drawn


def test_the_way_is_a_dashed_line_through_all_of_them():
    way = re.search(r'<path d="(M[^"]*)"[^>]*stroke-dasharray', svg([AREA], FAR, WORDS, way=True))
    assert way[1].count("L") == 2


def test_stops_at_one_spot_are_read_together():
    near = [Stop(21.19, 45.75, 1), Stop(21.19001, 45.75, 2), Stop(21.19, 45.75001, 3), Stop(21.20, 45.76, 4)]
    assert {"1–3", "4"} <= set(texts(svg([], near, WORDS)))


def test_the_place_itself_has_a_ring_and_no_number():
    drawn = svg([], [Stop(21.19, 45.75, 0), Stop(21.1901, 45.7502, 1)], WORDS)
    assert "circle" in drawn
    assert "0" not in texts(drawn)


def test_one_stop_is_enough_and_none_is_refused():
    assert "<svg" in svg([AREA], FAR[:1], WORDS, way=True)
    with pytest.raises(ValueError, match="no stop"):
        svg([AREA], [], WORDS)


def test_all_lies_within_the_picture():
    drawn = svg([], FAR, WORDS, width_mm=100, height_mm=60)
    found = [(float(x), float(y)) for x, y in re.findall(r'<text x="([^"]*)" y="([^"]*)"', drawn)]
    assert all(0 < x < 100 and 0 < y < 60 for x, y in found)
